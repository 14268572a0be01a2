//! No payment provider: the server is reached from outside and has no account.

use async_trait::async_trait;

use super::{
    Charge, Checkout, CheckoutState, NewCharge, NewCheckout, NewRefund, PaymentError, PaymentState, Payments, Refund,
    SavedCard,
};

/// Refuses everything.
#[derive(Clone, Copy, Debug)]
pub struct Off;

fn off<T>() -> Result<T, PaymentError> {
    Err(PaymentError::Refused { status: 401, code: Some("no_account".into()) })
}

#[async_trait]
impl Payments for Off {
    async fn create_checkout(&self, _new: NewCheckout) -> Result<Checkout, PaymentError> {
        off()
    }

    async fn checkout(&self, _id: &str) -> Result<CheckoutState, PaymentError> {
        off()
    }

    async fn expire(&self, _id: &str) -> Result<CheckoutState, PaymentError> {
        off()
    }

    async fn refund(&self, _new: NewRefund) -> Result<Refund, PaymentError> {
        off()
    }

    async fn payment(&self, _payment_intent: &str) -> Result<PaymentState, PaymentError> {
        off()
    }

    async fn charge_stored(&self, _new: NewCharge) -> Result<Charge, PaymentError> {
        off()
    }

    async fn saved_card(&self, _customer: &str) -> Result<Option<SavedCard>, PaymentError> {
        off()
    }

    fn live(&self) -> bool {
        false
    }
}
