//! Tickets that are sold, and people who would like to sponsor.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{CallId, EmailAddress, EventId, Money, OrderId, PhoneNumber, SponsorInquiryId, text_enum::text_enum};

text_enum! {
    /// How an order stands.
    OrderState {
        /// It waits to be paid.
        Open = "open",
        /// The money is on its way and may take days.
        Pending = "pending",
        /// It is paid and the seats are the buyer's.
        Paid = "paid",
        /// Some of the money was given back; the seats stay the buyer's.
        PartlyRefunded = "partly_refunded",
        /// All of the money was given back.
        Refunded = "refunded",
        /// It was not paid in time.
        Expired = "expired",
        /// The payment did not go through.
        Failed = "failed",
        /// It was paid for when no seats were left; the money goes back.
        Unfulfillable = "unfulfillable",
        /// Other money came than was asked for: a person has to look.
        Mismatched = "mismatched",
        /// The buyer disputes the payment at the bank.
        Disputed = "disputed",
        /// The bank decided for the buyer.
        Lost = "lost",
    }
}

impl OrderState {
    /// What it is called on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Waits for payment",
            Self::Pending => "Payment on its way",
            Self::Paid => "Paid",
            Self::PartlyRefunded => "Partly refunded",
            Self::Refunded => "Refunded",
            Self::Expired => "Not paid in time",
            Self::Failed => "Payment failed",
            Self::Unfulfillable => "Paid too late, no seats",
            Self::Mismatched => "Paid a wrong amount",
            Self::Disputed => "Disputed",
            Self::Lost => "Dispute lost",
        }
    }

    /// Whether a person has to look.
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::Unfulfillable | Self::Mismatched | Self::Disputed | Self::Lost)
    }

    /// Whether the buyer has tickets.
    pub const fn has_tickets(self) -> bool {
        matches!(self, Self::Paid | Self::PartlyRefunded | Self::Disputed)
    }
}

/// A sale as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sale {
    /// Its identifier.
    pub id: OrderId,
    /// The confirmation number, as it is written.
    pub reference: String,
    /// The event.
    pub event_id: EventId,
    /// The event's title.
    pub event: String,
    /// GA, VIP, ...
    pub kind: String,
    /// How many.
    pub quantity: i64,
    /// What they cost in all.
    pub total: Money,
    /// What was given back, or is being given back.
    pub refunded: Money,
    /// How it stands.
    pub state: OrderState,
    /// Money could not be given back.
    pub refund_failed: bool,
    /// Who called.
    pub phone: Option<PhoneNumber>,
    /// Who paid.
    pub email: Option<EmailAddress>,
    /// The call in which it was ordered.
    pub call_id: Option<CallId>,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// When the buyer was told that it is paid.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Which sales are listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaleFilter {
    /// Only those of this event.
    pub event: Option<EventId>,
    /// Only those that stand so.
    pub state: Option<OrderState>,
    /// Only those that a person has to look at.
    pub trouble: bool,
    /// How many newer ones to leave out.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// A part of the list of sales.
#[derive(Clone, Debug, PartialEq)]
pub struct SalePage {
    /// The sales, the newest first.
    pub sales: Vec<Sale>,
    /// How many fit the filter in all.
    pub total: i64,
}

/// A sale with its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaleDetail {
    /// Its row in the list.
    pub sale: Sale,
    /// What of the payment can still be given back.
    pub left: Money,
    /// What was learned of it, and when, in order.
    pub history: Vec<(DateTime<Utc>, String)>,
    /// What was given back: when, how much, why, by whom, and how that stands.
    pub refunds: Vec<RefundRow>,
}

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundRow {
    /// When it was asked for.
    pub at: DateTime<Utc>,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Who gave it back.
    pub by: String,
    /// requested, done or failed.
    pub state: String,
}

/// Somebody who would like to sponsor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SponsorInquiry {
    /// Its identifier.
    pub id: SponsorInquiryId,
    /// What the caller can refer to it by.
    pub reference: String,
    /// Who.
    pub name: String,
    /// For which company; may be empty.
    pub company: String,
    /// Bronze, Silver, ...; empty when it is open.
    pub level: String,
    /// Where to call back.
    pub phone: Option<PhoneNumber>,
    /// Where to write.
    pub email: Option<EmailAddress>,
    /// What else they said.
    pub message: String,
    /// The call.
    pub call_id: Option<CallId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Who answered it, and when.
    pub answered: Option<(String, DateTime<Utc>)>,
}
