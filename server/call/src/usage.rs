//! What a call costs, in whole nano-dollars.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Prices of a model in nano-dollars per token (USD per million tokens × 1,000), and per second of transcription.
/// They come from configuration: OpenAI changes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Text read.
    pub text_in: u64,
    /// Text read again from the cache.
    pub text_cached: u64,
    /// Audio heard.
    pub audio_in: u64,
    /// Audio heard, again from the cache.
    pub audio_cached: u64,
    /// Images seen.
    pub image_in: u64,
    /// Images seen, again from the cache.
    pub image_cached: u64,
    /// Text written.
    pub text_out: u64,
    /// Audio spoken.
    pub audio_out: u64,
    /// One second of transcribed audio.
    pub transcription_second: u64,
}

impl Prices {
    /// What is published for a model, as of November 2026; `None` for a model that is not known here. A dated version costs
    /// what its model costs.
    pub fn of(model: &str) -> Option<Self> {
        let is = |name: &str| model == name || model.strip_prefix(name).is_some_and(|rest| rest.starts_with("-20"));
        if is("gpt-realtime-2.1") || is("gpt-realtime-2") {
            Some(Self::REALTIME_2_1)
        } else if is("gpt-realtime-2.1-mini") {
            Some(Self::REALTIME_2_1_MINI)
        } else if is("gpt-realtime-1.5") {
            Some(Self { text_out: 16_000, ..Self::REALTIME_2_1 })
        } else {
            None
        }
    }

    const REALTIME_2_1_MINI: Self = Self {
        text_in: 600,
        text_cached: 60,
        audio_in: 10_000,
        audio_cached: 300,
        image_in: 800,
        image_cached: 80,
        text_out: 2_400,
        audio_out: 20_000,
        ..Self::REALTIME_2_1
    };

    const REALTIME_2_1: Self = Self {
        text_in: 4_000,
        text_cached: 400,
        audio_in: 32_000,
        audio_cached: 400,
        image_in: 5_000,
        image_cached: 500,
        text_out: 24_000,
        audio_out: 64_000,
        transcription_second: 100_000,
    };
}

impl Default for Prices {
    /// Those of `gpt-realtime-2.1`.
    fn default() -> Self {
        Self::REALTIME_2_1
    }
}

/// What one response, or one transcription, used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Text read that was not cached.
    pub text_in: u64,
    /// Text read from the cache.
    pub text_cached: u64,
    /// Audio heard that was not cached.
    pub audio_in: u64,
    /// Audio heard from the cache.
    pub audio_cached: u64,
    /// Images seen that were not cached.
    pub image_in: u64,
    /// Images seen from the cache.
    pub image_cached: u64,
    /// Text written.
    pub text_out: u64,
    /// Audio spoken.
    pub audio_out: u64,
    /// Milliseconds of transcribed audio.
    pub transcription_ms: u64,
    /// The split between cached kinds was not told and had to be estimated.
    pub estimated: bool,
}

impl Usage {
    /// What it cost, in nano-dollars.
    pub const fn cost(&self, prices: &Prices) -> u64 {
        self.text_in * prices.text_in
            + self.text_cached * prices.text_cached
            + self.audio_in * prices.audio_in
            + self.audio_cached * prices.audio_cached
            + self.image_in * prices.image_in
            + self.image_cached * prices.image_cached
            + self.text_out * prices.text_out
            + self.audio_out * prices.audio_out
            + self.transcription_ms * prices.transcription_second / 1_000
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.text_in += other.text_in;
        self.text_cached += other.text_cached;
        self.audio_in += other.audio_in;
        self.audio_cached += other.audio_cached;
        self.image_in += other.image_in;
        self.image_cached += other.image_cached;
        self.text_out += other.text_out;
        self.audio_out += other.audio_out;
        self.transcription_ms += other.transcription_ms;
        self.estimated |= other.estimated;
    }
}

/// More tokens than any response can use: what claims more is cut down to it, so that sums cannot overflow.
const MAX_TOKENS: u64 = 10_000_000;

/// `response.usage` as OpenAI writes it: `input_tokens` include the cached ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ResponseUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    input_token_details: Option<InputDetails>,
    output_token_details: Option<Tokens>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct InputDetails {
    #[serde(flatten)]
    tokens: Tokens,
    cached_tokens: Option<u64>,
    cached_tokens_details: Option<Tokens>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Tokens {
    #[serde(rename = "text_tokens")]
    text: Option<u64>,
    #[serde(rename = "audio_tokens")]
    audio: Option<u64>,
    #[serde(rename = "image_tokens")]
    image: Option<u64>,
}

impl Tokens {
    fn counts(self) -> [u64; 3] {
        [self.text, self.audio, self.image].map(|tokens| tokens.unwrap_or(0).min(MAX_TOKENS))
    }
}

impl From<&ResponseUsage> for Usage {
    fn from(used: &ResponseUsage) -> Self {
        let input = used.input_token_details.clone().unwrap_or_default();
        let mut estimated = false;
        let [mut text, audio, image] = input.tokens.counts();
        if used.input_token_details.is_none() {
            text = used.input_tokens.unwrap_or(0).min(MAX_TOKENS);
            estimated = text > 0;
        }
        let cached = if let Some(details) = input.cached_tokens_details {
            details.counts()
        } else {
            // Without the split, text is the likelier to have been cached: it is the beginning of every request.
            let all = input.cached_tokens.unwrap_or(0);
            estimated |= all > 0;
            let of_text = all.min(text);
            let of_audio = (all - of_text).min(audio);
            [of_text, of_audio, (all - of_text - of_audio).min(image)]
        };
        let [text_out, audio_out, _] = match used.output_token_details {
            Some(details) => details.counts(),
            None => [used.output_tokens.unwrap_or(0).min(MAX_TOKENS), 0, 0],
        };
        let [text_cached, audio_cached, image_cached] =
            [cached[0].min(text), cached[1].min(audio), cached[2].min(image)];
        Self {
            text_in: text - text_cached,
            text_cached,
            audio_in: audio - audio_cached,
            audio_cached,
            image_in: image - image_cached,
            image_cached,
            text_out,
            audio_out,
            transcription_ms: 0,
            estimated: estimated || (used.output_token_details.is_none() && text_out > 0),
        }
    }
}

/// The usage of a transcription: seconds with some models, tokens with others.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TranscriptionUsage {
    seconds: Option<f64>,
    input_tokens: Option<u64>,
    input_token_details: Option<Tokens>,
}

impl From<&TranscriptionUsage> for Usage {
    fn from(used: &TranscriptionUsage) -> Self {
        if let Some(seconds) = used.seconds {
            return Self { transcription_ms: (seconds.clamp(0.0, 36_000.0) * 1_000.0) as u64, ..Self::default() };
        }
        // A token is 100 ms of the caller's voice.
        let tokens = used.input_token_details.and_then(|details| details.audio).or(used.input_tokens);
        let tokens = tokens.unwrap_or(0).min(MAX_TOKENS);
        Self { transcription_ms: tokens * 100, estimated: tokens > 0, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(json: &str) -> Usage {
        Usage::from(&serde_json::from_str::<ResponseUsage>(json).unwrap())
    }

    fn transcription(json: &str) -> Usage {
        Usage::from(&serde_json::from_str::<TranscriptionUsage>(json).unwrap())
    }

    #[test]
    fn each_model_costs_what_is_published_for_it() {
        assert_eq!(Prices::of("gpt-realtime-2.1"), Some(Prices::default()));
        assert_eq!(Prices::of("gpt-realtime-2.1-mini-2026-10-01").map(|prices| prices.audio_in), Some(10_000));
        assert_eq!(Prices::of("gpt-realtime-1.5").map(|prices| prices.text_out), Some(16_000));
        assert_eq!(Prices::of("somebody-elses"), None);
    }

    #[test]
    fn a_response_costs_what_openai_says_it_does() {
        let used = response(
            r#"{"total_tokens":1253,"input_tokens":1100,"output_tokens":153,"input_token_details":{"text_tokens":800,"audio_tokens":300,"image_tokens":0,"cached_tokens":896,"cached_tokens_details":{"text_tokens":704,"audio_tokens":192,"image_tokens":0}},"output_token_details":{"text_tokens":53,"audio_tokens":100}}"#,
        );

        assert_eq!(used.cost(&Prices::default()), 11_870_400); // 0.0118704 USD
        assert!(!used.estimated);
    }

    #[test]
    fn cached_tokens_without_a_split_are_taken_for_text_first() {
        let used = response(
            r#"{"input_tokens":150,"output_tokens":0,"input_token_details":{"text_tokens":100,"audio_tokens":50,"cached_tokens":120},"output_token_details":{"text_tokens":0,"audio_tokens":0}}"#,
        );

        assert_eq!((used.text_in, used.text_cached, used.audio_in, used.audio_cached), (0, 100, 30, 20));
        assert!(used.estimated);
    }

    #[test]
    fn usage_without_details_or_with_nonsense_does_not_overflow() {
        assert_eq!(response("{}"), Usage::default());
        assert_eq!(response(r#"{"input_tokens":10,"output_tokens":5}"#).text_in, 10);
        let absurd = response(
            r#"{"input_token_details":{"text_tokens":1,"cached_tokens_details":{"text_tokens":18446744073709551615}}}"#,
        );
        assert_eq!((absurd.text_in, absurd.text_cached), (0, 1));
    }

    #[test]
    fn transcription_is_counted_in_seconds_or_in_tokens() {
        let seconds = transcription(r#"{"type":"duration","seconds":2.2}"#);
        let tokens = transcription(
            r#"{"type":"tokens","total_tokens":22,"input_tokens":13,"input_token_details":{"text_tokens":0,"audio_tokens":13},"output_tokens":9}"#,
        );

        assert_eq!((seconds.transcription_ms, seconds.estimated), (2_200, false));
        assert_eq!((tokens.transcription_ms, tokens.estimated), (1_300, true));
        assert_eq!(seconds.cost(&Prices::default()), 220_000);
    }
}
