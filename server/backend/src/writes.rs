//! Changes made on a call: proposed, read back, agreed to, made.
//!
//! ```text
//!  the model calls a tool ─▶ propose ─▶ the assistant reads the server's sentence ─▶ the caller says yes
//!                                                                                        │
//!        business row, audit row, messages: one transaction ◀── confirm ◀── the model ◀──┘
//! ```
//! Everything that the change is made from is worked out at the proposal and kept with it; a confirmation carries an id and nothing
//! else, so that no model can change an amount. Whether the caller heard and agreed is decided by [`call::consent`]. The same
//! request of the same call is one change, however often it is proposed or confirmed.

mod answers;
mod proposals;

use call::consent::{Agreed, NotAgreed};
use chrono::{DateTime, TimeDelta, Utc};
use model::{CallId, ProposalId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::{
    answers::{Outcome, done, proposed, refused},
    proposals::{Proposal, State},
};
use crate::{
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    packs::{
        self, ToolCall, ToolError,
        tool::{Changing, StandingOf},
    },
};

pub use answers::{Answered, Proposed, unknown};
pub use proposals::{Change, ledger};

/// How long an offer stands.
const STANDS_FOR: TimeDelta = TimeDelta::minutes(10);

/// A tool that changes something: implemented by its arguments.
pub trait Write: DeserializeOwned + Send + Sync + 'static {
    /// What the server works out for one proposal (ids, amounts), and all that the change is made from.
    type Quote: Serialize + DeserializeOwned + Send + Sync;

    /// Checks what is asked for and works everything out. Changes nothing.
    fn draft(&self, call: &ToolCall<'_>) -> impl Future<Output = Result<Draft<Self::Quote>, ToolError>> + Send;

    /// Takes what must not be gone when the caller has decided: seats, a slot.
    fn hold(_: &Self::Quote, _: &Agreement<'_>, _: &mut OrgTx) -> impl Future<Output = Result<(), ToolError>> + Send {
        async { Ok(()) }
    }

    /// Gives back what [`Write::hold`] took, because the caller wants something else.
    fn release(_: &Self::Quote, _: &Agreement<'_>, _: &mut OrgTx) -> impl Future<Output = DbResult<()>> + Send {
        async { Ok(()) }
    }

    /// What is left of a change that was made, by the id of its subject, when the same is asked for once more.
    fn standing(_: &str, _: &Agreement<'_>, _: &mut OrgTx) -> impl Future<Output = Result<Standing, ToolError>> + Send {
        async { Ok(Standing::AsMade) }
    }

    /// Makes the change, with everything that must happen together with it.
    fn commit(
        quote: &Self::Quote,
        agreement: &Agreement<'_>,
        tx: &mut OrgTx,
    ) -> impl Future<Output = Result<Made, ToolError>> + Send;
}

/// What is left of a change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All that was said then.
    AsMade,
    /// It stands, and more is known of it: what to say.
    Since(String),
    /// Nothing: the same request is a new one. What to say of the old.
    Gone(String),
}

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Draft<Q> {
    /// The request in one form, however the model spelled it: two requests with the same are one change.
    pub asked: Value,
    /// The sentence that the caller must hear: everything that matters, amounts early, and a question at the end.
    pub read_back: String,
    /// All that the change is made from.
    pub quote: Q,
}

/// Under which agreement something is done.
#[derive(Clone, Copy, Debug)]
pub struct Agreement<'a> {
    /// The organisation.
    pub org: &'a Org,
    /// The call.
    pub call_id: CallId,
    /// The proposal.
    pub proposal: ProposalId,
    /// The number of the caller, where known: the only one that is ever texted.
    pub caller: Option<&'a model::PhoneNumber>,
    /// The time.
    pub now: DateTime<Utc>,
    /// Until when the offer stands.
    pub expires_at: DateTime<Utc>,
    /// Whether nothing of it stays.
    pub rehearsal: bool,
    quote: &'a Value,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What the caller can refer to it by.
    pub reference: String,
    /// What the assistant can say.
    pub say: String,
    /// What it was, in a few words for the staff.
    pub title: String,
    /// What kind of thing it was made to, and which one.
    pub subject: (&'static str, String),
    /// How that is now, for the audit log.
    pub after: Value,
}

/// Proposes a change. What was proposed by the same tool before and not agreed to gives way.
pub async fn propose<W: Write>(call: &ToolCall<'_>, tool: &'static str, write: &W) -> Result<Proposed, ToolError> {
    let (Some(call_id), Some(moment)) = (call.call_id, call.moment) else {
        return Err(ToolError::told("not_on_a_call", "I can only do that while somebody is on the line."));
    };
    let draft = write.draft(call).await?;
    let quote = serde_json::to_value(&draft.quote).map_err(|error| ToolError::Failed(Box::new(error)))?;
    let mut tx = call.org.begin().await?;
    proposals::lock(&mut tx, call_id).await?;
    let last = proposals::last(&mut tx, call_id, tool, &draft.asked).await?;
    if let Some(last) = &last {
        if let Some(outcome) = last.outcome() {
            let agreement = agreement(call, call_id, last);
            let standing: StandingOf = |subject, agreement, tx| Box::pin(W::standing(subject, agreement, tx));
            match left_of(last.state, &outcome, standing, &agreement, &mut tx).await? {
                Standing::AsMade => return Ok(Proposed::Before(done(outcome, last.state))),
                Standing::Since(say) => return Ok(Proposed::Before(done(Outcome { say, ..outcome }, last.state))),
                Standing::Gone(_) => {}
            }
        } else if last.stands(call.now) && last.quote.0 == quote {
            return Ok(proposed(last));
        }
    }
    for old in proposals::open(&mut tx, call_id, tool).await? {
        let quote = read_quote::<W>(&old.quote.0)?;
        if !call.rehearsal {
            W::release(&quote, &agreement(call, call_id, &old), &mut tx).await?;
        }
        proposals::close(&mut tx, old.id, State::Superseded, call.now).await?;
    }
    let new = Proposal {
        id: ProposalId::new(),
        tool: tool.to_owned(),
        generation: last.map_or(0, |last| last.generation + 1),
        read_back: draft.read_back,
        quote: sqlx::types::Json(quote),
        state: State::Proposed,
        proposed_ms: i64::try_from(moment.at.0).unwrap_or(i64::MAX),
        outcome: None,
        expires_at: call.now + STANDS_FOR,
    };
    if call.rehearsal {
        // Whether it could be had is found out; nobody else goes without.
        W::hold(&draft.quote, &agreement(call, call_id, &new), &mut tx).await?;
        drop(tx);
        tx = call.org.begin().await?;
        for old in proposals::open(&mut tx, call_id, tool).await? {
            proposals::close(&mut tx, old.id, State::Superseded, call.now).await?;
        }
    }
    proposals::insert(&mut tx, call_id, &new, &draft.asked, call.now).await?;
    if !call.rehearsal {
        W::hold(&draft.quote, &agreement(call, call_id, &new), &mut tx).await?;
    }
    tx.commit().await?;
    Ok(proposed(&new))
}

/// Makes a proposed change, if the caller heard what was proposed and agreed to it.
pub async fn confirm(call: &ToolCall<'_>, id: ProposalId) -> Result<Answered, ToolError> {
    let (Some(call_id), Some(moment)) = (call.call_id, call.moment) else { return Ok(unknown()) };
    let mut tx = call.org.begin().await?;
    proposals::lock(&mut tx, call_id).await?;
    let Some(proposal) = proposals::get(&mut tx, call_id, id).await? else { return Ok(unknown()) };
    let Some(change) = change_of(call.org, &proposal.tool) else { return Ok(unknown()) };
    let agreement = agreement(call, call_id, &proposal);
    if let Some(outcome) = proposal.outcome() {
        return match left_of(proposal.state, &outcome, change.standing, &agreement, &mut tx).await? {
            Standing::AsMade => Ok(done(outcome, proposal.state)),
            Standing::Since(say) => Ok(done(Outcome { say, ..outcome }, proposal.state)),
            Standing::Gone(say) => Ok(refused("gone", &say)),
        };
    }
    if proposal.state == State::Superseded {
        return Ok(refused(
            "superseded",
            "You asked for something else since then, so I have left that. What shall I do?",
        ));
    }
    if call.now >= proposal.expires_at {
        return Ok(refused("expired", "That offer has run out, so nothing was changed. Shall I look again?"));
    }
    let since = call::Ms(u64::try_from(proposal.proposed_ms).unwrap_or(0));
    let agreed = match moment.agreed(&proposal.read_back, since) {
        Ok(agreed) => agreed,
        Err(NotAgreed::NotHeard) => return Ok(refused("not_heard", &proposal.read_back)),
        Err(NotAgreed::NotAnswered) => return Ok(refused("not_answered", "Shall I go ahead with that?")),
        Err(NotAgreed::Declined) => {
            // Others may have it at once; a yes after all takes what is left by then.
            give_back(change, &agreement, &mut tx).await?;
            proposals::close(&mut tx, proposal.id, State::LetGo, call.now).await?;
            tx.commit().await?;
            return Ok(refused("declined", "All right, I leave it as it is."));
        }
    };
    let made = match (change.make)(&agreement, &mut tx).await {
        Ok(made) => made,
        // The transaction is dropped with all that was done in it.
        Err(ToolError::Told { code, say, .. }) => return Ok(refused(code, &say)),
        Err(error) => return Err(error),
    };
    if call.rehearsal {
        drop(tx);
        tx = call.org.begin().await?;
    }
    let outcome = keep(call, &proposal, &made, agreed, &mut tx).await?;
    tx.commit().await?;
    Ok(done(outcome, if call.rehearsal { State::Rehearsed } else { State::Committed }))
}

fn change_of(org: &Org, tool: &str) -> Option<Changing> {
    packs::tools_for(org).into_iter().find(|known| known.name == tool)?.changing
}

/// What is left of a change; a rehearsal made none that could be lost.
async fn left_of(
    state: State,
    outcome: &Outcome,
    standing: StandingOf,
    agreement: &Agreement<'_>,
    tx: &mut OrgTx,
) -> Result<Standing, ToolError> {
    match state {
        State::Committed => standing(&outcome.subject_id, agreement, tx).await,
        _ => Ok(Standing::AsMade),
    }
}

async fn give_back(change: Changing, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<(), ToolError> {
    // A rehearsal has kept nothing.
    if agreement.rehearsal { Ok(()) } else { (change.release)(agreement, tx).await }
}

/// Gives back what is kept for the offers of a call that is over.
pub(crate) async fn end_offers(org: &Org, call: CallId) -> Result<(), ToolError> {
    let mut tx = org.begin().await?;
    proposals::lock(&mut tx, call).await?;
    for open in proposals::open_of_call(&mut tx, call).await? {
        if let Some(change) = change_of(org, &open.tool) {
            let agreement = Agreement {
                org,
                call_id: call,
                proposal: open.id,
                caller: None,
                now: org.now(),
                expires_at: open.expires_at,
                rehearsal: false,
                quote: &open.quote.0,
            };
            give_back(change, &agreement, &mut tx).await?;
        }
        proposals::close(&mut tx, open.id, State::LetGo, org.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes down that a change was made, and in which seconds of the call the caller agreed to it.
async fn keep(
    call: &ToolCall<'_>,
    proposal: &Proposal,
    made: &Made,
    agreed: Agreed,
    tx: &mut OrgTx,
) -> Result<Outcome, ToolError> {
    let (subject, subject_id) = &made.subject;
    let outcome = Outcome {
        reference: made.reference.clone(),
        say: made.say.clone(),
        title: made.title.clone(),
        subject: (*subject).to_owned(),
        subject_id: subject_id.clone(),
    };
    let state = if call.rehearsal { State::Rehearsed } else { State::Committed };
    proposals::decide(tx, proposal.id, state, agreed, &outcome, call.now).await?;
    if !call.rehearsal {
        let entry = audit::Entry {
            actor: Actor::Machine("assistant"),
            action: "commit",
            subject,
            subject_id: subject_id.clone(),
            before: None,
            after: Some(made.after.clone()),
        };
        audit::record(tx, call.now, entry).await?;
    }
    Ok(outcome)
}

/// Makes a change of one tool: what a [`packs::Tool`] points to.
pub async fn make<W: Write>(agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<Made, ToolError> {
    let quote = read_quote::<W>(agreement.quote)?;
    if agreement.rehearsal {
        W::hold(&quote, agreement, tx).await?;
    }
    W::commit(&quote, agreement, tx).await
}

/// Gives back what one tool keeps for a proposal: what a [`packs::Tool`] points to.
pub async fn release<W: Write>(agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<(), ToolError> {
    Ok(W::release(&read_quote::<W>(agreement.quote)?, agreement, tx).await?)
}

fn read_quote<W: Write>(quote: &Value) -> Result<W::Quote, ToolError> {
    W::Quote::deserialize(quote).map_err(|error| ToolError::Failed(Box::new(error)))
}

fn agreement<'a>(call: &ToolCall<'a>, call_id: CallId, proposal: &'a Proposal) -> Agreement<'a> {
    Agreement {
        org: call.org,
        call_id,
        proposal: proposal.id,
        caller: call.caller,
        now: call.now,
        expires_at: proposal.expires_at,
        rehearsal: call.rehearsal,
        quote: &proposal.quote.0,
    }
}

#[cfg(test)]
pub(crate) mod tests;
