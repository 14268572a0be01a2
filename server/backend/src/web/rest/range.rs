//! `Range` of RFC 9110, for one range: what players ask for.

use std::ops::Range;

/// What a request wants of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range was asked for, or none that is understood.
    All,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that are not there.
    Nothing,
}

/// Reads a `Range` header for a body of `length` bytes.
pub fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(spec) = header.and_then(|header| header.strip_prefix("bytes=")) else { return Wanted::All };
    // Several ranges may be answered by the whole body.
    let Some((first, last)) = spec.split_once('-').filter(|_| !spec.contains(',')) else { return Wanted::All };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
        _ => return Wanted::All,
    };
    if range.start >= range.end { Wanted::Nothing } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_players_write_them() {
        assert_eq!(wanted(Some("bytes=0-"), 100), Wanted::Part(0..100));
        assert_eq!(wanted(Some("bytes=10-19"), 100), Wanted::Part(10..20));
        assert_eq!(wanted(Some("bytes=90-500"), 100), Wanted::Part(90..100));
        assert_eq!(wanted(Some("bytes=-10"), 100), Wanted::Part(90..100));
        assert_eq!(wanted(Some("bytes=-500"), 100), Wanted::Part(0..100));
    }

    #[test]
    fn bytes_that_are_not_there_are_told_apart_from_nonsense() {
        assert_eq!(wanted(Some("bytes=100-"), 100), Wanted::Nothing);
        assert_eq!(wanted(Some("bytes=-0"), 100), Wanted::Nothing);
        for nonsense in ["bytes=", "bytes=a-b", "bytes=5-2", "lines=1-2", "bytes=0-1,5-6"] {
            assert_eq!(wanted(Some(nonsense), 100), Wanted::All, "{nonsense}");
        }
        assert_eq!(wanted(None, 100), Wanted::All);
    }
}
