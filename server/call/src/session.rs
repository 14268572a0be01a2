//! The model's sockets: opening one, opening it again, and having the next one ready before the present one ends.
//!
//! ```text
//! Opening ──open──▶ Open ──session.created──▶ Updating ──session.updated──▶ Ready ──▶ …replaced, or lost
//!    └───────────────any failure: again after 0, 250, 750 ms, at most 4.5 s in all──────────┘
//! ```

use crate::{
    io::{Ms, SessionNo},
    openai::{Failure, ServerError},
};

/// A caller is not kept waiting longer than this for a model.
const CONNECT_MS: u64 = 4_500;
/// Waits before the second and the third attempt.
const BACKOFF_MS: [u64; 2] = [250, 750];
/// The same when the model's server is overrun.
const OVERRUN_BACKOFF_MS: [u64; 2] = [1_000, 2_000];
/// Losses in a row after which the model is given up.
const MAX_LOSSES: u32 = 3;
/// A successor that could not be opened is tried again after this long.
const SUCCESSOR_RETRY_MS: u64 = 30_000;

/// A session is replaced so long before its server ends it; one that lives shorter than twice as long, after half its life.
const BEFORE_END_MS: u64 = 60_000;

/// Which of the sockets an event is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The one that talks.
    Current,
    /// The one that will.
    Next,
    /// One that is no longer wanted.
    Old,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The driver opens it.
    Opening,
    /// Open; `session.created` is awaited.
    Open,
    /// `session.update` was sent.
    Updating,
    /// Our settings hold.
    Ready,
}

#[derive(Clone, Copy, Debug)]
struct Socket {
    no: SessionNo,
    phase: Phase,
    ready_at: Ms,
    /// When it should be replaced, by its own account.
    replace_by: Option<Ms>,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Open another one, now or at [`Sessions::deadline`].
    Again,
    /// There is no model for this call.
    GiveUp,
}

#[derive(Debug, Default)]
pub(crate) struct Sessions {
    last: u32,
    current: Option<Socket>,
    next: Option<Socket>,
    /// Since when there has been no ready session.
    since: Option<Ms>,
    retry_at: Option<Ms>,
    attempts: usize,
    losses: u32,
    next_not_before: Ms,
}

impl Sessions {
    /// Opens the talking socket.
    pub fn open(&mut self, now: Ms) -> SessionNo {
        self.since.get_or_insert(now);
        self.retry_at = None;
        let socket = self.new_socket();
        self.current = Some(socket);
        socket.no
    }

    /// Opens its successor.
    pub fn open_next(&mut self) -> SessionNo {
        let socket = self.new_socket();
        self.next = Some(socket);
        socket.no
    }

    fn new_socket(&mut self) -> Socket {
        self.last += 1;
        Socket { no: SessionNo(self.last), phase: Phase::Opening, ready_at: Ms(0), replace_by: None }
    }

    /// Whose number this is.
    pub fn which(&self, no: SessionNo) -> Which {
        if self.current.is_some_and(|socket| socket.no == no) {
            Which::Current
        } else if self.next.is_some_and(|socket| socket.no == no) {
            Which::Next
        } else {
            Which::Old
        }
    }

    fn socket(&mut self, no: SessionNo) -> Option<&mut Socket> {
        [&mut self.current, &mut self.next].into_iter().flatten().find(|socket| socket.no == no)
    }

    /// A socket is open.
    pub fn opened(&mut self, no: SessionNo) {
        if let Some(socket) = self.socket(no).filter(|socket| socket.phase == Phase::Opening) {
            socket.phase = Phase::Open;
        }
    }

    /// The server says when it ends a session.
    pub fn ends(&mut self, no: SessionNo, at: Ms, now: Ms) {
        let left = at.since(now);
        if left > 0
            && let Some(socket) = self.socket(no)
        {
            socket.replace_by = Some(now.plus(left.saturating_sub(BEFORE_END_MS).max(left / 2)));
        }
    }

    /// A session was admitted. Whether it is to be given its settings.
    pub fn created(&mut self, no: SessionNo) -> bool {
        let Some(socket) = self.socket(no) else { return false };
        let first = matches!(socket.phase, Phase::Opening | Phase::Open);
        if first {
            socket.phase = Phase::Updating;
        }
        first
    }

    /// The settings hold. Whether the session becomes ready by that.
    pub fn updated(&mut self, no: SessionNo, now: Ms) -> bool {
        let Some(socket) = self.socket(no).filter(|socket| socket.phase == Phase::Updating) else { return false };
        (socket.phase, socket.ready_at) = (Phase::Ready, now);
        if self.which(no) == Which::Current {
            (self.since, self.attempts) = (None, 0);
        }
        true
    }

    /// The talking session, once it is ready.
    pub fn ready(&self) -> Option<SessionNo> {
        self.current.filter(|socket| socket.phase == Phase::Ready).map(|socket| socket.no)
    }

    /// The talking socket, ready or not.
    pub fn current(&self) -> Option<SessionNo> {
        self.current.map(|socket| socket.no)
    }

    /// The successor, once it is ready.
    pub fn next_ready(&self) -> Option<SessionNo> {
        self.next.filter(|socket| socket.phase == Phase::Ready).map(|socket| socket.no)
    }

    /// Whether a successor is to be opened.
    pub fn wants_next(&self, session_ms: u64, now: Ms) -> bool {
        self.next_due(session_ms).is_some_and(|at| at <= now)
    }

    fn next_due(&self, session_ms: u64) -> Option<Ms> {
        let socket = self.current.filter(|socket| socket.phase == Phase::Ready && self.next.is_none())?;
        let old = socket.ready_at.plus(session_ms);
        Some(socket.replace_by.map_or(old, |by| by.min(old)).max(self.next_not_before))
    }

    /// The successor takes over; the number of the one it replaces.
    pub fn switch(&mut self, now: Ms) -> Option<SessionNo> {
        let next = self.next.take()?;
        let old = self.current.replace(next).map(|socket| socket.no);
        if next.phase != Phase::Ready {
            self.since = Some(now);
        }
        old
    }

    /// The successor failed; it is tried again later.
    pub fn next_lost(&mut self, now: Ms) {
        self.next = None;
        self.next_not_before = now.plus(SUCCESSOR_RETRY_MS);
    }

    /// The talking socket failed, before or after it was ready; `overrun` when it was refused because too much is asked for.
    pub fn lost(&mut self, overrun: bool, now: Ms) -> After {
        let was_ready = self.ready().is_some();
        self.current = None;
        if was_ready {
            self.losses += 1;
            self.since = Some(now);
            self.retry_at = Some(now);
        } else {
            let waits = if overrun { OVERRUN_BACKOFF_MS } else { BACKOFF_MS };
            let Some(wait) = waits.get(self.attempts) else { return After::GiveUp };
            self.attempts += 1;
            self.retry_at = Some(now.plus(*wait));
        }
        if self.losses > MAX_LOSSES { After::GiveUp } else { After::Again }
    }

    /// The model has spoken: what went wrong before does not count.
    pub fn proved(&mut self) {
        self.losses = 0;
    }

    /// Whether another attempt is due.
    pub fn retry_due(&self, now: Ms) -> bool {
        self.retry_at.is_some_and(|at| at <= now)
    }

    /// Since when the caller has been without a model.
    pub const fn missing_since(&self) -> Option<Ms> {
        self.since
    }

    /// Whether the caller has been without a model for too long.
    pub fn hopeless(&self, now: Ms) -> bool {
        self.since.is_some_and(|since| since.plus(CONNECT_MS) <= now)
    }

    /// All sockets, to be closed.
    pub fn close_all(&mut self) -> impl Iterator<Item = SessionNo> + use<> {
        let sockets = [self.current.take(), self.next.take()];
        (self.since, self.retry_at) = (None, None);
        sockets.into_iter().flatten().map(|socket| socket.no)
    }

    /// When something is to be done if nothing happens before.
    pub fn deadline(&self, session_ms: u64) -> Option<(Ms, &'static str)> {
        let retry = self.retry_at.map(|at| (at, "the model is tried again"));
        let hopeless = self.since.map(|since| (since.plus(CONNECT_MS), "the model cannot be reached"));
        let next = self.next_due(session_ms).map(|at| (at, "the model's session grows old"));
        [retry, hopeless, next].into_iter().flatten().min()
    }
}

/// How serious something the model's side says is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Nothing is to be done.
    Harmless,
    /// A response is active: ask later.
    AlreadyActive,
    /// The session has lived its time.
    Expired,
    /// Try again after a pause.
    RateLimited,
    /// Try again, then with another session.
    Transient,
    /// No attempt will do better.
    Fatal,
}

const FATAL_CODES: &[&str] = &[
    "insufficient_quota",
    "invalid_api_key",
    "account_deactivated",
    "billing_hard_limit_reached",
    "model_not_found",
    "beta_api_shape_disabled",
    "invalid_organization",
    "unsupported_country_region_territory",
];

/// How serious an error is, by its class and code. Its message is for people and changes without notice.
pub(crate) fn severity(kind: &str, code: Option<&str>) -> Severity {
    match (kind, code.unwrap_or_default()) {
        (_, code) if FATAL_CODES.contains(&code) => Severity::Fatal,
        ("authentication_error" | "permission_error" | "permission_denied_error", _) => Severity::Fatal,
        (_, "conversation_already_has_active_response") => Severity::AlreadyActive,
        (_, "session_expired") => Severity::Expired,
        (kind, code) if kind == "rate_limit_error" || code.contains("rate_limit") => Severity::RateLimited,
        ("server_error", _) | (_, "server_error") => Severity::Transient,
        _ => Severity::Harmless,
    }
}

/// How serious it is that a socket is not there, while none has been.
pub(crate) fn refusal(failure: Failure) -> Severity {
    match failure {
        // The close codes are final by the API's own client: they say that the request itself is wrong.
        Failure::Refused { status: 400 | 401 | 403 | 404 | 405 | 410 }
        | Failure::Closed { code: Some(1008 | 3000..=4999) } => Severity::Fatal,
        Failure::Refused { status: 429 } => Severity::RateLimited,
        Failure::Refused { .. } | Failure::Unreachable | Failure::TimedOut | Failure::Closed { .. } => {
            Severity::Transient
        }
    }
}

impl From<&ServerError> for Severity {
    fn from(error: &ServerError) -> Self {
        severity(&error.kind, error.code.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_apart_by_code_and_class() {
        let table = [
            ("invalid_request_error", Some("conversation_already_has_active_response"), Severity::AlreadyActive),
            ("invalid_request_error", Some("response_cancel_not_active"), Severity::Harmless),
            ("invalid_request_error", Some("input_audio_buffer_commit_empty"), Severity::Harmless),
            ("invalid_request_error", Some("item_truncate_invalid_item_id"), Severity::Harmless),
            ("invalid_request_error", Some("invalid_value"), Severity::Harmless),
            ("invalid_request_error", Some("session_expired"), Severity::Expired),
            ("invalid_request_error", Some("inference_rate_limit_exceeded"), Severity::RateLimited),
            ("invalid_request_error", Some("rate_limit_exceeded"), Severity::RateLimited),
            ("server_error", None, Severity::Transient),
            ("invalid_request_error", Some("invalid_api_key"), Severity::Fatal),
            ("insufficient_quota", Some("insufficient_quota"), Severity::Fatal),
            ("authentication_error", None, Severity::Fatal),
            ("", None, Severity::Harmless),
        ];
        for (kind, code, expected) in table {
            assert_eq!(severity(kind, code), expected, "{kind} {code:?}");
        }
    }

    #[test]
    fn a_refused_upgrade_is_fatal_unless_it_may_pass() {
        for status in [401, 403, 404] {
            assert_eq!(refusal(Failure::Refused { status }), Severity::Fatal);
        }
        assert_eq!(refusal(Failure::Refused { status: 429 }), Severity::RateLimited);
        assert_eq!(refusal(Failure::Refused { status: 503 }), Severity::Transient);
        assert_eq!(refusal(Failure::Closed { code: Some(4000) }), Severity::Fatal);
        assert_eq!(refusal(Failure::Closed { code: Some(1011) }), Severity::Transient);
    }

    #[test]
    fn three_attempts_are_made_to_open_the_first_session() {
        let mut sessions = Sessions::default();
        sessions.open(Ms(0));

        assert_eq!(sessions.lost(false, Ms(10)), After::Again);
        assert!(!sessions.retry_due(Ms(259)) && sessions.retry_due(Ms(260)));
        sessions.open(Ms(260));
        assert_eq!(sessions.lost(false, Ms(270)), After::Again);
        sessions.open(Ms(1_020));
        assert_eq!(sessions.lost(false, Ms(1_030)), After::GiveUp);
    }

    #[test]
    fn a_session_is_replaced_before_its_server_ends_it() {
        let mut sessions = Sessions::default();
        let no = sessions.open(Ms(0));
        sessions.created(no);
        sessions.ends(no, Ms(600_000), Ms(100));
        sessions.updated(no, Ms(200));

        assert!(!sessions.wants_next(3_000_000, Ms(539_999)) && sessions.wants_next(3_000_000, Ms(540_000)));
        // It may be replaced earlier, and one that has ended already by the server's clock is believed to live.
        assert!(sessions.wants_next(300_000, Ms(300_200)));
        sessions.ends(no, Ms(600_000), Ms(700_000));
        assert!(sessions.wants_next(3_000_000, Ms(540_000)));
        sessions.ends(no, Ms(800_000), Ms(700_000));
        assert!(!sessions.wants_next(3_000_000, Ms(749_999)) && sessions.wants_next(3_000_000, Ms(750_000)));
    }

    #[test]
    fn a_session_that_breaks_again_and_again_is_given_up() {
        let mut sessions = Sessions::default();
        for loss in 1..=4 {
            let no = sessions.open(Ms(0));
            sessions.opened(no);
            assert!(sessions.created(no) && !sessions.created(no));
            assert!(sessions.updated(no, Ms(1)) && !sessions.updated(no, Ms(1)));
            let expected = if loss <= 3 { After::Again } else { After::GiveUp };
            assert_eq!(sessions.lost(false, Ms(2)), expected);
        }
    }
}
