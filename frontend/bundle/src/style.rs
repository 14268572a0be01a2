//! The style sheet: Tailwind keeps the classes that occur in the pages.

use std::{fs, process::Command};

use crate::{Outcome, Places, run, stamp};

/// Builds `aida.css`.
pub fn build(places: &Places) -> Outcome {
    let folder = places.work("style");
    fs::create_dir_all(&folder)?;
    let css = folder.join("aida.css");
    let mark = folder.join(".stamp");
    let mut inputs = stamp::files_below(&places.root.join("style"), "css")?;
    inputs.extend(stamp::files_below(&places.root.join("app/src"), "rs")?);
    inputs.extend(stamp::files_below(&places.root.join("public"), "js")?);
    inputs.push(places.frontend().join("package-lock.json"));
    let wanted = stamp::of_files(&inputs)?;
    if css.exists() && stamp::read(&mark) == Some(wanted) {
        return Ok(());
    }
    run(Command::new("node")
        .arg(places.frontend().join("node_modules/@tailwindcss/cli/dist/index.mjs"))
        .arg("--input")
        .arg(places.root.join("style/main.css"))
        .arg("--output")
        .arg(&css)
        .arg("--minify")
        .current_dir(&places.root))?;
    stamp::write(&mark, wanted)
}
