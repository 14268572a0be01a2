//! How an order stands, from what is known of its payment.
//!
//! The payment provider tells things late, twice and in any order. Therefore nothing here is a step from one state to another:
//! what is known is a set that only grows ([`Known::learn`]), and the state follows from the set ([`Known::state`]). Whatever the
//! order in which the same things are learned, the state is the same.

use std::collections::BTreeMap;

use model::{Money, OrderState};
use serde::{Deserialize, Serialize};

use crate::providers::payments::{PaymentFact, RefundState};

/// What is known of the payment of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own that is learned or not")]
pub struct Known {
    /// It is on its way and may take days.
    pub pending: bool,
    /// It did not come.
    pub failed: bool,
    /// The page can no longer be paid.
    pub expired: bool,
    /// It came.
    pub paid: Option<Payment>,
    /// So much of it was given back, in all, as the provider counted at one time or another.
    #[serde(rename = "refunded_minor")]
    pub counted_refunds_minor: i64,
    /// The refunds, by the provider's names for them.
    pub refunds: BTreeMap<String, Refund>,
    /// Some of it could not be given back.
    pub refund_failed: bool,
    /// The buyer disputes it at the bank.
    pub disputed: bool,
    /// A dispute was decided for us.
    pub won: bool,
    /// A dispute was decided against us.
    pub lost: bool,
}

/// Money that came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Payment {
    /// How much.
    pub amount_minor: i64,
    /// In which currency, in small letters.
    pub currency: String,
    /// The provider's name for it: what a refund refers to.
    pub payment_intent: Option<String>,
}

/// Money that went back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How much.
    pub amount_minor: i64,
    /// It came back to us: a bank may say so days later.
    pub failed: bool,
}

/// What must be true of the seats of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// They are the buyer's.
    Sold,
    /// They stay as they are.
    Waits,
    /// They can be had by others.
    Free,
}

impl Known {
    /// Learns something. Learning it again, or in another order, makes no difference.
    pub fn learn(&mut self, fact: &PaymentFact) {
        match fact {
            PaymentFact::Pending => self.pending = true,
            PaymentFact::Failed | PaymentFact::ChargeFailed => self.failed = true,
            PaymentFact::Expired => self.expired = true,
            PaymentFact::Paid { amount_minor, currency, payment_intent, .. } => {
                let paid = Payment {
                    amount_minor: *amount_minor,
                    currency: currency.to_lowercase(),
                    payment_intent: payment_intent.clone(),
                };
                // The greater of two accounts of the same payment: the one that names it.
                self.paid = self.paid.take().max(Some(paid));
            }
            PaymentFact::Refunded { amount_refunded_minor, .. } => {
                self.counted_refunds_minor = self.counted_refunds_minor.max(*amount_refunded_minor);
            }
            PaymentFact::Refund { id, amount_minor, state } => {
                let refund = self.refunds.entry(id.clone()).or_default();
                refund.amount_minor = refund.amount_minor.max(*amount_minor);
                refund.failed |= *state == RefundState::Failed;
                self.refund_failed |= refund.failed;
            }
            PaymentFact::RefundFailed => self.refund_failed = true,
            PaymentFact::Disputed => self.disputed = true,
            PaymentFact::DisputeClosed { won: true } => self.won = true,
            PaymentFact::DisputeClosed { won: false } => self.lost = true,
        }
    }

    /// How much was given back and stayed there: the refunds that hold, and what the provider counted beyond those that we know by name.
    pub fn refunded_minor(&self) -> i64 {
        let sum = |failed: bool| -> i64 {
            self.refunds.values().filter(|refund| refund.failed == failed).map(|refund| refund.amount_minor).sum()
        };
        sum(false).max(self.counted_refunds_minor - sum(true))
    }

    /// What of the payment is still here.
    pub fn kept_minor(&self) -> i64 {
        self.paid.as_ref().map_or(0, |paid| paid.amount_minor) - self.refunded_minor()
    }

    /// Whether money waits for a person because it could not be given back.
    pub fn owes_refund(&self, total: Money) -> bool {
        self.refund_failed && self.refunded_minor() < total.minor
    }

    /// How an order of this total stands.
    pub fn state(&self, total: Money) -> OrderState {
        if self.lost {
            return OrderState::Lost;
        }
        let refunded = self.refunded_minor();
        if refunded > 0 && refunded >= total.minor {
            return OrderState::Refunded;
        }
        if self.disputed && !self.won {
            return OrderState::Disputed;
        }
        match &self.paid {
            Some(paid) if paid.currency != total.currency.as_str() || paid.amount_minor < total.minor => {
                OrderState::Mismatched
            }
            Some(_) if refunded > 0 => OrderState::PartlyRefunded,
            Some(_) => OrderState::Paid,
            None if self.failed => OrderState::Failed,
            None if self.expired => OrderState::Expired,
            None if self.pending => OrderState::Pending,
            None => OrderState::Open,
        }
    }

    /// What must be true of the seats of an order of this total.
    pub fn claim(&self, total: Money) -> Claim {
        match self.state(total) {
            OrderState::Paid | OrderState::PartlyRefunded => Claim::Sold,
            OrderState::Disputed if self.paid.is_some() => Claim::Sold,
            OrderState::Open | OrderState::Pending | OrderState::Disputed => Claim::Waits,
            _ => Claim::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Currency;

    use super::*;

    const TOTAL: Money = Money::usd(17_000);

    fn paid() -> PaymentFact {
        PaymentFact::Paid {
            session: Some("cs_1".into()),
            payment_intent: Some("pi_1".into()),
            amount_minor: 17_000,
            currency: "usd".into(),
            email: None,
            customer: None,
        }
    }

    fn paid_without_a_name() -> PaymentFact {
        PaymentFact::Paid {
            session: None,
            payment_intent: None,
            amount_minor: 17_000,
            currency: "USD".into(),
            email: None,
            customer: None,
        }
    }

    fn refunded(minor: i64) -> PaymentFact {
        PaymentFact::Refunded { amount_refunded_minor: minor, of_minor: 17_000 }
    }

    fn refund(id: &str, minor: i64, state: RefundState) -> PaymentFact {
        PaymentFact::Refund { id: id.into(), amount_minor: minor, state }
    }

    fn after(facts: &[PaymentFact]) -> Known {
        let mut known = Known::default();
        for fact in facts {
            known.learn(fact);
        }
        known
    }

    #[test]
    fn a_story_told_in_order() {
        for (facts, state, claim) in [
            (vec![], OrderState::Open, Claim::Waits),
            (vec![PaymentFact::Pending], OrderState::Pending, Claim::Waits),
            (vec![PaymentFact::Pending, PaymentFact::Failed], OrderState::Failed, Claim::Free),
            (vec![PaymentFact::Expired], OrderState::Expired, Claim::Free),
            (vec![paid()], OrderState::Paid, Claim::Sold),
            (vec![paid(), refunded(8_500)], OrderState::PartlyRefunded, Claim::Sold),
            (vec![paid(), refunded(8_500), refunded(17_000)], OrderState::Refunded, Claim::Free),
            (vec![paid(), PaymentFact::RefundFailed], OrderState::Paid, Claim::Sold),
            (vec![paid(), refund("re_1", 17_000, RefundState::Pending)], OrderState::Refunded, Claim::Free),
            (
                vec![
                    paid(),
                    refund("re_1", 17_000, RefundState::Succeeded),
                    refunded(17_000),
                    refund("re_1", 17_000, RefundState::Failed),
                ],
                OrderState::Paid,
                Claim::Sold,
            ),
            (
                vec![
                    paid(),
                    refunded(17_000),
                    refund("re_1", 17_000, RefundState::Failed),
                    refund("re_2", 8_500, RefundState::Pending),
                ],
                OrderState::PartlyRefunded,
                Claim::Sold,
            ),
            (vec![paid(), PaymentFact::Disputed], OrderState::Disputed, Claim::Sold),
            (
                vec![paid(), PaymentFact::Disputed, PaymentFact::DisputeClosed { won: true }],
                OrderState::Paid,
                Claim::Sold,
            ),
            (
                vec![paid(), PaymentFact::Disputed, PaymentFact::DisputeClosed { won: false }],
                OrderState::Lost,
                Claim::Free,
            ),
        ] {
            let known = after(&facts);
            assert_eq!((known.state(TOTAL), known.claim(TOTAL)), (state, claim), "{facts:?}");
        }
    }

    #[test]
    fn too_little_money_or_the_wrong_kind_buys_nothing() {
        for (minor, currency) in [(16_999, "usd"), (17_000, "eur"), (0, "usd")] {
            let fact = PaymentFact::Paid {
                session: None,
                payment_intent: None,
                amount_minor: minor,
                currency: currency.into(),
                email: None,
                customer: None,
            };
            let known = after(&[fact]);
            assert_eq!((known.state(TOTAL), known.claim(TOTAL)), (OrderState::Mismatched, Claim::Free));
        }
        assert_eq!(Currency::Usd.as_str(), "usd");
    }

    /// Every order of up to six of the facts, each told twice: the same end.
    #[test]
    fn every_permutation_of_the_facts_ends_in_the_same_state() {
        let facts = [
            PaymentFact::Pending,
            PaymentFact::Expired,
            PaymentFact::Failed,
            paid(),
            paid_without_a_name(),
            refunded(17_000),
            refund("re_1", 8_500, RefundState::Succeeded),
            refund("re_1", 8_500, RefundState::Failed),
            PaymentFact::Disputed,
            PaymentFact::DisputeClosed { won: true },
        ];
        // Which of them are told at all: every subset.
        for subset in 0_u32..1 << facts.len() {
            let told: Vec<PaymentFact> = facts
                .iter()
                .enumerate()
                .filter(|(at, _)| subset & 1 << at != 0)
                .map(|(_, fact)| fact.clone())
                .collect();
            let expected = after(&told);
            if told.len() <= 6 {
                permute(&mut told.clone(), 0, &mut |order| {
                    let mut twice = order.to_vec();
                    twice.extend(order.iter().rev().cloned());
                    assert_eq!(after(order), expected, "{order:?}");
                    assert_eq!(after(&twice), expected, "{twice:?}");
                });
            }
        }
    }

    fn permute(facts: &mut Vec<PaymentFact>, from: usize, each: &mut impl FnMut(&[PaymentFact])) {
        if from == facts.len() {
            return each(facts);
        }
        for at in from..facts.len() {
            facts.swap(from, at);
            permute(facts, from + 1, each);
            facts.swap(from, at);
        }
    }
}
