//! What a caller is told who asks for the same tickets once more, or confirms them again.

use model::{OrderId, OrderState};

use super::{Order, get_in, reference, texting};
use crate::{
    db::{DbResult, scoped::tenant::OrgTx},
    writes::Standing,
};

/// What is left of an order that was placed on this call.
pub(crate) async fn standing(tx: &mut OrgTx, id: OrderId) -> DbResult<Standing> {
    let Some(order) = get_in(tx, id).await? else { return Ok(Standing::AsMade) };
    if order.state != OrderState::Open {
        return Ok(decided(&order));
    }
    if order.payment_method.is_some() {
        return Ok(Standing::AsMade);
    }
    let say = match texting::link_failed(tx, id).await? {
        None => {
            "The seats are kept for you, and the payment is not there yet. The link to pay is in the text that I sent you."
        }
        Some(_) => "The seats are kept for you for the moment, but the text with the link to pay did not go out.",
    };
    Ok(Standing::Since(say.to_owned()))
}

fn decided(order: &Order) -> Standing {
    match order.state {
        OrderState::Paid | OrderState::PartlyRefunded => Standing::Since(format!(
            "Those tickets are paid and booked. Your confirmation number is {}.",
            reference::spoken(&order.reference)
        )),
        OrderState::Pending => Standing::Since(
            "The payment is on its way, and the seats are kept for you. I text you when it has arrived.".to_owned(),
        ),
        OrderState::Unfulfillable => Standing::Since(
            "The payment came when the last seats had been sold. The whole amount is given back.".to_owned(),
        ),
        OrderState::Mismatched | OrderState::Disputed | OrderState::Lost => Standing::Since(
            "The office has to look at the payment of that order. They will help you with it.".to_owned(),
        ),
        OrderState::Failed => Standing::Gone(
            "The payment did not go through, and the seats are no longer kept. Shall I order them once more?"
                .to_owned(),
        ),
        OrderState::Expired => Standing::Gone(
            "That was not paid in time, and the seats are no longer kept. Shall I order them once more?".to_owned(),
        ),
        OrderState::Refunded => {
            Standing::Gone("The money for those tickets was given back. Shall I order them once more?".to_owned())
        }
        OrderState::Open => Standing::AsMade,
    }
}
