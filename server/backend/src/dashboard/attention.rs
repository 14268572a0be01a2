//! What waits for a person: urgent things first, then the newest.

use chrono::{DateTime, TimeDelta, Utc};
use model::{Attention, CallId, CallStatus, OrderState, PackKey, PhoneNumber, Sale, SaleFilter};

use crate::{args, db::DbResult, org::Org, outbox, packs::events::orders, sql};

/// Lines shown at most.
const MOST: i64 = 8;

pub(super) async fn attention(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<Attention>> {
    let mut lines = calls(org, now).await?;
    if org.has_pack(PackKey::Events) {
        let filter = SaleFilter { event: None, state: None, trouble: true, offset: 0, limit: MOST };
        let sales = orders::page(org, &filter).await?.sales;
        lines.extend(sales.iter().map(|sale| about_sale(org, sale)));
    }
    lines.extend(messages(org).await?);
    lines.sort_by_key(|line| (!line.urgent, std::cmp::Reverse(line.at)));
    lines.truncate(MOST as usize);
    Ok(lines)
}

/// Calls of the last day that broke off or failed and that nobody has written a note to.
async fn calls(org: &Org, now: DateTime<Utc>) -> DbResult<Vec<Attention>> {
    let rows: Vec<(CallId, CallStatus, Option<PhoneNumber>, DateTime<Utc>)> = org
        .all(
            sql!(
                "select id, status, caller, started_at from calls
                 where org_id = $1 and status in ('failed', 'interrupted') and started_at > $2
                   and notes = '' and channel = 'phone' and deleted_at is null
                 order by case status when 'failed' then 0 else 1 end, started_at desc
                 limit $3"
            ),
            args![now - TimeDelta::days(1), MOST],
        )
        .await?;
    let line = |(id, status, caller, at): (CallId, CallStatus, Option<PhoneNumber>, DateTime<Utc>)| {
        let who = caller.map_or_else(|| "A caller who hid their number".to_owned(), |caller| caller.pretty());
        let what = if status == CallStatus::Failed { "did not get through" } else { "was cut off" };
        Attention {
            text: format!("{who} {what}"),
            href: format!("/admin/{}/calls/{id}", org.slug()),
            at,
            urgent: status == CallStatus::Failed,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// A sale in trouble stays here until it is settled. Somebody who paid and has nothing for it comes first.
fn about_sale(org: &Org, sale: &Sale) -> Attention {
    let what = match sale.state {
        _ if sale.refund_failed => "could not be refunded",
        OrderState::Unfulfillable => "was paid too late, the seats are gone",
        OrderState::Mismatched => "was paid with a wrong amount",
        OrderState::Disputed => "is disputed at the buyer's bank",
        OrderState::Lost => "was lost to a dispute",
        _ => "needs a look",
    };
    Attention {
        text: format!("Order {} over {} {what}", sale.reference, sale.total),
        href: format!("/admin/{}/events/sales/{}", org.slug(), sale.id),
        at: sale.created_at,
        urgent: sale.state == OrderState::Unfulfillable || sale.refund_failed,
    }
}

/// All messages of the last week that did not arrive, in one line.
async fn messages(org: &Org) -> DbResult<Option<Attention>> {
    let count = outbox::troubled(org).await?;
    let text = match count {
        0 => return Ok(None),
        1 => "A message did not arrive".to_owned(),
        more => format!("{more} messages did not arrive"),
    };
    let at = outbox::changed_at(org).await?.unwrap_or_else(|| org.now());
    Ok(Some(Attention { text, href: format!("/admin/{}/outbox?state=trouble", org.slug()), at, urgent: false }))
}
