//! Voice and persona of an organisation's assistant, in versions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{PersonaId, text_enum::text_enum};

text_enum! {
    /// How long the assistant waits before it takes a pause for the end of what the caller says.
    Patience {
        /// Answers quickly; may cut in on slow speakers.
        Quick = "quick",
        /// The usual.
        Normal = "normal",
        /// Waits long; for callers who think while they speak.
        Patient = "patient",
    }
}

text_enum! {
    /// Where a version stands.
    PersonaState {
        /// Being edited; no caller hears it.
        Draft = "draft",
        /// What callers hear.
        Published = "published",
        /// What callers heard before.
        Retired = "retired",
    }
}

/// A voice that the model offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceCard {
    /// Its name in the Realtime API.
    pub key: &'static str,
    /// What it sounds like, in a few plain words.
    pub character: &'static str,
}

/// The voices of the Realtime API, the recommended ones first.
pub const VOICES: &[VoiceCard] = &[
    VoiceCard { key: "marin", character: "Warm and clear, recommended" },
    VoiceCard { key: "cedar", character: "Calm and deep, recommended" },
    VoiceCard { key: "alloy", character: "Neutral and even" },
    VoiceCard { key: "ash", character: "Confident and direct" },
    VoiceCard { key: "ballad", character: "Gentle and melodic" },
    VoiceCard { key: "coral", character: "Bright and friendly" },
    VoiceCard { key: "echo", character: "Measured and composed" },
    VoiceCard { key: "sage", character: "Soft and thoughtful" },
    VoiceCard { key: "shimmer", character: "Light and lively" },
    VoiceCard { key: "verse", character: "Expressive and varied" },
];

/// What an admin decides about how the assistant sounds and behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Persona {
    /// The assistant's name, for instance "Aida".
    pub assistant_name: String,
    /// One of [`VOICES`].
    pub voice: String,
    /// Speaking rate in percent of normal: 70 to 130.
    pub speed_percent: i64,
    /// ISO 639-1 code of the language in which the call begins: en, es, fr, de.
    pub language: String,
    /// The first sentence a caller hears. `{organisation}` and `{assistant}` are replaced.
    pub greeting: String,
    /// Who the assistant is and how it behaves, in the admin's own words.
    pub instructions: String,
    /// How long it waits for the caller to finish.
    pub patience: Patience,
    /// Whether the caller can interrupt it.
    pub interruptible: bool,
}

/// A stored version of a [`Persona`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonaVersion {
    /// Its identifier.
    pub id: PersonaId,
    /// Counts up from 1 in each organisation.
    pub version: i64,
    /// Where it stands.
    pub state: PersonaState,
    /// What it says.
    pub persona: Persona,
    /// Why it was changed, in the words of who changed it.
    pub note: String,
    /// Who last edited or published it.
    pub author: String,
    /// When that was.
    pub updated_at: DateTime<Utc>,
    /// When callers first heard it.
    pub published_at: Option<DateTime<Utc>>,
}
