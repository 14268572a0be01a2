//! `aida serve`: from the configuration to the last word of the last call.

use std::time::Duration;

use backend::{
    Backend,
    config::{Config, LogFormat},
    jobs, metrics, recordings,
    running::Command,
    today,
};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    commands::{self, Outcome},
    listen::{self, Limits},
    stand_ins,
    telemetry::{self, Format},
};

/// Time for a last sentence when calls are wound up.
const LAST_SENTENCE: Duration = Duration::from_secs(15);

/// Time for the database to take what the last calls wrote down; the journals keep the rest.
const LAST_ROWS: Duration = Duration::from_secs(5);

/// Time for the telephone network to tell how the last calls ended.
const LAST_CALLBACKS: Duration = Duration::from_secs(2);

/// Time for requests that are being answered; watchers of live events leave within five seconds.
const LAST_REQUESTS: Duration = Duration::from_secs(8);

/// Time for the jobs that run to end; what is cut off is run again after the next start.
const LAST_JOBS: Duration = Duration::from_secs(10);

/// How often old samples of the figures are folded together.
const TIDY: Duration = Duration::from_mins(1);

/// Serves until the process is told to stop.
pub async fn run() -> Outcome {
    let config = commands::config()?;
    log(&config);
    let stop = Stop::listen()?;
    let practice = CancellationToken::new();
    let config = stand_ins::start(config, &practice).await?;
    // Bound before anything is written: two servers on one port would share a directory of journals.
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("BIND, PORT: cannot listen on {}: {error}", config.listen))?;
    let backend = Backend::open(config).await?;
    let outcome = serve(&backend, listener, stop).await;
    practice.cancel();
    backend.db().close().await;
    outcome
}

fn log(config: &Config) {
    let format = config.log_format.map(|format| match format {
        LogFormat::Pretty => Format::Pretty,
        LogFormat::Json => Format::Json,
    });
    telemetry::init(&config.log, format);
    metrics::install();
    if let Some(problem) = config.missing_pages() {
        tracing::warn!("{problem}");
    }
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}

async fn serve(backend: &Backend, listener: TcpListener, mut stop: Stop) -> Outcome {
    let recovered = recordings::recover(backend).await?;
    if recovered.interrupted + recovered.completed > 0 {
        tracing::warn!(
            interrupted = recovered.interrupted,
            completed = recovered.completed,
            "calls that the last server left unfinished were finished"
        );
    }
    let address = listener.local_addr()?;
    let tidying = tokio::spawn(tidy());
    let jobs_stop = CancellationToken::new();
    let jobs = tokio::spawn(jobs::run(backend.clone(), jobs_stop.clone()));
    let telling = tokio::spawn(today::calls::keep_told(backend.clone(), jobs_stop.clone()));
    let closing = CancellationToken::new();
    let limits = Limits::of(backend.config());
    let mut serving = tokio::spawn(listen::serve_until(closing.clone(), listener, crate::router(backend), limits));
    tracing::info!(%address, public_url = backend.config().public_url, "aida answers");
    stop.asked().await;
    drain(backend, &mut stop).await;
    closing.cancel();
    if tokio::time::timeout(LAST_REQUESTS, &mut serving).await.is_err() {
        tracing::warn!("requests that take too long are cut off");
        serving.abort();
    }
    tidying.abort();
    telling.abort();
    jobs_stop.cancel();
    if tokio::time::timeout(LAST_JOBS, jobs).await.is_err() {
        tracing::warn!("jobs are cut off; they are run again after the next start");
    }
    tracing::info!("aida has stopped");
    Ok(())
}

/// Lets running calls end by themselves, then with a sentence, then without. Each further signal goes one step on.
async fn drain(backend: &Backend, stop: &mut Stop) {
    let running = backend.running();
    let busy = !running.is_idle();
    running.drain();
    tracing::info!(calls = running.count(), "no more calls are let in; running ones go on");
    if !ended_within(backend, stop, Duration::from_secs(backend.config().drain_seconds)).await {
        tracing::info!(calls = running.count(), "running calls are told goodbye");
        running.command_all(&Command::Shutdown);
        if !ended_within(backend, stop, LAST_SENTENCE).await {
            tracing::warn!(calls = running.count(), "calls are cut off");
        }
    }
    if busy {
        tokio::select! {
            () = tokio::time::sleep(LAST_CALLBACKS) => {}
            () = stop.asked() => {}
        }
    }
    if !backend.ledger().settle(LAST_ROWS).await {
        tracing::warn!("the database did not take everything; the journals keep it for the next start");
    }
}

async fn ended_within(backend: &Backend, stop: &mut Stop, time: Duration) -> bool {
    tokio::select! {
        () = backend.running().wait() => true,
        () = tokio::time::sleep(time) => false,
        () = stop.asked() => false,
    }
}

async fn tidy() {
    let mut every = interval(TIDY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        metrics::tidy();
    }
}

/// The signals that ask a process to stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
