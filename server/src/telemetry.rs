//! What the process says about itself while it runs: one line per thing that happened, with the call's id, never with
//! numbers, names or words.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

/// Says what is wrong with directives for [`init`].
pub fn check(directives: &str) -> Result<(), String> {
    EnvFilter::try_new(directives).map(|_| ()).map_err(|error| error.to_string())
}

/// Begins to log. `directives` are those of `RUST_LOG`; without a format a terminal gets lines for people. A second call
/// changes nothing.
pub fn init(directives: &str, format: Option<Format>) {
    // sqlx repeats every statement at debug level and every slow one at warn: useful to developers who ask for it.
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("info"));
    let stdout = std::io::stdout();
    let format = format.unwrap_or(if stdout.is_terminal() { Format::Pretty } else { Format::Json });
    let registry = tracing_subscriber::registry().with(filter);
    // An error says that a subscriber is set already: by a test, or by an earlier call.
    let _ = match format {
        Format::Pretty => registry.with(fmt::layer().with_target(false)).try_init(),
        Format::Json => registry.with(fmt::layer().json().flatten_event(true).with_current_span(true)).try_init(),
    };
}
