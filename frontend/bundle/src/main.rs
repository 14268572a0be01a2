//! Builds what the browser loads, from the workspace into `target/site`:
//!
//! ```text
//! frontend (cargo, wasm32) ─▶ wasm-bindgen ─▶ wasm-opt ─┐
//! style/main.css + class names in app/src ─▶ Tailwind ──┼─▶ target/site/pkg/… ─▶ .br and .gz beside every file
//! public/*, wavesurfer.js ──────────────────────────────┘
//! ```
//!
//! `cargo run -p bundle` builds for use, `-- --dev` without optimising. A step whose inputs are unchanged is skipped.

mod compress;
mod node;
mod script;
mod stamp;
mod style;

use std::{
    env, fs, io,
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

    fn pkg(&self) -> PathBuf {
        self.site.join("pkg")
    }

    fn target(&self) -> &Path {
        self.site.parent().unwrap_or(&self.root)
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
    fs::create_dir_all(places.pkg())?;
    node::install(&places)?;
    script::build(&places)?;
    style::build(&places)?;
    copy_files(&places)?;
    compress::all(&places.site, places.dev)?;
    stamp::write_version(&places)?;
    Ok(())
}

/// Files that are served as they are.
fn copy_files(places: &Places) -> Outcome {
    for entry in fs::read_dir(places.root.join("public"))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            stamp::copy_if_changed(&entry.path(), &places.site.join(entry.file_name()))?;
        }
    }
    let wavesurfer = places.frontend().join("node_modules/wavesurfer.js/dist/wavesurfer.esm.js");
    stamp::copy_if_changed(&wavesurfer, &places.pkg().join("wavesurfer.js"))
}

/// Runs a program and fails with its name if it does not end well.
fn run(command: &mut Command) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("cannot start {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) }
}
