//! WAV files: the header of what we serve, and reading what people bring.

use super::mulaw;

/// A file's sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wav {
    /// Samples per second.
    pub rate_hz: u32,
    /// How many channels the file had; they are mixed into one.
    pub channels: u16,
    /// One channel.
    pub samples: Vec<i16>,
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// Something else.
    #[error("this is not a WAV file")]
    NotWav,
    /// No format before the data, or no data.
    #[error("the WAV file is incomplete")]
    Incomplete,
    /// An encoding that is not read here.
    #[error("the WAV file has encoding {tag} with {bits} bits; PCM with 8, 16 or 24 bits and µ-law are read")]
    Unsupported {
        /// The encoding's number.
        tag: u16,
        /// Bits per sample.
        bits: u16,
    },
}

/// The 44 bytes before `data_bytes` of 16-bit PCM.
pub fn header(rate_hz: u32, channels: u16, data_bytes: u32) -> [u8; 44] {
    let frame_bytes = channels * 2;
    let mut header = [0; 44];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        header[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(b"RIFF");
    put(&data_bytes.saturating_add(36).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&channels.to_le_bytes());
    put(&rate_hz.to_le_bytes());
    put(&(rate_hz * u32::from(frame_bytes)).to_le_bytes());
    put(&frame_bytes.to_le_bytes());
    put(&16_u16.to_le_bytes());
    put(b"data");
    put(&data_bytes.to_le_bytes());
    header
}

/// Reads a file, mixing its channels into one. A file cut off within its data is read as far as it goes.
pub fn parse(file: &[u8]) -> Result<Wav, WavError> {
    if file.len() < 12 || &file[..4] != b"RIFF" || &file[8..12] != b"WAVE" {
        return Err(WavError::NotWav);
    }
    let mut format = None;
    let mut rest = &file[12..];
    while rest.len() >= 8 {
        let (id, size) = (&rest[..4], u32_at(rest, 4) as usize);
        let body = &rest[8..rest.len().min(8 + size)];
        match id {
            b"fmt " => format = Some(Format::read(body)?),
            b"data" => return format.ok_or(WavError::Incomplete)?.decode(body),
            _ => {}
        }
        // Chunks are padded to even lengths.
        rest = rest.get(8 + size + size % 2..).unwrap_or_default();
    }
    Err(WavError::Incomplete)
}

#[derive(Clone, Copy)]
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    bits: u16,
}

const PCM: u16 = 1;
const MULAW: u16 = 7;
/// The real tag is in the extension.
const EXTENSIBLE: u16 = 0xFFFE;

impl Format {
    fn read(body: &[u8]) -> Result<Self, WavError> {
        if body.len() < 16 {
            return Err(WavError::Incomplete);
        }
        let tag = match u16_at(body, 0) {
            EXTENSIBLE if body.len() >= 26 => u16_at(body, 24),
            tag => tag,
        };
        let format = Self { tag, channels: u16_at(body, 2), rate_hz: u32_at(body, 4), bits: u16_at(body, 14) };
        if format.channels == 0 || format.rate_hz == 0 {
            return Err(WavError::Incomplete);
        }
        Ok(format)
    }

    fn decode(self, data: &[u8]) -> Result<Wav, WavError> {
        let samples: Vec<i16> = match (self.tag, self.bits) {
            (PCM, 8) => data.iter().map(|&byte| (i16::from(byte) - 128) * 256).collect(),
            (PCM, 16) => data.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect(),
            (PCM, 24) => data.chunks_exact(3).map(|three| i16::from_le_bytes([three[1], three[2]])).collect(),
            (MULAW, 8) => mulaw::decode_all(data),
            (tag, bits) => return Err(WavError::Unsupported { tag, bits }),
        };
        let mixed = samples.chunks_exact(usize::from(self.channels)).map(|frame| {
            let sum: i32 = frame.iter().map(|&sample| i32::from(sample)).sum();
            (sum / i32::from(self.channels)) as i16
        });
        Ok(Wav { rate_hz: self.rate_hz, channels: self.channels, samples: mixed.collect() })
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rate_hz: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
        let mut file = header(rate_hz, channels, (samples.len() * 2) as u32).to_vec();
        file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        file
    }

    #[test]
    fn what_the_header_announces_is_read_back() {
        let wav = parse(&file(16_000, 1, &[1, -2, 3])).unwrap();

        assert_eq!(wav, Wav { rate_hz: 16_000, channels: 1, samples: vec![1, -2, 3] });
    }

    #[test]
    fn stereo_is_mixed_and_other_chunks_are_skipped() {
        let mut stereo = file(8_000, 2, &[100, 300, -10, -30]);
        stereo.splice(36..36, *b"LIST\x03\0\0\0abc\0");

        assert_eq!(parse(&stereo).unwrap().samples, [200, -20]);
    }

    #[test]
    fn a_broken_file_is_an_error_not_a_panic() {
        let whole = file(8_000, 1, &[7; 100]);
        for end in 0..whole.len() {
            let _ = parse(&whole[..end]);
        }

        assert_eq!(parse(b"MP3 or so, certainly no sound"), Err(WavError::NotWav));
        assert_eq!(parse(&whole[..40]), Err(WavError::Incomplete));
        let mut float = whole.clone();
        float[20] = 3;
        float[34] = 32;
        assert_eq!(parse(&float), Err(WavError::Unsupported { tag: 3, bits: 32 }));
    }
}
