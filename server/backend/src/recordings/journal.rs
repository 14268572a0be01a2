//! The file of one call: what was heard and what happened, appended while the call runs.
//!
//! ```text
//! "AIDAJ01\n"  then records:  length u32 · CRC-32 u32 · kind u8 · payload (length bytes)
//! ```
//! Numbers are little-endian; the checksum covers kind and payload. A file that ends in the middle of a record, or in one
//! that does not match its checksum, ends before it: that is how far the disk got.

use call::Track;

/// The first bytes of every journal.
pub(super) const MAGIC: &[u8; 8] = b"AIDAJ01\n";
/// Length, checksum and kind before each payload.
pub(super) const HEAD: usize = 9;
/// Track and start before the samples of an audio record.
pub(super) const AUDIO_HEAD: usize = 9;
/// No record is longer; a greater length is damage.
const LONGEST: usize = 1 << 20;

const AUDIO: u8 = 1;
const FACT: u8 = 2;
const FINISHED: u8 = 3;

/// A record as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record<'a> {
    /// A stretch of one track.
    Audio {
        /// Whose voice.
        track: Track,
        /// When its first sample is heard.
        start_ms: u64,
        /// µ-law, 8 bytes a millisecond.
        audio: &'a [u8],
        /// Where the samples begin in the file.
        offset: u64,
    },
    /// Something that happened, as JSON.
    Fact(&'a [u8]),
    /// How the call ended, as JSON.
    Finished(&'a [u8]),
}

pub(super) fn put_audio(out: &mut Vec<u8>, track: Track, start_ms: u64, audio: &[u8]) {
    let side = match track {
        Track::Caller => 0u8,
        Track::Assistant => 1,
    };
    put(out, AUDIO, &[&[side], &start_ms.to_le_bytes(), audio]);
}

pub(super) fn put_fact(out: &mut Vec<u8>, json: &[u8]) {
    put(out, FACT, &[json]);
}

pub(super) fn put_finished(out: &mut Vec<u8>, json: &[u8]) {
    put(out, FINISHED, &[json]);
}

fn put(out: &mut Vec<u8>, kind: u8, payload: &[&[u8]]) {
    let length: usize = payload.iter().map(|part| part.len()).sum();
    if length > LONGEST {
        return;
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(&[kind]);
    for part in payload {
        crc.update(part);
    }
    out.extend_from_slice(&(length as u32).to_le_bytes());
    out.extend_from_slice(&crc.finalize().to_le_bytes());
    out.push(kind);
    for part in payload {
        out.extend_from_slice(part);
    }
}

/// Reads the records of a journal in order, as far as they are whole.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`; a file that is no journal has no records.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        if bytes.starts_with(MAGIC) { Self { bytes, at: MAGIC.len() } } else { Self { bytes: &[], at: 0 } }
    }

    fn next_record(&mut self) -> Option<Record<'a>> {
        loop {
            let rest = &self.bytes[self.at..];
            let (head, rest) = rest.split_at_checked(HEAD)?;
            let length = u32::from_le_bytes(head[..4].try_into().ok()?) as usize;
            let crc = u32::from_le_bytes(head[4..8].try_into().ok()?);
            let payload = rest.get(..length).filter(|_| length <= LONGEST)?;
            let mut found = crc32fast::Hasher::new();
            found.update(&head[8..]);
            found.update(payload);
            if found.finalize() != crc {
                return None;
            }
            let start = self.at + HEAD;
            self.at = start + length;
            match head[8] {
                AUDIO => return audio(payload, start),
                FACT => return Some(Record::Fact(payload)),
                FINISHED => return Some(Record::Finished(payload)),
                // A kind that a later version writes.
                _ => {}
            }
        }
    }
}

fn audio(payload: &[u8], start: usize) -> Option<Record<'_>> {
    let (head, audio) = payload.split_at_checked(AUDIO_HEAD)?;
    let track = if head[0] == 0 { Track::Caller } else { Track::Assistant };
    let start_ms = u64::from_le_bytes(head[1..].try_into().ok()?);
    Some(Record::Audio { track, start_ms, audio, offset: (start + AUDIO_HEAD) as u64 })
}

impl<'a> Iterator for Reader<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let record = self.next_record();
        if record.is_none() {
            // Nothing after damage is believed.
            self.bytes = &self.bytes[..self.at.min(self.bytes.len())];
        }
        record
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put_audio(&mut bytes, Track::Caller, 20, &[1, 2, 3]);
        put_fact(&mut bytes, b"{}");
        put_audio(&mut bytes, Track::Assistant, 1000, &[9; 160]);
        put_finished(&mut bytes, b"null");
        bytes
    }

    #[test]
    fn records_come_back_in_order() {
        let bytes = sample();
        let records: Vec<_> = Reader::new(&bytes).collect();
        assert_eq!(records.len(), 4);
        let Record::Audio { track, start_ms, audio, offset } = records[2] else { panic!("audio") };
        assert_eq!((track, start_ms, audio), (Track::Assistant, 1000, &[9u8; 160][..]));
        assert_eq!(&bytes[offset as usize..][..160], audio);
    }

    #[test]
    fn a_torn_tail_loses_only_the_torn_record() {
        let bytes = sample();
        let whole: Vec<_> = Reader::new(&bytes).collect();
        for length in 0..bytes.len() {
            let read: Vec<_> = Reader::new(&bytes[..length]).collect();
            assert!(read.len() < whole.len() && whole.starts_with(&read), "cut at {length}");
        }
    }

    proptest! {
        #[test]
        fn damage_anywhere_is_noticed_and_never_panics(at in 8..400usize, flip in 1..=255u8) {
            let mut bytes = sample();
            let at = 8 + at % (bytes.len() - 8);
            let whole: Vec<Vec<u8>> = Reader::new(&sample()).map(|record| format!("{record:?}").into_bytes()).collect();
            bytes[at] ^= flip;
            let read: Vec<Vec<u8>> = Reader::new(&bytes).map(|record| format!("{record:?}").into_bytes()).collect();
            prop_assert!(read.len() < whole.len());
            prop_assert!(whole.starts_with(&read));
        }

        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Reader::new(&[&MAGIC[..], &bytes].concat()).count();
        }
    }
}
