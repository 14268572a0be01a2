//! A journal's audio as a WAV file: PCM16, 16 kHz, caller left, assistant right. The file is never made: any part of it
//! is computed from the part of the journal that it comes from.

use std::{
    f64::consts::PI,
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, LazyLock},
};

use call::{Track, audio};

use super::journal::{AUDIO_HEAD, HEAD, MAGIC};

/// Bytes before the first sample.
const HEADER: u64 = 44;
/// Bytes of one moment: two sides of 16 bits.
const FRAME: u64 = 4;
/// Frames of the file per sample of the telephone.
const UP: u64 = 2;

/// A recording as a WAV file.
#[derive(Clone, Debug)]
pub struct Wav(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    file: File,
    caller: Vec<Span>,
    assistant: Vec<Span>,
    samples: u64,
}

/// A stretch of one track that lies in one piece in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    /// Its first sample, counted at 8 kHz from the beginning of the call.
    start: u64,
    length: u64,
    offset: u64,
}

impl Wav {
    /// Finds the audio in a journal by the lengths of its records; their checksums were looked at when the call ended.
    pub(super) fn open(path: &Path, duration_ms: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let end = file.metadata()?.len();
        let mut opened = Opened { file, caller: Vec::new(), assistant: Vec::new(), samples: duration_ms * 8 };
        let mut at = MAGIC.len() as u64;
        let mut head = [0; HEAD + AUDIO_HEAD];
        while at + HEAD as u64 <= end {
            let known = head.len().min((end - at) as usize);
            opened.file.read_exact_at(&mut head[..known], at)?;
            let length = u64::from(u32::from_le_bytes([head[0], head[1], head[2], head[3]]));
            let next = at + HEAD as u64 + length;
            if next > end {
                break;
            }
            opened.note(&head, at, length);
            at = next;
        }
        opened.caller.sort_by_key(|span| span.start);
        opened.assistant.sort_by_key(|span| span.start);
        Ok(Self(Arc::new(opened)))
    }

    /// The file's length in bytes.
    pub fn len(&self) -> u64 {
        HEADER + self.0.samples * UP * FRAME
    }

    /// Whether there is no audio in it.
    pub fn is_empty(&self) -> bool {
        self.0.samples == 0
    }

    /// These bytes of the file; a range is cut at the file's end. Ask for a few hundred kilobytes at a time.
    pub async fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let wav = self.clone();
        tokio::task::spawn_blocking(move || wav.read_now(range)).await.map_err(io::Error::other)?
    }

    /// As [`Wav::read`], on this thread.
    pub fn read_now(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let mut bytes = Vec::with_capacity((end - start) as usize);
        if start < HEADER {
            let header = audio::wav::header(16_000, 2, (self.len() - HEADER) as u32);
            bytes.extend_from_slice(&header[start as usize..end.min(HEADER) as usize]);
        }
        if end > HEADER {
            let (from, to) = (start.max(HEADER) - HEADER, end - HEADER);
            let frames = self.0.frames(from / FRAME..to.div_ceil(FRAME))?;
            let skip = (from % FRAME) as usize;
            bytes.extend_from_slice(&frames[skip..skip + (to - from) as usize]);
        }
        Ok(bytes)
    }
}

impl Opened {
    fn note(&mut self, head: &[u8; HEAD + AUDIO_HEAD], at: u64, length: u64) {
        const AUDIO: u8 = 1;
        if head[8] != AUDIO || length < AUDIO_HEAD as u64 {
            return;
        }
        let mut start_ms = [0; 8];
        start_ms.copy_from_slice(&head[HEAD + 1..]);
        let span = Span {
            start: u64::from_le_bytes(start_ms).saturating_mul(8),
            length: length - AUDIO_HEAD as u64,
            offset: at + (HEAD + AUDIO_HEAD) as u64,
        };
        match head[HEAD] {
            0 => self.caller.push(span),
            _ => self.assistant.push(span),
        }
    }

    /// Frames of both sides, interleaved.
    fn frames(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let left = self.side(Track::Caller, range.clone())?;
        let right = self.side(Track::Assistant, range)?;
        let mut bytes = Vec::with_capacity(left.len() * FRAME as usize);
        for (left, right) in left.into_iter().zip(right) {
            bytes.extend_from_slice(&left.to_le_bytes());
            bytes.extend_from_slice(&right.to_le_bytes());
        }
        Ok(bytes)
    }

    /// One side at 16 kHz.
    fn side(&self, track: Track, frames: Range<u64>) -> io::Result<Vec<i16>> {
        let first = frames.start / UP;
        let last = frames.end.div_ceil(UP);
        // Between two samples lies a curve that their neighbours shape, beyond the borders of what was asked for.
        let samples = self.samples(track, first as i64 - SIDE as i64..last as i64 + SIDE as i64 + 1)?;
        Ok(frames
            .map(|frame| {
                let at = (frame / UP - first) as usize + SIDE;
                if frame % UP == 0 { samples[at] } else { between(&samples, at) }
            })
            .collect())
    }

    /// Samples of one track at 8 kHz; where nothing was recorded is silence.
    fn samples(&self, track: Track, range: Range<i64>) -> io::Result<Vec<i16>> {
        let spans = match track {
            Track::Caller => &self.caller,
            Track::Assistant => &self.assistant,
        };
        let mut samples = vec![0; (range.end - range.start) as usize];
        let (from, to) = (range.start.max(0) as u64, range.end.max(0).unsigned_abs().min(self.samples));
        let mut raw = Vec::new();
        let first = spans.partition_point(|span| span.start + span.length <= from);
        for span in spans[first..].iter().take_while(|span| span.start < to) {
            let start = span.start.max(from);
            let end = (span.start + span.length).min(to);
            if start >= end {
                continue;
            }
            raw.resize((end - start) as usize, 0);
            self.file.read_exact_at(&mut raw, span.offset + (start - span.start))?;
            let place = (start as i64 - range.start) as usize;
            for (sample, byte) in samples[place..].iter_mut().zip(&raw) {
                *sample = audio::mulaw::decode(*byte);
            }
        }
        Ok(samples)
    }
}

/// Neighbours on each side that shape the curve between two samples.
const SIDE: usize = 6;

/// The weights of those neighbours, nearest first: a half-band low-pass (sinc under a Hann window) in 1/65536.
static WEIGHTS: LazyLock<[i64; SIDE]> = LazyLock::new(|| {
    let shape: [f64; SIDE] = std::array::from_fn(|n| {
        let distance = n as f64 + 0.5;
        (PI * distance).sin() / (PI * distance) * 0.5 * (1.0 + (PI * distance / (SIDE as f64 + 0.5)).cos())
    });
    let sum: f64 = shape.iter().sum::<f64>() * 2.0;
    shape.map(|weight| (weight / sum * 65_536.0).round() as i64)
});

/// The value halfway between `samples[at]` and the next. Whole-number arithmetic: the same wherever a range begins.
fn between(samples: &[i16], at: usize) -> i16 {
    let sum: i64 = WEIGHTS
        .iter()
        .enumerate()
        .map(|(n, weight)| weight * (i64::from(samples[at - n]) + i64::from(samples[at + 1 + n])))
        .sum();
    ((sum + 32_768) >> 16).clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
}
