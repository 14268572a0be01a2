//! The outline of a recording: its loudest sample per step.

use super::{BYTES_PER_MS, mulaw};

/// The loudest sample of every `step_ms` of telephone audio, 0 to 100. A last, shorter step counts.
pub fn of(audio: &[u8], step_ms: usize) -> Vec<u8> {
    audio.chunks((step_ms * BYTES_PER_MS).max(1)).map(loudest).collect()
}

/// The loudest sample, 0 to 100.
pub fn loudest(audio: &[u8]) -> u8 {
    let peak = audio.iter().map(|&byte| mulaw::decode(byte).unsigned_abs()).max().unwrap_or(0);
    // The largest sample of µ-law is 32,124.
    (u32::from(peak) * 100 / 32_124).min(100) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_sample_of_each_step_counts() {
        let mut audio = vec![mulaw::SILENCE; 400];
        audio[3] = mulaw::encode(32_124);
        audio[170] = mulaw::encode(-16_062);

        assert_eq!(of(&audio, 20), [100, 49, 0]);
        assert!(of(&[], 20).is_empty());
    }
}
