//! The commands of `aida`. Each is one file with `Args` (what it is told) and `run(Args)` (what it does).

use std::{fmt, process::ExitCode};

use backend::{Backend, config::Config};
use clap::{Parser, Subcommand};

mod call;
mod check;
mod demo;
mod key;
mod load;
mod migrate;
mod org;
mod practice;
mod text;
mod user;

/// Answers the telephone for small organisations.
#[derive(Debug, Parser)]
#[command(name = "aida", version)]
struct Aida {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer calls and serve the admin pages; what `aida` alone does
    Serve,
    /// Make four demo organisations with a week of calls, and print how to sign in
    Demo(demo::Args),
    /// Place a telephone call to a running server the way Twilio does, and print what it was like
    Call(Box<call::Args>),
    /// Place many calls at once and measure what the server adds, loses and needs
    Load(load::Args),
    /// Bring a text to a running server the way Twilio does, and print what it answers
    Text(text::Args),
    /// Serve the practice model: the Realtime API (GA), answered by rules; or the practice Checkout, or the practice Messages
    Practice(practice::Args),
    /// Check the configuration, the database and the directories; tell every problem at once
    Check(check::Args),
    /// Bring the database's schema up to date
    Migrate(migrate::Args),
    /// Organisations and their telephone numbers
    Org(org::Args),
    /// People who sign in
    User(user::Args),
    /// Keys of other systems
    Key(key::Args),
}

/// What went wrong, one clear message per problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

/// What a command ends with.
pub type Outcome = Result<(), Problems>;

impl<E: fmt::Display> From<E> for Problems {
    fn from(problem: E) -> Self {
        Self(vec![problem.to_string()])
    }
}

/// Runs the command of the process's arguments. Everything that is wrong with them, or with the configuration, ends in exit code 1.
pub async fn run() -> ExitCode {
    let aida = match Aida::try_parse() {
        Ok(aida) => aida,
        Err(usage) => {
            let _ = usage.print();
            return if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match aida.command.unwrap_or(Command::Serve) {
        Command::Serve => crate::serve::run().await,
        Command::Demo(args) => demo::run(args).await,
        Command::Call(args) => call::run(*args).await.map_err(Problems::from),
        Command::Load(args) => load::run(args).await.map_err(Problems::from),
        Command::Text(args) => text::run(args).await.map_err(Problems::from),
        Command::Practice(args) => practice::run(args).await.map_err(Problems::from),
        Command::Check(args) => check::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Org(args) => org::run(args).await,
        Command::User(args) => user::run(args).await,
        Command::Key(args) => key::run(args).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Problems(problems)) => {
            for problem in problems {
                eprintln!("aida: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The configuration, or every problem with it.
pub(crate) fn config() -> Result<Config, Problems> {
    let (config, mut problems) = match Config::from_env() {
        Ok(config) => (Some(config), Vec::new()),
        Err(problems) => (None, problems.iter().map(ToString::to_string).collect()),
    };
    // What the log takes is known here alone.
    let directives = config.as_ref().map_or_else(|| std::env::var("RUST_LOG").unwrap_or_default(), |it| it.log.clone());
    if let Err(error) = crate::telemetry::check(&directives) {
        problems.push(format!("RUST_LOG: must be like info,backend=debug: {error}"));
    }
    config.filter(|_| problems.is_empty()).ok_or(Problems(problems))
}

/// Opens the configured backend, acts on it, and closes it whatever came of it.
async fn with_backend(act: impl AsyncFnOnce(&Backend) -> Outcome) -> Outcome {
    let backend = Backend::open(config()?).await?;
    let outcome = act(&backend).await;
    backend.db().close().await;
    outcome
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Aida::command().debug_assert();
    }
}
