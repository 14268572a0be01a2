//! Many telephones at once, with a stopwatch: what the server adds to the way of a frame, what it costs, and whether anything gets lost.
//!
//! Every frame of a caller carries a stamp. An echo model (see [`model::Options::echo`](crate::model::Options)) in the same
//! process notes when it arrives and sends it back; the telephone notes when it returns. Both ends share one clock, so
//! that either way can be told apart.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;
use tokio::{task::JoinSet, time::Instant};

use crate::phone::{self, CallError, CallOptions, CallReport};

mod percentiles;
mod process;
mod stamps;

pub use percentiles::Percentiles;
pub use process::{Footprint, Process};
pub use stamps::Stamps;

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// What every call is like; words and ends are set here.
    pub call: CallOptions,
    /// How many calls at once.
    pub calls: usize,
    /// How long each lasts.
    pub duration: Duration,
    /// From the start of one call to that of the next.
    pub apart: Duration,
    /// How long after the last call the memory is looked at.
    pub settle: Duration,
    /// The server's process, where it can be seen.
    pub process: Option<Process>,
}

/// What came out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoadReport {
    /// Calls that were tried.
    pub calls: usize,
    /// Calls that went through to their end.
    pub completed: usize,
    /// Why others did not, each reason once.
    pub problems: Vec<String>,
    /// Seconds of all calls together.
    pub call_seconds: f64,
    /// The voice webhook.
    pub webhook: Percentiles,
    /// A frame from the telephone through the server to the model.
    pub to_model: Percentiles,
    /// A frame from the model through the server to the telephone.
    pub to_phone: Percentiles,
    /// Both.
    pub round_trip: Percentiles,
    /// Frames that were sent, that reached the model, and that came back.
    pub frames_sent: u64,
    /// Frames that reached the model.
    pub frames_at_model: u64,
    /// Frames that came back.
    pub frames_back: u64,
    /// What the server needed, where it could be seen.
    pub server: Option<ServerCost>,
}

/// What a server needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ServerCost {
    /// Milliseconds of processor time for a second of a call.
    pub cpu_ms_per_call_second: f64,
    /// Memory before the first call, in MB.
    pub memory_before_mb: f64,
    /// The most during the calls.
    pub memory_peak_mb: f64,
    /// Some time after the last.
    pub memory_after_mb: f64,
}

/// Places the calls and measures. `stamps` must be the same that the echo model notes in.
pub async fn run(options: LoadOptions, stamps: Stamps) -> LoadReport {
    let before = options.process.and_then(Process::footprint);
    let mut peak_mb = 0.0_f64;
    let outcomes = tokio::select! {
        outcomes = place_all(&options, &stamps) => outcomes,
        () = watch_memory(options.process, &mut peak_mb) => Vec::new(),
    };
    let during = options.process.and_then(Process::footprint);
    tokio::time::sleep(options.settle).await;
    let after = options.process.and_then(Process::footprint);

    let mut report = summed(&outcomes, options.calls);
    let (to_model, to_phone, round_trip) = stamps.ways();
    (report.to_model, report.to_phone, report.round_trip) = (to_model, to_phone, round_trip);
    (report.frames_sent, report.frames_at_model, report.frames_back) = stamps.counts();
    report.server = before.zip(during).zip(after).map(|((before, during), after)| ServerCost {
        cpu_ms_per_call_second: (during.cpu_ms - before.cpu_ms) / report.call_seconds.max(0.001),
        memory_before_mb: before.memory_mb,
        memory_peak_mb: peak_mb.max(during.memory_mb),
        memory_after_mb: after.memory_mb,
    });
    report
}

/// Looks at the memory again and again; never ends by itself.
async fn watch_memory(process: Option<Process>, peak_mb: &mut f64) {
    const EVERY: Duration = Duration::from_millis(500);
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Some(footprint) = process.and_then(Process::footprint) {
            *peak_mb = peak_mb.max(footprint.memory_mb);
        }
    }
}

async fn place_all(options: &LoadOptions, stamps: &Stamps) -> Vec<Result<CallReport, CallError>> {
    let begin = Instant::now();
    let mut calls = JoinSet::new();
    for n in 0..options.calls {
        tokio::time::sleep_until(begin + options.apart * n as u32).await;
        let call = CallOptions {
            from: format!("+1415556{n:04}"),
            silent: true,
            says: Vec::new(),
            keys: None,
            hangup_after: Some(options.duration),
            keep_sound: false,
            probe: Some(Arc::new(stamps.call())),
            ..options.call.clone()
        };
        calls.spawn(phone::place(call));
    }
    calls.join_all().await
}

fn summed(outcomes: &[Result<CallReport, CallError>], calls: usize) -> LoadReport {
    let mut report = LoadReport { calls, ..LoadReport::default() };
    let mut webhook = Vec::new();
    for outcome in outcomes {
        let problem = match outcome {
            Ok(call) => {
                report.call_seconds += call.duration_ms as f64 / 1_000.0;
                webhook.push(call.webhook_us as f64 / 1_000.0);
                if call.ended == Some(phone::Ended::Caller) {
                    report.completed += 1;
                    continue;
                }
                format!("a call ended early: {:?} {:?}", call.ended, call.stream_closed)
            }
            Err(why) => why.to_string(),
        };
        if !report.problems.contains(&problem) && report.problems.len() < 20 {
            report.problems.push(problem);
        }
    }
    report.webhook = Percentiles::of(webhook);
    report
}

impl LoadReport {
    /// Frames that did not arrive where they should, either way.
    pub fn frames_lost(&self) -> u64 {
        self.frames_sent.saturating_sub(self.frames_at_model) + self.frames_at_model.saturating_sub(self.frames_back)
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {} calls went through, {:.0} call-seconds", self.completed, self.calls, self.call_seconds)?;
        for problem in &self.problems {
            writeln!(f, "  {problem}")?;
        }
        writeln!(f, "\n{:<24}{:>9}{:>9}{:>9}{:>9}{:>9}", "milliseconds", "p50", "p90", "p99", "p99.9", "max")?;
        for (what, it) in [
            ("voice webhook", &self.webhook),
            ("telephone to model", &self.to_model),
            ("model to telephone", &self.to_phone),
            ("round trip", &self.round_trip),
        ] {
            writeln!(f, "{what:<24}{:>9.2}{:>9.2}{:>9.2}{:>9.2}{:>9.2}", it.p50, it.p90, it.p99, it.p999, it.max)?;
        }
        writeln!(
            f,
            "\nframes: {} sent, {} at the model, {} back, {} lost",
            self.frames_sent,
            self.frames_at_model,
            self.frames_back,
            self.frames_lost()
        )?;
        if let Some(server) = &self.server {
            writeln!(
                f,
                "server: {:.2} ms of processor time per call-second, memory {:.1} MB before, {:.1} MB at most, {:.1} MB after",
                server.cpu_ms_per_call_second, server.memory_before_mb, server.memory_peak_mb, server.memory_after_mb
            )?;
        }
        Ok(())
    }
}
