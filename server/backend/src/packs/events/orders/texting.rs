//! Whether the text with the pay link can go out, and what the caller is told where it does not.

use chrono::{DateTime, Utc};
use model::{CallId, MessageReason, OrderId, OrderState, OutboxId, PhoneNumber};

use super::{
    get, learn,
    messages::{LINK, text_key},
};
use crate::{
    Backend, args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    outbox,
    packs::ToolError,
    sql,
};

/// Refuses what can only be paid by a link that could not be texted.
pub(crate) async fn can_text(
    tx: &mut OrgTx,
    caller: &PhoneNumber,
    call: CallId,
    now: DateTime<Utc>,
) -> Result<(), ToolError> {
    let Some(reason) = outbox::obstacle(tx, caller, call, now).await? else { return Ok(()) };
    let say = match reason {
        MessageReason::OptedOut => {
            "You told us STOP, so I may not text you the link to pay. Please text START to this number first, and then I can go on."
                .to_owned()
        }
        other => format!("{} So you cannot get the link to pay from me. The tickets are sold at the gate, too.", why(other)),
    };
    Err(ToolError::told("no_text", say).with("reason", reason.as_str()))
}

/// Why a text does not go out, for the caller.
fn why(reason: MessageReason) -> &'static str {
    match reason {
        MessageReason::OptedOut => "You told us STOP, and until you text START to this number I may not text you.",
        MessageReason::Country => "I cannot send texts to numbers of your country.",
        MessageReason::CapCall => "I have sent as many texts on this call as I may.",
        MessageReason::CapRecipient => "Your number has had as many texts today as I may send.",
        MessageReason::CapDay => "I cannot send any more texts today.",
        MessageReason::BadAddress | MessageReason::NotDelivered => "Texts do not reach your number.",
        _ => "I cannot send texts at the moment.",
    }
}

/// Why the text with the pay link of an order did not go out, if it did not.
pub(super) async fn link_failed(tx: &mut OrgTx, order: OrderId) -> DbResult<Option<MessageReason>> {
    let sql = sql!(
        "select reason from outbox
          where org_id = $1 and dedupe_key = $2 and state in ('failed', 'suppressed') and reason is not null"
    );
    let found: Option<(MessageReason,)> = tx.optional(sql, args![text_key(order, LINK)]).await?;
    Ok(found.map(|(reason,)| reason))
}

/// Tells the caller who waits for a pay link that it does not come, if this message was one.
pub(crate) async fn link_not_sent(backend: &Backend, org: &Org, message: OutboxId) -> DbResult<()> {
    let sql = sql!(
        "select about_id, dedupe_key, reason from outbox
          where org_id = $1 and id = $2 and about_kind = 'order' and state in ('failed', 'suppressed') and reason is not null"
    );
    let found: Option<(String, String, MessageReason)> = org.optional(sql, args![message]).await?;
    let Some((id, key, reason)) = found else { return Ok(()) };
    let Some(id) = id.parse::<OrderId>().ok().filter(|id| key == text_key(*id, LINK)) else { return Ok(()) };
    if let Some(order) = get(org, id).await?.filter(|order| order.state == OrderState::Open) {
        let text = format!("The text with the link to pay did not go out. {} The seats are kept for now.", why(reason));
        learn::inform(backend, org, &order, text);
    }
    Ok(())
}
