//! `aida migrate`: brings the database's schema up to date, which `aida serve` also does at its start.

use backend::Backend;

use super::Outcome;

/// What `aida migrate` is told.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Makes or updates the schema.
pub async fn run(_args: Args) -> Outcome {
    let backend = Backend::open(super::config()?).await?;
    println!("The {} database is up to date.", backend.db().engine());
    backend.db().close().await;
    Ok(())
}
