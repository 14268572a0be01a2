//! Writes down what clients send.

use std::{fs::File, io::Write as _, sync::Mutex};

use tokio::sync::mpsc::UnboundedSender;

use super::{Record, Watcher};

/// Takes every frame.
#[derive(Debug)]
pub(super) enum Recorder {
    Channel(UnboundedSender<String>),
    File(Mutex<File>),
    Watcher(Watcher),
}

impl Recorder {
    /// `None`, and a word in the log, when the file cannot be made.
    pub(super) fn start(record: Record) -> Option<Self> {
        match record {
            Record::Channel(sender) => Some(Self::Channel(sender)),
            Record::Watcher(watcher) => Some(Self::Watcher(watcher)),
            Record::File(path) => match File::options().create(true).append(true).open(&path) {
                Ok(file) => Some(Self::File(Mutex::new(file))),
                Err(why) => {
                    tracing::error!(%why, path = %path.display(), "frames cannot be recorded");
                    None
                }
            },
        }
    }

    pub(super) fn note(&self, frame: &str) {
        match self {
            // Whoever asked for the frames may have gone; then nobody misses them.
            Self::Channel(sender) => _ = sender.send(frame.to_owned()),
            Self::Watcher(Watcher(watch)) => watch(frame),
            Self::File(file) => {
                // A frame is JSON, in which a line break is never significant: one frame a line.
                let line = format!("{}\n", frame.replace(['\n', '\r'], " "));
                if let Ok(mut file) = file.lock() {
                    _ = file.write_all(line.as_bytes());
                }
            }
        }
    }
}
