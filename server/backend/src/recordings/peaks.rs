//! The picture of a recording: its loudest samples.

use std::{fs, io, path::Path};

use call::Track;

use super::journal::{Reader, Record};

/// Columns of the picture at most.
const MOST: u64 = 1_000;
/// A column covers at least this many milliseconds.
const FINEST_MS: u64 = 50;

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

impl Peaks {
    /// How long the audio of the journal at `path` is, at most `audio_ms`, and its picture. A journal that stopped holds
    /// less than the call said.
    pub(crate) fn read(path: &Path, audio_ms: u64) -> io::Result<(u64, Self)> {
        let journal = fs::read(path)?;
        let kept = Reader::new(&journal).map(|record| match record {
            Record::Audio { start_ms, audio, .. } => start_ms + audio.len() as u64 / 8,
            _ => 0,
        });
        let duration_ms = kept.max().unwrap_or(0).min(audio_ms);
        Ok((duration_ms, Self::of(&journal, duration_ms)))
    }

    /// The picture of a journal whose audio lasts `duration_ms`.
    pub(super) fn of(journal: &[u8], duration_ms: u64) -> Self {
        let step_ms = duration_ms.div_ceil(MOST).max(FINEST_MS).next_multiple_of(10);
        let columns = duration_ms.div_ceil(step_ms) as usize;
        let (mut caller, mut assistant) = (vec![0; columns], vec![0; columns]);
        let step = step_ms as usize * 8;
        for record in Reader::new(journal) {
            let Record::Audio { track, start_ms, audio, .. } = record else { continue };
            let lane = match track {
                Track::Caller => &mut caller,
                Track::Assistant => &mut assistant,
            };
            let mut sample = start_ms as usize * 8;
            let mut rest = audio;
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(step - sample % step));
                if let Some(column) = lane.get_mut(sample / step) {
                    *column = call::audio::peaks::loudest(piece).max(*column);
                }
                sample += piece.len();
                rest = after;
            }
        }
        Self { step_ms: step_ms as i64, caller, assistant }
    }
}
