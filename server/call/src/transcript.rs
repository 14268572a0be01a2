//! What was said, in spoken order. Transcripts of the caller arrive late, those of the assistant early; each line keeps its number and finds
//! its place by the chain of items.

use crate::{
    consent::Said,
    io::{Fact, Ms, Speaker},
    tools::cut,
};

/// Lines of one call; a call that has more is not a conversation.
const MAX_LINES: usize = 1_000;
/// Bytes of one line, and of all lines.
const MAX_TEXT: usize = 8_192;
const MAX_ALL_TEXT: usize = 400_000;
/// The newest lines that somebody who wants to change something needs to know of.
const LINES_SAID: usize = 60;
/// A line that still changes is told again after this long at the earliest.
const PAUSE_MS: u64 = 500;

/// What stands in the order of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Something said.
    Said(Speaker),
    /// Said from memory, unknown to the model.
    Memory,
    /// A function call.
    Tool,
    /// Something the caller did without speaking: told to the model, no line.
    Done,
}

/// What is known of a line's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// More may come.
    Coming,
    /// All that will ever be known.
    Known,
    /// It is known that there are none.
    None,
}

#[derive(Debug)]
struct Entry {
    line: u32,
    what: What,
    /// The model's item; of a function call its id.
    item: Option<String>,
    /// Which of the model's sessions it was begun in, counted from 0: items of each have names of their own.
    session: u32,
    text: String,
    heard_ms: u64,
    total_ms: u64,
    start: Ms,
    end: Ms,
    words: Words,
    /// It was spoken to its end, or cut.
    spoken: bool,
    told_at: Option<Ms>,
    dirty: bool,
}

impl Entry {
    const fn speaker(&self) -> Option<Speaker> {
        match self.what {
            What::Said(speaker) => Some(speaker),
            What::Memory => Some(Speaker::Assistant),
            What::Tool | What::Done => None,
        }
    }

    const fn is_done(&self) -> bool {
        !matches!(self.words, Words::Coming) && self.spoken
    }

    /// Bytes of the text that were heard, up to a boundary between words.
    fn heard(&self) -> usize {
        if self.speaker() == Some(Speaker::Caller) {
            self.text.len()
        } else {
            heard(&self.text, self.heard_ms, self.total_ms)
        }
    }
}

/// Something said before, for a session that does not know it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Past<'a> {
    /// Words, as far as they were heard.
    Said(Speaker, &'a str),
    /// The function call of this id.
    Tool(&'a str),
}

#[derive(Debug, Default)]
pub(crate) struct Transcript {
    entries: Vec<Entry>,
    lines: u32,
    session: u32,
    /// Items that are no lines, with the line that they follow.
    others: Vec<(String, Option<u32>)>,
    any_dirty: bool,
    bytes: usize,
}

impl Transcript {
    /// Another session of the model: what it calls by a known name is something else.
    pub fn session_begins(&mut self) {
        self.session += 1;
        self.others.clear();
    }

    /// The line of an item, begun if it is new.
    pub fn item(&mut self, item: &str, speaker: Speaker, now: Ms) -> u32 {
        if let Some(known) = self.position(item) {
            return self.entries[known].line;
        }
        self.push(What::Said(speaker), Some(item.to_owned()), now)
    }

    /// A function call takes its place.
    pub fn tool(&mut self, call_id: &str, now: Ms) {
        self.push(What::Tool, Some(call_id.to_owned()), now);
    }

    /// A sentence from memory, known to its last word.
    pub fn memory(&mut self, text: &str, total_ms: u64, now: Ms) -> u32 {
        let line = self.push(What::Memory, None, now);
        self.change(line, |entry| {
            text.clone_into(&mut entry.text);
            entry.total_ms = total_ms;
            entry.words = Words::Known;
        });
        line
    }

    /// Something typed.
    pub fn typed(&mut self, text: &str, now: Ms) -> u32 {
        let line = self.push(What::Said(Speaker::Caller), None, now);
        self.words(line, text);
        self.spoken(line, now, now, 1, 1);
        line
    }

    /// Something the caller did from `start` on, in words for the model.
    pub fn did(&mut self, text: &str, start: Ms, now: Ms) -> u32 {
        let line = self.push(What::Done, None, now);
        self.words(line, text);
        self.change(line, |entry| entry.start = start);
        line
    }

    /// Something the caller did is to be forgotten.
    pub fn undo(&mut self, line: u32) {
        self.change(line, |entry| {
            entry.text.clear();
            entry.words = Words::None;
        });
    }

    /// More of a line's sound came, and was thrown away.
    pub fn lost_sound(&mut self, line: u32, ms: u64) {
        self.change(line, |entry| entry.total_ms += ms);
    }

    /// Something the assistant said from memory that the model is told of.
    pub fn told(&mut self, text: &str, total_ms: u64, now: Ms) -> u32 {
        let line = self.memory(text, total_ms, now);
        self.change(line, |entry| entry.what = What::Said(Speaker::Assistant));
        line
    }

    fn push(&mut self, what: What, item: Option<String>, now: Ms) -> u32 {
        if self.entries.len() >= MAX_LINES {
            return u32::MAX;
        }
        self.lines += 1;
        self.entries.push(Entry {
            line: self.lines,
            what,
            item,
            session: self.session,
            text: String::new(),
            heard_ms: 0,
            total_ms: 0,
            start: now,
            end: now,
            words: Words::Coming,
            spoken: false,
            told_at: None,
            dirty: false,
        });
        self.lines
    }

    /// More words of a line.
    pub fn more_words(&mut self, line: u32, delta: &str) {
        let room = MAX_ALL_TEXT.saturating_sub(self.bytes);
        let mut more = 0;
        self.change(line, |entry| {
            if entry.words == Words::Coming {
                let delta = cut(delta, room.min(MAX_TEXT.saturating_sub(entry.text.len())));
                entry.text.push_str(delta);
                more = delta.len();
            }
        });
        self.bytes += more;
    }

    /// All words of a line. An empty text does not replace what is known.
    pub fn words(&mut self, line: u32, text: &str) {
        let (room, mut bytes) = (MAX_ALL_TEXT.saturating_sub(self.bytes), self.bytes);
        self.change(line, |entry| {
            if !text.trim().is_empty() {
                bytes -= entry.text.len();
                cut(text.trim(), MAX_TEXT.min(room + entry.text.len())).clone_into(&mut entry.text);
                bytes += entry.text.len();
            }
            entry.words = if entry.text.is_empty() { Words::None } else { Words::Known };
        });
        self.bytes = bytes;
    }

    /// How far a line has been spoken.
    pub fn speaking(&mut self, line: u32, start: Ms, end: Ms, heard_ms: u64, total_ms: u64) {
        self.change(line, |entry| {
            (entry.start, entry.end) = (start, end);
            (entry.heard_ms, entry.total_ms) = (heard_ms, total_ms);
        });
    }

    /// A line has been spoken to its end, or was cut there.
    pub fn spoken(&mut self, line: u32, start: Ms, end: Ms, heard_ms: u64, total_ms: u64) {
        self.speaking(line, start, end, heard_ms, total_ms);
        self.change(line, |entry| entry.spoken = true);
    }

    /// Nothing of a line will be spoken: it has no sound.
    pub fn unspoken(&mut self, line: u32) {
        self.change(line, |entry| entry.spoken = true);
    }

    /// The words of an item stay as they are.
    pub fn worded(&mut self, line: u32) {
        self.change(line, |entry| entry.words = Words::Known);
    }

    /// When a line of the caller began, and when it ended.
    pub fn began(&mut self, line: u32, at: Ms) {
        self.change(line, |entry| {
            entry.start = at;
            entry.end = entry.end.max(at);
        });
    }

    /// A line of the caller ended.
    pub fn ended(&mut self, line: u32, at: Ms) {
        self.change(line, |entry| {
            entry.end = at.max(entry.start);
            entry.spoken = true;
        });
    }

    /// An item stands right after another in the conversation.
    pub fn follows(&mut self, item: &str, previous: Option<&str>) {
        let Some(previous) = previous else { return };
        let Some(at) = self.position(item) else {
            let line = self.line_before(previous);
            if self.others.len() < MAX_LINES {
                self.others.push((item.to_owned(), line));
            }
            return;
        };
        let Some(before) = self.line_before(previous).and_then(|line| self.entries.iter().position(|e| e.line == line))
        else {
            return;
        };
        // Sentences from memory, functions and unworded neighbours stay where they were heard.
        let movable = |entry: &Entry| matches!(entry.what, What::Said(_)) && entry.item.is_some();
        let between = if before < at { &self.entries[before + 1..at] } else { &self.entries[..0] };
        if before < at && !between.iter().any(movable) {
            return;
        }
        let entry = self.entries.remove(at);
        let before = if before > at { before - 1 } else { before };
        let mut to = before + 1;
        while self.entries.get(to).is_some_and(|entry| !movable(entry)) && to < at {
            to += 1;
        }
        self.entries.insert(to, entry);
        for entry in &mut self.entries[at.min(to)..] {
            entry.dirty |= entry.told_at.is_some();
        }
        self.any_dirty = true;
    }

    fn position(&self, item: &str) -> Option<usize> {
        let is_it = |entry: &Entry| {
            entry.what != What::Tool && entry.session == self.session && entry.item.as_deref() == Some(item)
        };
        self.entries.iter().position(is_it)
    }

    /// The line that an item is, or stands after.
    fn line_before(&self, item: &str) -> Option<u32> {
        match self.position(item) {
            Some(at) => Some(self.entries[at].line),
            None => self.others.iter().rev().find(|(other, _)| other == item)?.1,
        }
    }

    fn change(&mut self, line: u32, change: impl FnOnce(&mut Entry)) {
        // The line asked for is nearly always one of the last.
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.line == line) {
            change(entry);
            entry.dirty = true;
            self.any_dirty = true;
        }
    }

    /// The next line to tell of. Lines without words are not told.
    pub fn next_fact(&mut self, now: Ms) -> Option<Fact> {
        if !self.any_dirty {
            return None;
        }
        let due = |entry: &Entry| entry.dirty && entry.due_at().is_some_and(|at| at <= now);
        let Some(position) = self.entries.iter().position(due) else {
            self.any_dirty = self.entries.iter().any(|entry| entry.dirty && entry.due_at().is_some());
            return None;
        };
        let entry = &mut self.entries[position];
        entry.dirty = false;
        entry.told_at = Some(now);
        Some(Fact::Line {
            line: entry.line,
            position: position as u32,
            speaker: entry.speaker()?,
            text: entry.text.clone(),
            heard: entry.heard(),
            start: entry.start,
            end: entry.end,
            done: entry.is_done(),
        })
    }

    /// When the next line is to be told.
    pub fn deadline(&self) -> Option<(Ms, &'static str)> {
        if !self.any_dirty {
            return None;
        }
        let due = self.entries.iter().filter(|entry| entry.dirty).filter_map(Entry::due_at).min()?;
        Some((due, "a line has changed"))
    }

    /// Nothing changes any more.
    pub fn close(&mut self) {
        for entry in &mut self.entries {
            entry.dirty |= !entry.is_done();
            (entry.words, entry.spoken) = (Words::Known, true);
        }
        self.any_dirty = true;
    }

    /// The last so many turns, as they were heard, with the function calls between them.
    pub fn past(&self, turns: usize) -> Vec<Past<'_>> {
        let past = self.entries.iter().rev().filter_map(|entry| match entry.what {
            What::Tool => entry.item.as_deref().map(Past::Tool),
            What::Memory => None,
            What::Done => (!entry.text.is_empty()).then_some(Past::Said(Speaker::Caller, entry.text.as_str())),
            What::Said(speaker) => {
                let heard = entry.text[..entry.heard()].trim();
                (!heard.is_empty()).then_some(Past::Said(speaker, heard))
            }
        });
        let mut past: Vec<_> = past.take(turns).collect();
        past.reverse();
        past
    }

    /// The newest lines, as far as they were heard; `shown` when they are read instead.
    pub fn said(&self, shown: bool) -> Vec<Said> {
        let from = self.entries.len().saturating_sub(LINES_SAID);
        self.entries[from..].iter().filter_map(|entry| entry.said(shown)).collect()
    }

    /// Whether a line has words.
    pub fn has_words(&self, line: u32) -> bool {
        self.entries.iter().any(|entry| entry.line == line && !entry.text.is_empty())
    }
}

impl Entry {
    fn said(&self, shown: bool) -> Option<Said> {
        let Self { start, end, heard_ms, total_ms, .. } = *self;
        let text = || self.text.clone();
        match self.what {
            What::Tool => None,
            What::Done | What::Said(Speaker::Caller) => {
                let words = (self.words == Words::None || !self.text.is_empty()).then(text);
                Some(Said::Caller { words, start, end })
            }
            _ if shown => Some(Said::Shown { text: text(), at: end }),
            _ => Some(Said::Assistant { text: text(), start, heard_ms, total_ms }),
        }
    }

    /// When it may be told: at once when it is new or done, else with a pause. Never without words.
    fn due_at(&self) -> Option<Ms> {
        if self.text.is_empty() || self.speaker().is_none() {
            return None;
        }
        Some(match self.told_at {
            Some(told) if !self.is_done() => told.plus(PAUSE_MS),
            _ => Ms(0),
        })
    }
}

/// How many bytes of a text were heard when this much of its sound was: in proportion, back to the end of a word.
pub(crate) fn heard(text: &str, heard_ms: u64, total_ms: u64) -> usize {
    if heard_ms >= total_ms {
        return if total_ms == 0 { 0 } else { text.len() };
    }
    let share = (text.len() as u64).saturating_mul(heard_ms) / total_ms;
    let limit = text.floor_char_boundary(share as usize);
    if text[limit..].starts_with(char::is_whitespace) {
        return text[..limit].trim_end().len();
    }
    text[..limit].rfind(char::is_whitespace).map_or(0, |space| text[..space].trim_end().len())
}

#[cfg(test)]
mod tests;
