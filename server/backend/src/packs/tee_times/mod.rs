//! The pack of a golf club: tee times that callers book, change and cancel.
//!
//! ```text
//!  courses, rates ─▶ sheet of a day ◀─ slots (places taken, held, blocked) ◀─ reservations
//! ```
//! A sheet is worked out from its course, so that a change of the course's times needs no job; a row is written when something happens
//! to a time. Places change hands in [`slots`] alone.

mod book_tee_time;
mod cancel_reservation;
pub mod code;
pub mod courses;
mod find;
pub mod manage;
mod messages;
mod modify_reservation;
pub mod reservations;
mod search_tee_times;
pub mod sheet;
pub mod slots;
#[cfg(test)]
mod tests;
mod when;

use model::PackKey;

use super::{Pack, tool::tools};

/// Golf tee times.
pub const PACK: Pack = Pack {
    key: PackKey::TeeTimes,
    title: "Tee times",
    instructions: "\
Callers ask for tee times, and about the course, the range, lessons and dress code. Look with search_tee_times before you say that a \
time is free. To book with book_tee_time you need the day, the time, how many players and a name. To change or cancel a booking ask \
for the confirmation code first: two letters and five digits; read a code in groups, with a word for each letter. What a round costs, \
and what is due for a late change, comes from the tools. Everything is paid at the pro shop.",
    safety: "Never take card numbers or any other payment details on this line.",
    tools: tools![search_tee_times; book_tee_time, modify_reservation, cancel_reservation],
};
