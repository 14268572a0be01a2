//! What the caller hears: audio is held here and given to the telephone a little ahead of the ear.
//!
//! ```text
//! model ──add──▶ held ──next_piece──▶ in flight (sent, mark not back) ──mark──▶ heard
//!                  └──────────interrupt: clear, next generation──────────┘
//! ```
//! The telephone plays what it gets without telling how far it is, except for marks. Two clocks are kept: ours, which counts from the
//! moment of sending, and the marks. What was heard lies between the last mark returned and the next one; within, our clock decides.

use std::collections::VecDeque;

use crate::{
    audio::BYTES_PER_MS,
    io::{Ms, SessionNo},
};

/// The longest piece sent at once. A mark follows every so much audio, and the end of every clip: this is how exactly we know what was heard.
pub(crate) const PIECE_MS: u64 = 200;
/// A piece shorter than this is only sent when the telephone would run dry.
const LOW_WATER_MS: u64 = 400;
/// A mark may come back this much late before we believe that the telephone plays later than we think. Until then a full telephone is given
/// nothing more: it begins to play when the first piece has travelled, which our clock cannot know.
const LAG_MS: u64 = 250;
/// A mark that is not back so long after its piece must have ended never comes.
const MARK_CAP_MS: u64 = 8_000;
/// Items whose audio has ended, remembered to refuse what comes for them afterwards.
const ENDED_KEPT: usize = 32;

/// Where a clip comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The line of the transcript that it speaks.
    pub line: u32,
    /// The model's item and the session that has it; none for a sentence from memory.
    pub item: Option<(SessionNo, String)>,
}

impl Source {
    fn is(&self, session: SessionNo, item: &str) -> bool {
        self.item.as_ref().is_some_and(|(no, id)| *no == session && id == item)
    }
}

/// How much of a clip was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub source: Source,
    pub heard_ms: u64,
    pub generated_ms: u64,
    /// When its first and its last heard sample reached the ear.
    pub start: Ms,
    pub end: Ms,
}

/// Audio to send, and the mark to send after it: crumbs go without one until there are enough of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub audio: Vec<u8>,
    pub mark: Option<String>,
    /// Whether it is the first of its clip, and the clip speaks for the model.
    pub first_of_item: bool,
}

#[derive(Debug)]
struct Clip {
    source: Source,
    held: VecDeque<u8>,
    generated: usize,
    sent: usize,
    marked: usize,
    start: Option<Ms>,
    /// Everything of it has come.
    complete: bool,
}

#[derive(Debug)]
struct Flight {
    line: u32,
    length: usize,
    /// How much of the clip has been heard when this piece has.
    end: usize,
    plays_at: Ms,
    seq: u32,
}

impl Flight {
    fn ends_at(&self) -> Ms {
        self.plays_at.plus(ms(self.length))
    }
}

#[derive(Debug)]
pub(crate) struct Playback {
    ahead_ms: u64,
    recording: bool,
    generation: u32,
    seq: u32,
    clips: VecDeque<Clip>,
    flight: VecDeque<Flight>,
    /// Bytes that were sent since the last mark.
    unmarked: usize,
    /// When all that was sent will have been heard, by our clock.
    ends_at: Ms,
    /// Whether this telephone returns marks at all.
    marks_come: bool,
    ended: VecDeque<(SessionNo, String)>,
    /// Sent audio that has not been heard yet by our clock, for the recording.
    tape: VecDeque<(Ms, Vec<u8>)>,
}

impl Playback {
    pub fn new(ahead_ms: u64, recording: bool) -> Self {
        Self {
            ahead_ms: ahead_ms.max(PIECE_MS),
            recording,
            generation: 0,
            seq: 0,
            clips: VecDeque::new(),
            flight: VecDeque::new(),
            unmarked: 0,
            ends_at: Ms(0),
            marks_come: false,
            ended: VecDeque::new(),
            tape: VecDeque::new(),
        }
    }

    /// More audio of an item. Refused when its end has been told.
    pub fn add(&mut self, source: Source, audio: &[u8]) -> bool {
        if source.item.as_ref().is_some_and(|item| self.ended.contains(item)) {
            return false;
        }
        let clip = if let Some(known) = self.clips.iter().position(|clip| clip.source == source) {
            &mut self.clips[known]
        } else {
            self.clips.push_back(Clip {
                source,
                held: VecDeque::new(),
                generated: 0,
                sent: 0,
                marked: 0,
                start: None,
                complete: false,
            });
            self.clips.back_mut().expect("one was just added")
        };
        clip.held.extend(audio);
        clip.generated += audio.len();
        true
    }

    /// All audio of an item has come.
    pub fn complete(&mut self, session: SessionNo, item: &str) {
        for clip in self.clips.iter_mut().filter(|clip| clip.source.is(session, item)) {
            clip.complete = true;
        }
        if !self.ended.iter().any(|(no, ended)| *no == session && ended == item) {
            self.ended.push_back((session, item.to_owned()));
        }
        if self.ended.len() > ENDED_KEPT {
            self.ended.pop_front();
        }
    }

    /// A sentence from memory.
    pub fn say(&mut self, line: u32, audio: &[u8]) {
        self.add(Source { line, item: None }, audio);
        for clip in self.clips.iter_mut().filter(|clip| clip.source.line == line) {
            clip.complete = true;
        }
    }

    /// Nothing more comes for anything that plays: its session is gone.
    pub fn complete_all(&mut self) {
        for clip in &mut self.clips {
            clip.complete = true;
        }
    }

    /// Milliseconds that have not been sent yet.
    pub fn held_ms(&self) -> u64 {
        self.clips.iter().map(|clip| ms(clip.held.len())).sum()
    }

    /// Milliseconds of an item that have come.
    pub fn generated_ms(&self, session: SessionNo, item: &str) -> u64 {
        self.clips.iter().filter(|clip| clip.source.is(session, item)).map(|clip| ms(clip.generated)).sum()
    }

    /// What to send next, if the telephone should have it already.
    pub fn next_piece(&mut self, now: Ms) -> Option<Piece> {
        let (due, length) = self.next_send()?;
        if due > now {
            return None;
        }
        let clip = self.clips.iter_mut().find(|clip| !clip.held.is_empty())?;
        let audio: Vec<u8> = clip.held.drain(..length).collect();
        let plays_at = self.ends_at.max(now);
        let first_of_item = clip.sent == 0 && clip.source.item.is_some();
        clip.sent += length;
        clip.start.get_or_insert(plays_at);
        self.ends_at = plays_at.plus(ms(length));
        let flight = Flight { line: clip.source.line, length, end: clip.sent, plays_at, seq: self.seq + 1 };
        let is_end = clip.complete && clip.held.is_empty();
        self.fly(flight);
        if self.recording {
            self.keep(plays_at, &audio);
        }
        self.unmarked += length;
        let mark = if is_end || ms(self.unmarked) >= PIECE_MS { self.new_mark() } else { None };
        Some(Piece { audio, mark, first_of_item })
    }

    /// A mark for crumbs that were the last of their clip, or after which nothing came in time.
    pub fn next_mark(&mut self, now: Ms) -> Option<String> {
        if self.mark_due()? > now {
            return None;
        }
        self.new_mark()
    }

    fn mark_due(&self) -> Option<Ms> {
        let last = self.flight.back().filter(|_| self.unmarked > 0)?;
        let is_end = |clip: &Clip| clip.source.line == last.line && clip.complete && clip.held.is_empty();
        Some(if self.clips.iter().any(is_end) { Ms(0) } else { self.ends_at })
    }

    /// The name of a mark that follows all that was sent.
    fn new_mark(&mut self) -> Option<String> {
        let last = self.flight.back()?;
        let clip = self.clips.iter().find(|clip| clip.source.line == last.line);
        let item = clip.and_then(|clip| clip.source.item.as_ref());
        let name = item.map_or("phrase", |(_, item)| item.as_str());
        self.seq += 1;
        self.unmarked = 0;
        Some(format!("{name}:{}:g{}:m{}", ms(last.end), self.generation, self.seq))
    }

    /// Notes what was sent. Crumbs before one mark are one piece.
    fn fly(&mut self, flight: Flight) {
        match self.flight.back_mut() {
            Some(last) if last.seq == flight.seq && last.line == flight.line && last.ends_at() == flight.plays_at => {
                last.length += flight.length;
                last.end = flight.end;
            }
            _ => self.flight.push_back(flight),
        }
    }

    /// Keeps audio for the recording. Crumbs are gathered.
    fn keep(&mut self, at: Ms, audio: &[u8]) {
        match self.tape.back_mut() {
            Some((begin, kept)) if begin.plus(ms(kept.len())) == at && ms(kept.len() + audio.len()) <= PIECE_MS => {
                kept.extend_from_slice(audio);
            }
            _ => self.tape.push_back((at, audio.to_vec())),
        }
    }

    /// A mark came back: everything up to it was heard, unless a clear threw it away.
    pub fn mark(&mut self, name: &str, now: Ms) {
        let Some(seq) = self.current_seq(name) else { return };
        self.marks_come = true;
        while self.flight.front().is_some_and(|flight| flight.seq <= seq) {
            let Some(flight) = self.flight.pop_front() else { return };
            self.note_heard(&flight);
            if flight.seq == seq {
                let late = now.since(flight.ends_at());
                if late > LAG_MS {
                    self.shift(late);
                }
            }
        }
    }

    /// The sequence number of one of our marks, if it is of this generation.
    fn current_seq(&self, name: &str) -> Option<u32> {
        let (rest, seq) = name.rsplit_once(":m")?;
        let (_, generation) = rest.rsplit_once(":g")?;
        let generation: u32 = generation.parse().ok()?;
        (generation == self.generation).then_some(())?;
        seq.parse().ok()
    }

    fn note_heard(&mut self, flight: &Flight) {
        if let Some(clip) = self.clips.iter_mut().find(|clip| clip.source.line == flight.line) {
            clip.marked = clip.marked.max(flight.end);
        }
    }

    /// The telephone plays later than we thought.
    fn shift(&mut self, late: u64) {
        for flight in &mut self.flight {
            flight.plays_at = flight.plays_at.plus(late);
        }
        self.ends_at = self.ends_at.plus(late);
    }

    /// Audio for the recording that was heard by now.
    pub fn next_recorded(&mut self, now: Ms) -> Option<(Ms, Vec<u8>)> {
        let (at, audio) = self.tape.front()?;
        (at.plus(ms(audio.len())) <= now).then(|| self.tape.pop_front())?
    }

    /// The next clip that has been heard to its end.
    pub fn next_finished(&mut self, now: Ms) -> Option<Progress> {
        while self.flight.front().is_some_and(|flight| flight.ends_at().plus(MARK_CAP_MS) <= now) {
            let flight = self.flight.pop_front()?;
            self.note_heard(&flight);
        }
        let front = self.clips.front()?;
        let all_sent = front.complete && front.held.is_empty();
        if !all_sent || self.flight.iter().any(|flight| flight.line == front.source.line) {
            return None;
        }
        let progress = self.progress_of(front, now);
        self.clips.pop_front();
        Some(progress)
    }

    /// What is playing or about to, with how much of it was heard.
    pub fn progress(&self, now: Ms) -> impl Iterator<Item = Progress> {
        self.clips.iter().filter(|clip| clip.start.is_some()).map(move |clip| self.progress_of(clip, now))
    }

    fn progress_of(&self, clip: &Clip, now: Ms) -> Progress {
        let heard = self.heard(clip, now);
        let start = clip.start.unwrap_or(now);
        Progress {
            source: clip.source.clone(),
            heard_ms: ms(heard),
            generated_ms: ms(clip.generated),
            start,
            end: start.plus(ms(heard)),
        }
    }

    /// Bytes of a clip that were heard: what marks say, and by our clock not more than the piece after the last mark.
    fn heard(&self, clip: &Clip, now: Ms) -> usize {
        let mut heard = clip.marked;
        for flight in self.flight.iter().filter(|flight| flight.line == clip.source.line) {
            heard += (now.since(flight.plays_at) as usize * BYTES_PER_MS).min(flight.length);
            if self.marks_come {
                break;
            }
        }
        heard.min(clip.sent)
    }

    /// Whether there is anything that the caller has not heard.
    pub fn has_unheard(&self, now: Ms) -> bool {
        self.clips.iter().any(|clip| self.heard(clip, now) < clip.generated)
    }

    /// Throws away what was not heard. Says what became of every clip; empty when there was nothing to throw away, and then nothing
    /// must be cleared either.
    pub fn interrupt(&mut self, now: Ms) -> Vec<Progress> {
        if !self.has_unheard(now) {
            return Vec::new();
        }
        let progress: Vec<Progress> = self.clips.iter().map(|clip| self.progress_of(clip, now)).collect();
        for clip in std::mem::take(&mut self.clips) {
            if let Some((session, item)) = clip.source.item {
                self.complete(session, &item);
            }
        }
        for (at, audio) in &mut self.tape {
            audio.truncate(now.since(*at) as usize * BYTES_PER_MS);
        }
        self.tape.retain(|(_, audio)| !audio.is_empty());
        self.flight.clear();
        self.unmarked = 0;
        self.generation += 1;
        self.ends_at = now;
        progress
    }

    /// Whether the caller hears something, or is about to, by our clock.
    pub fn is_busy(&self, now: Ms) -> bool {
        self.ends_at > now || self.clips.iter().any(|clip| !clip.held.is_empty())
    }

    /// Whether everything was heard and the telephone has said so (or never will).
    pub fn is_settled(&self) -> bool {
        self.flight.is_empty() && self.clips.iter().all(|clip| clip.held.is_empty())
    }

    /// When the sound ends, or ended, by our clock.
    pub const fn ends_at(&self) -> Ms {
        self.ends_at
    }

    /// When something is to be done if nothing happens before.
    pub fn deadline(&self) -> Option<(Ms, &'static str)> {
        let send = self.next_send().map(|(at, _)| (at, "the next piece of audio is due"));
        // The recording is in no hurry; whatever else happens brings it up to date.
        let tape = self.tape.front().map(|(at, audio)| (at.plus(ms(audio.len()) + PIECE_MS), "audio has been heard"));
        let mark = self.flight.front().map(|flight| (flight.ends_at().plus(MARK_CAP_MS), "a mark does not come back"));
        let due = self.mark_due().map(|at| (at, "a mark is due"));
        [send, tape, mark, due].into_iter().flatten().min()
    }

    /// When the next piece should be sent, and its length.
    fn next_send(&self) -> Option<(Ms, usize)> {
        let clip = self.clips.iter().find(|clip| !clip.held.is_empty())?;
        let length = clip.held.len().min(PIECE_MS as usize * BYTES_PER_MS);
        let whole = length == PIECE_MS as usize * BYTES_PER_MS || clip.complete;
        let ahead = if whole { self.ahead_ms - ms(length) } else { LOW_WATER_MS.min(self.ahead_ms - ms(length)) };
        let due = Ms(self.ends_at.0.saturating_sub(ahead));
        Some((if self.is_full_with(length) { due.plus(LAG_MS.min(ahead)) } else { due }, length))
    }

    /// Whether the telephone may have more than it should with so much more, going by the marks alone.
    fn is_full_with(&self, length: usize) -> bool {
        let unmarked: usize = self.flight.iter().map(|flight| flight.length).sum();
        ms(unmarked + length) > self.ahead_ms
    }
}

const fn ms(bytes: usize) -> u64 {
    (bytes / BYTES_PER_MS) as u64
}

#[cfg(test)]
mod tests;
