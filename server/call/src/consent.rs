//! Whether the caller agreed to a change.
//!
//! A change is proposed with a sentence that the server made, read to the caller, and made only when the caller heard that
//! sentence and answered after it. Which words were *heard* is known from the telephone's marks, so that neither a model that
//! believes to have read something out nor a caller who cut in can make a change happen.

mod answer;
mod digits;
mod numbers;
mod words;

use serde::{Deserialize, Serialize};

use self::{answer::Answer, words::Needed};
use crate::io::Ms;

/// A line that was cut is taken to have been heard up to this long before the cut: where exactly the caller stopped listening is
/// not known to the word.
const CUT_MARGIN_MS: u64 = 400;
/// Nobody speaks more than about thirty letters a second; text runs ahead of its sound, and this says by how much at most.
const MS_PER_BYTE: u64 = 33;

/// The end of the conversation as it stood when the model called a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When that was.
    pub at: Ms,
    /// What had been said by then, in spoken order.
    pub said: Vec<Said>,
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// Spoken by the assistant.
    Assistant {
        /// All the words that were made.
        text: String,
        /// When the first of them reached the ear.
        start: Ms,
        /// How much of the sound was heard, and how much there was.
        heard_ms: u64,
        /// See `heard_ms`.
        total_ms: u64,
    },
    /// Written by the assistant for one who reads.
    Shown {
        /// The words.
        text: String,
        /// When they could be read.
        at: Ms,
    },
    /// Said, typed or keyed in by the caller.
    Caller {
        /// The words; `None` while they are not known, empty when nothing was said.
        words: Option<String>,
        /// When the caller began.
        start: Ms,
        /// When the caller ended.
        end: Ms,
    },
}

/// The stretch of the call in which the caller agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// When the caller began to answer.
    pub from: Ms,
    /// When the answer ended.
    pub to: Ms,
}

/// Why a change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAgreed {
    /// The sentence was not read out, or not to the end, or with other amounts.
    #[error("the caller has not heard what was proposed")]
    NotHeard,
    /// The caller heard it and has not said anything to it.
    #[error("the caller has not answered")]
    NotAnswered,
    /// The caller said no.
    #[error("the caller did not agree")]
    Declined,
}

impl Said {
    /// The assistant's words that had been heard by then.
    fn heard_by(&self, at: Ms) -> &str {
        match self {
            Self::Caller { .. } => "",
            Self::Shown { text, at: shown } => {
                if *shown <= at {
                    text
                } else {
                    ""
                }
            }
            Self::Assistant { text, start, heard_ms, total_ms } => {
                let heard_ms = (*heard_ms).min(at.since(*start));
                let bound = text.floor_char_boundary((heard_ms / MS_PER_BYTE) as usize);
                if heard_ms >= *total_ms {
                    return &text[..bound];
                }
                let heard = crate::transcript::heard(text, heard_ms.saturating_sub(CUT_MARGIN_MS), *total_ms);
                &text[..heard.min(bound)]
            }
        }
    }

    fn start(&self) -> Ms {
        match self {
            Self::Assistant { start, .. } | Self::Caller { start, .. } => *start,
            Self::Shown { at, .. } => *at,
        }
    }
}

impl Moment {
    /// When the caller agreed to what was proposed at `since` with the sentence `read_back`.
    ///
    /// The assistant may have said it in other words, but every number and the names of it must be among the words that the caller
    /// had heard when the answer began.
    pub fn agreed(&self, read_back: &str, since: Ms) -> Result<Agreed, NotAgreed> {
        let needed = Needed::of(read_back);
        if !needed.are_in(&self.heard_by(self.at, since)) {
            return Err(NotAgreed::NotHeard);
        }
        let mut unclear = None;
        for said in self.said.iter().rev() {
            let Said::Caller { words, start, end } = said else { continue };
            if *start <= since || !needed.are_in(&self.heard_by(*start, since)) {
                continue;
            }
            let agreed = Agreed { from: *start, to: (*end).max(*start) };
            match words.as_deref().map_or(Answer::Unclear, Answer::of) {
                Answer::Yes => return Ok(agreed),
                Answer::No => return Err(NotAgreed::Declined),
                Answer::Unclear => unclear = unclear.or(Some(agreed)),
                Answer::Doubt | Answer::Nothing => {}
            }
        }
        unclear.ok_or(NotAgreed::NotAnswered)
    }

    /// What of the assistant's words since then had been heard by that moment.
    fn heard_by(&self, at: Ms, since: Ms) -> String {
        let mut heard = String::new();
        for said in self.said.iter().filter(|said| said.start() >= since) {
            heard.push_str(said.heard_by(at));
            heard.push(' ');
        }
        heard
    }
}

#[cfg(test)]
mod tests;
