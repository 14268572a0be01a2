//! The plain words for what the records name by a key.

use model::{
    CallStatus, Lasts, MessageReason, MessageState, NoticeKind, Outcome, Patience, PlanPeriod, Sentiment, ToolStatus,
};

use crate::ui::Tone;

/// A call's status and how it ended, in a word or two, with its colour.
pub fn call_state(status: CallStatus, outcome: Option<Outcome>) -> (&'static str, Tone) {
    match (status, outcome) {
        (CallStatus::Ringing, _) => ("Ringing", Tone::Active),
        (CallStatus::Active, _) => ("Live", Tone::Active),
        (CallStatus::Transferred, _) => ("Handed over", Tone::Plain),
        (CallStatus::Failed, _) => ("Failed", Tone::Bad),
        (CallStatus::Interrupted, _) => ("Cut off", Tone::Warning),
        (CallStatus::Completed, Some(outcome)) => (outcome_word(outcome), outcome_tone(outcome)),
        (CallStatus::Completed, None) => ("Ended", Tone::Plain),
    }
}

/// A status, as a filter names it.
pub const fn status_word(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Ringing => "Ringing",
        CallStatus::Active => "Live",
        CallStatus::Completed => "Ended normally",
        CallStatus::Failed => "Failed",
        CallStatus::Interrupted => "Cut off",
        CallStatus::Transferred => "Handed over",
    }
}

/// How a call ended.
pub const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "Answered",
        Outcome::Abandoned => "Gave up",
        Outcome::Silent => "Silent caller",
        Outcome::LimitReached => "Limit reached",
        Outcome::Technical => "Technical problem",
    }
}

const fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Answered => Tone::Good,
        Outcome::Silent => Tone::Plain,
        Outcome::Abandoned | Outcome::LimitReached => Tone::Warning,
        Outcome::Technical => Tone::Bad,
    }
}

/// What a notice of the today board is about.
pub const fn notice_kind(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::SoldOut => "Sold out",
        NoticeKind::ClosingEarly => "Closing early",
        NoticeKind::OpeningLate => "Opening late",
        NoticeKind::EventSoldOut => "Event sold out",
        NoticeKind::FrostDelay => "Frost delay",
        NoticeKind::Custom => "Something else",
    }
}

/// How long a notice stays on.
pub const fn lasts(lasts: Lasts) -> &'static str {
    match lasts {
        Lasts::Today => "Today",
        Lasts::Close => "Until we close",
        Lasts::Hour => "One hour",
        Lasts::UntilTakenOff => "Until I take it off",
    }
}

/// The caller's mood.
pub const fn mood(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Positive => "Content",
        Sentiment::Neutral => "Neutral",
        Sentiment::Negative => "Unhappy",
    }
}

/// What became of a tool call.
pub const fn tool_state(status: ToolStatus) -> (&'static str, Tone) {
    match status {
        ToolStatus::Running => ("Running", Tone::Active),
        ToolStatus::Done => ("Done", Tone::Good),
        ToolStatus::Refused => ("Declined", Tone::Warning),
        ToolStatus::Failed => ("Failed", Tone::Bad),
    }
}

/// What a tool does, in plain words; a name that is not known is told word by word.
pub fn tool(name: &str) -> String {
    let known = match name {
        "search_knowledge_base" => "Looked in the knowledge base",
        "end_call" => "Ended the call",
        "get_upcoming_events" => "Looked up the coming events",
        "get_event_details" => "Looked up an event",
        "get_ticket_pricing" => "Looked up ticket prices",
        "get_sponsorship_info" => "Looked up sponsorship",
        "get_menu" => "Read the menu",
        "get_product_details" => "Looked up a product",
        "get_store_hours" => "Looked up the opening hours",
        "get_subscription_info" => "Looked up subscriptions",
        _ => "",
    };
    if known.is_empty() { sentence(name) } else { known.to_owned() }
}

/// `eventId` and `event_id` as `Event id`.
pub fn sentence(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        match letter {
            '_' | '-' => words.push(' '),
            upper if upper.is_uppercase() && !words.is_empty() => {
                words.push(' ');
                words.extend(upper.to_lowercase());
            }
            first if words.is_empty() => words.extend(first.to_uppercase()),
            other => words.push(other),
        }
    }
    words
}

/// How far a message has come.
pub const fn message_state(state: MessageState) -> (&'static str, Tone) {
    match state {
        MessageState::Waiting => ("Waiting", Tone::Active),
        MessageState::Sending => ("Sending", Tone::Active),
        MessageState::Sent => ("Sent", Tone::Plain),
        MessageState::Delivered => ("Delivered", Tone::Good),
        MessageState::Unknown => ("Not sure", Tone::Warning),
        MessageState::Failed => ("Not delivered", Tone::Bad),
        MessageState::Suppressed => ("Opted out", Tone::Warning),
    }
}

/// Why a message is not delivered, and what that means.
pub const fn message_reason(reason: MessageReason) -> &'static str {
    match reason {
        MessageReason::OptedOut => "This number wrote STOP and gets no texts until it writes START.",
        MessageReason::BadAddress => "This number or address does not exist, or cannot receive this.",
        MessageReason::Country => "Texts to this country are not allowed, because they can be expensive.",
        MessageReason::CapCall => "This call had sent as many messages as one call may.",
        MessageReason::CapRecipient => "This recipient had received as many messages as a day allows.",
        MessageReason::CapDay => "Your organisation had sent as many messages as a day allows.",
        MessageReason::NoSender => "Your organisation has no number to send texts from.",
        MessageReason::Refused => "The provider does not let us send. Ask whoever looks after the account.",
        MessageReason::NoAccount => "This server has no account to send with.",
        MessageReason::Unreachable => "The provider could not take it yet. It is tried again by itself.",
        MessageReason::NoAnswer => {
            "The provider's answer was lost: it may have arrived. Sending again may send it twice."
        }
        MessageReason::TooOld => "It could not be sent for a day, so it was given up.",
        MessageReason::NotDelivered => "It was sent, but the telephone network reports that it did not arrive.",
    }
}

/// How patient the assistant is, and what that means for callers.
pub const fn patience(patience: Patience) -> (&'static str, &'static str) {
    match patience {
        Patience::Quick => ("Quick", "Answers at once; may cut in on slow speakers"),
        Patience::Normal => ("Normal", "Right for most callers"),
        Patience::Patient => ("Patient", "Waits long; for callers who think while they speak"),
    }
}

/// How often a subscription is paid.
pub const fn period(period: PlanPeriod) -> &'static str {
    match period {
        PlanPeriod::Week => "Every week",
        PlanPeriod::TwoWeeks => "Every two weeks",
        PlanPeriod::Month => "Every month",
    }
}

/// A language by its code.
pub fn language(code: &str) -> &str {
    match code {
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "de" => "German",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_words() {
        assert_eq!([sentence("ticketType"), sentence("book_tee_time")], ["Ticket type", "Book tee time"]);
        assert_eq!(tool("get_menu"), "Read the menu");
    }
}
