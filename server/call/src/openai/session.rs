//! The settings of a model session, as `session.update` carries them: everything at once, because an update that leaves out the
//! audio formats falls back to 24 kHz PCM, which is loud noise on a telephone.

use serde::{Serialize, Serializer};

use crate::plan::{Channel, Plan, ToolSpec};

/// What a response may use at most: some 100 seconds of speech, tool calls included.
const MAX_OUTPUT_TOKENS: u32 = 2_048;

/// A session's settings. Made of a [`Plan`]; read by nobody but the serializer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Session {
    #[serde(rename = "type")]
    kind: &'static str,
    output_modalities: [&'static str; 1],
    instructions: String,
    max_output_tokens: u32,
    tool_choice: &'static str,
    tools: Vec<Tool>,
    truncation: Truncation,
    audio: Audio,
}

impl Session {
    /// The settings that a plan asks for.
    pub fn of(plan: &Plan) -> Self {
        Self {
            kind: "realtime",
            output_modalities: [match plan.channel {
                Channel::Telephone => "audio",
                Channel::Typed => "text",
            }],
            instructions: plan.prompt(),
            max_output_tokens: MAX_OUTPUT_TOKENS,
            tool_choice: "auto",
            tools: plan.tools.iter().cloned().map(Tool::from).collect(),
            truncation: Truncation { kind: "retention_ratio", retention_ratio: 0.8 },
            audio: Audio { input: AudioIn::of(plan), output: AudioOut::of(plan) },
        }
    }
}

/// New instructions for a session that runs. An update is taken in whole or not at all: the voice, which is settled once it was heard, and the
/// speed, which cannot change during a response, are left out. The formats are said again, so that nobody falls back to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Amendment {
    #[serde(rename = "type")]
    kind: &'static str,
    instructions: String,
    audio: Formats,
}

impl Amendment {
    /// The instructions of a plan, as they are.
    pub fn of(plan: &Plan) -> Self {
        let audio = Formats { input: Format { format: PCMU }, output: Format { format: PCMU } };
        Self { kind: "realtime", instructions: plan.prompt(), audio }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Formats {
    input: Format,
    output: Format,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Format {
    format: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    description: String,
    parameters: serde_json::Value,
}

impl From<ToolSpec> for Tool {
    fn from(spec: ToolSpec) -> Self {
        Self { kind: "function", name: spec.name, description: spec.description, parameters: spec.parameters }
    }
}

/// Drops a fifth of a full context at once rather than one item at a time, which keeps the cache.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Truncation {
    #[serde(rename = "type")]
    kind: &'static str,
    retention_ratio: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Audio {
    input: AudioIn,
    output: AudioOut,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// µ-law at 8 kHz, as the telephone speaks it.
const PCMU: Kind = Kind { kind: "audio/pcmu" };

#[derive(Clone, Debug, PartialEq, Serialize)]
struct AudioIn {
    format: Kind,
    noise_reduction: Kind,
    transcription: Transcription,
    turn_detection: TurnDetection,
}

impl AudioIn {
    fn of(plan: &Plan) -> Self {
        Self {
            format: PCMU,
            noise_reduction: Kind { kind: "near_field" },
            transcription: Transcription::of(plan),
            turn_detection: TurnDetection {
                kind: "server_vad",
                threshold: 0.5,
                prefix_padding_ms: 300,
                silence_duration_ms: plan.patience.silence_ms(),
                create_response: true,
                interrupt_response: plan.interruptible,
            },
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Transcription {
    model: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keywords: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
}

impl Transcription {
    /// The newer models take words to expect as a list, the older ones as a prompt, and `gpt-realtime-whisper` not at all.
    fn of(plan: &Plan) -> Self {
        let model = plan.transcription_model.clone();
        let takes_list = model.starts_with("gpt-transcribe") || model.starts_with("gpt-live-transcribe");
        let takes_prompt = model.starts_with("whisper-1") || model.starts_with("gpt-4o");
        let expected = plan.keywords.clone();
        Self {
            model,
            language: plan.language.clone(),
            prompt: (takes_prompt && !expected.is_empty()).then(|| expected.join(", ")),
            keywords: if takes_list { expected } else { Vec::new() },
        }
    }
}

/// Without `idle_timeout_ms`: how long a caller may be silent is decided here, where it is known what is still playing.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct TurnDetection {
    #[serde(rename = "type")]
    kind: &'static str,
    threshold: f64,
    prefix_padding_ms: u32,
    silence_duration_ms: u64,
    create_response: bool,
    interrupt_response: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct AudioOut {
    format: Kind,
    voice: String,
    speed: Percent,
}

impl AudioOut {
    fn of(plan: &Plan) -> Self {
        // The range that the API takes.
        Self { format: PCMU, voice: plan.voice.clone(), speed: Percent(plan.speed_percent.clamp(25, 150)) }
    }
}

/// Written as a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Percent(u32);

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 100.0)
    }
}
