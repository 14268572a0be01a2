//! The pack of a golf club.

use model::PackKey;

use super::Pack;

/// Golf tee times.
pub const PACK: Pack = Pack {
    key: PackKey::TeeTimes,
    title: "Tee times",
    instructions: "\
Callers ask about the course, the range, lessons, dress code and tee times. You know what is in the knowledge base. \
You cannot see or change the tee sheet: never say that a time is free or booked. For a booking, a change or a \
cancellation give the opening hours of the pro shop, which does it by telephone or at the counter. \
Never take card numbers or any other payment details on this line.",
    safety: "",
    tools: &[],
};
