//! The caller's voice as one gapless stream. Frames come with gaps (loss, silence suppression), before the model is there, and while a lost
//! model is replaced; the model needs every millisecond in order, or its idea of time slips.

use std::collections::VecDeque;

use crate::{
    audio::{BYTES_PER_MS, mulaw},
    io::Ms,
};

/// The most that waits for a model, and the longest gap that is filled.
const KEPT_MS: u64 = 10_000;
/// With the caller speaking and no audio coming for so long, silence is made up, or the model never notices the end of the turn.
const STALLED_MS: u64 = 750;
/// How much silence is made up: more than the most patient end of a turn.
const MADE_UP_MS: u64 = 1_000;
/// Speech is noticed a little after it began.
const LEAD_IN_MS: u64 = 800;
/// Audio that seems to be repeated for longer than this is not: its sender counts anew.
const REPEATED_MS: u64 = 1_000;
/// Missing audio shorter than a frame is jitter of the timestamps.
const FRAME_MS: u64 = 20;

/// What became of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The same frame again.
    Repeated,
    /// Part of the stream.
    At {
        /// The moment of the call its first sample belongs to.
        at: Ms,
        /// What was missing before it.
        gap_ms: u64,
    },
}

#[derive(Debug, Default)]
pub(crate) struct Caller {
    stream_at: Ms,
    expected: Option<u64>,
    /// Audio in a row that had been heard before.
    repeated_ms: u64,
    recent: VecDeque<u8>,
    /// Positions in the stream, in bytes: its end, up to where the model has it, where the model's session began, where the turn began.
    end: u64,
    sent: u64,
    origin: u64,
    turn: Option<u64>,
    /// The moment of the call that the end of the stream belongs to.
    end_at: Ms,
    last_frame_at: Ms,
    loud_at: Ms,
    made_up_ms: u64,
}

impl Caller {
    /// The stream's clock begins to count.
    pub fn start(&mut self, now: Ms) {
        self.stream_at = now;
        self.end_at = now;
        self.last_frame_at = now;
    }

    /// Takes a frame in.
    pub fn take(&mut self, timestamp_ms: u64, audio: &[u8], now: Ms) -> Taken {
        let length_ms = (audio.len() / BYTES_PER_MS) as u64;
        if self.is_repeated(timestamp_ms, length_ms) {
            self.repeated_ms += length_ms;
            return Taken::Repeated;
        }
        let resumes = self.repeated_ms >= REPEATED_MS;
        self.repeated_ms = 0;
        let expected = self.expected.filter(|_| !resumes).unwrap_or(timestamp_ms);
        let missing = timestamp_ms.saturating_sub(expected);
        let gap_ms = if missing >= FRAME_MS { missing.min(KEPT_MS) } else { 0 };
        // Silence made up while nothing came is part of the gap.
        let already = gap_ms.min(self.made_up_ms);
        self.made_up_ms = 0;
        self.push_silence(gap_ms - already);

        let at = self.end_at.max(self.stream_at.plus(timestamp_ms.min(now.since(self.stream_at) + KEPT_MS)));
        self.push(audio);
        self.end_at = at.plus(length_ms);
        self.last_frame_at = now;
        if is_loud(audio) {
            self.loud_at = now;
        }
        self.expected = Some(expected.max(timestamp_ms).saturating_add(length_ms));
        Taken::At { at, gap_ms }
    }

    /// Whether this was heard before. Some senders do not count, and one that has counted from its beginning again for a while means it.
    fn is_repeated(&self, timestamp_ms: u64, length_ms: u64) -> bool {
        let ends = timestamp_ms.saturating_add(length_ms);
        timestamp_ms > 0 && self.repeated_ms < REPEATED_MS && self.expected.is_some_and(|expected| ends <= expected)
    }

    /// Makes up silence when audio stalls while the caller speaks.
    pub fn fill_stall(&mut self, now: Ms) {
        if self.stalls_at().is_some_and(|at| at <= now) {
            self.push_silence(MADE_UP_MS);
            self.made_up_ms += MADE_UP_MS;
        }
    }

    /// When silence is made up if no frame comes before.
    pub fn stalls_at(&self) -> Option<Ms> {
        (self.made_up_ms < KEPT_MS).then(|| self.last_frame_at.plus(STALLED_MS + self.made_up_ms))
    }

    /// The next audio that the model does not have, at most a second of it.
    pub fn next_unsent(&mut self) -> Option<Vec<u8>> {
        let oldest = self.end - self.recent.len() as u64;
        self.sent = self.sent.max(oldest);
        if self.sent == self.end {
            return None;
        }
        let from = (self.sent - oldest) as usize;
        let to = self.recent.len().min(from + 1_000 * BYTES_PER_MS);
        self.sent = oldest + to as u64;
        Some(self.recent.range(from..to).copied().collect())
    }

    /// Whether the newest `length` bytes are all that the model does not have; then it has them after this.
    pub fn pass_through(&mut self, length: usize) -> bool {
        let only = self.end - self.sent == length as u64;
        if only {
            self.sent = self.end;
        }
        only
    }

    /// When the caller was last loud enough to be speaking.
    pub const fn loud_at(&self) -> Ms {
        self.loud_at
    }

    /// A new session counts its audio from here.
    pub fn session_begins(&mut self) {
        self.origin = self.sent.max(self.end - self.recent.len() as u64);
    }

    /// The moment of the call that a session's count of milliseconds stands for, never in the future. While nothing comes from the
    /// telephone there is nothing to count by.
    pub fn moment(&self, session_ms: u64, now: Ms) -> Ms {
        if now.since(self.last_frame_at) > STALLED_MS {
            return now;
        }
        let position = self.origin.saturating_add(session_ms.saturating_mul(BYTES_PER_MS as u64));
        let before_end = self.end.saturating_sub(position) / BYTES_PER_MS as u64;
        Ms(self.end_at.0.saturating_sub(before_end)).min(now)
    }

    /// The caller begins a turn.
    pub fn turn_begins(&mut self, now: Ms) {
        self.last_frame_at = self.last_frame_at.max(now);
        if self.turn.is_none() {
            self.turn = Some(self.end.saturating_sub(LEAD_IN_MS * BYTES_PER_MS as u64).max(self.origin));
        }
    }

    /// The turn has been answered, or its words are known: its audio is not needed again.
    pub fn turn_is_known(&mut self) {
        self.turn = None;
    }

    /// Lets the next session hear the turn again. Whether there is one.
    pub fn rewind_to_turn(&mut self) -> bool {
        match self.turn.take() {
            Some(turn) => {
                self.sent = turn;
                true
            }
            None => false,
        }
    }

    fn push(&mut self, audio: &[u8]) {
        self.recent.extend(audio);
        self.end += audio.len() as u64;
        // Needed again are a turn that no answer has come to yet, and what may turn out to be the beginning of one.
        let lead_in = self.end.saturating_sub(LEAD_IN_MS * BYTES_PER_MS as u64);
        let needed = self.turn.unwrap_or(lead_in).min(lead_in).min(self.sent);
        let kept = ((self.end - needed) as usize).min(KEPT_MS as usize * BYTES_PER_MS);
        self.recent.drain(..self.recent.len().saturating_sub(kept));
    }

    fn push_silence(&mut self, ms: u64) {
        self.push(&vec![mulaw::SILENCE; ms as usize * BYTES_PER_MS]);
    }
}

/// Whether this may be speech: on the average louder than the hiss of a line, some -50 dB below full scale.
fn is_loud(audio: &[u8]) -> bool {
    let sum: u64 = audio.iter().map(|&byte| u64::from(mulaw::decode(byte).unsigned_abs())).sum();
    sum > 100 * audio.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [u8; 160] = [0x55; 160];

    fn caller() -> Caller {
        let mut caller = Caller::default();
        caller.start(Ms(100));
        caller
    }

    fn at(at: u64, gap_ms: u64) -> Taken {
        Taken::At { at: Ms(at), gap_ms }
    }

    #[test]
    fn frames_follow_each_other_at_their_timestamps() {
        let mut caller = caller();

        assert_eq!(caller.take(40, &FRAME, Ms(145)), at(140, 0));
        assert_eq!(caller.take(60, &FRAME, Ms(190)), at(160, 0));
        assert_eq!(caller.take(60, &FRAME, Ms(190)), Taken::Repeated);
    }

    #[test]
    fn a_gap_becomes_silence_of_the_same_length() {
        let mut caller = caller();
        caller.take(0, &FRAME, Ms(120));

        assert_eq!(caller.take(520, &FRAME, Ms(640)), at(620, 500));

        let audio = caller.next_unsent().unwrap();
        assert_eq!(audio.len(), 540 * BYTES_PER_MS);
        assert!(audio[160..540 * BYTES_PER_MS - 160].iter().all(|&byte| byte == mulaw::SILENCE));
        assert_eq!(caller.next_unsent(), None);
    }

    #[test]
    fn what_waits_and_what_is_filled_is_bounded() {
        let mut caller = caller();
        caller.take(0, &FRAME, Ms(120));
        assert_eq!(caller.take(u64::MAX, &FRAME, Ms(140)), at(140 + KEPT_MS, KEPT_MS));

        let waiting: usize = std::iter::from_fn(|| caller.next_unsent()).map(|audio| audio.len()).sum();
        assert_eq!(waiting, KEPT_MS as usize * BYTES_PER_MS);
    }

    #[test]
    fn frames_that_come_again_are_heard_once() {
        let mut caller = caller();
        for timestamp in [0, 20, 40, 60] {
            assert!(matches!(caller.take(timestamp, &FRAME, Ms(200)), Taken::At { .. }));
        }

        assert_eq!([40, 60, 40, 60].map(|again| caller.take(again, &FRAME, Ms(210))), [const { Taken::Repeated }; 4]);
        assert_eq!(caller.take(80, &FRAME, Ms(220)), at(180, 0));
        // A millisecond of jitter is no repetition.
        assert_eq!(caller.take(99, &FRAME, Ms(240)), at(200, 0));
    }

    #[test]
    fn a_sender_that_counts_anew_is_heard_again_after_a_second() {
        let mut caller = caller();
        caller.take(50_000, &FRAME, Ms(50_100));

        let heard = (1..=100).filter(|n| caller.take(n * 20, &FRAME, Ms(50_100 + n * 20)) != Taken::Repeated).count();

        assert_eq!(heard, 50);
    }

    #[test]
    fn a_sender_that_does_not_count_is_heard_all_the_same() {
        let mut caller = caller();

        assert_eq!(caller.take(0, &FRAME, Ms(100)), at(100, 0));
        assert_eq!(caller.take(0, &FRAME, Ms(120)), at(120, 0));
        assert_eq!(caller.take(0, &FRAME, Ms(140)), at(140, 0));
    }

    #[test]
    fn silence_made_up_in_a_stall_is_not_padded_again() {
        let mut caller = caller();
        caller.take(0, &FRAME, Ms(120));
        caller.fill_stall(Ms(800));
        assert_eq!(caller.end, 160);
        caller.fill_stall(Ms(870));
        assert_eq!(caller.end, 160 + 8_000);

        caller.take(1_520, &FRAME, Ms(1_640));

        assert_eq!(caller.end as usize, 1_540 * BYTES_PER_MS);
    }

    #[test]
    fn the_turn_can_be_heard_again_by_another_session() {
        let mut caller = caller();
        for n in 0..100 {
            caller.take(n * 20, &FRAME, Ms(120 + n * 20));
        }
        while caller.next_unsent().is_some() {}
        caller.turn_begins(Ms(2_100));
        caller.take(2_000, &FRAME, Ms(2_120));
        assert!(caller.pass_through(160));

        assert!(caller.rewind_to_turn());
        caller.session_begins();

        assert_eq!(caller.next_unsent().unwrap().len(), 820 * BYTES_PER_MS);
        assert_eq!(caller.moment(0, Ms(2_500)), Ms(2_120 - 820));
        assert!(!caller.rewind_to_turn());
    }
}
