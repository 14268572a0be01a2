//! Sound files to and from what a telephone carries: µ-law at 8 kHz.

use call::audio::{mulaw, resample, wav};

/// µ-law bytes a millisecond.
pub const BYTES_PER_MS: usize = 8;
/// µ-law silence.
pub const SILENCE: u8 = 0xFF;
/// Samples a second on the telephone.
const RATE_HZ: u32 = 8_000;

/// Why a sound file cannot be said into a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    /// It cannot be read.
    #[error(transparent)]
    Wav(#[from] wav::WavError),
    /// It holds no sound.
    #[error("the WAV file holds no sound")]
    Empty,
}

/// The µ-law of a WAV file of any rate and any number of channels.
pub fn mulaw_of_wav(file: &[u8]) -> Result<Vec<u8>, SoundError> {
    let sound = wav::parse(file)?;
    let samples = resample::convert(&sound.samples, sound.rate_hz, RATE_HZ);
    if samples.is_empty() { Err(SoundError::Empty) } else { Ok(mulaw::encode_all(&samples)) }
}

/// A WAV file (16-bit PCM, 8 kHz, mono) of µ-law audio.
pub fn wav_of_mulaw(audio: &[u8]) -> Vec<u8> {
    let mut file = wav::header(RATE_HZ, 1, audio.len() as u32 * 2).to_vec();
    file.extend(mulaw::decode_all(audio).into_iter().flat_map(i16::to_le_bytes));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_rate_and_two_channels_keeps_its_length() {
        let mut file = wav_of_mulaw(&vec![0x30; 32_000]);
        // The same bytes declared as stereo at 16 kHz last a quarter of the time.
        file[22] = 2;
        file[24..28].copy_from_slice(&16_000_u32.to_le_bytes());

        assert_eq!(mulaw_of_wav(&file).map(|it| it.len()), Ok(8_000));
    }

    #[test]
    fn what_the_telephone_carried_comes_back_byte_by_byte() {
        let audio: Vec<u8> = (0x80..=0xFF).chain(0x00..0x7F).collect();

        assert_eq!(mulaw_of_wav(&wav_of_mulaw(&audio)), Ok(audio));
    }

    #[test]
    fn a_file_without_sound_is_told() {
        assert_eq!(mulaw_of_wav(b"ID3"), Err(SoundError::Wav(wav::WavError::NotWav)));
        assert_eq!(mulaw_of_wav(&wav_of_mulaw(&[])), Err(SoundError::Empty));
    }
}
