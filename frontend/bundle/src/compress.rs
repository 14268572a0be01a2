//! Compressed copies beside every file, so that the server only has to choose one.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

use crate::{Outcome, stamp};

/// Writes `.br` and `.gz` beside every text and code file that has changed.
pub fn all(site: &Path, dev: bool) -> Outcome {
    for ending in ["js", "wasm", "css", "svg", "webmanifest"] {
        for file in stamp::files_below(site, ending)? {
            if is_older(&beside(&file, "br"), &file) || is_older(&beside(&file, "gz"), &file) {
                compress(&file, dev)?;
            }
        }
    }
    Ok(())
}

fn compress(file: &Path, dev: bool) -> Outcome {
    let content = fs::read(file)?;

    let quality = if dev { 4 } else { 11 };
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 24, ..Default::default() };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut content.as_slice(), &mut small, &parameters)?;

    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&content)?;

    fs::write(beside(file, "gz"), gzip.finish()?)?;
    println!("bundle: {} {} kB, brotli {} kB", file.display(), content.len() / 1000, small.len() / 1000);
    fs::write(beside(file, "br"), small)?;
    Ok(())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn is_older(copy: &Path, original: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified());
    match (time(copy), time(original)) {
        (Ok(copy), Ok(original)) => copy < original,
        _ => true,
    }
}
