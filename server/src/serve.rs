//! `aida serve`.

use crate::commands::Outcome;

/// Serves until the process is told to stop.
pub async fn run() -> Outcome {
    Ok(())
}
