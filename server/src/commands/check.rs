//! `aida check`: whether the server could start, with every problem told at once.

use backend::{Backend, config::Config};

use super::{Outcome, Problems};

/// What `aida check` is told.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Checks the configuration, that the database answers and is up to date, and that the data directories can be written.
pub async fn run(_args: Args) -> Outcome {
    let config = super::config()?;
    let summary = describe(&config);
    let warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).chain(config.missing_pages()).collect();
    let obstacles = Backend::obstacles(&config).await;
    if !obstacles.is_empty() {
        return Err(Problems(obstacles));
    }
    let backend = Backend::open(config).await?;
    let problems = backend.check().await;
    backend.db().close().await;
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    println!("{summary}");
    for warning in warnings {
        println!("{warning}");
    }
    println!("Everything is in order.");
    Ok(())
}

fn describe(config: &Config) -> String {
    let model =
        if config.practice_mode() { "the built-in practice model" } else { config.openai.realtime_model.as_str() };
    let signatures = if config.twilio.auth_tokens.is_empty() { "not checked (this machine only)" } else { "checked" };
    format!(
        "Listens on {} as {}\nModel: {model}\nTwilio signatures: {signatures}\nRecordings: {}",
        config.listen,
        config.public_url,
        config.recordings_dir.display()
    )
}
