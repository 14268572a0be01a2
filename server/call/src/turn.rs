//! Whose turn it is: one response at a time, and every `response.create` through one door.
//!
//! ```text
//! want ──▶ wanted ──ask (when free)──▶ asked ──response.created──▶ active ──response.done──▶ free
//!             ▲                          │ conversation_already_has_active_response
//!             └──────────────────────────┘
//! ```
//! The model answers the caller's speech by itself (`create_response`); we see such a response first at `response.created`.

use std::collections::VecDeque;

use crate::{
    io::Ms,
    openai::{EventId, Response},
};

/// How long the model's own response to a committed turn is awaited before one is asked for.
const OWN_RESPONSE_MS: u64 = 2_500;
/// How long an active response that we never saw begin is believed in.
const UNSEEN_MS: u64 = 3_000;
/// Ids remembered of responses whose late audio is thrown away, and of those outside the conversation.
const IDS_KEPT: usize = 32;

/// Why a response is wanted. The greater one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// Something was noted that the caller should hear of.
    Notice,
    /// The caller, or a tool, has said something.
    Answer,
    /// The assistant was cut off by a fault.
    Continue,
    /// The call begins.
    Greeting,
    /// The call ends.
    Goodbye,
}

/// Whose a response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The one asked for.
    Asked(Why),
    /// The model's own, to what the caller said.
    Own,
    /// Not part of the conversation: never to be spoken.
    Outside,
}

#[derive(Debug)]
struct Asked {
    event: EventId,
    why: Why,
}

#[derive(Debug)]
pub(crate) struct Active {
    pub id: String,
    /// What it seems to have been asked for with.
    event: Option<EventId>,
    pub why: Why,
    /// Milliseconds of audio that came.
    pub audio_ms: u64,
    /// Whether words came (what counts where nothing is spoken).
    pub words: bool,
    /// Whether a function was called.
    pub calls: bool,
    /// Whether we stopped it.
    pub stopped: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Turn {
    wanted: Option<Why>,
    /// The caller said something before they were greeted: an answer follows the greeting.
    answer_follows: bool,
    asked: Option<Asked>,
    active: Option<Active>,
    discarded: VecDeque<String>,
    outside: VecDeque<String>,
    speaking_since: Option<Ms>,
    own_by: Option<Ms>,
    not_before: Option<Ms>,
}

impl Turn {
    /// Wants a response; the one door.
    pub fn want(&mut self, why: Why) {
        let both = [self.wanted, Some(why)];
        self.answer_follows |= both.contains(&Some(Why::Answer)) && both.contains(&Some(Why::Greeting));
        self.wanted = self.wanted.max(Some(why));
    }

    /// Whoever wanted a response for this does not any more.
    pub fn forget(&mut self, why: Why) {
        self.wanted.take_if(|wanted| *wanted == why);
    }

    /// Nothing is wanted any more.
    pub fn want_nothing(&mut self) {
        (self.wanted, self.answer_follows) = (None, false);
    }

    /// The next session hears the caller's turn once more and answers it by itself: nobody asks it to, and what was asked of the last one
    /// is not asked again.
    pub fn left_to_the_model(&mut self) {
        self.want_nothing();
        self.asked = None;
    }

    /// What is wanted or asked for.
    pub fn wants(&self) -> Option<Why> {
        self.wanted.max(self.asked.as_ref().map(|asked| asked.why))
    }

    /// The response to ask for now, if there is one and the floor is free.
    pub fn next(&mut self, now: Ms) -> Option<Why> {
        let busy = self.active.is_some() || self.asked.is_some() || self.speaking_since.is_some();
        if busy || self.own_by.is_some_and(|by| now < by) || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        self.not_before = None;
        if self.own_by.take().is_some() {
            self.want(Why::Answer);
        }
        let why = self.wanted.take();
        if std::mem::take(&mut self.answer_follows) && why == Some(Why::Greeting) {
            self.wanted = Some(Why::Answer);
        }
        why
    }

    /// It was asked for with this event.
    pub fn ask(&mut self, event: EventId, why: Why) {
        self.asked = Some(Asked { event, why });
    }

    /// Not before so many milliseconds have passed.
    pub fn back_off(&mut self, ms: u64, now: Ms) {
        self.not_before = Some(now.plus(ms));
    }

    /// Whether an event of ours that was refused is the one that asked; then nothing is asked any more, and why it was is returned.
    pub fn refused(&mut self, event: EventId) -> Option<Why> {
        (self.asked.as_ref()?.event == event).then(|| self.asked.take().map(|asked| asked.why))?
    }

    /// An error that does not say which event it refuses, while a response is asked for and has not begun: it is that one.
    pub fn refused_without_name(&mut self) -> Option<Why> {
        self.asked.take().map(|asked| asked.why)
    }

    /// The model says that a response is active: ask again when it is done. A model that does not say what it refuses means what was asked
    /// last.
    pub fn already_active(&mut self, event: Option<EventId>, now: Ms) {
        let asked = self.asked.as_ref().map(|asked| asked.event);
        let Some(event) = event.or(asked).or(self.active.as_ref().and_then(|active| active.event)) else { return };
        if let Some(why) = self.refused(event) {
            self.want(why);
        } else if let Some(active) = self.active.as_mut().filter(|active| active.event == Some(event)) {
            // What we took for the response asked for is the model's own.
            let why = std::mem::replace(&mut active.why, Why::Answer);
            active.event = None;
            self.want(why);
        }
        if self.active.is_none() {
            self.back_off(UNSEEN_MS, now);
        }
    }

    /// A response began. `answered` says whether everything we told the model had reached it by then.
    pub fn created(&mut self, response: &Response, answered: bool) -> Whose {
        let expected = self.asked.is_some() || self.own_by.is_some();
        if response.has_metadata || (response.without_conversation && !expected) {
            keep(&mut self.outside, response.id.clone());
            return Whose::Outside;
        }
        self.not_before = None;
        let (event, why, whose) = match self.asked.take() {
            Some(asked) => (Some(asked.event), asked.why, Whose::Asked(asked.why)),
            None => (None, Why::Answer, Whose::Own),
        };
        self.own_by = None;
        if whose == Whose::Own && answered && self.wanted.is_some_and(|why| why <= Why::Answer) {
            self.wanted = None;
        }
        self.active = Some(Active {
            id: response.id.clone(),
            event,
            why,
            audio_ms: 0,
            words: false,
            calls: false,
            stopped: false,
        });
        whose
    }

    /// A response ended, whatever became of it: what was known of it.
    pub fn done(&mut self, id: &str) -> Option<Active> {
        self.discarded.retain(|discarded| discarded != id);
        if self.is_outside(id) {
            return None;
        }
        self.not_before = None;
        self.active.take_if(|active| active.id == id || active.id.is_empty())
    }

    /// The active response.
    pub const fn active(&self) -> Option<&Active> {
        self.active.as_ref()
    }

    /// The active response, if it has this id.
    pub fn active_mut(&mut self, id: &str) -> Option<&mut Active> {
        self.active.as_mut().filter(|active| active.id == id)
    }

    /// Audio and words of the active response that still come are late from here on. Its id, unless it was stopped before.
    pub fn discard(&mut self) -> Option<String> {
        let active = self.active.as_mut().filter(|active| !active.stopped)?;
        active.stopped = true;
        keep(&mut self.discarded, active.id.clone());
        Some(active.id.clone())
    }

    /// Whether what comes of a response may be spoken.
    pub fn may_speak(&self, id: &str) -> bool {
        !self.is_outside(id) && !self.discarded.iter().any(|discarded| discarded == id)
    }

    /// Whether a response is not part of the conversation.
    pub fn is_outside(&self, id: &str) -> bool {
        self.outside.iter().any(|outside| outside == id)
    }

    /// The caller begins to speak.
    pub fn speech_started(&mut self, now: Ms) {
        self.speaking_since.get_or_insert(now);
    }

    /// The caller stops; since when they spoke. Their turn is about to be closed, and answered by the model itself.
    pub fn speech_stopped(&mut self, now: Ms) -> Option<Ms> {
        let since = self.speaking_since.take();
        if self.active.is_none() {
            self.own_by = Some(now.plus(OWN_RESPONSE_MS));
        }
        since
    }

    /// The caller's turn is closed: the model answers by itself.
    pub fn committed(&mut self, now: Ms) {
        self.speech_stopped(now);
    }

    /// The caller's turn is closed while a response is active that they cannot stop: the model does not answer by itself.
    pub fn committed_beside(&mut self) {
        self.speaking_since = None;
        self.want(Why::Answer);
    }

    /// Whether the caller speaks.
    pub const fn caller_speaks(&self) -> bool {
        self.speaking_since.is_some()
    }

    /// Whether nobody owes anybody a word.
    pub const fn is_free(&self) -> bool {
        self.active.is_none()
            && self.asked.is_none()
            && self.wanted.is_none()
            && self.own_by.is_none()
            && self.speaking_since.is_none()
    }

    /// The session is gone and all of this with it. What had been asked for is wanted again.
    pub fn session_lost(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.want(asked.why);
        }
        self.active = None;
        // Another session may count its responses from one as this one did.
        self.discarded.clear();
        self.outside.clear();
        self.speaking_since = None;
        self.own_by = None;
        self.not_before = None;
    }

    /// When something is to be done if nothing happens before.
    pub fn deadline(&self) -> Option<(Ms, &'static str)> {
        let held = self.active.is_some() || self.asked.is_some() || self.speaking_since.is_some();
        let own = self.own_by.filter(|_| !held).map(|at| (at, "the model has not begun to answer"));
        let wait =
            self.not_before.filter(|_| !held && self.wanted.is_some()).map(|at| (at, "a response is tried again"));
        match (own, wait) {
            // Both must have passed.
            (Some(own), Some(wait)) => Some(own.max(wait)),
            (own, wait) => own.or(wait),
        }
    }
}

fn keep(ids: &mut VecDeque<String>, id: String) {
    if ids.len() == IDS_KEPT {
        ids.pop_front();
    }
    ids.push_back(id);
}
