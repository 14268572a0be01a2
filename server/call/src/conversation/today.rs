//! The today board: what staff put up or take off while the caller is on the line.
//!
//! Every session that runs is given new instructions, which hold for all that it says afterwards, and the one that talks is told besides, at
//! the end of its conversation, what has changed: what it said before may not be true any more. Nothing of it makes the model speak. A
//! session that is being set up gets the instructions as they are, and is amended when they have changed meanwhile.

use std::collections::BTreeMap;

use super::Call;
use crate::{
    io::SessionNo,
    openai::{Amendment, ClientEvent, EventKind, NewItem},
    tools::cut,
};

/// Notices told of, and the length of each.
const MAX_NOTICES: usize = 30;
const MAX_NOTICE_BYTES: usize = 400;

/// Which state of the board each session was given; states are counted.
#[derive(Debug, Default)]
pub(super) struct Board {
    state: u32,
    given: BTreeMap<SessionNo, u32>,
}

impl Board {
    /// A session is given the board as it is.
    pub(super) fn give(&mut self, no: SessionNo) {
        // Two sessions live at a time; the older ones need nothing any more.
        while self.given.len() > 3 {
            self.given.pop_first();
        }
        self.given.insert(no, self.state);
    }

    fn is_stale(&self, no: SessionNo) -> bool {
        self.given.get(&no).is_some_and(|given| *given < self.state)
    }
}

impl Call {
    /// The board has changed.
    pub(super) fn today(&mut self, notices: &[String]) {
        let clean = |notice: &String| cut(notice.trim(), MAX_NOTICE_BYTES).to_owned();
        let after: Vec<String> = notices.iter().map(clean).filter(|it| !it.is_empty()).take(MAX_NOTICES).collect();
        let before = std::mem::replace(&mut self.plan.today, after);
        let Some(told) = changes(&before, &self.plan.today) else { return };
        self.board.state += 1;
        self.note_event("today", format!("The assistant was told: {told}"));
        let text = format!("The staff tell you at this moment: {told}");
        // A session to come reads what was said before, too.
        self.remember(&text);
        if let Some(no) = self.sessions.ready() {
            self.amend(no);
            self.add_item(no, NewItem::System { text });
        }
        if let Some(next) = self.sessions.next_ready() {
            self.amend(next);
        }
    }

    /// A session is ready: what has changed while it was set up.
    pub(super) fn catch_up(&mut self, no: SessionNo) {
        if self.board.is_stale(no) {
            self.amend(no);
        }
    }

    fn amend(&mut self, no: SessionNo) {
        self.board.give(no);
        let event_id = self.event_id(EventKind::Settings);
        let session = Box::new(Amendment::of(&self.plan));
        self.send(no, ClientEvent::Amend { event_id, session });
    }
}

/// What has changed, in sentences; `None` when nothing has.
fn changes(before: &[String], after: &[String]) -> Option<String> {
    let new = after.iter().filter(|it| !before.contains(it)).cloned();
    let gone =
        before.iter().filter(|it| !after.contains(it)).map(|it| format!("This does not hold any more: \"{it}\""));
    let told: Vec<String> = new.chain(gone).collect();
    (!told.is_empty()).then(|| told.join(" "))
}
