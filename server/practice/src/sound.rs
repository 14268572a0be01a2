//! Sound as both ends handle it: µ-law at 8 kHz, 16-bit samples, WAV files.

/// µ-law bytes a millisecond.
pub const BYTES_PER_MS: usize = 8;
/// µ-law silence.
pub const SILENCE: u8 = 0xFF;

/// One µ-law byte as a 16-bit sample.
pub fn decode(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let magnitude = (((i16::from(byte & 15) << 3) + 0x84) << exponent) - 0x84;
    if byte & 0x80 == 0 { magnitude } else { -magnitude }
}

/// One 16-bit sample as a µ-law byte.
pub fn encode(sample: i16) -> u8 {
    let magnitude = i32::from(sample).abs().min(32_635) + 0x84;
    let exponent = (magnitude.ilog2() - 7) as u8;
    let mantissa = ((magnitude >> (exponent + 3)) & 15) as u8;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (exponent << 4) | mantissa)
}

/// Samples at another rate, by linear interpolation with a moving average before going down. Good enough for a rehearsal.
pub fn resample(samples: &[i16], from_hz: u32, to_hz: u32) -> Vec<i16> {
    if from_hz == to_hz || samples.is_empty() {
        return samples.to_vec();
    }
    let ratio = f64::from(from_hz) / f64::from(to_hz);
    let smooth = if ratio > 1.0 { moving_average(samples, ratio.round() as usize) } else { samples.to_vec() };
    let count = (samples.len() as f64 / ratio) as usize;
    (0..count)
        .map(|n| {
            let at = n as f64 * ratio;
            let index = (at as usize).min(smooth.len() - 1);
            let (here, next) = (f64::from(smooth[index]), f64::from(smooth[(index + 1).min(smooth.len() - 1)]));
            (here + (next - here) * at.fract()) as i16
        })
        .collect()
}

fn moving_average(samples: &[i16], width: usize) -> Vec<i16> {
    let half = width / 2;
    (0..samples.len())
        .map(|n| {
            let around = &samples[n.saturating_sub(half)..(n + width - half).min(samples.len())];
            (around.iter().map(|it| i64::from(*it)).sum::<i64>() / around.len() as i64) as i16
        })
        .collect()
}

/// How loud samples are, in dB below full scale; −100 for nothing at all.
pub fn loudness_dbfs(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return -100.0;
    }
    let power = samples.iter().map(|it| f64::from(*it).powi(2)).sum::<f64>() / samples.len() as f64;
    (10.0 * (power / 32_768_f64.powi(2)).log10()).max(-100.0)
}

/// Why a WAV file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// It is something else.
    #[error("this is not a WAV file")]
    NotWav,
    /// Its samples are of a kind that is not read.
    #[error("WAV format {format} with {bits} bits is not supported: use 16-bit PCM, 8-bit PCM or 8-bit µ-law")]
    Unsupported {
        /// The format tag.
        format: u16,
        /// Bits a sample.
        bits: u16,
    },
    /// It holds no sound.
    #[error("the WAV file holds no sound")]
    Empty,
}

/// The µ-law at 8 kHz of a WAV file of any rate and any number of channels.
pub fn mulaw_of_wav(file: &[u8]) -> Result<Vec<u8>, WavError> {
    if file.len() < 12 || &file[..4] != b"RIFF" || &file[8..12] != b"WAVE" {
        return Err(WavError::NotWav);
    }
    let mut format = None;
    let mut rest = &file[12..];
    while let Some((head, body)) = rest.split_at_checked(8) {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        // A file written to a pipe has a size that is too large: take what is there.
        let chunk = &body[..size.min(body.len())];
        match &head[..4] {
            b"fmt " => format = Some(Format::parse(chunk).ok_or(WavError::NotWav)?),
            b"data" => return format.ok_or(WavError::NotWav)?.mulaw(chunk),
            _ => {}
        }
        rest = body.get(size + size % 2..).unwrap_or_default();
    }
    Err(WavError::Empty)
}

struct Format {
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

impl Format {
    fn parse(chunk: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_le_bytes([*chunk.get(at)?, *chunk.get(at + 1)?]));
        let tag = word(0)?;
        // WAVE_FORMAT_EXTENSIBLE keeps the real tag in the first bytes of its GUID.
        let tag = if tag == 0xFFFE { word(24)? } else { tag };
        let rate = u32::from(word(4)?) | (u32::from(word(6)?) << 16);
        let format = Self { tag, channels: word(2)?, rate, bits: word(14)? };
        (format.channels > 0 && format.rate > 0).then_some(format)
    }

    fn mulaw(&self, data: &[u8]) -> Result<Vec<u8>, WavError> {
        let channels = usize::from(self.channels);
        if self.tag == 7 && self.bits == 8 && self.rate == 8_000 && channels == 1 && !data.is_empty() {
            return Ok(data.to_vec());
        }
        let samples: Vec<i16> = match (self.tag, self.bits) {
            (1, 16) => data.chunks_exact(2).map(|it| i16::from_le_bytes([it[0], it[1]])).collect(),
            (1, 8) => data.iter().map(|it| (i16::from(*it) - 128) << 8).collect(),
            (7, 8) => data.iter().map(|it| decode(*it)).collect(),
            (format, bits) => return Err(WavError::Unsupported { format, bits }),
        };
        let mono: Vec<i16> = samples
            .chunks_exact(channels)
            .map(|it| (it.iter().map(|it| i32::from(*it)).sum::<i32>() / i32::from(self.channels)) as i16)
            .collect();
        if mono.is_empty() {
            return Err(WavError::Empty);
        }
        Ok(resample(&mono, self.rate, 8_000).into_iter().map(encode).collect())
    }
}

/// Samples of a WAV file as espeak-ng writes them: 16-bit mono, with its rate.
pub(crate) fn samples_of_wav(file: &[u8]) -> Option<(Vec<i16>, u32)> {
    let at = file.windows(4).position(|it| it == b"fmt ")? + 8;
    let format = Format::parse(file.get(at..)?)?;
    let data = file.windows(4).position(|it| it == b"data")? + 8;
    let samples = file.get(data..)?.chunks_exact(2).map(|it| i16::from_le_bytes([it[0], it[1]])).collect();
    (format.tag == 1 && format.bits == 16 && format.channels == 1).then_some((samples, format.rate))
}

/// A WAV file (16-bit PCM, 8 kHz, mono) of µ-law audio.
pub fn wav_of_mulaw(audio: &[u8]) -> Vec<u8> {
    let bytes = audio.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(8_000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend(audio.iter().flat_map(|it| decode(*it).to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mulaw_byte_comes_back() {
        // 0x7F is negative zero, the one value with two names.
        for byte in (0..=255).filter(|it| *it != 0x7F) {
            assert_eq!(encode(decode(byte)), byte);
        }
        assert_eq!((decode(0xFF), decode(0x7F), decode(0x80), decode(0x00)), (0, 0, 32_124, -32_124));
    }

    #[test]
    fn a_wav_file_of_another_rate_and_two_channels_keeps_its_length() {
        let mut file = wav_of_mulaw(&vec![0x30; 32_000]);
        // The same bytes declared as stereo at 16 kHz last a quarter of the time.
        file[22] = 2;
        file[24..28].copy_from_slice(&16_000_u32.to_le_bytes());

        assert_eq!(mulaw_of_wav(&file).expect("a WAV file").len(), 8_000);
        assert_eq!(mulaw_of_wav(&wav_of_mulaw(&[0x30; 800])).expect("a WAV file"), vec![0x30; 800]);
    }

    #[test]
    fn what_is_not_a_wav_file_is_told() {
        assert_eq!(mulaw_of_wav(b"ID3"), Err(WavError::NotWav));
        assert_eq!(mulaw_of_wav(&wav_of_mulaw(&[])), Err(WavError::Empty));
        let mut float = wav_of_mulaw(&[0; 8]);
        float[20] = 3;
        assert_eq!(mulaw_of_wav(&float), Err(WavError::Unsupported { format: 3, bits: 16 }));
    }
}
