//! The audio that came from the caller and is not yet part of the conversation.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    items::bad_audio,
    problem::Problem,
    vad::{Edge, Sensitivity, Vad},
};
use crate::{
    caption::{Caption, Reader},
    voice::Format,
};

/// The largest `append` that is accepted, decoded.
const MAX_APPEND: usize = 15 * 1024 * 1024;
/// A commit of less is refused.
const SHORTEST_COMMIT_MS: u64 = 100;
/// While nobody speaks this much is kept, for the padding before the next utterance.
const KEPT_MS: u64 = 12_000;

/// The input buffer with its ears.
#[derive(Debug, Default)]
pub(super) struct Input {
    audio: Vec<u8>,
    /// Milliseconds of the session before `audio`.
    start_ms: u64,
    vad: Vad,
    captions: Reader,
    /// Words that came with the audio, not yet taken.
    found: Vec<Caption>,
    speech_from_ms: u64,
}

/// A turn of the caller.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) audio: Vec<u8>,
    pub(super) ms: u64,
    pub(super) words: Option<String>,
}

impl Input {
    /// Takes an `append`; with a sensitivity it listens for speech.
    pub(super) fn append(
        &mut self,
        base64: &str,
        format: Format,
        listen: Option<Sensitivity>,
    ) -> Result<Vec<Edge>, Problem> {
        let audio = BASE64_STANDARD.decode(base64).map_err(|_| bad_audio("audio"))?;
        if audio.len() > MAX_APPEND {
            return Err(Problem::invalid("audio", "The audio of one event must not be larger than 15 MiB."));
        }
        if audio.len() % format.sample_bytes() != 0 {
            return Err(Problem::invalid("audio", "Invalid 'audio'. 16-bit samples need an even number of bytes."));
        }
        if format == Format::Mulaw {
            self.found.extend(self.captions.read(&audio).into_iter().map(|it| it.caption));
        }
        let edges = match listen {
            Some(sensitivity) => self.vad.hear(&format.samples(&audio), format.rate(), sensitivity),
            None => Vec::new(),
        };
        self.audio.extend(audio);
        if listen.is_some() && !self.vad.speaking() && edges.is_empty() {
            self.forget(KEPT_MS, format);
        }
        Ok(edges)
    }

    /// An utterance began here; what lies before it is nothing.
    pub(super) fn speech_from(&mut self, ms: u64) {
        self.speech_from_ms = ms;
    }

    /// Takes the utterance that ended here.
    pub(super) fn take_speech(&mut self, end_ms: u64, format: Format) -> Heard {
        let at = |ms: u64| (ms.saturating_sub(self.start_ms) as usize * format.bytes_per_ms()).min(self.audio.len());
        let (from, to) = (at(self.speech_from_ms), at(end_ms));
        let audio = self.audio[from.min(to)..to].to_vec();
        self.audio.drain(..to);
        self.start_ms = self.start_ms.max(end_ms);
        Heard { ms: end_ms.saturating_sub(self.speech_from_ms), audio, words: self.words() }
    }

    /// Takes everything there is.
    pub(super) fn take_all(&mut self, format: Format) -> Result<Heard, Problem> {
        let ms = (self.audio.len() / format.bytes_per_ms()) as u64;
        if ms < SHORTEST_COMMIT_MS {
            let held = self.audio.len() as f64 / format.bytes_per_ms() as f64;
            let message = format!(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has {held:.2}ms of audio."
            );
            return Err(Problem::new("input_audio_buffer_commit_empty", message));
        }
        self.start_ms += ms;
        Ok(Heard { audio: std::mem::take(&mut self.audio), ms, words: self.words() })
    }

    /// Throws away what was not committed.
    pub(super) fn clear(&mut self) {
        self.audio.clear();
        self.found.clear();
    }

    /// Audio of another format follows.
    pub(super) fn change_format(&mut self, before: Format) {
        self.start_ms += (self.audio.len() / before.bytes_per_ms()) as u64;
        self.clear();
        self.captions = Reader::default();
    }

    /// From where to where the buffer reaches.
    pub(super) fn span(&self, format: Format) -> (u64, u64) {
        (self.start_ms, self.start_ms + (self.audio.len() / format.bytes_per_ms()) as u64)
    }

    fn forget(&mut self, kept_ms: u64, format: Format) {
        let kept = kept_ms as usize * format.bytes_per_ms();
        // In large steps: moving the rest for every frame would cost more than the memory it saves.
        if self.audio.len() > 2 * kept {
            let gone = self.audio.len() - kept;
            self.audio.drain(..gone);
            self.start_ms += (gone / format.bytes_per_ms()) as u64;
        }
    }

    /// The words that came along; a repeated caption counts once.
    fn words(&mut self) -> Option<String> {
        self.found.dedup_by_key(|it| it.id);
        let texts: Vec<String> = self.found.drain(..).map(|it| it.text).collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}
