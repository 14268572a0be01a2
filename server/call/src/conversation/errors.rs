//! What goes wrong at the model's end, and how much it matters.

use super::{Call, Ending};
use crate::{
    io::{EndReason, Finish, SessionNo},
    openai::{Response, ServerError},
    plan::Phrase,
    session::{Severity, severity},
    turn::{Active, Why},
};

/// Unreadable frames within [`UNREADABLE_WITHIN_MS`] after which a session is replaced.
const MAX_UNREADABLE: usize = 20;
const UNREADABLE_WITHIN_MS: u64 = 10_000;
impl Call {
    /// A response must not end in dead air.
    pub(super) fn judge(&mut self, response: &Response, active: &Active) {
        self.notice_in(response, active);
        let said = active.audio_ms > 0 || active.words;
        let cancelled = response.status == "cancelled"
            && (active.stopped || response.reason.is_some() || self.turn.caller_speaks());
        if response.status == "failed" {
            let error = response.error.clone().unwrap_or_default();
            let severity = severity(&error.kind, error.code.as_deref());
            self.note_event("model_error", format!("A response failed: {}.", code(error.code.as_deref(), &error.kind)));
            // What was half said is to be finished.
            let why = if said && active.why < Why::Continue { Why::Continue } else { active.why };
            return if severity == Severity::Fatal { self.give_up() } else { self.try_again(why, severity) };
        }
        if said {
            self.goodbye_said();
        }
        if said || active.calls || cancelled || active.stopped {
            if response.status == "incomplete" {
                self.note_event("model_error", "An answer was cut off by the model.");
            }
            if said && !active.calls {
                self.silence.model_speaks();
            }
            return;
        }
        self.note_event("model_error", "A response brought nothing.");
        self.try_again(active.why, Severity::Transient);
    }

    pub(super) fn error(&mut self, no: SessionNo, error: &ServerError) {
        let ours = error.ours();
        match Severity::from(error) {
            Severity::AlreadyActive => self.turn.already_active(ours, self.now),
            Severity::Fatal => {
                self.note_error(error);
                self.give_up();
            }
            Severity::Expired => {
                self.note_error(error);
                self.lose_session();
            }
            severity @ (Severity::RateLimited | Severity::Transient | Severity::Harmless) => {
                self.note_error(error);
                let refused = match ours {
                    Some(event) => self.turn.refused(event),
                    None if severity == Severity::Harmless => None,
                    None => self.turn.refused_without_name(),
                };
                if let Some(why) = refused {
                    self.try_again(why, severity);
                } else if severity == Severity::Transient {
                    self.server_errors += 1;
                    if self.server_errors > 1 {
                        self.cancel_response(no);
                        self.lose_session();
                    }
                }
            }
        }
    }

    pub(super) fn note_error(&mut self, error: &ServerError) {
        // Cancelling what has just ended happens in every lively conversation.
        if error.code.as_deref() != Some("response_cancel_not_active") {
            let what = code(error.code.as_deref(), &error.kind);
            self.note_event("model_error", format!("The model's server says: {what}."));
        }
    }

    pub(super) fn unreadable_event(&mut self) {
        self.unreadable.retain(|at| self.now.since(*at) < UNREADABLE_WITHIN_MS);
        self.unreadable.push_back(self.now);
        if self.unreadable.len() >= MAX_UNREADABLE {
            self.unreadable.clear();
            self.note_event("model_error", "The model's frames could not be read.");
            self.lose_session();
        }
    }

    /// The model cannot be had: a sentence, and the telephone network takes over.
    pub(super) fn give_up(&mut self) {
        if matches!(self.ending, Ending::LastWords { .. } | Ending::Over) {
            return;
        }
        self.note_event("model_lost", "The model could not be reached; the call goes on without it.");
        self.close_sessions();
        self.last_words(Phrase::TechnicalProblem, Finish::Rescue(EndReason::ModelLost));
    }
}

/// A code as it may stand in a record: it comes from outside.
fn code(code: Option<&str>, kind: &str) -> String {
    let text = code.filter(|code| !code.is_empty()).unwrap_or(kind);
    let clean: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).take(60).collect();
    if clean.is_empty() { "an unknown error".to_owned() } else { clean }
}
