//! Audio of the telephone: µ-law at 8 kHz and what is derived from it.

pub mod energy;
pub mod mulaw;
pub mod peaks;
pub mod resample;
pub mod wav;

/// Bytes of µ-law in a millisecond of telephone audio.
pub const BYTES_PER_MS: usize = 8;
