//! What is checked before a message goes out, in the transaction that lets it go.

use chrono::{DateTime, TimeDelta, Utc};
use model::{CallId, Channel, MessageReason, MessageState, OutboxId, PhoneNumber};
use sqlx::types::Json;

use super::{Attachment, country::calling_code};
use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    sql,
};

/// How many messages go out by themselves in a day: of one call, to one recipient, of the whole organisation. A person can send
/// more, one by one.
struct Caps {
    call: i64,
    recipient: i64,
    day: i64,
}

const TEXTS: Caps = Caps { call: 5, recipient: 8, day: 200 };
/// The organiser gets a letter for every inquiry.
const LETTERS: Caps = Caps { call: 5, recipient: 100, day: 500 };

/// A message that has not been sent for so long is of no use any more.
const LIFETIME: TimeDelta = TimeDelta::days(1);

/// A message as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Message {
    pub(super) id: OutboxId,
    pub(super) channel: Channel,
    pub(super) recipient: String,
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) attachment: Option<Json<Attachment>>,
    pub(super) call_id: Option<CallId>,
    pub(super) state: MessageState,
    pub(super) attempts: i64,
    pub(super) sender: Option<String>,
    pub(super) released_by: Option<String>,
    pub(super) queued_at: DateTime<Utc>,
    pub(super) tried_at: Option<DateTime<Utc>>,
    pub(super) useless_after: Option<DateTime<Utc>>,
    pub(super) owed: bool,
}

/// What is to be done with a message.
#[derive(Debug)]
pub(super) enum Gate {
    /// Nothing: it is not there, is on its way, or was stopped before.
    Closed,
    /// Nothing: it may not go, as is written down with it.
    Stopped,
    /// It may have been handed over before: ask.
    Ask(Message),
    /// Hand it over. Whoever finds it in this state later does not know how that ended.
    Go(Message),
}

/// Decides, and writes the decision down, while nobody else decides about this organisation's messages.
pub(super) async fn pass(org: &Org, id: OutboxId) -> DbResult<Gate> {
    let now = org.now();
    let mut tx = org.begin().await?;
    hold(&mut tx).await?;
    let select = sql!(
        "select id, channel, recipient, subject, body, attachment, call_id, state, attempts, sender, released_by, queued_at, tried_at,
                useless_after, owed
         from outbox where org_id = $1 and id = $2"
    );
    let Some(mut message) = tx.optional::<Message>(select, args![id]).await? else { return Ok(Gate::Closed) };
    let gate = match message.state {
        MessageState::Waiting => {
            if let Some((state, reason)) = hurdle(&mut tx, &mut message, now).await? {
                stop(&mut tx, id, state, reason, now).await?;
                Gate::Stopped
            } else {
                message.attempts += 1;
                message.tried_at = Some(now);
                go(&mut tx, &message, now).await?;
                Gate::Go(message)
            }
        }
        MessageState::Sending | MessageState::Unknown => {
            stop(&mut tx, id, MessageState::Unknown, MessageReason::NoAnswer, now).await?;
            Gate::Ask(message)
        }
        MessageState::Sent | MessageState::Delivered | MessageState::Failed | MessageState::Suppressed => Gate::Closed,
    };
    tx.commit().await?;
    Ok(gate)
}

/// Keeps everybody else from deciding about this organisation's messages until the commit: counting and sending is one step, and a STOP
/// comes before or after it. The upsert locks the row on both engines.
pub(crate) async fn hold(tx: &mut OrgTx) -> DbResult<()> {
    let sql = sql!(
        "insert into outbox_gates (org_id, passed) values ($1, 1)
         on conflict (org_id) do update set passed = outbox_gates.passed + 1"
    );
    tx.run(sql, args![]).await.map(|_| ())
}

/// What keeps a message from going, if anything does. Fills in where it comes from.
async fn hurdle(
    tx: &mut OrgTx,
    message: &mut Message,
    now: DateTime<Utc>,
) -> DbResult<Option<(MessageState, MessageReason)>> {
    let failed = |reason| Ok(Some((MessageState::Failed, reason)));
    let useless = message.useless_after.is_some_and(|after| now > after);
    if useless || now - message.queued_at > LIFETIME {
        return failed(MessageReason::TooOld);
    }
    if message.channel == Channel::Text {
        let Ok(to) = message.recipient.parse::<PhoneNumber>() else { return failed(MessageReason::BadAddress) };
        match way(tx, &to, message.call_id, message.released_by.is_some()).await? {
            Ok(sender) => message.sender = Some(sender.to_string()),
            Err(reason @ MessageReason::OptedOut) => return Ok(Some((MessageState::Suppressed, reason))),
            Err(reason) => return failed(reason),
        }
    }
    if message.released_by.is_some() {
        return Ok(None);
    }
    let sent = Sent::before(tx, message.channel, &message.recipient, message.call_id, Some(message.id), now).await?;
    Ok(sent.cap(message.channel, message.owed).map(|reason| (MessageState::Failed, reason)))
}

/// What would keep a text to this number from going out, if it was put on this call now: to be known before somebody is told that one
/// comes. What waits to be sent counts as sent.
pub(crate) async fn obstacle(
    tx: &mut OrgTx,
    to: &PhoneNumber,
    call: CallId,
    now: DateTime<Utc>,
) -> DbResult<Option<MessageReason>> {
    if let Err(reason) = way(tx, to, Some(call), false).await? {
        return Ok(Some(reason));
    }
    let sent = Sent::before(tx, Channel::Text, to.as_str(), Some(call), None, now).await?;
    Ok(sent.cap(Channel::Text, false))
}

/// The number that a text to this one comes from, unless it may not go there. What a person lets go may leave the country.
async fn way(
    tx: &mut OrgTx,
    to: &PhoneNumber,
    call: Option<CallId>,
    released: bool,
) -> DbResult<Result<PhoneNumber, MessageReason>> {
    if is_suppressed(tx, to.as_str()).await? {
        return Ok(Err(MessageReason::OptedOut));
    }
    let (caller, number) = parties(tx, call).await?;
    let Some(sender) = sender(tx, number).await? else { return Ok(Err(MessageReason::NoSender)) };
    let allowed = released || may_go_to(tx, to, &sender, caller.as_ref()).await?;
    Ok(if allowed { Ok(sender) } else { Err(MessageReason::Country) })
}

async fn is_suppressed(tx: &mut OrgTx, number: &str) -> DbResult<bool> {
    let sql = sql!("select number from suppressions where org_id = $1 and number = $2");
    Ok(tx.optional::<(String,)>(sql, args![number]).await?.is_some())
}

/// Who called and which number, where the message comes of a call.
async fn parties(tx: &mut OrgTx, call: Option<CallId>) -> DbResult<(Option<PhoneNumber>, Option<PhoneNumber>)> {
    let sql = sql!("select caller, called from calls where org_id = $1 and id = $2");
    let found: Option<(Option<String>, Option<String>)> = tx.optional(sql, args![call]).await?;
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Ok(found.map_or((None, None), |(caller, called)| (number(caller), number(called))))
}

/// The number that a text comes from: the chosen one, else the one that was called, else the first.
async fn sender(tx: &mut OrgTx, called: Option<PhoneNumber>) -> DbResult<Option<PhoneNumber>> {
    let sql = sql!(
        "select n.number from phone_numbers n
         left join text_senders s on s.org_id = n.org_id and s.number = n.number
         where n.org_id = $1
         order by case when s.number is not null then 0 when n.number = $2 then 1 else 2 end, n.number limit 1"
    );
    let found: Option<(PhoneNumber,)> = tx.optional(sql, args![called]).await?;
    Ok(found.map(|(number,)| number))
}

/// Texts stay in the organisation's country, and those of a call in the caller's; other countries have to be allowed.
async fn may_go_to(
    tx: &mut OrgTx,
    to: &PhoneNumber,
    sender: &PhoneNumber,
    caller: Option<&PhoneNumber>,
) -> DbResult<bool> {
    let code = calling_code(to);
    let at_home = code == calling_code(sender);
    if at_home && caller.is_none_or(|caller| calling_code(caller) == code) {
        return Ok(true);
    }
    let sql = sql!("select code from text_countries where org_id = $1 and code = $2");
    Ok(tx.optional::<(String,)>(sql, args![code]).await?.is_some())
}

/// What went out in the last day: of a call, to a recipient, of the whole organisation.
#[derive(Default, sqlx::FromRow)]
struct Sent {
    of_call: i64,
    to_recipient: i64,
    of_day: i64,
}

impl Sent {
    /// What went out before this message; without one, also what is about to.
    async fn before(
        tx: &mut OrgTx,
        channel: Channel,
        recipient: &str,
        call: Option<CallId>,
        message: Option<OutboxId>,
        now: DateTime<Utc>,
    ) -> DbResult<Self> {
        let sql = sql!(
            "select cast(coalesce(sum(case when call_id = $4 and not owed then 1 else 0 end), 0) as bigint) as of_call,
                    cast(coalesce(sum(case when recipient = $3 then 1 else 0 end), 0) as bigint) as to_recipient,
                    count(*) as of_day
             from outbox
             where org_id = $1 and channel = $2
               and (tried_at > $5 or (cast($6 as text) is null and state = 'waiting')) and (cast($6 as text) is null or id <> $6)"
        );
        let since = now - TimeDelta::days(1);
        Ok(tx.optional(sql, args![channel, recipient, call, since, message]).await?.unwrap_or_default())
    }

    /// The cap that one more would break.
    fn cap(&self, channel: Channel, owed: bool) -> Option<MessageReason> {
        let caps = match channel {
            Channel::Text => TEXTS,
            Channel::Mail => LETTERS,
        };
        if self.of_call >= caps.call && !owed {
            Some(MessageReason::CapCall)
        } else if self.to_recipient >= caps.recipient {
            Some(MessageReason::CapRecipient)
        } else if self.of_day >= caps.day {
            Some(MessageReason::CapDay)
        } else {
            None
        }
    }
}

async fn go(tx: &mut OrgTx, message: &Message, now: DateTime<Utc>) -> DbResult<()> {
    let sql = sql!(
        "update outbox set state = 'sending', reason = null, attempts = $3, sender = $4, tried_at = $5, updated_at = $5
         where org_id = $1 and id = $2"
    );
    tx.run(sql, args![message.id, message.attempts, message.sender.clone(), now]).await.map(|_| ())
}

async fn stop(
    tx: &mut OrgTx,
    id: OutboxId,
    state: MessageState,
    reason: MessageReason,
    now: DateTime<Utc>,
) -> DbResult<()> {
    let sql = sql!("update outbox set state = $3, reason = $4, updated_at = $5 where org_id = $1 and id = $2");
    tx.run(sql, args![id, state, reason, now]).await.map(|_| ())
}
