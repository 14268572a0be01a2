//! Knowing what has changed since the last build, by content.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use crate::{Outcome, Places};

/// A fingerprint of these files' names and contents.
pub fn of_files(files: &[PathBuf]) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Every file below a folder with this ending, sorted.
pub fn files_below(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path, ending)?);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The fingerprint kept from the last build.
pub fn read(mark: &Path) -> Option<u64> {
    fs::read_to_string(mark).ok()?.trim().parse().ok()
}

/// Keeps a fingerprint for the next build.
pub fn write(mark: &Path, stamp: u64) -> Outcome {
    fs::write(mark, stamp.to_string())?;
    Ok(())
}

/// Copies a file unless the copy is the same already, so that its time (and with it caches) stays.
pub fn copy_if_changed(from: &Path, to: &Path) -> Outcome {
    let content = fs::read(from).map_err(|error| format!("cannot read {}: {error}", from.display()))?;
    if fs::read(to).ok().as_ref() != Some(&content) {
        fs::write(to, content)?;
    }
    Ok(())
}

/// Writes `pkg/version`, which the pages append to every address of the bundle, so that a browser never mixes files of
/// two builds and may keep each for ever.
pub fn write_version(places: &Places) -> Outcome {
    let mut files = Vec::new();
    for (folder, ending) in
        [(places.pkg(), "js"), (places.pkg(), "wasm"), (places.pkg(), "css"), (places.site.clone(), "js")]
    {
        files.extend(files_below(&folder, ending)?);
    }
    let version = format!("{:016x}", of_files(&files)?);
    let place = places.pkg().join("version");
    if fs::read_to_string(&place).ok().as_ref() != Some(&version) {
        fs::write(place, version)?;
    }
    Ok(())
}
