//! What the model is told of a change: that it is proposed, that it is made, or why it is not.

use chrono::{DateTime, Utc};
use model::ProposalId;
use serde::{Deserialize, Serialize};

use super::proposals::{Proposal, State};
use crate::packs::{Output, Status};

/// What is kept and told of a change that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) reference: String,
    pub(super) say: String,
    pub(super) title: String,
    pub(super) subject: String,
    pub(super) subject_id: String,
}

/// What a tool answers that proposes a change.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Proposed {
    /// The caller has to agree.
    #[serde(rename_all = "camelCase")]
    New {
        /// What `confirm` is called with.
        proposal_id: ProposalId,
        /// The sentence to be read.
        read_back: String,
        /// Until when the offer stands.
        expires_at: DateTime<Utc>,
        /// The same sentence.
        say: String,
    },
    /// It was made before, in this call.
    Before(Answered),
}

/// What `confirm` answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answered {
    /// It is done (or would be, in a rehearsal).
    Done {
        /// What the caller can refer to it by.
        reference: String,
        /// What the assistant can say.
        say: String,
        /// What it was, in a few words.
        #[serde(skip)]
        title: String,
        /// Nothing was changed, because somebody tries the assistant out.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        rehearsal: bool,
    },
    /// It is not done.
    Refused {
        /// A fixed word.
        code: &'static str,
        /// What the assistant can say.
        say: String,
    },
}

impl Output for Proposed {
    fn status(&self) -> Status {
        match self {
            Self::New { .. } => Status::Proposed,
            Self::Before(answered) => answered.status(),
        }
    }
}

impl Output for Answered {
    fn status(&self) -> Status {
        match self {
            Self::Done { .. } => Status::Done,
            Self::Refused { .. } => Status::Refused,
        }
    }

    fn made(&self) -> Option<String> {
        match self {
            Self::Done { reference, title, rehearsal: false, .. } => {
                Some(format!("Done on this call, and not to be done again: {title} (reference {reference})."))
            }
            _ => None,
        }
    }
}

pub(super) fn proposed(proposal: &Proposal) -> Proposed {
    Proposed::New {
        proposal_id: proposal.id,
        read_back: proposal.read_back.clone(),
        expires_at: proposal.expires_at,
        say: proposal.read_back.clone(),
    }
}

pub(super) fn done(outcome: Outcome, state: State) -> Answered {
    let rehearsal = state == State::Rehearsed;
    let Outcome { reference, mut say, title, .. } = outcome;
    if rehearsal {
        say.push_str(" This is only a rehearsal: nothing was changed and nothing is sent.");
    }
    Answered::Done { reference, say, title, rehearsal }
}

pub(super) fn refused(code: &'static str, say: &str) -> Answered {
    Answered::Refused { code, say: say.to_owned() }
}

/// Answers a confirmation of what was never proposed in this call.
pub fn unknown() -> Answered {
    refused("unknown_proposal", "I am sorry, I have lost track. What would you like me to do?")
}
