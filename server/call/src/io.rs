//! What goes into a call and what comes out of it.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::{consent, openai, twilio};

/// A point in time, or a span, in milliseconds. Points count from the moment the driver made the [`crate::Call`], so that a
/// stored call can be played again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ms(pub u64);

impl Ms {
    /// The point this much later.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How long after `earlier` this is; zero when it is before.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Numbers the model sessions of one call, from 1; events of an older session than the current one are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionNo(pub u32);

/// Which voice of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Track {
    /// What the caller said: left.
    Caller,
    /// What the caller heard: right.
    Assistant,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Speaker {
    /// The person who called.
    Caller,
    /// The assistant.
    Assistant,
}

/// What became of a tool call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ToolStatus {
    /// It answered.
    Done,
    /// It said why it could not.
    Refused,
    /// It failed, panicked or took too long.
    Failed,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolOutcome {
    /// What became of it.
    pub status: ToolStatus,
    /// What the model is told: a JSON document, short.
    pub output: String,
    /// What a tool wants the call to do afterwards.
    pub then: AfterTool,
    /// A change that was made, as a sentence: whatever session comes later must know of it.
    pub made: Option<String>,
}

/// What a tool wants the call to do once its answer has been spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AfterTool {
    /// Go on talking.
    #[default]
    GoOn,
    /// Say goodbye, let it finish playing, hang up.
    EndCall,
}

/// Everything that can happen to a call.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A frame of the telephone's media stream.
    Phone(twilio::FromPhone<'a>),
    /// The telephone's socket is gone.
    PhoneClosed,
    /// A model socket asked for by [`Output::OpenModel`] is open.
    ModelOpen(SessionNo),
    /// A frame of a model session.
    Model(SessionNo, openai::ServerEvent<'a>),
    /// A model socket could not be opened, or is gone.
    ModelClosed(SessionNo, openai::Failure),
    /// A tool asked for by [`Output::RunTool`] has answered.
    Tool {
        /// The model's id of the function call.
        call_id: &'a str,
        /// What it answered.
        outcome: ToolOutcome,
    },
    /// A typed sentence of the caller ("Try it").
    Typed(&'a str),
    /// Somebody ends the call: staff, or the caller of a typed call.
    End(EndReason),
    /// Something the assistant must know from here on (a payment that arrived). With `speak` it is said at
    /// the next pause.
    Inform {
        /// The fact, as a sentence.
        text: &'a str,
        /// Whether the caller should hear of it unasked.
        speak: bool,
    },
    /// What stands on the today board from here on, a sentence each. Nothing is said of it unasked.
    Today(&'a [String]),
    /// The server stops: wind up with a sentence.
    Shutdown,
    /// Time passed.
    Tick,
}

/// Why a call ended: a fixed word for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The caller hung up.
    CallerHungUp,
    /// The assistant said goodbye (`end_call`).
    AssistantEnded,
    /// Nobody spoke.
    Silence,
    /// It lasted or cost too much.
    Limit,
    /// The model could not be reached; the telephone network goes on with the rescue verbs.
    ModelLost,
    /// The telephone's socket broke.
    PhoneLost,
    /// The telephone broke the protocol.
    PhoneProtocol,
    /// Staff ended it.
    StaffEnded,
    /// The server stopped.
    Shutdown,
}

impl EndReason {
    /// The word stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallerHungUp => "caller_hung_up",
            Self::AssistantEnded => "assistant_ended",
            Self::Silence => "silence",
            Self::Limit => "limit",
            Self::ModelLost => "model_lost",
            Self::PhoneLost => "phone_lost",
            Self::PhoneProtocol => "phone_protocol",
            Self::StaffEnded => "staff_ended",
            Self::Shutdown => "shutdown",
        }
    }
}

/// How the driver ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    /// Hang up through the telephone provider's REST interface, then close the socket.
    HangUp(EndReason),
    /// Close the socket only: the provider goes on with the static rescue verbs.
    Rescue(EndReason),
    /// The telephone is gone already; close what is left.
    Gone(EndReason),
}

/// What a call wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send to the telephone.
    Phone(twilio::ToPhone),
    /// Open a model socket; answer with [`Input::ModelOpen`] or [`Input::ModelClosed`].
    OpenModel(SessionNo),
    /// Send to a model session.
    Model(SessionNo, openai::ClientEvent),
    /// Close a model socket; nothing of it is wanted any more.
    CloseModel(SessionNo),
    /// Run a tool; answer with [`Input::Tool`].
    RunTool {
        /// The model's id of the function call.
        call_id: String,
        /// The tool's name.
        name: String,
        /// Its arguments as the model wrote them: text that may not even be JSON.
        arguments: String,
        /// What had been said by then: a change needs the caller's word.
        moment: consent::Moment,
    },
    /// Keep audio (µ-law, 8 kHz). Each track comes in order and without overlap; what lies between is silence.
    Record {
        /// Whose voice.
        track: Track,
        /// When its first sample is heard.
        at: Ms,
        /// 8 bytes a millisecond.
        audio: Vec<u8>,
    },
    /// Something for the record and for the screens.
    Fact(Fact),
    /// The call is over; nothing follows but `Wait`.
    Finish(Finish),
    /// Nothing more until an input comes, or until this moment: then feed [`Input::Tick`].
    Wait {
        /// The next deadline.
        until: Ms,
        /// What it is for.
        why: &'static str,
    },
}

/// A short fixed word.
pub type Word = &'static str;

/// Reads a [`Word`] back from a journal. There are few of them, and each is kept once.
fn known_word<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    static WORDS: Mutex<BTreeSet<Word>> = Mutex::new(BTreeSet::new());
    let word = String::deserialize(deserializer)?;
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(word.as_str()) {
        return Ok(known);
    }
    if words.len() == 1_000 {
        return Ok("other");
    }
    let kept: Word = word.leak();
    words.insert(kept);
    Ok(kept)
}

/// Something for the record and for the screens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// The stream began: audio flows.
    Answered,
    /// Something was said, or what was said became better known: replaces the line of the same number.
    Line {
        /// Numbers the lines of a call; stable.
        line: u32,
        /// Its place in spoken order; may change while transcripts arrive late.
        position: u32,
        /// Who speaks.
        speaker: Speaker,
        /// The words; for the assistant all that were generated.
        text: String,
        /// How many bytes of `text` were heard (a character boundary).
        heard: usize,
        /// When it began to be heard.
        start: Ms,
        /// When it ended.
        end: Ms,
        /// Whether nothing about it will change any more.
        done: bool,
    },
    /// A tool began.
    ToolStarted {
        /// The model's id of the function call.
        call_id: String,
        /// Its name.
        name: String,
        /// Its arguments as the model wrote them.
        arguments: String,
    },
    /// A tool ended. Told again when it answers after all, having been answered for because it was slow.
    ToolEnded {
        /// The model's id of the function call.
        call_id: String,
        /// What became of it.
        status: ToolStatus,
        /// What the model was told.
        output: String,
        /// How long it took.
        duration_ms: u64,
    },
    /// A line of the timeline.
    Event {
        /// A short fixed word: `interrupted`, `reconnected`, `silence`, `keypad`, `model_error`, `limit`, `filler`, …
        #[serde(deserialize_with = "known_word")]
        kind: Word,
        /// What happened, in plain words; holds no words of the caller and no digits.
        text: String,
    },
    /// The first word of an answer reached the caller.
    Latency {
        /// When the caller stopped speaking.
        at: Ms,
        /// From there to the first word.
        latency_ms: u64,
    },
    /// Tokens were used.
    Usage(crate::usage::Usage),
    /// The figures of the whole call, just before [`Output::Finish`].
    Summary(Metrics),
}

/// The figures of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    /// How long the caller spoke.
    pub caller_talk_ms: u64,
    /// How long the assistant was heard.
    pub assistant_talk_ms: u64,
    /// How long neither was.
    pub silence_ms: u64,
    /// How often the caller cut in.
    pub interruptions: u32,
    /// How often a model session was replaced after a loss.
    pub reconnects: u32,
    /// From the start of the stream to the first word.
    pub first_word_ms: Option<u64>,
    /// From the end of the goodbye to the hang-up.
    pub goodbye_to_hangup_ms: Option<u64>,
    /// Frames of the caller's audio that came, and milliseconds that were missing and padded.
    pub frames_in: u64,
    /// Milliseconds of the caller's audio that were missing and replaced by silence.
    pub padded_ms: u64,
    /// Frames that could not be understood.
    pub bad_frames: u32,
}
