//! `aida serve`: from the configuration to the last word of the last call.

use std::{net::SocketAddr, time::Duration};

use backend::{Backend, config::LogFormat, metrics, recordings};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use crate::{
    commands::{self, Outcome},
    telemetry::{self, Format},
};

/// How long running calls may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(30);
/// How long the last calls' rows may take to reach the database after that.
const SETTLE: Duration = Duration::from_secs(10);

/// Serves until the process is told to stop.
pub async fn run() -> Outcome {
    let config = commands::config()?;
    telemetry::init(
        &config.log,
        config.log_format.map(|format| match format {
            LogFormat::Pretty => Format::Pretty,
            LogFormat::Json => Format::Json,
        }),
    );
    metrics::install();
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("BIND, PORT: cannot listen on {}: {error}", config.listen))?;
    let backend = Backend::open(config).await?;
    let recovered = recordings::recover(&backend).await?;
    if recovered != recordings::Recovered::default() {
        tracing::warn!(recovered.interrupted, recovered.completed, "calls of a server that stopped have been stored");
    }
    let stop = signals()?;
    serve(backend, listener, stop).await
}

async fn serve(backend: Backend, listener: TcpListener, mut stop: Stop) -> Outcome {
    let address = listener.local_addr()?;
    tracing::info!(%address, public_url = backend.config().public_url, "aida is listening");
    let router = crate::router(&backend).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router);
    tokio::select! {
        served = serving => served?,
        () = stop.asked() => drain(&backend, &mut stop).await,
    }
    if !backend.ledger().settle(SETTLE).await {
        tracing::warn!("the database is away; the journals keep the last calls for the next start");
    }
    backend.db().close().await;
    tracing::info!("aida has stopped");
    Ok(())
}

async fn drain(backend: &Backend, stop: &mut Stop) {
    let running = backend.running();
    running.drain();
    tracing::info!(calls = running.count(), "no more calls are let in; running ones go on");
    tokio::select! {
        () = running.wait() => {}
        () = tokio::time::sleep(DRAIN) => {}
        () = stop.asked() => {}
    }
}

struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

fn signals() -> std::io::Result<Stop> {
    Ok(Stop { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
}

impl Stop {
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
