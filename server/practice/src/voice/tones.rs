//! A pleasant tone for each syllable.

use std::f64::consts::TAU;

/// The notes that syllables are sung on: a pentatonic scale has no wrong neighbours.
const NOTES_HZ: [f64; 5] = [262.0, 294.0, 330.0, 392.0, 440.0];
/// Real speech has four to five syllables a second.
const SYLLABLE_MS: u32 = 170;
const GAP_MS: u32 = 40;
const COMMA_MS: u32 = 120;
const LOUDNESS: f64 = 7_000.0;

/// The words in tones.
pub(super) fn sing(text: &str, speed_percent: u32, rate: u32) -> Vec<i16> {
    let ms = |ms: u32| (rate * ms / 10 / speed_percent.clamp(25, 150)) as usize;
    let mut samples = Vec::new();
    let mut sung = 0;
    for word in text.split_whitespace() {
        for _ in 0..syllables(word) {
            tone(&mut samples, NOTES_HZ[(sung * 2 + word.len()) % NOTES_HZ.len()], ms(SYLLABLE_MS), rate);
            sung += 1;
        }
        let pause = if word.ends_with([',', '.', '?', '!', ';', ':']) { COMMA_MS } else { GAP_MS };
        samples.extend(std::iter::repeat_n(0, ms(pause)));
    }
    samples
}

/// Groups of vowels; numbers are spoken digit by digit.
fn syllables(word: &str) -> usize {
    let mut count = 0;
    let mut in_vowels = false;
    for letter in word.chars() {
        let vowel = "aeiouyAEIOUYäöüéèáíóú".contains(letter);
        count += usize::from((vowel && !in_vowels) || letter.is_ascii_digit());
        in_vowels = vowel;
    }
    count.max(1)
}

fn tone(samples: &mut Vec<i16>, hz: f64, count: usize, rate: u32) {
    samples.extend((0..count).map(|n| {
        let phase = n as f64 / f64::from(rate) * hz * TAU;
        // Swells and fades, so that syllables do not click.
        let swell = (n as f64 / count as f64 * TAU / 2.0).sin().powf(0.4);
        ((phase.sin() + 0.3 * (2.0 * phase).sin()) * swell * LOUDNESS) as i16
    }));
}
