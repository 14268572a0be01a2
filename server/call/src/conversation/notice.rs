//! When a call may be recorded: from the moment at which the caller has heard to its end that it is. The greeting says so; of a call whose
//! greeting was cut, a sentence from memory does at the next pause.
//!
//! ```text
//! Owed ──the greeting is complete──▶ Said ──all of it was heard──▶ Heard
//!   ▲  └─a pause: the sentence──────────┘│
//!   └──────────────the caller cuts in────┘
//! ```

use super::Call;
use crate::{
    openai::Response,
    plan::Phrase,
    turn::{Active, Why},
};

/// How often the sentence is said to one who cuts in again and again. Their call is not recorded.
const TIMES: u32 = 3;

/// What the caller knows of the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Notice {
    /// Nothing yet.
    #[default]
    Unsaid,
    /// It is being heard.
    Said,
    /// The caller knows.
    Heard,
}

impl Call {
    /// Whether sound may be kept.
    pub(super) fn is_recording(&self) -> bool {
        self.plan.record && self.notice == Notice::Heard
    }

    /// A response is done. The greeting tells of the recording.
    pub(super) fn notice_in(&mut self, response: &Response, active: &Active) {
        let whole = response.status == "completed" && !active.stopped && active.audio_ms > 0;
        if whole && active.why == Why::Greeting && self.notice == Notice::Unsaid {
            self.notice = Notice::Said;
        }
    }

    /// What was being said was cut.
    pub(super) fn notice_cut(&mut self) {
        if self.notice == Notice::Said {
            self.notice = Notice::Unsaid;
        }
    }

    /// Takes note that the caller has heard it, and says it where the greeting could not.
    pub(super) fn keep_notice(&mut self) {
        match self.notice {
            Notice::Said if self.playback.is_settled() && !self.playback.is_busy(self.now) => {
                self.notice = Notice::Heard;
            }
            Notice::Unsaid if self.owes_notice() => {
                self.notices += 1;
                self.notice = Notice::Said;
                self.note_event("notice", "The greeting was cut; the caller is told that the call is recorded.");
                self.say(Phrase::RecordingNotice);
            }
            Notice::Unsaid | Notice::Said | Notice::Heard => {}
        }
    }

    fn owes_notice(&self) -> bool {
        self.plan.record
            && !self.is_typed()
            && self.started.is_some()
            && self.notices < TIMES
            && self.ending.is_far()
            && self.sessions.ready().is_some()
            && self.is_quiet()
    }
}
