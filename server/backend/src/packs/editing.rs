//! What the forms of every pack have in common: the check of what was entered, the line of the audit log, and what an edit means that
//! touched nothing.

use model::{FieldError, Member};
use serde_json::Value;

use crate::{
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result},
    org::Org,
};

/// Writes a line of the audit log for what a member did.
pub(crate) async fn note(
    org: &Org,
    tx: &mut OrgTx,
    by: &Member,
    action: &'static str,
    (subject, id): (&'static str, String),
    after: Option<Value>,
) -> DbResult<()> {
    note_change(org, tx, by, action, (subject, id), (None, after)).await
}

/// Writes a line of the audit log that tells also how it was before.
pub(crate) async fn note_change(
    org: &Org,
    tx: &mut OrgTx,
    by: &Member,
    action: &'static str,
    (subject, id): (&'static str, String),
    (before, after): (Option<Value>, Option<Value>),
) -> DbResult<()> {
    let entry = audit::Entry { actor: Actor::Member(by), action, subject, subject_id: id, before, after };
    audit::record(tx, org.now(), entry).await
}

/// What an update that touched nothing means.
pub(crate) fn missed(is_there: bool) -> Error {
    if is_there { Error::Stale } else { Error::NotFound }
}

/// A text as one line: whatever would break it or steer a terminal is a space.
pub(crate) fn one_line(text: &str) -> String {
    text.replace("\r\n", " ").replace(char::is_control, " ").trim().to_owned()
}

/// A text of several lines without other characters that are no text.
pub(crate) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.replace(|letter: char| letter != '\n' && letter.is_control(), " ").trim().to_owned()
}

/// Collects what is wrong with a form, field by field.
#[derive(Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    pub(crate) fn that(&mut self, fine: bool, field: &str, message: &str) {
        if !fine {
            self.0.push(FieldError::new(field, message));
        }
    }

    /// A line of text that must be there and is not too long. Answers with it as it is kept.
    pub(crate) fn text(&mut self, text: &str, field: &str, longest: usize, message: &str) -> String {
        let text = one_line(text);
        self.that(!text.is_empty(), field, message);
        self.short(text, field, longest)
    }

    /// A line of text that may be empty.
    pub(crate) fn optional(&mut self, text: &str, field: &str, longest: usize) -> String {
        self.short(one_line(text), field, longest)
    }

    /// A text of several lines that may be empty.
    pub(crate) fn lines(&mut self, text: &str, field: &str, longest: usize) -> String {
        self.short(lines(text), field, longest)
    }

    fn short(&mut self, text: String, field: &str, longest: usize) -> String {
        self.that(text.chars().count() <= longest, field, &format!("Write at most {longest} characters."));
        text
    }

    pub(crate) fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_becomes_a_space() {
        assert_eq!(one_line(" Chowder\r\nDay\0\u{1b}[2J\t\u{85}"), "Chowder Day  [2J");
        assert_eq!(lines("One\r\n\r\nTwo\rThree\u{7}\n"), "One\n\nTwo\nThree");
    }
}
