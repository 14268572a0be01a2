//! Identifiers: one type per thing, so that a call's id cannot be handed to something that wants an article's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text given for an identifier is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// A UUIDv7, written in its hyphenated text form everywhere outside memory.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh identifier; later ones sort after earlier ones.
            #[cfg(feature = "server")]
            #[allow(clippy::new_without_default, reason = "a default identifier would look like an empty one")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// An identifier with this value, for data that is made the same way each time (demo, tests).
            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }

            /// The identifier as a number.
            pub const fn as_u128(self) -> u128 {
                self.0.as_u128()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::parse_str(text).map(Self).map_err(|_| IdError)
            }
        }

        #[cfg(feature = "server")]
        crate::text_enum::text_column!($name);
    )*};
}

ids! {
    /// Identifies a notice of the today board.
    NoticeId,
    /// An organisation: the tenant.
    OrgId,
    /// A person who signs in.
    UserId,
    /// One telephone (or typed) conversation.
    CallId,
    /// One thing said by one side.
    UtteranceId,
    /// One run of a tool during a call.
    ToolCallId,
    /// One entry of a call's timeline.
    CallEventId,
    /// A version of an organisation's voice and persona.
    PersonaId,
    /// A knowledge-base article.
    ArticleId,
    /// An event of the `events` pack.
    EventId,
    /// A place where events happen.
    VenueId,
    /// A kind of ticket of one event.
    TierId,
    /// An order of tickets.
    OrderId,
    /// A sponsorship package.
    SponsorPackageId,
    /// A chef or winner of an event.
    WinnerId,
    /// A category of the menu.
    MenuCategoryId,
    /// An item of the menu.
    MenuItemId,
    /// A size of a menu item.
    ItemSizeId,
    /// A modifier (oat milk, extra shot).
    ModifierId,
    /// A subscription plan.
    PlanId,
    /// An interval of the weekly opening hours.
    OpeningHoursId,
    /// A holiday or other exception to the opening hours.
    HourExceptionId,
    /// A text or mail that goes out.
    OutboxId,
    /// Work that is done later.
    JobId,
    /// An event that another system told us of.
    WebhookId,
    /// A row of the audit log.
    AuditId,
    /// An API key.
    ApiKeyId,
    /// A change that a caller was offered.
    ProposalId,
    /// Somebody who would like to sponsor.
    SponsorInquiryId,
    /// Somebody who sponsors an event.
    SponsorId,
    /// Somebody who cooks at an event.
    ChefId,
    /// A golf course.
    CourseId,
    /// A price of a round.
    TeeRateId,
    /// A line of the tee sheet.
    TeeSlotId,
    /// A golfer who books.
    CustomerId,
    /// A booked tee time.
    ReservationId,
    /// Something that happened to a booked tee time.
    ReservationChangeId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_survives_its_text_form() {
        let id = CallId::from_u128(0x0193_5a1b_0000_7000_8000_0000_0000_0001);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("not-one".parse::<CallId>(), Err(IdError));
    }
}
