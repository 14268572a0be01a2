//! What staff edit of events. Every function takes the version that was edited and refuses an older one as [`Error::Stale`]; what is
//! deleted comes back by saving it again, an event by [`events::restore`].

pub mod events;
pub mod packages;
pub mod people;
pub mod tiers;
pub mod venues;

use model::{FieldError, Member};
use serde_json::Value;

use crate::{
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result},
    org::Org,
};

/// Writes a line of the audit log for what a member did.
async fn note(
    org: &Org,
    tx: &mut OrgTx,
    by: &Member,
    action: &'static str,
    (subject, id): (&'static str, String),
    after: Option<Value>,
) -> DbResult<()> {
    let entry = audit::Entry { actor: Actor::Member(by), action, subject, subject_id: id, before: None, after };
    audit::record(tx, org.now(), entry).await
}

/// What an update that touched nothing means.
fn missed(is_there: bool) -> Error {
    if is_there { Error::Stale } else { Error::NotFound }
}

/// Collects what is wrong with a form, field by field.
#[derive(Default)]
struct Check(Vec<FieldError>);

impl Check {
    fn that(&mut self, fine: bool, field: &'static str, message: &str) {
        if !fine {
            self.0.push(FieldError::new(field, message));
        }
    }

    /// A text that must be there and is not too long. Answers with it, trimmed.
    fn text(&mut self, text: &str, field: &'static str, longest: usize, message: &str) -> String {
        let text = text.trim();
        self.that(!text.is_empty(), field, message);
        self.optional(text, field, longest)
    }

    /// A text that may be empty.
    fn optional(&mut self, text: &str, field: &'static str, longest: usize) -> String {
        let text = text.trim();
        self.that(text.chars().count() <= longest, field, &format!("Write at most {longest} characters."));
        text.to_owned()
    }

    fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

#[cfg(test)]
mod tests;
