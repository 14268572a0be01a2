//! Words carried unheard in µ-law audio.
//!
//! The practice model does not understand speech and the practice telephone does not transcribe it, yet a rehearsal has
//! to have words. So whoever speaks writes what is said into the lowest bit of the µ-law bytes: a change of one
//! quantisation step, about 30 dB under the voice. The server in between passes µ-law through untouched, knows nothing of it,
//! and a real model would hear nothing. Transcoding destroys a caption; then there are simply no words.
//!
//! A caption is, bit by bit, most significant bit first, one bit a byte of audio:
//!
//! ```text
//! magic 32 | id 16 | duration_ms 32 | length 16 | text, UTF-8, length × 8 | CRC-32 of all after the magic 32
//! ```
//!
//! A speaker repeats the caption as long as the utterance lasts, so that a lost frame or an interruption does not lose it;
//! the `id` tells a repetition from something new. [`Reader`] takes audio in pieces of any size.

use std::collections::VecDeque;

const MAGIC: u32 = 0xA1DA_5EED;
const MAGIC_BITS: usize = 32;
/// id, duration, length.
const HEAD_BYTES: usize = 8;
const CRC_BYTES: usize = 4;
/// Longer texts are cut: nobody says more in one breath.
const MAX_TEXT: usize = 4_000;

/// What is being said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// Tells one utterance from the next.
    pub id: u16,
    /// How long saying it takes.
    pub duration_ms: u32,
    /// The words.
    pub text: String,
}

impl Caption {
    /// Writes the caption into an utterance, again and again as often as it fits. Audio too short for it is left alone.
    pub fn write(&self, audio: &mut [u8]) {
        let bits = self.bits();
        for copy in audio.chunks_exact_mut(bits.len()) {
            for (byte, bit) in copy.iter_mut().zip(&bits) {
                *byte = (*byte & 0xFE) | bit;
            }
        }
    }

    fn bits(&self) -> Vec<u8> {
        let text = cut(&self.text, MAX_TEXT).as_bytes();
        let mut body = Vec::with_capacity(HEAD_BYTES + text.len() + CRC_BYTES);
        body.extend(self.id.to_be_bytes());
        body.extend(self.duration_ms.to_be_bytes());
        body.extend((text.len() as u16).to_be_bytes());
        body.extend(text);
        body.extend(crc32(&body).to_be_bytes());
        MAGIC
            .to_be_bytes()
            .into_iter()
            .chain(body)
            .flat_map(|byte| (0..8).rev().map(move |n| (byte >> n) & 1))
            .collect()
    }
}

/// The beginning of a text, at most `max` bytes, whole characters.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// A caption found in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it says.
    pub caption: Caption,
    /// At which byte of the stream it begins.
    pub at: u64,
}

/// Finds captions in a stream of µ-law bytes.
#[derive(Debug, Default)]
pub struct Reader {
    /// The lowest bits not yet given up, oldest first.
    bits: VecDeque<u8>,
    /// How many bytes of the stream lie before `bits`.
    passed: u64,
    /// The last 32 bits looked at while searching, and how many there are.
    window: u32,
    searched: usize,
}

impl Reader {
    /// Takes the next piece; gives the captions that ended in it.
    pub fn read(&mut self, audio: &[u8]) -> Vec<Found> {
        self.bits.extend(audio.iter().map(|byte| byte & 1));
        let mut found = Vec::new();
        while self.search() {
            match self.take() {
                Taken::Caption(caption) => found.push(caption),
                Taken::Noise => {}
                Taken::Incomplete => break,
            }
        }
        found
    }

    /// Moves on until a magic word lies at the front; false when the bits ran out.
    fn search(&mut self) -> bool {
        if self.searched == MAGIC_BITS && self.window == MAGIC {
            return true;
        }
        while let Some(bit) = self.bits.get(self.searched) {
            self.window = (self.window << 1) | u32::from(*bit);
            if self.searched < MAGIC_BITS {
                self.searched += 1;
            }
            if self.searched < MAGIC_BITS {
                continue;
            }
            if self.window == MAGIC {
                return true;
            }
            self.drop_front(1);
            self.searched = MAGIC_BITS - 1;
        }
        false
    }

    fn take(&mut self) -> Taken {
        let Some(length) =
            self.byte(6).zip(self.byte(7)).map(|(high, low)| usize::from(u16::from_be_bytes([high, low])))
        else {
            return Taken::Incomplete;
        };
        if length > MAX_TEXT {
            return self.give_up();
        }
        let size = HEAD_BYTES + length + CRC_BYTES;
        if self.bits.len() < MAGIC_BITS + size * 8 {
            return Taken::Incomplete;
        }
        let body: Vec<u8> = (0..size).filter_map(|n| self.byte(n)).collect();
        let (said, crc) = body.split_at(size - CRC_BYTES);
        if crc32(said).to_be_bytes() != crc {
            return self.give_up();
        }
        let Ok(text) = String::from_utf8(said[HEAD_BYTES..].to_vec()) else { return self.give_up() };
        let caption = Caption {
            id: u16::from_be_bytes([said[0], said[1]]),
            duration_ms: u32::from_be_bytes([said[2], said[3], said[4], said[5]]),
            text,
        };
        let at = self.passed;
        self.drop_front(MAGIC_BITS + size * 8);
        self.searched = 0;
        Taken::Caption(Found { caption, at })
    }

    /// The byte at this place after the magic word.
    fn byte(&self, index: usize) -> Option<u8> {
        let start = MAGIC_BITS + index * 8;
        (self.bits.len() >= start + 8).then(|| self.bits.range(start..start + 8).fold(0, |byte, bit| (byte << 1) | bit))
    }

    /// What looked like a magic word was chance: go on behind its first bit.
    fn give_up(&mut self) -> Taken {
        self.drop_front(1);
        self.searched = 0;
        Taken::Noise
    }

    fn drop_front(&mut self, count: usize) {
        self.bits.drain(..count);
        self.passed += count as u64;
    }
}

enum Taken {
    Caption(Found),
    Noise,
    Incomplete,
}

/// CRC-32 (IEEE), bit by bit: captions are short.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_frames_of_any_size() {
        let mut audio = hum(24_000);
        caption("When is the next cookoff?").write(&mut audio);

        let mut reader = Reader::default();
        let found: Vec<Found> =
            audio.chunks(160).chain([&[0xFF_u8; 7][..]]).flat_map(|piece| reader.read(piece)).collect();

        assert!(found.len() > 5, "repeated through the utterance");
        assert!(found.iter().all(|it| it.caption == caption("When is the next cookoff?")));
        assert_eq!(found[0].at, 0);
    }

    #[test]
    fn one_repetition_is_enough_when_the_beginning_is_lost_and_a_gap_is_padded() {
        let mut audio = hum(8_000);
        caption("Two tickets, please — for Zoë.").write(&mut audio);
        let mut damaged = audio[133..2_000].to_vec();
        damaged.extend([0xFF; 320]);
        damaged.extend(&audio[2_320..]);

        let found = Reader::default().read(&damaged);

        assert_eq!(found[0].caption.text, "Two tickets, please — for Zoë.");
    }

    #[test]
    fn a_caption_is_found_only_once_it_is_whole() {
        let mut audio = hum(4_000);
        let caption = caption("Yes.");
        let size = caption.bits().len();
        caption.write(&mut audio[..size]);

        let mut reader = Reader::default();

        assert!(reader.read(&audio[..size - 1]).is_empty());
        assert_eq!(reader.read(&audio[size - 1..size]).len(), 1);
    }

    #[test]
    fn silence_noise_and_altered_words_say_nothing() {
        let mut altered = hum(4_000);
        caption("Yes.").write(&mut altered);
        altered.iter_mut().step_by(97).for_each(|byte| *byte ^= 1);

        assert_eq!(Reader::default().read(&[0xFF; 16_000]), []);
        assert_eq!(Reader::default().read(&hum(16_000)), []);
        assert_eq!(Reader::default().read(&altered), []);
    }

    #[test]
    fn a_false_magic_word_before_a_caption_does_not_hide_it() {
        let mut audio = vec![0xFE; 40];
        audio.extend(MAGIC.to_be_bytes().iter().flat_map(|byte| (0..8).rev().map(move |n| 0xFE | ((byte >> n) & 1))));
        let mut spoken = hum(4_000);
        caption("Hello.").write(&mut spoken);
        audio.extend(spoken);

        let found = Reader::default().read(&audio);

        assert_eq!(found[0].caption.text, "Hello.");
        assert_eq!(found[0].at, 72);
    }

    #[test]
    fn the_check_sum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    fn caption(text: &str) -> Caption {
        Caption { id: 7, duration_ms: 3_000, text: text.into() }
    }

    /// Something that is not silence, with lively lowest bits.
    fn hum(bytes: u32) -> Vec<u8> {
        (0..bytes).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }
}
