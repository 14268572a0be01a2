//! Builds what the browser loads, from the workspace into `target/site`:
//!
//! ```text
//! frontend (cargo, wasm32) ─▶ split by page ─▶ wasm-bindgen ─▶ wasm-opt ─┐
//! style/main.css + class names in app/src ─▶ Tailwind ───────────────────┼─▶ .br and .gz beside every file ─▶ pkg/<fingerprint>
//! public/*.js, wavesurfer.js ────────────────────────────────────────────┘
//! ```
//!
//! `cargo run -p bundle` builds for use, `-- --dev` without optimising. A step whose inputs are unchanged is skipped, and
//! a bundle that was interrupted leaves what is served as it was: see [`publish`].

mod compress;
mod node;
mod publish;
mod script;
mod stamp;
mod style;

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Where things are.
struct Places {
    root: PathBuf,
    site: PathBuf,
    dev: bool,
}

impl Places {
    fn find() -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let dev = env::args().skip(1).any(|argument| argument == "--dev");
        Ok(Self { site: target.join("site"), root, dev })
    }

    fn frontend(&self) -> PathBuf {
        self.root.join("frontend")
    }

    fn target(&self) -> &Path {
        self.site.parent().unwrap_or(&self.root)
    }

    /// Where a step leaves what it made, out of the way of what is served.
    fn work(&self, step: &str) -> PathBuf {
        self.target().join("bundle").join(if self.dev { "dev" } else { "release" }).join(step)
    }
}

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bundle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Outcome {
    let places = Places::find()?;
    node::install(&places)?;
    script::build(&places)?;
    style::build(&places)?;
    publish::all(&places)
}

/// Runs a program and fails with its name if it does not end well.
fn run(command: &mut Command) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("cannot start {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) }
}
