//! Figures for Prometheus. Labels are fixed words: never a number, a name or an organisation.

use std::{sync::OnceLock, time::Duration};

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds, in seconds, for durations between a millisecond and ten seconds.
const SECONDS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0];

fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
                .ok()?
                .install_recorder()
                .ok()?;
            describe();
            Some(handle)
        })
        .as_ref()
}

fn describe() {
    describe_gauge!("aida_calls_active", "Calls that are running in this process");
    describe_counter!("aida_calls_total", "Calls that ended, by the reason they ended");
    describe_counter!("aida_phone_frames_total", "Media frames, by direction");
    describe_counter!("aida_phone_bad_frames_total", "Frames of telephones that could not be understood");
    describe_counter!("aida_model_sessions_total", "Model sockets, by what became of the attempt to open them");
    describe_counter!("aida_model_reconnects_total", "Model sessions replaced after a loss during a call");
    describe_histogram!("aida_answer_latency_seconds", "From the caller's last word to the first of the answer");
    describe_histogram!("aida_tool_duration_seconds", "Tool runs, by tool and status");
    describe_histogram!("aida_webhook_duration_seconds", "Webhooks, by route and status");
    describe_counter!("aida_ledger_retries_total", "Writes to the database that had to be tried again");
    describe_counter!("aida_jobs_total", "Runs of jobs, by kind and outcome");
    describe_counter!("aida_connections_refused_total", "Connections of addresses that held too many");
    gauge!("aida_calls_active").set(0.0);
}

/// An address held too many connections.
pub fn connection_refused() {
    counter!("aida_connections_refused_total").increment(1);
}

/// Begins to count. Idempotent.
pub fn install() {
    let _ = recorder();
}

/// Everything counted so far, in Prometheus' text form.
pub fn render() -> String {
    recorder().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds old samples together, so that histograms nobody reads do not grow; call it now and then.
pub fn tidy() {
    if let Some(handle) = recorder() {
        handle.run_upkeep();
    }
}

pub(crate) fn calls_active(count: usize) {
    gauge!("aida_calls_active").set(count as f64);
}

pub(crate) fn call_ended(reason: &'static str) {
    counter!("aida_calls_total", "reason" => reason).increment(1);
}

/// Counted once per call, at its end: the frames themselves pass without touching a shared counter.
pub(crate) fn frames(from_phone: u64, to_phone: u64, bad: u64) {
    counter!("aida_phone_frames_total", "direction" => "in").increment(from_phone);
    counter!("aida_phone_frames_total", "direction" => "out").increment(to_phone);
    counter!("aida_phone_bad_frames_total").increment(bad);
}

pub(crate) fn model_session(outcome: &'static str) {
    counter!("aida_model_sessions_total", "outcome" => outcome).increment(1);
}

pub(crate) fn reconnects(count: u32) {
    counter!("aida_model_reconnects_total").increment(u64::from(count));
}

pub(crate) fn answer_latency(milliseconds: u64) {
    histogram!("aida_answer_latency_seconds").record(milliseconds as f64 / 1_000.0);
}

/// `name` must be the name of a tool that exists: the model can write anything.
pub(crate) fn tool(name: &'static str, status: &'static str, took: Duration) {
    histogram!("aida_tool_duration_seconds", "tool" => name, "status" => status).record(took.as_secs_f64());
}

pub(crate) fn webhook(route: &'static str, status: u16, took: Duration) {
    histogram!("aida_webhook_duration_seconds", "route" => route, "status" => status.to_string())
        .record(took.as_secs_f64());
}

pub(crate) fn job(kind: &str, outcome: &'static str) {
    counter!("aida_jobs_total", "kind" => kind.to_owned(), "outcome" => outcome).increment(1);
}

pub(crate) fn ledger_retry() {
    counter!("aida_ledger_retries_total").increment(1);
}
