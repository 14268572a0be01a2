//! When which piece of an answer is sent.

use std::{collections::VecDeque, ops::Range};

use super::Step;
use crate::voice::Format;

/// Milliseconds of audio in one delta, in turn: the real service's chunks have no even size either.
const CHUNK_MS: [usize; 6] = [100, 163, 121, 200, 47, 250];
/// Words in one delta of a transcript.
const WORDS: usize = 2;
/// Bytes in one delta of arguments.
const ARGUMENT_BYTES: usize = 14;
/// Tokens come about this far apart.
const TOKEN_MS: u64 = 12;

/// A part of an answer that is spoken.
pub(super) struct Speech<'a> {
    pub(super) words: &'a str,
    /// Where in the whole text these words begin.
    pub(super) text_start: usize,
    /// Where in the whole audio their sound lies.
    pub(super) audio: Range<usize>,
    pub(super) format: Format,
    /// Seconds of audio sent in a second.
    pub(super) speed: f64,
    pub(super) begins_at: u64,
    /// The socket breaks in the middle.
    pub(super) breaks: bool,
}

/// Speech: audio faster than real time, its transcript a little ahead of it.
pub(super) fn speech(part: &Speech<'_>) -> VecDeque<(u64, Step)> {
    let words = words(part.words, WORDS).into_iter();
    let mut words: VecDeque<Range<usize>> =
        words.map(|it| it.start + part.text_start..it.end + part.text_start).collect();
    let word_count = words.len().max(1);
    let (audio, bytes_per_ms) = (part.audio.len(), part.format.bytes_per_ms());
    let mut steps = VecDeque::new();
    let mut at = part.begins_at;
    let mut sent = 0;
    for chunk in CHUNK_MS.into_iter().cycle() {
        if sent >= audio {
            break;
        }
        at = part.begins_at + (sent as f64 / bytes_per_ms as f64 / part.speed) as u64;
        if part.breaks && sent * 2 >= audio {
            steps.push_back((at, Step::Break));
            return steps;
        }
        // Odd chunks in samples, too: 8 bytes a millisecond, and a few more.
        let bytes = (chunk * bytes_per_ms + 3 * part.format.sample_bytes()).min(audio - sent);
        let told = word_count - words.len();
        let ahead = ((sent + 2 * bytes) * word_count).div_ceil(audio).saturating_sub(told).min(words.len());
        steps.extend(words.drain(..ahead).map(|it| (at, Step::Transcript(it))));
        steps.push_back((at, Step::Audio(part.audio.start + sent..part.audio.start + sent + bytes)));
        sent += bytes;
    }
    steps.extend(words.into_iter().map(|it| (at, Step::Transcript(it))));
    steps
}

/// Written text; the second says whether it had to be cut.
pub(super) fn text(text: &str, max_tokens: Option<u64>, now: u64) -> (VecDeque<(u64, Step)>, bool) {
    let allowed = max_tokens.map_or(usize::MAX, |it| it as usize * 4);
    let all = words(text, 1);
    let count = all.len();
    let fits: Vec<Range<usize>> = all.into_iter().take_while(|it| it.end <= allowed).collect();
    let cut = fits.len() < count;
    let mut steps: VecDeque<_> = (now..).step_by(TOKEN_MS as usize).zip(fits.into_iter().map(Step::Text)).collect();
    let end = steps.back().map_or(now, |(at, _)| *at);
    steps.push_back((end, Step::Close));
    (steps, cut)
}

/// The arguments of a function call.
pub(super) fn arguments(text: &str, now: u64) -> VecDeque<(u64, Step)> {
    let mut steps = VecDeque::new();
    let (mut at, mut start) = (now, 0);
    while start < text.len() {
        let end = text.ceil_char_boundary(start + ARGUMENT_BYTES);
        steps.push_back((at, Step::Arguments(start..end)));
        (at, start) = (at + TOKEN_MS, end);
    }
    steps.push_back((at, Step::Close));
    steps
}

/// Where groups of so many words lie, each with the space behind it.
fn words(text: &str, group: usize) -> Vec<Range<usize>> {
    let mut ends: Vec<usize> = text.match_indices(' ').map(|(at, _)| at + 1).collect();
    if ends.last() != Some(&text.len()) {
        ends.push(text.len());
    }
    let mut start = 0;
    let ends: Vec<usize> = ends.chunks(group).filter_map(|it| it.last().copied()).collect();
    ends.into_iter().filter(|end| *end > 0).map(|end| std::mem::replace(&mut start, end)..end).collect()
}
