//! A charge to a saved card that did not go through: the buyer pays on a page after all.

use super::{LearnError, Order, get, learn, messages};
use crate::{
    Backend, args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    outbox,
    packs::events::cards,
    providers::payments::PaymentFact,
    sql,
};

/// Why a saved card was not charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotCharged {
    /// The bank said no.
    Declined,
    /// The bank wants its owner to confirm.
    NeedsOwner,
    /// The provider no longer has it.
    Gone,
    /// The provider takes no charges from us.
    Refused,
}

impl NotCharged {
    /// Whether the next charge to the same card would fail, too.
    fn for_good(self) -> bool {
        matches!(self, Self::Declined | Self::Gone)
    }

    /// What the caller hears.
    fn on_the_line(self) -> String {
        let why = match self {
            Self::Declined => "Your saved card was declined, so nothing was charged.",
            Self::NeedsOwner => "Your bank wants you to confirm the payment yourself, so nothing was charged.",
            Self::Gone => "Your saved card can no longer be charged, so nothing was.",
            Self::Refused => "I could not charge your saved card.",
        };
        format!("{why} I am texting you a link to pay instead. The seats stay yours for thirty minutes.")
    }
}

/// Sends the buyer the link in place of the charge, and tells the caller who is still on the line. A card that would fail again is
/// forgotten. Answers the order as it is then; done again, it changes nothing.
pub(crate) async fn pay_on_page(
    backend: &Backend,
    org: &Org,
    order: &Order,
    why: NotCharged,
) -> Result<Option<Order>, LearnError> {
    let now = org.now();
    let mut tx = org.begin().await?;
    if let (Some(phone), Some(call)) = (&order.phone, order.call_id)
        && outbox::obstacle(&mut tx, phone, call, now).await?.is_some()
    {
        // No link would come: the order is over, and the caller hears that.
        drop(tx);
        learn::learn(backend, org, order.id, "stored payment", &PaymentFact::Failed).await?;
        return Ok(None);
    }
    let sql = sql!(
        "update ticket_orders set payment_method = null, updated_at = $3
          where org_id = $1 and id = $2 and payment_method is not null"
    );
    if tx.run(sql, args![order.id, now]).await? == 0 {
        drop(tx);
        return Ok(get(org, order.id).await?);
    }
    if why.for_good() {
        forget_card(&mut tx, order).await?;
    }
    messages::link(&backend.config().public_url, org, &mut tx, order, now).await?;
    learn::note(&mut tx, order, "stored payment", &PaymentFact::ChargeFailed, now).await?;
    tx.commit().await?;
    learn::inform(backend, org, order, why.on_the_line());
    Ok(get(org, order.id).await?)
}

/// The provider opens no page for this customer: the next page is asked for as for a stranger.
pub(crate) async fn without_customer(org: &Org, order: &Order) -> DbResult<()> {
    let mut tx = org.begin().await?;
    forget_card(&mut tx, order).await?;
    // What is asked for under the number of an attempt stays the same.
    let sql = sql!("update ticket_orders set attempt = attempt + 1 where org_id = $1 and id = $2");
    tx.run(sql, args![order.id]).await?;
    tx.commit().await
}

async fn forget_card(tx: &mut OrgTx, order: &Order) -> DbResult<()> {
    if let (Some(phone), Some(customer)) = (&order.phone, &order.customer) {
        cards::forget(tx, phone, customer).await?;
    }
    let sql = sql!("update ticket_orders set payment_customer = null where org_id = $1 and id = $2");
    tx.run(sql, args![order.id]).await.map(|_| ())
}
