//! Telling the calls that run what stands on the board.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::sentences;
use crate::{Backend, Org, db::DbResult, orgs};

/// How often the boards are looked at while calls run: for what expired, and for what was put up in another process.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The wait after the database did not answer.
const AFTER_A_FAILURE: Duration = Duration::from_secs(2);

/// Tells every call of an organisation that runs here what stands on the board, unless it knows.
pub async fn tell(backend: &Backend, org: &Org) -> DbResult<()> {
    let _telling = backend.running().telling().await;
    let board = sentences(org, org.now()).await?;
    backend.running().tell_board(org.id(), &board);
    Ok(())
}

/// Keeps every call that runs here told, until `stop`.
pub async fn keep_told(backend: Backend, stop: CancellationToken) {
    loop {
        let pause = match tell_all(&backend).await {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                tracing::warn!(%error, "running calls could not be told what is on the today board");
                AFTER_A_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn tell_all(backend: &Backend) -> DbResult<()> {
    for id in backend.running().orgs() {
        if let Some(org) = orgs::by_id(backend, id).await? {
            tell(backend, &org).await?;
        }
    }
    Ok(())
}
