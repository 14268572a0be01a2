//! The npm packages that the bundle is made with.

use std::process::Command;

use crate::{Outcome, Places, run, stamp};

/// Installs what `package-lock.json` lists, if it is not there yet or the list has changed.
pub fn install(places: &Places) -> Outcome {
    let folder = places.frontend();
    let mark = folder.join("node_modules/.aida-installed");
    let wanted = stamp::of_files(&[folder.join("package-lock.json")])?;
    if stamp::read(&mark) == Some(wanted) {
        return Ok(());
    }
    run(Command::new("npm").arg("ci").arg("--no-progress").current_dir(&folder))?;
    stamp::write(&mark, wanted)
}
