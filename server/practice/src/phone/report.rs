//! What a call was like.

use std::fmt;

use serde::Serialize;

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The caller.
    Caller,
    /// The server's assistant.
    Assistant,
    /// The telephone network, told so by TwiML.
    Network,
}

/// Something said in the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Milliseconds after the call began.
    pub at_ms: u64,
    /// When it ended.
    pub until_ms: u64,
    /// Who said it.
    pub who: Who,
    /// The words.
    pub text: String,
    /// It was cut off; the words are about what was heard.
    pub cut: bool,
}

impl Line {
    /// Takes what follows without a pause as a part of this: the sentences of one answer.
    pub(super) fn continues(&mut self, next: &Line) -> bool {
        const PAUSE_MS: u64 = 400;
        let same = self.who == Who::Assistant
            && next.who == Who::Assistant
            && !self.cut
            && next.at_ms < self.until_ms + PAUSE_MS;
        if same {
            self.text = format!("{} {}", self.text, next.text);
            (self.until_ms, self.cut) = (next.until_ms, next.cut);
        }
        same
    }
}

/// Something that happened in the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Milliseconds after the call began.
    pub at_ms: u64,
    /// What.
    pub what: String,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The caller hung up.
    Caller,
    /// The server hung up: through REST, or in words on its socket.
    Server,
    /// The TwiML told so, or was at its end.
    Twiml,
    /// The call was not taken.
    Rejected,
}

/// What a call was like.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallReport {
    /// Twilio's id of the call.
    pub call_sid: String,
    /// Who spoke when.
    pub transcript: Vec<Line>,
    /// Verbs, keys, clears, callbacks.
    pub events: Vec<Event>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// How the server closed the stream: code and reason.
    pub stream_closed: Option<(Option<u16>, String)>,
    /// How long `POST /voice` took, in microseconds.
    pub webhook_us: u64,
    /// From the webhook to the stream's `start`.
    pub stream_ms: Option<u64>,
    /// From the stream's start to the assistant's first word.
    pub first_word_ms: Option<u64>,
    /// From each end of the caller's words to the assistant's next.
    pub answers_ms: Vec<u64>,
    /// The longest time in which nobody spoke.
    pub longest_silence_ms: u64,
    /// How much speech was heard.
    pub heard_ms: u64,
    /// The whole call.
    pub duration_ms: u64,
    /// Frames of the caller's voice.
    pub frames_sent: u64,
    /// `media` messages of the server.
    pub media_received: u64,
    /// Marks that were reached, and marks that a clear gave back.
    pub marks_played: u64,
    /// Marks that were given back by a clear.
    pub marks_cleared: u64,
    /// How often the server cleared the buffer.
    pub clears: u64,
    /// The most audio that was waiting to be played.
    pub most_waiting_ms: u64,
    /// Gaps within answers, and how long they were together.
    pub gaps: u32,
    /// How long the gaps were together.
    pub gap_ms: u64,
    /// What the server sent that Twilio would not have understood.
    pub protocol_problems: Vec<String>,
    /// What became of a second stream with the same token, when that was tried.
    pub replay: Option<String>,
    /// What the caller heard, µ-law.
    #[serde(skip)]
    pub sound: Vec<u8>,
}

impl CallReport {
    /// The words of one side, line by line.
    pub fn words_of(&self, who: Who) -> Vec<&str> {
        self.transcript.iter().filter(|it| it.who == who).map(|it| it.text.as_str()).collect()
    }

    /// Whether an event like this happened.
    pub fn happened(&self, what: &str) -> bool {
        self.events.iter().any(|it| it.what.contains(what))
    }
}

impl fmt::Display for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut moments: Vec<(u64, String)> =
            self.events.iter().map(|it| (it.at_ms, format!("· {}", it.what))).collect();
        moments.extend(self.transcript.iter().map(|it| (it.at_ms, it.to_string())));
        moments.sort_by_key(|(at, _)| *at);
        for (at, what) in moments {
            writeln!(f, "{:>7.2}  {what}", at as f64 / 1_000.0)?;
        }
        let ended = match self.ended {
            Some(Ended::Caller) => "the caller hung up",
            Some(Ended::Server) => "the server hung up",
            Some(Ended::Twiml) => "the TwiML ended it",
            Some(Ended::Rejected) => "the call was not taken",
            None => "unknown",
        };
        writeln!(f, "\nended: {ended} after {}", seconds(self.duration_ms))?;
        write!(f, "answered in {:.1} ms", self.webhook_us as f64 / 1_000.0)?;
        if let Some(first) = self.first_word_ms {
            write!(f, ", first word after {}", seconds(first))?;
        }
        if !self.answers_ms.is_empty() {
            let answers: Vec<String> = self.answers_ms.iter().map(|it| seconds(*it)).collect();
            write!(f, ", answers after {}", answers.join(", "))?;
        }
        writeln!(f, ", longest silence {}", seconds(self.longest_silence_ms))?;
        writeln!(
            f,
            "heard {} of speech, {} gaps ({} ms), {} marks played, {} cleared, {} clears, at most {} ahead",
            seconds(self.heard_ms),
            self.gaps,
            self.gap_ms,
            self.marks_played,
            self.marks_cleared,
            self.clears,
            seconds(self.most_waiting_ms),
        )?;
        for problem in &self.protocol_problems {
            writeln!(f, "not the protocol: {problem}")?;
        }
        if let Some(replay) = &self.replay {
            writeln!(f, "second stream with the same token: {replay}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.who {
            Who::Caller => "caller",
            Who::Assistant => "assistant",
            Who::Network => "network",
        };
        write!(f, "{who:<10} {}", self.text)
    }
}

fn seconds(ms: u64) -> String {
    format!("{:.2} s", ms as f64 / 1_000.0)
}
