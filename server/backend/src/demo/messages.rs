//! A few messages of the past: two that arrived, one that did not.

use chrono::{DateTime, TimeDelta, Utc};
use model::{Channel, MessageReason, MessageState, OutboxId};

use super::data::Organisation;
use crate::{args, db::DbResult, org::Org, sql};

struct Sent {
    key: &'static str,
    channel: Channel,
    to: &'static str,
    state: MessageState,
    reason: Option<MessageReason>,
    code: &'static str,
    ago: TimeDelta,
}

const SENT: [Sent; 3] = [
    Sent {
        key: "demo 1",
        channel: Channel::Text,
        to: "+14155550142",
        state: MessageState::Delivered,
        reason: None,
        code: "",
        ago: TimeDelta::hours(50),
    },
    Sent {
        key: "demo 2",
        channel: Channel::Mail,
        to: "robin@example.org",
        state: MessageState::Sent,
        reason: None,
        code: "",
        ago: TimeDelta::hours(27),
    },
    Sent {
        key: "demo 3",
        channel: Channel::Text,
        to: "+14155550187",
        state: MessageState::Failed,
        reason: Some(MessageReason::NotDelivered),
        code: "30003",
        ago: TimeDelta::hours(4),
    },
];

/// Writes the messages that are not there yet.
pub(super) async fn write(org: &Org, data: &Organisation, now: DateTime<Utc>) -> DbResult<()> {
    let sql = sql!(
        "insert into outbox (org_id, id, channel, recipient, subject, body, about_kind, about_id, dedupe_key, state, reason, code,
                             attempts, progress, created_at, updated_at, queued_at, tried_at)
         values ($1, $2, $3, $4, $5, $6, 'demo', '', $7, $8, $9, $10, 1, 4, $11, $11, $11, $11)
         on conflict (org_id, dedupe_key) do nothing"
    );
    for sent in SENT {
        let body = format!("{}: thank you for calling. You reach us again at {}.", data.name, data.number.pretty());
        let subject =
            if sent.channel == Channel::Mail { format!("Thank you for calling {}", data.name) } else { String::new() };
        let (id, at) = (OutboxId::new(), now - sent.ago);
        let values = args![id, sent.channel, sent.to, subject, body, sent.key, sent.state, sent.reason, sent.code, at];
        org.run(sql, values).await?;
    }
    Ok(())
}
