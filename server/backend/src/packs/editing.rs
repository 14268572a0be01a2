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

/// Collects what is wrong with a form, field by field.
#[derive(Default)]
pub(crate) struct Check(Vec<FieldError>);

impl Check {
    pub(crate) fn that(&mut self, fine: bool, field: &str, message: &str) {
        if !fine {
            self.0.push(FieldError::new(field, message));
        }
    }

    /// A text that must be there and is not too long. Answers with it, trimmed.
    pub(crate) fn text(&mut self, text: &str, field: &str, longest: usize, message: &str) -> String {
        let text = text.trim();
        self.that(!text.is_empty(), field, message);
        self.optional(text, field, longest)
    }

    /// A text that may be empty.
    pub(crate) fn optional(&mut self, text: &str, field: &str, longest: usize) -> String {
        let text = text.trim();
        self.that(text.chars().count() <= longest, field, &format!("Write at most {longest} characters."));
        text.to_owned()
    }

    pub(crate) fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
