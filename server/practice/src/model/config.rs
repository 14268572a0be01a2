//! The configuration of a session: what the client asked for over what a session begins with.

use serde_json::{Map, Value, json};

use super::{brain::Tool, problem::Problem, vad::Sensitivity};
use crate::voice::Format;

/// A session's configuration as the wire shows it.
#[derive(Clone, Debug)]
pub(super) struct Config(Map<String, Value>);

/// When a turn ends, and what then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TurnDetection {
    pub(super) sensitivity: Sensitivity,
    pub(super) create_response: bool,
    pub(super) interrupt_response: bool,
    pub(super) idle_timeout_ms: Option<u64>,
}

impl Config {
    /// What a fresh session has.
    pub(super) fn fresh(id: &str, model: &str, expires_at: u64) -> Self {
        let fresh = json!({
            "type": "realtime",
            "object": "realtime.session",
            "id": id,
            "model": model,
            "expires_at": expires_at,
            "output_modalities": ["audio"],
            "instructions": "You are a helpful voice assistant. This is the practice model: it follows rules, not instructions.",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "truncation": "auto",
            "tracing": null,
            "prompt": null,
            "include": null,
            "audio": {
                "input": {
                    "format": { "type": "audio/pcm", "rate": 24_000 },
                    "transcription": null,
                    "noise_reduction": null,
                    "turn_detection": {
                        "type": "server_vad",
                        "threshold": 0.5,
                        "prefix_padding_ms": 300,
                        "silence_duration_ms": 200,
                        "idle_timeout_ms": null,
                        "create_response": true,
                        "interrupt_response": true,
                    },
                },
                "output": { "format": { "type": "audio/pcm", "rate": 24_000 }, "voice": "marin", "speed": 1.0 },
            },
        });
        match fresh {
            Value::Object(map) => Self(map),
            _ => Self(Map::new()),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Applies the `session` of an update whose shape was checked. All of it, or, with a problem, nothing.
    pub(super) fn update(&mut self, wanted: &Value, voice_locked: bool, speaking: bool) -> Result<(), Problem> {
        let wanted = wanted.as_object().ok_or_else(|| Problem::missing("session"))?;
        self.check_locked(wanted, voice_locked, speaking)?;
        for (name, value) in wanted {
            match name.as_str() {
                "audio" => self.update_audio(value),
                _ => {
                    self.0.insert(name.clone(), value.clone());
                }
            }
        }
        Ok(())
    }

    fn check_locked(&self, wanted: &Map<String, Value>, voice_locked: bool, speaking: bool) -> Result<(), Problem> {
        let has = |name: &str| self.0.get(name).unwrap_or(&Value::Null);
        if wanted.get("type") != Some(has("type")) {
            return Err(Problem::invalid("session.type", "Passing a different session type is not allowed."));
        }
        if wanted.get("model").is_some_and(|it| it != has("model")) {
            return Err(Problem::invalid("session.model", "The model of a session cannot be changed."));
        }
        if wanted.get("tracing").is_some_and(|it| !has("tracing").is_null() && it != has("tracing")) {
            return Err(Problem::invalid("session.tracing", "Tracing cannot be changed once it is enabled."));
        }
        let output = wanted.get("audio").and_then(|it| it.get("output"));
        let wants = |name: &str| output.and_then(|it| it.get(name)).is_some_and(|it| it != self.at(&["output", name]));
        if voice_locked && wants("voice") {
            let message = "Cannot update a conversation's voice if assistant audio is present.";
            return Err(Problem::new("cannot_update_voice", message));
        }
        if speaking && wants("speed") {
            let message = "The speed cannot be changed while a response is in progress.";
            return Err(Problem::invalid("session.audio.output.speed", message));
        }
        Ok(())
    }

    fn update_audio(&mut self, wanted: &Value) {
        let Some(audio) = self.0.get_mut("audio") else { return };
        for side in ["input", "output"] {
            let Some(members) = wanted.get(side).and_then(Value::as_object) else { continue };
            for (name, value) in members {
                let value = match name.as_str() {
                    "turn_detection" => with_defaults(value),
                    "noise_reduction" => with_strength(value, &audio[side][name]),
                    _ => value.clone(),
                };
                audio[side][name] = value;
            }
        }
    }

    fn at(&self, path: &[&str]) -> &Value {
        let audio = self.0.get("audio").unwrap_or(&Value::Null);
        path.iter().fold(audio, |value, name| value.get(name).unwrap_or(&Value::Null))
    }

    pub(super) fn input_format(&self) -> Format {
        format_of(self.at(&["input", "format"]))
    }

    pub(super) fn output_format(&self) -> Format {
        format_of(self.at(&["output", "format"]))
    }

    pub(super) fn output_format_json(&self) -> Value {
        self.at(&["output", "format"]).clone()
    }

    /// The name of the voice.
    pub(super) fn voice(&self) -> &str {
        voice_name(self.at(&["output", "voice"]))
    }

    pub(super) fn speed_percent(&self) -> u32 {
        (self.at(&["output", "speed"]).as_f64().unwrap_or(1.0) * 100.0).round() as u32
    }

    /// The model that transcribes the caller, when transcription is on.
    pub(super) fn transcription(&self) -> Option<String> {
        let wanted = self.at(&["input", "transcription"]).as_object()?;
        Some(wanted.get("model").and_then(Value::as_str).unwrap_or("gpt-transcribe").to_owned())
    }

    pub(super) fn turn_detection(&self) -> Option<TurnDetection> {
        let wanted = self.at(&["input", "turn_detection"]);
        let number = |name: &str, default: u64| wanted.get(name).and_then(Value::as_u64).unwrap_or(default);
        let flag = |name: &str| wanted.get(name).and_then(Value::as_bool).unwrap_or(true);
        let sensitivity = match wanted.get("type").and_then(Value::as_str)? {
            "semantic_vad" => {
                let silence_duration_ms = match wanted.get("eagerness").and_then(Value::as_str) {
                    Some("low") => 1_600,
                    Some("high") => 400,
                    _ => 800,
                };
                Sensitivity { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms }
            }
            _ => Sensitivity {
                threshold: wanted.get("threshold").and_then(Value::as_f64).unwrap_or(0.5),
                prefix_padding_ms: number("prefix_padding_ms", 300),
                silence_duration_ms: number("silence_duration_ms", 500),
            },
        };
        Some(TurnDetection {
            sensitivity,
            create_response: flag("create_response"),
            interrupt_response: flag("interrupt_response"),
            idle_timeout_ms: wanted.get("idle_timeout_ms").and_then(Value::as_u64),
        })
    }

    pub(super) fn instructions(&self) -> &str {
        self.0.get("instructions").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn speaks(&self) -> bool {
        self.0.get("output_modalities").is_none_or(asks_for_audio)
    }

    pub(super) fn tools(&self) -> Vec<Tool> {
        self.0.get("tools").map(Tool::list).unwrap_or_default()
    }

    pub(super) fn member(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }
}

/// Whether an `output_modalities` asks for audio.
pub(super) fn asks_for_audio(modalities: &Value) -> bool {
    modalities.as_array().is_some_and(|it| it.iter().any(|it| it == "audio"))
}

/// The format a format object stands for.
pub(super) fn format_of(format: &Value) -> Format {
    match format.get("type").and_then(Value::as_str) {
        Some("audio/pcmu") => Format::Mulaw,
        Some("audio/pcma") => Format::Alaw,
        _ => Format::Pcm24k,
    }
}

/// The name of a voice given as a word or as an object.
pub(super) fn voice_name(voice: &Value) -> &str {
    voice.as_str().or_else(|| voice.get("id").and_then(Value::as_str)).unwrap_or("marin")
}

fn with_defaults(turn_detection: &Value) -> Value {
    let mut full = match turn_detection.get("type").and_then(Value::as_str) {
        Some("server_vad") => json!({
            "type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500,
            "idle_timeout_ms": null, "create_response": true, "interrupt_response": true,
        }),
        Some("semantic_vad") => {
            json!({ "type": "semantic_vad", "eagerness": "auto", "create_response": true, "interrupt_response": true })
        }
        _ => return Value::Null,
    };
    for (name, value) in turn_detection.as_object().into_iter().flatten() {
        full[name] = value.clone();
    }
    full
}

/// Noise reduction without a strength keeps the current one, or begins at 1.
fn with_strength(wanted: &Value, current: &Value) -> Value {
    let mut full = wanted.clone();
    if wanted.is_object() && wanted.get("strength").is_none_or(Value::is_null) {
        full["strength"] = current.get("strength").cloned().unwrap_or(json!(1.0));
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_changes_only_what_it_names() {
        let mut config = fresh();

        let wanted = json!({ "type": "realtime", "audio": { "input": { "format": { "type": "audio/pcmu" } } } });
        config.update(&wanted, false, false).expect("accepted");

        assert_eq!(config.input_format(), Format::Mulaw);
        assert_eq!(config.output_format(), Format::Pcm24k);
        assert_eq!(config.turn_detection().expect("on").sensitivity.silence_duration_ms, 200);
    }

    #[test]
    fn turn_detection_is_completed_or_switched_off() {
        let mut config = fresh();
        let turns = |it: Value| json!({ "type": "realtime", "audio": { "input": { "turn_detection": it } } });

        config.update(&turns(json!({ "type": "server_vad", "threshold": 0.7 })), false, false).expect("accepted");
        let detection = config.turn_detection().expect("on");
        assert_eq!((detection.sensitivity.threshold, detection.sensitivity.silence_duration_ms), (0.7, 500));
        assert!(detection.create_response && detection.interrupt_response);

        config.update(&turns(Value::Null), false, false).expect("accepted");
        assert_eq!(config.turn_detection(), None);
    }

    #[test]
    fn a_refused_update_changes_nothing_at_all() {
        let mut config = fresh();
        let before = config.to_json();
        let wanted = json!({ "type": "realtime", "instructions": "New", "audio": { "output": { "voice": "cedar" } } });

        assert_eq!(config.update(&wanted, true, false).expect_err("locked").code(), "cannot_update_voice");
        assert_eq!(config.to_json(), before);
    }

    #[test]
    fn the_same_voice_may_be_sent_again_after_audio() {
        let wanted = json!({ "type": "realtime", "audio": { "output": { "voice": "marin" } } });

        assert_eq!(fresh().update(&wanted, true, false), Ok(()));
    }

    #[test]
    fn the_model_stays_what_the_address_said() {
        let wanted = json!({ "type": "realtime", "model": "gpt-realtime-2.1-mini" });

        assert_eq!(fresh().update(&wanted, false, false).expect_err("fixed").param(), Some("session.model"));
    }

    fn fresh() -> Config {
        Config::fresh("sess_1", "gpt-realtime-2.1", 0)
    }
}
