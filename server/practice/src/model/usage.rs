//! Counts tokens: 100 ms of the caller's voice, 50 ms of the assistant's, or about four letters of text are one.

use serde_json::{Value, json};

use super::items::{Item, Kind, Part};

/// Tokens of both kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) text: u64,
    pub(super) audio: u64,
}

impl Tokens {
    pub(super) fn of_text(text: &str) -> Self {
        Self { text: (text.len() as u64).div_ceil(4), audio: 0 }
    }

    pub(super) fn of_item(item: &Item) -> Self {
        match &item.kind {
            Kind::Message { parts, .. } => parts.iter().map(Self::of_part).sum(),
            Kind::FunctionCall { name, arguments, .. } => Self::of_text(name) + Self::of_text(arguments),
            Kind::FunctionCallOutput { output, .. } => Self::of_text(output),
            Kind::Other(_) => Self::default(),
        }
    }

    fn of_part(part: &Part) -> Self {
        match part {
            Part::InputText(text) | Part::OutputText(text) => Self::of_text(text),
            Part::InputAudio { ms, .. } => Self { text: 0, audio: ms.div_ceil(100) },
            Part::OutputAudio { transcript, ms } => {
                Self { audio: ms.div_ceil(50), ..transcript.as_deref().map(Self::of_text).unwrap_or_default() }
            }
            Part::Other(_) => Self::default(),
        }
    }

    pub(super) const fn total(self) -> u64 {
        self.text + self.audio
    }

    /// What of this is served from the cache, when `before` was sent the last time: whole blocks of 64 only.
    pub(super) fn cached(self, before: Self) -> Self {
        let blocks = |now: u64, before: u64| now.min(before) / 64 * 64;
        Self { text: blocks(self.text, before.text), audio: blocks(self.audio, before.audio) }
    }
}

impl std::ops::Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { text: self.text + other.text, audio: self.audio + other.audio }
    }
}

impl std::iter::Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), std::ops::Add::add)
    }
}

/// The `usage` of a response.
pub(super) fn to_json(input: Tokens, cached: Tokens, output: Tokens) -> Value {
    json!({
        "total_tokens": input.total() + output.total(),
        "input_tokens": input.total(),
        "output_tokens": output.total(),
        "input_token_details": {
            "text_tokens": input.text,
            "audio_tokens": input.audio,
            "image_tokens": 0,
            "cached_tokens": cached.total(),
            "cached_tokens_details": { "text_tokens": cached.text, "audio_tokens": cached.audio, "image_tokens": 0 },
        },
        "output_token_details": { "text_tokens": output.text, "audio_tokens": output.audio },
    })
}

/// The `usage` of a transcription, in the shape that the transcribing model reports.
pub(super) fn of_transcription(model: &str, ms: u64, transcript: &str) -> Value {
    if !model.starts_with("gpt-4o") {
        return json!({ "type": "duration", "seconds": ms as f64 / 1_000.0 });
    }
    let (input, output) = (ms.div_ceil(100), Tokens::of_text(transcript).text);
    json!({
        "type": "tokens",
        "total_tokens": input + output,
        "input_tokens": input,
        "input_token_details": { "text_tokens": 0, "audio_tokens": input },
        "output_tokens": output,
    })
}
