//! What a call is given before it begins: plain data, a snapshot that the call keeps to its end.

use serde::{Deserialize, Serialize};

use crate::usage::Prices;

/// How the caller takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// Over a telephone media stream: µ-law at 8 kHz both ways.
    Telephone,
    /// By typing ("Try it"): the same conversation in text.
    Typed,
}

/// How long the model waits before it takes a pause for the end of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patience {
    /// 350 ms of silence.
    Quick,
    /// 500 ms of silence.
    Normal,
    /// 900 ms of silence.
    Patient,
}

impl Patience {
    /// The pause that ends a turn.
    pub const fn silence_ms(self) -> u64 {
        match self {
            Self::Quick => 350,
            Self::Normal => 500,
            Self::Patient => 900,
        }
    }
}

/// A tool as the model is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// When to use it: what the model reads.
    pub description: String,
    /// JSON Schema of its arguments, without references.
    pub parameters: serde_json::Value,
}

/// The bounds of a call; every deadline in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The call is wound up with a sentence when it has lasted this long.
    pub call_ms: u64,
    /// The call is wound up when the model has cost this much, in nano-dollars; `None` for no limit.
    pub cost_nano_usd: Option<u64>,
    /// A tool that has not answered by then is answered for: the model is told that it takes too long.
    pub tool_ms: u64,
    /// After this long without a word from either side the assistant asks whether the caller is still there.
    pub silence_ms: u64,
    /// How often it asks before it says goodbye.
    pub silence_prompts: u32,
    /// A model session is replaced by a fresh one at this age, before OpenAI ends it at 60 minutes.
    pub session_ms: u64,
    /// How far ahead of the caller's ear audio is sent to the telephone.
    pub ahead_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call_ms: 900_000,
            cost_nano_usd: None,
            tool_ms: 8_000,
            silence_ms: 12_000,
            silence_prompts: 2,
            session_ms: 50 * 60_000,
            ahead_ms: 1_500,
        }
    }
}

/// Sentences that are spoken from memory, without the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phrase {
    /// "One moment, please."
    OneMoment,
    /// "I am still looking that up."
    StillLooking,
    /// "Are you still there?"
    StillThere,
    /// "I cannot hear you, so I will hang up now. Please call again. Goodbye."
    SilenceGoodbye,
    /// "We have reached the end of the time for this call. Thank you for calling. Goodbye."
    LimitGoodbye,
    /// "I am sorry, we have a technical problem."
    TechnicalProblem,
    /// "Please excuse me, we have to restart our telephone system. Please call again in a minute. Goodbye."
    ShutdownGoodbye,
    /// "Sorry, the line broke up for a moment. What were you saying?"
    WhereWereWe,
    /// "Thank you for calling. Goodbye."
    Goodbye,
    /// "You are speaking with an AI assistant, and this call is recorded."
    RecordingNotice,
}

impl Phrase {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::OneMoment,
        Self::StillLooking,
        Self::StillThere,
        Self::SilenceGoodbye,
        Self::LimitGoodbye,
        Self::TechnicalProblem,
        Self::ShutdownGoodbye,
        Self::WhereWereWe,
        Self::Goodbye,
        Self::RecordingNotice,
    ];
}

/// Everything a call needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// How the caller takes part.
    pub channel: Channel,
    /// The system prompt, but for what stands after today's notices.
    pub instructions: String,
    /// What staff have put on the today board, a sentence each. May change while the call lasts ([`crate::Input::Today`]).
    #[serde(default)]
    pub today: Vec<String>,
    /// What stands last in the system prompt: the rules that hold whatever comes before.
    #[serde(default)]
    pub rules: String,
    /// The first sentence the caller hears, word for word.
    pub greeting: String,
    /// The voice's name in the Realtime API.
    pub voice: String,
    /// Speaking rate in percent of normal.
    pub speed_percent: u32,
    /// ISO 639-1 code of the language the call begins in; also chooses the language of [`Phrase`]s.
    pub language: String,
    /// How long to wait for the end of a turn.
    pub patience: Patience,
    /// Whether speech of the caller stops the assistant.
    pub interruptible: bool,
    /// The model that transcribes the caller.
    pub transcription_model: String,
    /// Names and words the transcription should expect.
    pub keywords: Vec<String>,
    /// The tools the model may call.
    pub tools: Vec<ToolSpec>,
    /// The bounds.
    pub limits: Limits,
    /// What the model costs.
    pub prices: Prices,
    /// Whether the audio is kept, from when the caller has heard the greeting, which says so.
    pub record: bool,
    /// The Unix time, in milliseconds, at which the clock of the call is zero. Without it nobody knows when a model's session ends by its own
    /// account.
    #[serde(default)]
    pub zero_unix_ms: Option<u64>,
}

impl Plan {
    /// The whole system prompt, as things are.
    pub fn prompt(&self) -> String {
        let mut sections = vec![self.instructions.clone()];
        if !self.today.is_empty() {
            sections.push(format!("{TODAY}{}", self.today.join("\n- ")));
        }
        if !self.rules.is_empty() {
            sections.push(self.rules.clone());
        }
        sections.join("\n\n")
    }
}

const TODAY: &str = "\
# Today
The staff have put up these notices. They hold at this moment, and over anything else in this text and anything you have \
said or looked up before. Where one answers what the caller asks, or spoils what they want, say it at once.
- ";
