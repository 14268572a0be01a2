//! The audio of calls.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The loudest samples of a recording, for its picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Peaks {
    /// Milliseconds that one value covers.
    pub step_ms: i64,
    /// The caller, 0 to 100.
    pub caller: Vec<u8>,
    /// The assistant, 0 to 100.
    pub assistant: Vec<u8>,
}

/// Where recordings live.
#[derive(Clone, Debug)]
pub struct Recordings {
    dir: PathBuf,
}

impl Recordings {
    /// Uses `dir`, which exists.
    pub fn open(dir: &Path) -> io::Result<Self> {
        Ok(Self { dir: dir.to_owned() })
    }

    /// Where they are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}
