//! Industry packs.

use crate::text_enum::text_enum;

text_enum! {
    /// A set of tables, tools, pages and prompt text for one kind of organisation.
    PackKey {
        /// What every organisation has: knowledge, transfer, voicemail, ending the call.
        FrontDesk = "front_desk",
        /// Events, tickets and sponsors.
        Events = "events",
        /// Menu, opening hours and subscription plans.
        Menu = "menu",
        /// Golf tee times.
        TeeTimes = "tee_times",
        /// Structured intake with escalation.
        Intake = "intake",
    }
}
