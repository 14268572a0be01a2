//! What a call costs, in whole nano-dollars.

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

impl Default for Prices {
    /// `gpt-realtime-2.1` as published in November 2026.
    fn default() -> Self {
        Self {
            text_in: 4_000,
            text_cached: 400,
            audio_in: 32_000,
            audio_cached: 400,
            image_in: 5_000,
            image_cached: 500,
            text_out: 24_000,
            audio_out: 64_000,
            transcription_second: 100_000,
        }
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
