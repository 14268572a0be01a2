//! Changing the sample rate, by a windowed sinc: 8, 16 and 24 kHz among each other, and any other rate a sound file may have.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side. Eight keep aliases some 60 dB down, which a telephone cannot tell from none.
const CROSSINGS: usize = 8;

/// Raises the rate: nothing is lost, nothing is added above the old limit.
pub fn up(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<i16> {
    convert(samples, from_hz, to_hz)
}

/// Lowers the rate: what the new rate cannot carry is filtered out first.
pub fn down(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<i16> {
    convert(samples, from_hz, to_hz)
}

/// Changes the rate either way; the same length of sound comes out, rounded up to a sample.
pub fn convert(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<i16> {
    if from_hz == to_hz || from_hz == 0 || to_hz == 0 {
        return samples.to_vec();
    }
    let divisor = gcd(from_hz, to_hz);
    let (step, phases) = ((from_hz / divisor) as usize, (to_hz / divisor) as usize);
    let kernel = Kernel::new(step, phases);
    let count = (samples.len() * phases).div_ceil(step);
    (0..count).map(|n| kernel.at(samples, n * step / phases, n * step % phases)).collect()
}

/// The filter, once for every position between two samples.
struct Kernel {
    taps: Vec<Vec<f64>>,
    reach: usize,
}

impl Kernel {
    fn new(step: usize, phases: usize) -> Self {
        // Below 1 when the rate falls: the cut-off moves down to the new limit.
        let cut_off = (phases as f64 / step as f64).min(1.0) * 0.95;
        let reach = (CROSSINGS as f64 / cut_off).ceil() as usize;
        let taps = (0..phases).map(|phase| {
            let offset = phase as f64 / phases as f64;
            let taps: Vec<f64> = (0..2 * reach)
                .map(|tap| {
                    let x = tap as f64 - (reach as f64 - 1.0) - offset;
                    cut_off * sinc(x * cut_off) * hann(x / reach as f64)
                })
                .collect();
            let sum: f64 = taps.iter().sum();
            taps.into_iter().map(|tap| tap / sum).collect()
        });
        Self { taps: taps.collect(), reach }
    }

    fn at(&self, samples: &[i16], index: usize, phase: usize) -> i16 {
        let sum: f64 = self.taps[phase]
            .iter()
            .enumerate()
            .filter_map(|(tap, weight)| {
                let sample = samples.get((index + tap + 1).checked_sub(self.reach)?)?;
                Some(weight * f64::from(*sample))
            })
            .sum();
        // A cast of a float saturates.
        sum.round() as i16
    }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn hann(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { 0.5 + 0.5 * (PI * x).cos() }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::energy::rms_dbfs;

    fn tone(hz: f64, rate: u32, ms: u32) -> Vec<i16> {
        (0..rate * ms / 1_000)
            .map(|n| (10_000.0 * (2.0 * PI * hz * f64::from(n) / f64::from(rate)).sin()).round() as i16)
            .collect()
    }

    #[test]
    fn a_tone_keeps_its_length_and_shape_there_and_back() {
        for rate in [16_000, 24_000, 22_050, 44_100] {
            let original = tone(440.0, 8_000, 100);

            let back = down(&up(&original, 8_000, rate), rate, 8_000);

            assert!(back.len().abs_diff(original.len()) <= 1);
            for (n, (a, b)) in original.iter().zip(&back).enumerate().skip(40).take(700) {
                assert!(a.abs_diff(*b) < 250, "sample {n} at {rate} Hz: {a} became {b}");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_carry_is_filtered_out() {
        let too_high = tone(6_500.0, 24_000, 200);

        let lowered = down(&too_high, 24_000, 8_000);

        assert!(rms_dbfs(&too_high) > -15.0);
        assert!(rms_dbfs(&lowered[40..lowered.len() - 40]) < -55.0);
    }

    #[test]
    fn full_scale_does_not_wrap_and_odd_input_does_not_panic() {
        assert!(up(&[i16::MAX; 50], 8_000, 16_000)[40..60].iter().all(|&sample| sample > 32_000));
        assert!(up(&[], 8_000, 24_000).is_empty());
        assert_eq!(up(&[5, 6], 0, 8_000), [5, 6]);
    }
}
