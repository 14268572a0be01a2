//! Files and directories that only the server's own user may read: callers' words are in them.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// Makes a directory, and those above it, for nobody else. One that exists stays as it is.
pub(crate) fn create_dir_all(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// How a file is opened that is for nobody else, if it has to be made.
pub(crate) fn options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.mode(0o600);
    options
}

/// Makes an empty file for nobody else, unless there is one.
pub(crate) fn create_file(path: &Path) -> io::Result<()> {
    options().create(true).append(true).open(path).map(drop)
}
