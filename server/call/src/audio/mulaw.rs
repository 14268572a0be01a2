//! µ-law (G.711): the telephone's byte per sample.

/// The byte for silence.
pub const SILENCE: u8 = 0xFF;

const BIAS: i16 = 0x84;
const CLIP: i16 = 32_635;

/// Every byte's sample.
static SAMPLES: [i16; 256] = samples();

const fn samples() -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let bits = !(byte as u8);
        let magnitude = ((((bits & 0x0F) as i16) << 3) + BIAS) << ((bits & 0x70) >> 4);
        table[byte] = if bits & 0x80 == 0 { magnitude - BIAS } else { BIAS - magnitude };
        byte += 1;
    }
    table
}

/// The sample that a byte stands for.
pub fn decode(byte: u8) -> i16 {
    SAMPLES[usize::from(byte)]
}

/// The byte nearest to a sample.
pub fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.saturating_abs().min(CLIP) + BIAS;
    // The bias makes bit 7 the lowest possible leading one.
    let exponent = 8 - (magnitude as u16).leading_zeros().min(8);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0F;
    !(sign | ((exponent as u8) << 4) | mantissa as u8)
}

/// The samples of telephone audio.
pub fn decode_all(bytes: &[u8]) -> Vec<i16> {
    bytes.iter().copied().map(decode).collect()
}

/// Telephone audio of samples.
pub fn encode_all(samples: &[i16]) -> Vec<u8> {
    samples.iter().copied().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_the_round_trip() {
        for byte in 0..=255_u8 {
            // 0x7F and 0xFF are both silence.
            let expected = if byte == 0x7F { SILENCE } else { byte };
            assert_eq!(encode(decode(byte)), expected, "{byte:#x}");
        }
    }

    #[test]
    fn known_values_of_the_standard() {
        assert_eq!(decode(0x00), -32_124);
        assert_eq!(decode(0x80), 32_124);
        assert_eq!(decode(SILENCE), 0);
        assert_eq!(encode(0), SILENCE);
        assert_eq!(encode(i16::MIN), 0x00);
        assert_eq!(encode(i16::MAX), 0x80);
    }

    #[test]
    fn the_error_stays_within_half_a_step() {
        for sample in (-32_000..32_000).step_by(7) {
            let back = decode(encode(sample));
            let allowed = (i32::from(sample).abs() / 16).max(8);
            assert!((i32::from(back) - i32::from(sample)).abs() <= allowed, "{sample} became {back}");
        }
    }
}
