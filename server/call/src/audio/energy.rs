//! How loud audio is.

/// What digital silence is reported as.
pub const SILENCE_DBFS: f64 = -96.0;

/// Loudness relative to the loudest possible square wave, in decibels: 0 is full scale, telephone speech is around -25, a quiet line below -50.
pub fn rms_dbfs(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return SILENCE_DBFS;
    }
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum();
    let rms = (sum / samples.len() as f64).sqrt();
    (20.0 * (rms / 32_768.0).log10()).max(SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_square_wave_is_zero_and_silence_is_the_floor() {
        assert!(rms_dbfs(&[i16::MIN; 80]).abs() < 0.01);
        assert!((rms_dbfs(&[3_277; 80]) + 20.0).abs() < 0.1);
        assert!((rms_dbfs(&[0; 80]) - SILENCE_DBFS).abs() < f64::EPSILON);
        assert!((rms_dbfs(&[]) - SILENCE_DBFS).abs() < f64::EPSILON);
    }
}
