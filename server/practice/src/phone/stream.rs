//! The media stream of a call: frames of the caller every 20 ms, and a playout buffer in real time.

use std::{collections::BTreeMap, fmt, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::{Error, Message, protocol::CloseFrame};

mod misbehaviour;
mod socket;

use socket::{OPENING, Socket};

use super::{
    CallError, Line, PhoneFault, Playout, Who,
    call::{InProgress, sid},
    caller::{Act, FRAME},
    rest::Command,
};
use crate::sound::{BYTES_PER_MS, SILENCE};

const FRAME_MS: u64 = 20;
/// How long a server may take to answer the end of a stream.
const CLOSING: Duration = Duration::from_secs(2);
/// When frames begin to be lost.
const GAP_AT_FRAME: u64 = 150;

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StreamEnd {
    CallerHungUp,
    /// Through REST, or by the word "hangup" as the reason of the close frame, which is how a server without Twilio says it.
    ServerHungUp,
    /// Through REST, with TwiML to go on with.
    Updated(String),
    /// The socket is closed or broken: the next verb runs.
    Closed,
}

impl fmt::Display for StreamEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallerHungUp => "the caller hung up",
            Self::ServerHungUp => "the server hung up",
            Self::Updated(_) => "the server sent other TwiML",
            Self::Closed => "the socket closed",
        })
    }
}

/// Runs a stream to its end.
pub(super) async fn run(
    call: &mut InProgress,
    url: &str,
    parameters: BTreeMap<String, String>,
) -> Result<StreamEnd, CallError> {
    let (socket, address) = socket::open(call, url).await?;
    call.report.stream_ms.get_or_insert(call.now_ms());
    call.ear.stream_begins(call.now_ms());
    let stream_sid = sid("MZ");
    let mut stream = Stream {
        start: start_frame(call, &stream_sid, parameters),
        signature: call.server.signature(url, &[]),
        call,
        socket,
        address,
        sid: stream_sid,
        sequence: 0,
        frames: 0,
        playout: Playout::default(),
        silence_ms: 0,
        words_ended: None,
    };
    Ok(stream.live().await)
}

fn start_frame(call: &InProgress, stream_sid: &str, mut parameters: BTreeMap<String, String>) -> Value {
    let faults = &call.options.faults;
    if faults.contains(&PhoneFault::WrongToken) {
        for value in parameters.values_mut() {
            *value = format!("not-{value}");
        }
    }
    let call_sid = if faults.contains(&PhoneFault::WrongCall) { sid("CA") } else { call.call_sid.clone() };
    json!({
        "accountSid": call.options.account_sid,
        "streamSid": stream_sid,
        "callSid": call_sid,
        "tracks": ["inbound"],
        "mediaFormat": { "encoding": "audio/x-mulaw", "sampleRate": 8_000, "channels": 1 },
        "customParameters": parameters,
    })
}

struct Stream<'a> {
    call: &'a mut InProgress,
    socket: Socket,
    address: String,
    signature: Option<String>,
    sid: String,
    start: Value,
    sequence: u64,
    frames: u64,
    playout: Playout,
    silence_ms: u64,
    /// When the caller stopped speaking, while no answer was heard yet.
    words_ended: Option<Instant>,
}

impl Stream<'_> {
    async fn live(&mut self) -> StreamEnd {
        if self.begin().await.is_err() {
            return self.wait_for_close().await;
        }
        let mut ticks = interval(Duration::from_millis(FRAME_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            let end = tokio::select! {
                biased;
                Some(command) = self.call.commands.recv() => Some(self.obey(command).await),
                _ = ticks.tick() => self.step().await,
                frame = self.socket.next() => self.take(frame).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// `connected` and `start`, or what a fault makes of them.
    async fn begin(&mut self) -> Result<(), Error> {
        self.send_raw(json!({ "event": "connected", "protocol": "Call", "version": "1.0.0" }).to_string()).await?;
        let has = |fault: &PhoneFault| self.call.options.faults.contains(fault);
        let (early, no_start, two) =
            (has(&PhoneFault::MediaBeforeStart), has(&PhoneFault::NoStart), has(&PhoneFault::TwoStarts));
        if has(&PhoneFault::StopWithoutStart) {
            self.stop().await?;
            return Err(Error::ConnectionClosed);
        }
        if no_start {
            return Err(Error::ConnectionClosed);
        }
        for _ in 0..if early { 5 } else { 0 } {
            self.send_audio(&[SILENCE; FRAME]).await?;
        }
        for _ in 0..if two { 2 } else { 1 } {
            let start = self.start.clone();
            self.send("start", start).await?;
        }
        Ok(())
    }

    /// The next 20 ms.
    async fn step(&mut self) -> Option<StreamEnd> {
        let played = self.playout.play(FRAME);
        for name in played.marks {
            self.call.report.marks_played += 1;
            if self.send("mark", json!({ "name": name })).await.is_err() {
                return Some(self.lost("the socket broke"));
            }
        }
        let voice = self.call.ear.hear(&played.audio, played.from_buffer);
        let spoke = self.call.caller.speaking();
        let act = self.call.caller.next(voice);
        self.measure(voice, spoke);
        if self.misbehave().await {
            return Some(self.lost("the telephone broke the socket"));
        }
        let sent = match act {
            Act::HangUp => return Some(self.hang_up().await),
            Act::Listen => self.voice(vec![SILENCE; FRAME]).await,
            Act::Speak(frame) => self.voice(frame).await,
            Act::Begin { audio, text } => {
                let at_ms = self.call.now_ms();
                let line = Line { at_ms, until_ms: at_ms, who: Who::Caller, text, cut: false };
                self.call.report.transcript.push(line);
                self.voice(audio).await
            }
            Act::Press(key) => {
                self.call.note(format!("presses {key}"));
                match self.send("dtmf", json!({ "track": "inbound_track", "digit": key.to_string() })).await {
                    Ok(()) => self.voice(vec![SILENCE; FRAME]).await,
                    Err(why) => Err(why),
                }
            }
        };
        // A socket that cannot be written to is read to its end, which says why.
        if sent.is_err() { Some(self.wait_for_close().await) } else { None }
    }

    fn measure(&mut self, voice: bool, spoke: bool) {
        let speaks = self.call.caller.speaking();
        if spoke && !speaks {
            self.words_ended = Some(Instant::now());
            let now_ms = self.call.now_ms();
            if let Some(line) = self.call.report.transcript.last_mut() {
                line.until_ms = now_ms;
            }
        }
        if voice {
            if let Some(ended) = self.words_ended.take() {
                self.call.report.answers_ms.push(ended.elapsed().as_millis() as u64);
            }
            let began = self.call.report.stream_ms.unwrap_or(0);
            let first = self.call.ear.first_word_ms.map(|it| it.saturating_sub(began));
            self.call.report.first_word_ms = self.call.report.first_word_ms.or(first);
        }
        self.silence_ms = if voice || speaks { 0 } else { self.silence_ms + FRAME_MS };
        self.call.report.longest_silence_ms = self.call.report.longest_silence_ms.max(self.silence_ms);
    }

    async fn voice(&mut self, mut frame: Vec<u8>) -> Result<(), Error> {
        let lost = self.call.options.faults.iter().any(|it| match it {
            PhoneFault::Gap(ms) => (GAP_AT_FRAME..GAP_AT_FRAME + ms / FRAME_MS).contains(&self.frames),
            _ => false,
        });
        if lost {
            self.frames += 1;
            return Ok(());
        }
        if let Some(probe) = &self.call.options.probe {
            probe.sending(&mut frame);
        }
        self.send_audio(&frame).await
    }

    async fn send_audio(&mut self, frame: &[u8]) -> Result<(), Error> {
        self.frames += 1;
        self.call.report.frames_sent += 1;
        self.sequence += 1;
        let text = format!(
            r#"{{"event":"media","sequenceNumber":"{}","streamSid":"{}","media":{{"track":"inbound","chunk":"{}","timestamp":"{}","payload":"{}"}}}}"#,
            self.sequence,
            self.sid,
            self.frames,
            (self.frames - 1) * FRAME_MS,
            BASE64_STANDARD.encode(frame),
        );
        self.send_raw(text).await
    }

    async fn send(&mut self, event: &str, body: Value) -> Result<(), Error> {
        self.sequence += 1;
        let mut frame = json!({ "event": event, "sequenceNumber": self.sequence.to_string(), "streamSid": self.sid });
        frame[event] = body;
        self.send_raw(frame.to_string()).await
    }

    async fn send_raw(&mut self, text: String) -> Result<(), Error> {
        self.socket.send(Message::Text(text.into())).await
    }

    /// A frame of the server.
    async fn take(&mut self, frame: Option<Result<Message, Error>>) -> Option<StreamEnd> {
        match frame {
            Some(Ok(Message::Text(text))) => {
                if let Err(problem) = self.follow(&text).await {
                    self.call.report.protocol_problems.push(problem);
                }
                None
            }
            Some(Ok(Message::Binary(_))) => {
                self.call.report.protocol_problems.push("a binary frame".to_owned());
                None
            }
            Some(Ok(Message::Close(close))) => Some(self.closed(close.as_ref())),
            Some(Ok(_)) => None,
            Some(Err(why)) => Some(self.lost(&why.to_string())),
            None => Some(self.lost("the socket ended")),
        }
    }

    async fn follow(&mut self, text: &str) -> Result<(), String> {
        let frame: Value = serde_json::from_str(text).map_err(|_| "31951: a frame that is not JSON".to_owned())?;
        if frame["streamSid"] != json!(self.sid) {
            return Err("31951: a frame with another streamSid".to_owned());
        }
        match frame["event"].as_str() {
            Some("media") => {
                let payload = frame["media"]["payload"].as_str().ok_or("31951: media without a payload")?;
                let audio = BASE64_STANDARD.decode(payload).map_err(|_| "31951: a payload that is not base64")?;
                if audio.starts_with(b"RIFF") {
                    return Err("a WAV header in the audio: it is heard as noise".to_owned());
                }
                if let Some(probe) = &self.call.options.probe {
                    probe.received(&audio);
                }
                self.call.report.media_received += 1;
                self.playout.media(audio);
                let waiting = (self.playout.waiting() / BYTES_PER_MS) as u64;
                self.call.report.most_waiting_ms = self.call.report.most_waiting_ms.max(waiting);
            }
            Some("mark") => {
                let name = frame["mark"]["name"].as_str().ok_or("31951: a mark without a name")?;
                if let Some(name) = self.playout.mark(name.to_owned()) {
                    self.call.report.marks_played += 1;
                    // A broken socket shows at the next frame.
                    _ = self.send("mark", json!({ "name": name })).await;
                }
            }
            Some("clear") => {
                if self.playout.waiting() > 0 {
                    self.call.ear.cut_off();
                }
                self.call.report.clears += 1;
                self.call.note("the server cleared the buffer".to_owned());
                for name in self.playout.clear() {
                    self.call.report.marks_cleared += 1;
                    _ = self.send("mark", json!({ "name": name })).await;
                }
            }
            other => return Err(format!("31951: the event {other:?}")),
        }
        Ok(())
    }

    fn closed(&mut self, close: Option<&CloseFrame>) -> StreamEnd {
        let code = close.map(|it| u16::from(it.code));
        let reason = close.map(|it| it.reason.to_string()).unwrap_or_default();
        let end = if reason == "hangup" { StreamEnd::ServerHungUp } else { StreamEnd::Closed };
        self.call.report.stream_closed = Some((code, reason));
        end
    }

    fn lost(&mut self, why: &str) -> StreamEnd {
        self.call.report.stream_closed.get_or_insert((None, why.to_owned()));
        StreamEnd::Closed
    }

    async fn stop(&mut self) -> Result<(), Error> {
        let body = json!({ "accountSid": self.call.options.account_sid, "callSid": self.call.call_sid });
        self.send("stop", body).await
    }

    async fn hang_up(&mut self) -> StreamEnd {
        // The other side may be gone already.
        _ = self.stop().await;
        _ = self.socket.close(None).await;
        self.wait_for_close().await;
        StreamEnd::CallerHungUp
    }

    async fn obey(&mut self, command: Command) -> StreamEnd {
        self.hang_up().await;
        match command {
            Command::HangUp => StreamEnd::ServerHungUp,
            Command::Twiml(twiml) => StreamEnd::Updated(twiml),
        }
    }

    /// Reads until the server closes; a server that does not is left.
    async fn wait_for_close(&mut self) -> StreamEnd {
        let patient = self.sequence == 0;
        let end = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(close))) => return self.closed(close.as_ref()),
                    Some(Ok(_)) => {}
                    Some(Err(why)) => return self.lost(&why.to_string()),
                    None => return self.lost("the socket ended"),
                }
            }
        };
        // A stream that was never started is the server's to end.
        match timeout(if patient { 2 * OPENING } else { CLOSING }, end).await {
            Ok(end) => end,
            Err(_) => self.lost("the server did not close the socket"),
        }
    }
}
