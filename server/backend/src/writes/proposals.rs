//! The rows of what callers were offered.

use call::consent::Agreed;
use chrono::{DateTime, Utc};
use model::{CallId, ProposalId};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, types::Json};

use super::answers::Outcome;
use crate::{
    args,
    db::{DbError, DbResult, scoped::tenant::OrgTx},
    org::Org,
    sql,
};

/// How far a proposal came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(super) enum State {
    Proposed,
    Committed,
    Rehearsed,
    /// What was kept for it was given back: the caller said no, or hung up. A yes after all counts as long as the offer stands.
    LetGo,
    Superseded,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Committed => "committed",
            Self::Rehearsed => "rehearsed",
            Self::LetGo => "let_go",
            Self::Superseded => "superseded",
        }
    }
}

/// An offer.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Proposal {
    pub(super) id: ProposalId,
    pub(super) tool: String,
    pub(super) generation: i64,
    pub(super) read_back: String,
    pub(super) quote: Json<Value>,
    pub(super) state: State,
    pub(super) proposed_ms: i64,
    pub(super) outcome: Option<Json<Value>>,
    pub(super) expires_at: DateTime<Utc>,
}

impl Proposal {
    /// What became of it, where it was made.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        serde_json::from_value(self.outcome.as_ref()?.0.clone()).ok()
    }

    pub(super) fn stands(&self, now: DateTime<Utc>) -> bool {
        self.state == State::Proposed && now < self.expires_at
    }
}

/// Everything about the changes of one call happens one after the other: whoever holds its row.
pub(super) async fn lock(tx: &mut OrgTx, call: CallId) -> DbResult<()> {
    let held =
        tx.run(sql!("update calls set updated_at = updated_at where org_id = $1 and id = $2"), args![call]).await?;
    if held == 0 { Err(DbError::Sqlx(sqlx::Error::RowNotFound)) } else { Ok(()) }
}

pub(super) async fn get(tx: &mut OrgTx, call: CallId, id: ProposalId) -> DbResult<Option<Proposal>> {
    tx.optional(
        sql!(
            "select id, tool, generation, read_back, quote, state, proposed_ms, outcome, expires_at
               from proposals
              where org_id = $1 and call_id = $2 and id = $3"
        ),
        args![call, id],
    )
    .await
}

/// The newest proposal of the same request.
pub(super) async fn last(tx: &mut OrgTx, call: CallId, tool: &str, asked: &Value) -> DbResult<Option<Proposal>> {
    tx.optional(
        sql!(
            "select id, tool, generation, read_back, quote, state, proposed_ms, outcome, expires_at
               from proposals
              where org_id = $1 and call_id = $2 and tool = $3 and asked_hash = $4
              order by generation desc
              limit 1"
        ),
        args![call, tool, hash(asked)],
    )
    .await
}

/// What a tool proposed in this call that can still be agreed to.
pub(super) async fn open(tx: &mut OrgTx, call: CallId, tool: &str) -> DbResult<Vec<Proposal>> {
    tx.all(
        sql!(
            "select id, tool, generation, read_back, quote, state, proposed_ms, outcome, expires_at
               from proposals
              where org_id = $1 and call_id = $2 and tool = $3 and state in ('proposed', 'let_go')"
        ),
        args![call, tool],
    )
    .await
}

/// What was proposed by telephone in this call and not decided.
pub(super) async fn open_of_call(tx: &mut OrgTx, call: CallId) -> DbResult<Vec<Proposal>> {
    tx.all(
        sql!(
            "select p.id, p.tool, p.generation, p.read_back, p.quote, p.state, p.proposed_ms, p.outcome, p.expires_at
               from proposals p
               join calls c on c.org_id = p.org_id and c.id = p.call_id
              where p.org_id = $1 and p.call_id = $2 and p.state = 'proposed' and c.channel = 'phone'"
        ),
        args![call],
    )
    .await
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    call: CallId,
    new: &Proposal,
    asked: &Value,
    now: DateTime<Utc>,
) -> DbResult<()> {
    tx.run(
        sql!(
            "insert into proposals (org_id, id, call_id, tool, asked, asked_hash, generation, read_back, quote, state,
                                    proposed_ms, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        ),
        args![
            new.id,
            call,
            &new.tool,
            asked.clone(),
            hash(asked),
            new.generation,
            &new.read_back,
            new.quote.0.clone(),
            new.state.word(),
            new.proposed_ms,
            now,
            new.expires_at
        ],
    )
    .await
    .map(|_| ())
}

/// Writes down that an offer was not taken.
pub(super) async fn close(tx: &mut OrgTx, id: ProposalId, state: State, now: DateTime<Utc>) -> DbResult<()> {
    let sql = sql!("update proposals set state = $3, decided_at = $4 where org_id = $1 and id = $2");
    tx.run(sql, args![id, state.word(), now]).await.map(|_| ())
}

pub(super) async fn decide(
    tx: &mut OrgTx,
    id: ProposalId,
    state: State,
    agreed: Agreed,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> DbResult<()> {
    let (from, to) = (i64::try_from(agreed.from.0).unwrap_or(0), i64::try_from(agreed.to.0).unwrap_or(0));
    tx.run(
        sql!(
            "update proposals
                set state = $3, agreed_from_ms = $4, agreed_to_ms = $5, outcome = $6, decided_at = $7
              where org_id = $1 and id = $2"
        ),
        args![id, state.word(), from, to, serde_json::json!(outcome), now],
    )
    .await
    .map(|_| ())
}

fn hash(asked: &Value) -> String {
    let digest = Sha256::digest(asked.to_string());
    digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A change that was made on a call, and the caller's word for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it was, in a few words.
    pub title: String,
    /// What the caller can refer to it by.
    pub reference: String,
    /// What kind of thing it was made to, and which one.
    pub subject: (String, String),
    /// The sentence that the caller heard.
    pub read_back: String,
    /// When the caller began to agree, in milliseconds of the call.
    pub agreed_from_ms: i64,
    /// When the caller had agreed.
    pub agreed_to_ms: i64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Somebody tried the assistant out: nothing was changed.
    pub rehearsal: bool,
}

#[derive(FromRow)]
struct ChangeRow {
    read_back: String,
    state: State,
    agreed_from_ms: i64,
    agreed_to_ms: i64,
    outcome: Json<Outcome>,
    decided_at: DateTime<Utc>,
}

/// The changes made on a call, in order.
pub async fn ledger(org: &Org, call: CallId) -> DbResult<Vec<Change>> {
    let rows: Vec<ChangeRow> = org
        .all(
            sql!(
                "select read_back, state, agreed_from_ms, agreed_to_ms, outcome, decided_at
                   from proposals
                  where org_id = $1 and call_id = $2 and state in ('committed', 'rehearsed')
                  order by decided_at, id"
            ),
            args![call],
        )
        .await?;
    let change = |row: ChangeRow| {
        let Outcome { reference, title, subject, subject_id, .. } = row.outcome.0;
        Change {
            title,
            reference,
            subject: (subject, subject_id),
            read_back: row.read_back,
            agreed_from_ms: row.agreed_from_ms,
            agreed_to_ms: row.agreed_to_ms,
            at: row.decided_at,
            rehearsal: row.state == State::Rehearsed,
        }
    };
    Ok(rows.into_iter().map(change).collect())
}
