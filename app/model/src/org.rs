//! Organisations and the people who work in them.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{OrgId, PackKey, PhoneNumber, UserId, text_enum::text_enum};

text_enum! {
    /// What a person may do in an organisation. Each role may do all that the later ones may.
    Role {
        /// Everything, other people included.
        Owner = "owner",
        /// Voice, knowledge, events, menu, hours.
        Manager = "manager",
        /// Calls, notes, today's notices.
        FrontDesk = "front_desk",
        /// Looking only.
        ReadOnly = "read_only",
    }
}

impl Role {
    /// Whether this role may do what `needed` may.
    pub fn allows(self, needed: Role) -> bool {
        self <= needed
    }

    /// The role's name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Manager => "Manager",
            Self::FrontDesk => "Front desk",
            Self::ReadOnly => "Read only",
        }
    }
}

text_enum! {
    /// What an API key may do.
    Scope {
        /// Read calls, transcripts and recordings.
        CallsRead = "calls:read",
        /// Write notes; start and end calls of another carrier.
        CallsWrite = "calls:write",
        /// Follow live events.
        Events = "events:read",
        /// Run tools.
        Tools = "tools:run",
    }
}

/// An organisation as the switcher and the rail need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrgRow {
    /// Its identifier.
    pub id: OrgId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name as callers hear it.
    pub name: String,
    /// The zone in which its times are shown and spoken.
    pub time_zone: Tz,
    /// The packs that are on.
    pub packs: Vec<PackKey>,
    /// The signed-in person's role in it.
    pub role: Role,
}

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Their identifier.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their sign-in address.
    pub email: String,
    /// Their role in the organisation being looked at.
    pub role: Role,
}

/// What the settings page shows of an organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrgSettings {
    /// Its name as callers hear it.
    pub name: String,
    /// The numbers that ring it.
    pub numbers: Vec<PhoneNumber>,
    /// The zone in which its times are shown and spoken.
    pub time_zone: Tz,
    /// The packs that are on.
    pub packs: Vec<PackKey>,
    /// Where Twilio sends calls of its numbers.
    pub voice_webhook: String,
    /// Where Twilio sends status callbacks.
    pub status_webhook: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_lower_roles_may() {
        assert!(Role::Owner.allows(Role::Manager));
        assert!(Role::FrontDesk.allows(Role::FrontDesk));
        assert!(!Role::ReadOnly.allows(Role::FrontDesk));
    }
}
