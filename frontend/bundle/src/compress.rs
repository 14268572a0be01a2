//! Compressed copies beside every file, so that the server only has to choose one.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

use crate::{Outcome, stamp};

/// Writes `.br` and `.gz` beside every text and code file.
pub fn all(folder: &Path, dev: bool) -> Outcome {
    for ending in ["js", "wasm", "css"] {
        for file in stamp::files_below(folder, ending)? {
            compress(&file, dev)?;
        }
    }
    Ok(())
}

fn compress(file: &Path, dev: bool) -> Outcome {
    let content = fs::read(file)?;

    let quality = if dev { 2 } else { 11 };
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin: 24, ..Default::default() };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut content.as_slice(), &mut small, &parameters)?;

    let mut gzip = GzEncoder::new(Vec::new(), if dev { Compression::fast() } else { Compression::best() });
    gzip.write_all(&content)?;

    let name = file.file_name().unwrap_or_default().to_string_lossy();
    println!("bundle: {name} {} kB, brotli {} kB", content.len() / 1000, small.len() / 1000);
    fs::write(beside(file, "gz"), gzip.finish()?)?;
    fs::write(beside(file, "br"), small)?;
    Ok(())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
