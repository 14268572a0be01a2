//! Texts and mail that go out.

use crate::text_enum::text_enum;

text_enum! {
    /// How a message travels.
    Channel {
        /// A text to a telephone number.
        Text = "text",
        /// Mail to an address.
        Mail = "mail",
    }
}

text_enum! {
    /// How far a message has come.
    MessageState {
        /// It will be sent.
        Waiting = "waiting",
        /// It is being handed over at this moment.
        Sending = "sending",
        /// It was handed over; whether it arrived is not known (yet).
        Sent = "sent",
        /// It arrived.
        Delivered = "delivered",
        /// Nobody knows whether it was handed over: sending it again might send it twice.
        Unknown = "unknown",
        /// It will not be sent, or did not arrive.
        Failed = "failed",
        /// The person it is for wrote STOP.
        Suppressed = "suppressed",
    }
}

text_enum! {
    /// Why a message is not delivered (yet).
    MessageReason {
        /// The number wrote STOP.
        OptedOut = "opted_out",
        /// The number or address does not exist, or cannot take messages.
        BadAddress = "bad_address",
        /// The number is in a country that texts may not go to.
        Country = "country",
        /// The call has had as many messages as one call gets.
        CapCall = "cap_call",
        /// The number or address has had as many messages as it gets in a day.
        CapRecipient = "cap_recipient",
        /// The organisation has sent as many messages as it sends in a day.
        CapDay = "cap_day",
        /// The organisation has no number to send from.
        NoSender = "no_sender",
        /// The provider does not let us send: the account, the sender or its settings.
        Refused = "refused",
        /// The server has no account with a provider.
        NoAccount = "no_account",
        /// The provider cannot be reached or is busy; it is tried again.
        Unreachable = "unreachable",
        /// The provider took it or not: its answer was lost.
        NoAnswer = "no_answer",
        /// It could not be sent for a day.
        TooOld = "too_old",
        /// It was handed over and did not arrive.
        NotDelivered = "not_delivered",
    }
}
