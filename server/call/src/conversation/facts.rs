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
        self.remember(text);
        if let Some(no) = self.sessions.ready() {
            self.add_item(no, NewItem::System { text: text.to_owned() });
        }
        if speak {
            self.wants_notice();
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
