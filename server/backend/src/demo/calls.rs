//! A week of calls, acted out from their scripts: the tools really run, so that what was said is what the data says.

mod script;

use call::{
    Ms, ToolStatus as Ran, Track,
    usage::{Prices, Usage},
};
use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use model::{
    CallId, CallStatus, EventId, Heard, Outcome, PersonaVersion, Speaker, TimelineEvent, ToolCall, ToolStatus,
    TurnLatency, Utterance,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Audio,
    data::{CallData, Organisation},
    voices,
};
use crate::{
    Backend, args,
    calls::{Finished, event_id, tool_call_id, utterance_id, write},
    db::DbResult,
    org::Org,
    packs::{self, events},
    personas, sql,
};
use script::Step;

/// Writes the calls that are not there yet, each in one transaction.
pub(super) async fn write(
    backend: &Backend,
    org: &Org,
    data: &Organisation,
    calls: &[CallData],
    audio: Audio,
) -> DbResult<()> {
    let now = backend.clock().now();
    let persona = personas::published(org).await?;
    for (number, call) in calls.iter().enumerate() {
        let provider_id = provider_id(&data.slug, number);
        let known = sql!("select id from calls where org_id = $1 and provider_id = $2");
        if org.optional::<(CallId,)>(known, args![&provider_id]).await?.is_some() {
            continue;
        }
        let spoken = call.recorded && audio == Audio::Spoken;
        let started_at = started_at(org, call, now);
        let stage = Stage { org, data, call, spoken, started_at, dice: Dice::of(&provider_id) };
        let acted = stage.act().await?;
        store(org, data, call, &provider_id, persona.as_ref(), &acted).await?;
        record(backend, org, &acted).await;
    }
    Ok(())
}

/// Looks like the telephone network's identifiers, and is the same for the same call each time.
fn provider_id(slug: &str, number: usize) -> String {
    let digest = Sha256::digest(format!("demo call {slug} {number}"));
    let hex: String = digest.iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("CA{hex}")
}

/// The moment a call came in; a time that has not come yet today is yesterday's.
fn started_at(org: &Org, call: &CallData, now: DateTime<Utc>) -> DateTime<Utc> {
    let moment = |day: NaiveDate| org.time_zone().from_local_datetime(&day.and_time(call.at)).earliest();
    let day = org.local(now).date_naive() - TimeDelta::days(call.ago);
    let at = moment(day).map_or(now - TimeDelta::days(call.ago), |at| at.to_utc());
    if at > now - TimeDelta::minutes(15) { at - TimeDelta::days(1) } else { at }
}

/// Chance that falls the same way for the same call each time.
struct Dice(u64);

impl Dice {
    fn of(text: &str) -> Self {
        Self(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + (self.0 % (high - low).unsigned_abs()) as i64
    }
}

/// A call while it is acted out.
struct Stage<'a> {
    org: &'a Org,
    data: &'a Organisation,
    call: &'a CallData,
    /// Whether it is spoken, for a recording.
    spoken: bool,
    started_at: DateTime<Utc>,
    dice: Dice,
}

/// A call that was acted out.
struct Acted {
    id: CallId,
    started_at: DateTime<Utc>,
    utterances: Vec<Utterance>,
    tools: Vec<ToolCall>,
    events: Vec<TimelineEvent>,
    figures: call::Metrics,
    turns: Vec<TurnLatency>,
    duration_ms: i64,
    /// What can be listened to: from when on, whose, µ-law.
    audio: Vec<(i64, Track, Vec<u8>)>,
}

impl Stage<'_> {
    async fn act(mut self) -> DbResult<Acted> {
        let id = CallId::new();
        let mut acted = Acted {
            id,
            started_at: self.started_at,
            utterances: Vec::new(),
            tools: Vec::new(),
            events: Vec::new(),
            figures: call::Metrics::default(),
            turns: Vec::new(),
            duration_ms: 0,
            audio: Vec::new(),
        };
        let mut now_ms = self.dice.between(480, 900);
        acted.figures.first_word_ms = Some(now_ms.unsigned_abs());
        let persona = &self.data.persona;
        let heard =
            model::greeting(&persona.greeting, &self.data.name, &persona.assistant_name, &persona.language, true);
        let greeting = Step::Assistant { text: heard, heard: None };
        let mut said = String::new();
        // When the caller fell silent and waits for an answer.
        let mut waiting_since = None;
        for step in std::iter::once(greeting).chain(script::steps(&self.call.script)) {
            match step {
                Step::Caller(text) => {
                    now_ms += self.dice.between(250, 900);
                    now_ms = self.speak(&mut acted, Speaker::Caller, text, None, now_ms).await;
                    waiting_since = Some(now_ms);
                }
                Step::Assistant { text, heard } => {
                    if let Some(since) = waiting_since.take() {
                        now_ms += self.dice.between(560, 1_150);
                        acted.turns.push(TurnLatency { at_ms: since, latency_ms: now_ms - since });
                    }
                    let text = text.replace("{say}", &said);
                    now_ms = self.speak(&mut acted, Speaker::Assistant, text, heard, now_ms).await;
                }
                Step::Tool { name, arguments } => {
                    let at_ms = now_ms + self.dice.between(150, 350);
                    let took_ms = self.dice.between(3, 60);
                    let run = self.run(id, acted.tools.len(), name, arguments, at_ms, took_ms).await?;
                    let spoken = run.output.as_ref().and_then(|output| output["say"].as_str());
                    spoken.unwrap_or_default().clone_into(&mut said);
                    acted.tools.push(run);
                    now_ms = at_ms + took_ms;
                }
                Step::Event { kind, text } => {
                    now_ms += if kind == "silence" { 12_000 } else { 100 };
                    let id = event_id(id, acted.events.len() as u64);
                    acted.events.push(TimelineEvent { id, kind, text, at_ms: now_ms });
                }
            }
        }
        let hang_up_ms = self.dice.between(300, 900);
        acted.figures.goodbye_to_hangup_ms = Some(hang_up_ms.unsigned_abs());
        acted.duration_ms = now_ms + hang_up_ms;
        let talked = acted.figures.caller_talk_ms + acted.figures.assistant_talk_ms;
        acted.figures.silence_ms = acted.duration_ms.unsigned_abs().saturating_sub(talked);
        Ok(acted)
    }

    async fn run(
        &self,
        id: CallId,
        number: usize,
        name: String,
        arguments: Value,
        at_ms: i64,
        took_ms: i64,
    ) -> DbResult<ToolCall> {
        let arguments = with_event_ids(self.org, arguments).await?;
        let call = packs::ToolCall {
            org: self.org,
            call_id: Some(id),
            caller: self.call.caller.as_ref(),
            now: self.started_at + TimeDelta::milliseconds(at_ms),
            moment: None,
            rehearsal: false,
            public_url: "",
        };
        let outcome = packs::run(&call, &name, &arguments.to_string()).await;
        Ok(ToolCall {
            id: tool_call_id(id, &model_call_id(number)),
            name,
            arguments,
            output: serde_json::from_str(&outcome.output).ok(),
            status: match outcome.status {
                Ran::Done => ToolStatus::Done,
                Ran::Refused => ToolStatus::Refused,
                Ran::Failed => ToolStatus::Failed,
            },
            at_ms,
            duration_ms: Some(took_ms),
        })
    }

    /// Adds what is said from `start_ms` on; returns when it was over.
    async fn speak(
        &self,
        acted: &mut Acted,
        speaker: Speaker,
        text: String,
        heard_percent: Option<usize>,
        start_ms: i64,
    ) -> i64 {
        let language = self.call.language.as_deref().unwrap_or(&self.data.persona.language);
        let mut audio = if self.spoken { voices::speak(speaker, language, &text).await } else { None };
        let whole_ms = match &audio {
            Some(audio) => audio.len() as i64 / 8,
            None => 350 + text.split_whitespace().count() as i64 * 365,
        };
        let (heard, spoken_ms) = match heard_percent {
            None => (Heard::All, whole_ms),
            Some(percent) => {
                let cut = text.floor_char_boundary(text.len() * percent / 100);
                let word = text[..cut].rfind(' ').unwrap_or(cut);
                acted.figures.interruptions += 1;
                (Heard::Part(word), whole_ms * percent as i64 / 100)
            }
        };
        let (talk, track) = match speaker {
            Speaker::Caller => (&mut acted.figures.caller_talk_ms, Track::Caller),
            Speaker::Assistant => (&mut acted.figures.assistant_talk_ms, Track::Assistant),
        };
        *talk += spoken_ms.unsigned_abs();
        if let Some(mut audio) = audio.take() {
            audio.truncate(spoken_ms as usize * 8);
            acted.audio.push((start_ms, track, audio));
        }
        let line = acted.utterances.len() as u32;
        acted.utterances.push(Utterance {
            id: utterance_id(acted.id, line),
            position: line.into(),
            speaker,
            text,
            heard,
            start_ms,
            end_ms: start_ms + spoken_ms,
        });
        start_ms + spoken_ms
    }
}

fn model_call_id(number: usize) -> String {
    format!("call_demo{number}")
}

/// Scripts name events by their title; the model uses their ids.
async fn with_event_ids(org: &Org, mut arguments: Value) -> DbResult<Value> {
    if let Some(title) = arguments["eventId"].as_str() {
        let events = events::store::events(org).await?;
        let id: Option<EventId> = events.iter().find(|event| event.title == title).map(|event| event.id);
        if let Some(id) = id {
            arguments["eventId"] = Value::from(id.to_string());
        }
    }
    Ok(arguments)
}

async fn store(
    org: &Org,
    data: &Organisation,
    call: &CallData,
    provider_id: &str,
    persona: Option<&PersonaVersion>,
    acted: &Acted,
) -> DbResult<()> {
    let mut tx = org.begin().await?;
    let insert = sql!(
        "insert into calls (org_id, id, provider_id, channel, caller, called, status, outcome, sentiment, summary, notes,
                            end_reason, persona_id, persona_version, language, started_at, answered_at, ended_at,
                            duration_ms, updated_at)
         values ($1, $2, $3, 'phone', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $17)
         on conflict (provider_id) do nothing"
    );
    let ended_at = acted.started_at + TimeDelta::milliseconds(acted.duration_ms + 900);
    let values = args![
        acted.id,
        provider_id,
        call.caller.as_ref(),
        &data.number,
        call.status.unwrap_or(CallStatus::Completed),
        call.outcome.unwrap_or(Outcome::Answered),
        call.sentiment,
        &call.summary,
        &call.notes,
        call.end.as_deref().unwrap_or("assistant_ended"),
        persona.map(|persona| persona.id),
        persona.map(|persona| persona.version),
        call.language.as_deref().unwrap_or(&data.persona.language),
        acted.started_at,
        acted.started_at + TimeDelta::milliseconds(900),
        ended_at,
        acted.duration_ms,
    ];
    if tx.run(insert, values).await? == 0 {
        return Ok(());
    }
    for said in &acted.utterances {
        write::utterance(&mut tx, acted.id, said).await?;
    }
    for (number, run) in acted.tools.iter().enumerate() {
        write::tool_call(&mut tx, acted.id, &model_call_id(number), run).await?;
    }
    for event in &acted.events {
        write::event(&mut tx, acted.id, event).await?;
    }
    write::metrics(&mut tx, acted.id, &acted.figures, &acted.turns).await?;
    write::costs(&mut tx, acted.id, &costs(acted)).await?;
    tx.commit().await
}

/// Keeps the audio of a call, as the recorder does while a call runs.
async fn record(backend: &Backend, org: &Org, acted: &Acted) {
    if acted.audio.is_empty() {
        return;
    }
    let entry = backend.ledger().open(org, acted.id, true);
    for (start_ms, track, audio) in &acted.audio {
        entry.audio(*track, Ms(start_ms.unsigned_abs()), audio);
        // Speech comes here faster than it is spoken; the recorder takes that for a disk that is too slow.
        backend.recordings().flush().await;
    }
    let finished = Finished {
        status: CallStatus::Completed,
        outcome: Some(Outcome::Answered),
        reason: "assistant_ended".to_owned(),
        ended_at: acted.started_at + TimeDelta::milliseconds(acted.duration_ms),
        duration_ms: acted.duration_ms,
        summary: String::new(),
    };
    entry.finish(finished).await;
}

/// What such a call costs: 10 tokens for a second heard, 20 for a second spoken, and the conversation so far read again from
/// the cache at every turn.
fn costs(acted: &Acted) -> Vec<write::Cost> {
    const PROMPT: u64 = 2_300;
    let (caller, assistant) = (acted.figures.caller_talk_ms, acted.figures.assistant_talk_ms);
    let responses = acted.turns.len() as u64 + acted.tools.len() as u64 + 1;
    let usage = Usage {
        text_in: PROMPT + 180 * acted.tools.len() as u64,
        text_cached: PROMPT * responses.saturating_sub(1),
        audio_in: caller / 100,
        audio_cached: (caller / 100 + assistant / 50) * responses / 2,
        text_out: assistant / 250 + 25 * acted.tools.len() as u64,
        audio_out: assistant / 50,
        transcription_ms: caller,
        ..Usage::default()
    };
    let prices = Prices::default();
    let line = |kind, quantity: u64, nano_usd: u64| write::Cost {
        kind,
        quantity: quantity as i64,
        nano_usd: nano_usd as i64,
        estimated: false,
    };
    vec![
        line("text_in", usage.text_in, usage.text_in * prices.text_in),
        line("text_cached", usage.text_cached, usage.text_cached * prices.text_cached),
        line("audio_in", usage.audio_in, usage.audio_in * prices.audio_in),
        line("audio_cached", usage.audio_cached, usage.audio_cached * prices.audio_cached),
        line("text_out", usage.text_out, usage.text_out * prices.text_out),
        line("audio_out", usage.audio_out, usage.audio_out * prices.audio_out),
        line(
            "transcription",
            usage.transcription_ms / 1_000,
            usage.transcription_ms * prices.transcription_second / 1_000,
        ),
    ]
}
