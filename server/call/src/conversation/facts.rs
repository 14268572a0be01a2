//! What is told of the call, and what the call is told.

use super::Call;
use crate::{consent::Moment, openai::NewItem, tools::cut};

/// Notes kept for a session that replaces this one, and the length of each.
const MAX_NOTES: usize = 20;
const MAX_NOTE_BYTES: usize = 1_000;

impl Call {
    /// The assistant learns something, and says it when asked to.
    pub(super) fn inform(&mut self, text: &str, speak: bool) {
        let text = cut(text.trim(), MAX_NOTE_BYTES);
        if text.is_empty() {
            return;
        }
        if !speak {
            self.note(text);
        } else if self.news.len() < MAX_NOTES {
            self.news.push_back(text.to_owned());
        }
    }

    /// Gives the model what it is to tell the caller. While it is making an answer the news would be taken for a part of that, and
    /// could go untold: it waits until the answer is made, and is asked for on its own.
    pub(super) fn keep_news(&mut self) {
        while self.is_between_answers()
            && let Some(text) = self.news.pop_front()
        {
            self.note(&text);
            // The news after this one may come with it.
            if self.news.is_empty() {
                self.wants_notice();
            }
        }
    }

    fn is_between_answers(&self) -> bool {
        self.turn.is_free() && self.tools.running_since().is_none()
    }

    fn note(&mut self, text: &str) {
        self.remember(text);
        if let Some(no) = self.sessions.ready() {
            self.add_item(no, NewItem::System { text: text.to_owned() });
        }
    }

    /// Keeps a fact for sessions to come; the current one knows it.
    pub(super) fn remember(&mut self, text: &str) {
        if self.notes.len() == MAX_NOTES {
            self.notes.pop_front();
        }
        self.notes.push_back(cut(text.trim(), MAX_NOTE_BYTES).to_owned());
    }

    /// What has been said up to here, as far as it was heard.
    pub(super) fn moment(&mut self) -> Moment {
        self.hear_playback();
        Moment { at: self.now, said: self.transcript.said(self.is_typed()) }
    }

    pub(super) fn tell_lines(&mut self) {
        while let Some(line) = self.transcript.next_fact(self.now) {
            self.fact(line);
        }
    }
}
