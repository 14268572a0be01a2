//! The picture of a recording: its loudest samples.

use call::{Track, audio::peaks::loudest};

use super::journal::{Reader, Record};

/// A column covers at least this many milliseconds.
const FINEST_MS: u64 = 50;
/// Samples of the telephone in the finest column.
const FINEST: usize = FINEST_MS as usize * 8;
/// Columns of the picture at most.
const MOST: u64 = 1_000;

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

/// Follows the audio of a call, so that its picture is there when it ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    caller: Vec<u8>,
    assistant: Vec<u8>,
}

impl Meter {
    /// Takes a stretch of one track. `start_ms` is believed up to the length of a day.
    pub(crate) fn hear(&mut self, track: Track, start_ms: u64, audio: &[u8]) {
        const DAY_MS: u64 = 86_400_000;
        let lane = match track {
            Track::Caller => &mut self.caller,
            Track::Assistant => &mut self.assistant,
        };
        let mut sample = start_ms.min(DAY_MS) as usize * 8;
        let mut rest = audio;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(FINEST - sample % FINEST));
            let column = sample / FINEST;
            if lane.len() <= column {
                lane.resize(column + 1, 0);
            }
            lane[column] = lane[column].max(loudest(piece));
            sample += piece.len();
            rest = after;
        }
    }

    /// The picture of the first `duration_ms`.
    pub(crate) fn picture(&self, duration_ms: u64) -> Peaks {
        let together = duration_ms.div_ceil(FINEST_MS * MOST).max(1);
        let columns = duration_ms.div_ceil(FINEST_MS * together) as usize;
        let draw = |lane: &[u8]| {
            let mut drawn: Vec<u8> =
                lane.chunks(together as usize).map(|step| step.iter().copied().max().unwrap_or(0)).collect();
            drawn.resize(columns, 0);
            drawn
        };
        Peaks { step_ms: (FINEST_MS * together) as i64, caller: draw(&self.caller), assistant: draw(&self.assistant) }
    }
}

impl Peaks {
    /// The picture of a journal whose audio lasts `duration_ms`.
    pub(super) fn of(journal: &[u8], duration_ms: u64) -> Self {
        let mut meter = Meter::default();
        for record in Reader::new(journal) {
            if let Record::Audio { track, start_ms, audio, .. } = record {
                meter.hear(track, start_ms, audio);
            }
        }
        meter.picture(duration_ms)
    }
}
