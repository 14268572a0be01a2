//! What the record says about how a call ended.

use std::time::Duration;

use call::{EndReason, Finish, Metrics};
use chrono::{DateTime, Utc};
use model::{CallStatus, Outcome};

use crate::calls::Finished;

/// Why the call ended, however it is ended.
pub(super) const fn reason(finish: Finish) -> EndReason {
    match finish {
        Finish::HangUp(reason) | Finish::Rescue(reason) | Finish::Gone(reason) => reason,
    }
}

/// The end of a conversation.
pub(super) fn finished(
    finish: Finish,
    figures: &Metrics,
    summary: String,
    ended_at: DateTime<Utc>,
    duration: Duration,
) -> Finished {
    let reason = reason(finish);
    Finished {
        status: status(reason, figures),
        outcome: Some(outcome(reason, figures)),
        reason: reason.as_str().into(),
        ended_at,
        duration_ms: i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
        summary,
    }
}

/// The end of a call that never became a conversation.
pub(super) fn never_begun(reason: &str, at: DateTime<Utc>) -> Finished {
    Finished {
        status: CallStatus::Failed,
        outcome: Some(Outcome::Technical),
        reason: reason.into(),
        ended_at: at,
        duration_ms: 0,
        summary: String::new(),
    }
}

fn status(reason: EndReason, figures: &Metrics) -> CallStatus {
    match reason {
        EndReason::CallerHungUp
        | EndReason::AssistantEnded
        | EndReason::Silence
        | EndReason::Limit
        | EndReason::StaffEnded => CallStatus::Completed,
        EndReason::ModelLost if figures.first_word_ms.is_none() => CallStatus::Failed,
        EndReason::ModelLost | EndReason::PhoneLost | EndReason::PhoneProtocol | EndReason::Shutdown => {
            CallStatus::Interrupted
        }
    }
}

fn outcome(reason: EndReason, figures: &Metrics) -> Outcome {
    match reason {
        EndReason::Limit => Outcome::LimitReached,
        EndReason::ModelLost | EndReason::PhoneLost | EndReason::PhoneProtocol | EndReason::Shutdown => {
            Outcome::Technical
        }
        EndReason::CallerHungUp if figures.first_word_ms.is_none() => Outcome::Abandoned,
        EndReason::CallerHungUp | EndReason::Silence if figures.caller_talk_ms == 0 => Outcome::Silent,
        EndReason::CallerHungUp | EndReason::AssistantEnded | EndReason::Silence | EndReason::StaffEnded => {
            Outcome::Answered
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(finish: Finish, first_word_ms: Option<u64>, caller_talk_ms: u64) -> (CallStatus, Outcome) {
        let figures = Metrics { first_word_ms, caller_talk_ms, ..Metrics::default() };
        let finished = finished(finish, &figures, String::new(), DateTime::UNIX_EPOCH, Duration::from_secs(3));
        (finished.status, finished.outcome.expect("an outcome"))
    }

    #[test]
    fn an_ordinary_end_is_told_apart_from_a_broken_one() {
        use {CallStatus as S, EndReason as R, Outcome as O};
        assert_eq!(ended(Finish::HangUp(R::AssistantEnded), Some(700), 4_000), (S::Completed, O::Answered));
        assert_eq!(ended(Finish::Gone(R::CallerHungUp), Some(700), 4_000), (S::Completed, O::Answered));
        assert_eq!(ended(Finish::Gone(R::CallerHungUp), None, 0), (S::Completed, O::Abandoned));
        assert_eq!(ended(Finish::HangUp(R::Silence), Some(700), 0), (S::Completed, O::Silent));
        assert_eq!(ended(Finish::HangUp(R::Limit), Some(700), 4_000), (S::Completed, O::LimitReached));
        assert_eq!(ended(Finish::Rescue(R::ModelLost), None, 0), (S::Failed, O::Technical));
        assert_eq!(ended(Finish::Rescue(R::ModelLost), Some(700), 0), (S::Interrupted, O::Technical));
        assert_eq!(ended(Finish::Gone(R::PhoneLost), Some(700), 9), (S::Interrupted, O::Technical));
    }
}
