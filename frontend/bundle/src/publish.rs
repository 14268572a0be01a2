//! Puts a finished bundle where it is served.
//!
//! The files of one build stand together in `pkg/<fingerprint of their contents>`. The folder is filled elsewhere, compressed copies included,
//! and then moved there as a whole; after that `pkg/version` names it. So a browser never gets files of two builds, an interrupted
//! build changes nothing, and a server that still runs goes on with the build that it began with: the one before is kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Outcome, Places, compress, stamp};

/// Publishes what the steps made, together with the files that are served as they are.
pub fn all(places: &Places) -> Outcome {
    let next = places.work("next");
    collect(places, &next)?;
    let version = format!("{:016x}", stamp::of_files(&files_in(&next)?)?);
    let pkg = places.site.join("pkg");
    fs::create_dir_all(&pkg)?;
    let home = pkg.join(&version);
    if !home.is_dir() {
        compress::all(&next, places.dev)?;
        fs::rename(&next, &home)?;
    }
    let before = fs::read_to_string(pkg.join("version")).unwrap_or_default();
    write_whole(&pkg.join("version"), version.as_bytes())?;
    let kept = |name: &str| name == "version" || name == version || (name == before && before.len() == version.len());
    remove_unless(&pkg, kept)?;
    public_files(places)
}

/// Everything that belongs to this build, in a fresh folder.
fn collect(places: &Places, next: &Path) -> Outcome {
    if next.exists() {
        fs::remove_dir_all(next)?;
    }
    fs::create_dir_all(next)?;
    let mut files = files_in(&places.work("script"))?;
    files.extend(files_in(&places.work("style"))?);
    files.extend(stamp::files_below(&places.root.join("public"), "js")?);
    for file in files {
        if let Some(name) = file.file_name() {
            fs::copy(&file, next.join(name))?;
        }
    }
    let wavesurfer = places.frontend().join("node_modules/wavesurfer.js/dist/wavesurfer.esm.js");
    fs::copy(&wavesurfer, next.join("wavesurfer.js"))
        .map_err(|error| format!("cannot copy {}: {error}", wavesurfer.display()))?;
    Ok(())
}

/// Pictures and the like have fixed addresses at the root.
fn public_files(places: &Places) -> Outcome {
    let mut names = vec!["pkg".to_owned()];
    for file in files_in(&places.root.join("public"))? {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
        if file.extension().is_none_or(|extension| extension != "js") {
            write_whole(&places.site.join(name), &fs::read(&file)?)?;
            names.push(name.to_owned());
        }
    }
    remove_unless(&places.site, |name| names.iter().any(|known| known == name))
}

/// The files of a folder, marks of earlier builds left out, sorted.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() && !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a file so that a reader sees the old or the new one, never half of it.
fn write_whole(file: &Path, content: &[u8]) -> Outcome {
    if fs::read(file).ok().as_deref() == Some(content) {
        return Ok(());
    }
    let part = file.with_extension("part");
    fs::write(&part, content)?;
    fs::rename(part, file)?;
    Ok(())
}

fn remove_unless(folder: &Path, kept: impl Fn(&str) -> bool) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if kept(&entry.file_name().to_string_lossy()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_served_stays() {
        let folder = std::env::temp_dir().join(format!("aida-bundle-{}", std::process::id()));
        for name in ["old", "new"] {
            fs::create_dir_all(folder.join(name)).expect("a folder");
        }
        fs::write(folder.join("aida.wasm.br"), "stale").expect("a file");

        remove_unless(&folder, |name| name == "new").expect("removed");

        let left: Vec<_> = fs::read_dir(&folder).expect("readable").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["new"]);
        fs::remove_dir_all(folder).expect("cleaned up");
    }
}
