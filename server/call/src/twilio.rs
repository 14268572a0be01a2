//! Twilio Media Streams as data: the frames of `wss://…/media-stream`, both ways.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use serde::{Deserialize, Deserializer, de};

use crate::frame::FrameError;

/// The largest frame that is looked at. An honest one carries 20 ms of audio in some 400 bytes.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// `<Parameter>`s kept of a stream's start, and the length kept of each value: Twilio allows 500 characters.
const MAX_PARAMETERS: usize = 32;
const MAX_VALUE_CHARS: usize = 512;

/// A frame from the telephone.
#[derive(Clone, Debug, PartialEq)]
pub enum FromPhone<'a> {
    /// The socket greets.
    Connected,
    /// The stream begins.
    Start(Start),
    /// 20 ms of the caller's voice.
    Media {
        /// Milliseconds since the stream began.
        timestamp_ms: u64,
        /// Base64 of µ-law at 8 kHz.
        payload: Cow<'a, str>,
    },
    /// A key was pressed.
    Dtmf {
        /// 0–9, `*`, `#`, A–D.
        digit: char,
    },
    /// Everything sent before this mark was played, or thrown away by a clear.
    Mark {
        /// The name given to it.
        name: Cow<'a, str>,
    },
    /// The stream ends.
    Stop,
    /// A frame that is not for this call: an event that Twilio may add one day, or one of another stream.
    Other,
    /// A frame that could not be understood.
    Unknown,
}

/// How a stream begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Twilio's id of the stream.
    pub stream_sid: String,
    /// Twilio's id of the call.
    pub call_sid: String,
    /// Twilio's id of the account.
    pub account_sid: String,
    /// The `<Parameter>`s of the TwiML.
    pub parameters: BTreeMap<String, String>,
    /// `audio/x-mulaw`.
    pub encoding: String,
    /// 8000.
    pub sample_rate: u32,
}

/// Reads a frame. An event that Twilio may add one day is [`FromPhone::Other`], not an error.
pub fn parse(text: &str) -> Result<FromPhone<'_>, FrameError> {
    parse_of("", text)
}

/// Reads a frame of this stream. What another stream sends is [`FromPhone::Other`]; a second start is one whatever its name.
pub fn parse_of<'a>(stream_sid: &str, text: &'a str) -> Result<FromPhone<'a>, FrameError> {
    if text.len() > MAX_FRAME_BYTES {
        return Err(FrameError::TooLarge { bytes: text.len() });
    }
    let frame: Frame<'_> = serde_json::from_str(text)?;
    let sid = frame.stream_sid.as_deref().unwrap_or_default();
    let is_foreign = !stream_sid.is_empty() && !sid.is_empty() && sid != stream_sid;
    Ok(match frame.event.as_ref() {
        "media" | "mark" | "dtmf" | "stop" if is_foreign => FromPhone::Other,
        "media" => {
            let media = frame.media.ok_or(FrameError::Missing { part: "media" })?;
            FromPhone::Media { timestamp_ms: media.timestamp, payload: media.payload }
        }
        "mark" => FromPhone::Mark { name: frame.mark.ok_or(FrameError::Missing { part: "mark" })?.name },
        "dtmf" => {
            let digit = frame.dtmf.and_then(|dtmf| dtmf.digit.chars().next());
            FromPhone::Dtmf { digit: digit.ok_or(FrameError::Missing { part: "dtmf" })? }
        }
        "start" => {
            let body = frame.start.ok_or(FrameError::Missing { part: "start" })?;
            FromPhone::Start(body.into_start(frame.stream_sid))
        }
        "connected" => FromPhone::Connected,
        "stop" => FromPhone::Stop,
        _ => FromPhone::Other,
    })
}

/// A frame for the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToPhone {
    /// Audio to play after what is already queued.
    Media {
        /// Base64 of µ-law at 8 kHz.
        payload: String,
    },
    /// Asks to be told when everything before it was played.
    Mark {
        /// Its name.
        name: String,
    },
    /// Throws away what is queued.
    Clear,
}

impl ToPhone {
    /// The frame as Twilio reads it.
    pub fn to_json(&self, stream_sid: &str) -> String {
        let mut json = String::with_capacity(96 + self.body_len());
        match self {
            Self::Media { payload } => {
                json.push_str(r#"{"event":"media","streamSid":"#);
                push_string(&mut json, stream_sid);
                json.push_str(r#","media":{"payload":"#);
                push_string(&mut json, payload);
                json.push_str("}}");
            }
            Self::Mark { name } => {
                json.push_str(r#"{"event":"mark","streamSid":"#);
                push_string(&mut json, stream_sid);
                json.push_str(r#","mark":{"name":"#);
                push_string(&mut json, name);
                json.push_str("}}");
            }
            Self::Clear => {
                json.push_str(r#"{"event":"clear","streamSid":"#);
                push_string(&mut json, stream_sid);
                json.push('}');
            }
        }
        json
    }

    fn body_len(&self) -> usize {
        match self {
            Self::Media { payload } => payload.len(),
            Self::Mark { name } => name.len(),
            Self::Clear => 0,
        }
    }
}

/// Appends a JSON string. Ids and base64 need no escapes, so the common case is one copy.
fn push_string(json: &mut String, value: &str) {
    json.push('"');
    if value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        json.push_str(value);
    } else {
        for character in value.chars() {
            match character {
                '"' => json.push_str("\\\""),
                '\\' => json.push_str("\\\\"),
                c if c < ' ' => {
                    // Writing to a string cannot fail.
                    let _ = write!(json, "\\u{:04x}", u32::from(c));
                }
                c => json.push(c),
            }
        }
    }
    json.push('"');
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, default, rename = "streamSid")]
    stream_sid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    media: Option<MediaBody<'a>>,
    #[serde(borrow, default)]
    mark: Option<MarkBody<'a>>,
    #[serde(borrow, default)]
    dtmf: Option<DtmfBody<'a>>,
    #[serde(default)]
    start: Option<StartBody>,
}

#[derive(Deserialize)]
struct MediaBody<'a> {
    #[serde(default, deserialize_with = "number")]
    timestamp: u64,
    #[serde(borrow)]
    payload: Cow<'a, str>,
}

#[derive(Deserialize)]
struct MarkBody<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct DtmfBody<'a> {
    #[serde(borrow)]
    digit: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartBody {
    #[serde(default)]
    stream_sid: String,
    #[serde(default)]
    call_sid: String,
    #[serde(default)]
    account_sid: String,
    #[serde(default)]
    custom_parameters: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    media_format: MediaFormat,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MediaFormat {
    #[serde(default)]
    encoding: String,
    #[serde(default, deserialize_with = "number")]
    sample_rate: u64,
}

impl StartBody {
    fn into_start(self, outer_sid: Option<Cow<'_, str>>) -> Start {
        let stream_sid =
            if self.stream_sid.is_empty() { outer_sid.unwrap_or_default().into_owned() } else { self.stream_sid };
        let parameters = self.custom_parameters.into_iter().take(MAX_PARAMETERS).map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name, value.chars().take(MAX_VALUE_CHARS).collect())
        });
        Start {
            stream_sid,
            call_sid: self.call_sid,
            account_sid: self.account_sid,
            parameters: parameters.collect(),
            encoding: self.media_format.encoding,
            sample_rate: u32::try_from(self.media_format.sample_rate).unwrap_or(0),
        }
    }
}

/// Numbers come as strings in `media` and as numbers in `mediaFormat`; either is taken in both places.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Either;
    impl de::Visitor<'_> for Either {
        type Value = u64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number or a string of digits")
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<u64, E> {
            Ok(value)
        }
        fn visit_f64<E: de::Error>(self, value: f64) -> Result<u64, E> {
            Ok(value as u64)
        }
        fn visit_str<E: de::Error>(self, value: &str) -> Result<u64, E> {
            value.parse().map_err(|_| E::custom("not a number"))
        }
    }
    deserializer.deserialize_any(Either)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_read_without_copying_its_audio() {
        let text = r#"{"event":"media","sequenceNumber":"4","streamSid":"MZ1","media":{"track":"inbound","chunk":"2","timestamp":"40","payload":"//7+/v7+"}}"#;

        let frame = parse(text).unwrap();

        assert_eq!(frame, FromPhone::Media { timestamp_ms: 40, payload: "//7+/v7+".into() });
        assert!(matches!(frame, FromPhone::Media { payload: Cow::Borrowed(_), .. }));
    }

    #[test]
    fn a_start_brings_its_ids_format_and_parameters() {
        let text = r#"{"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{"token":"t","call":"c","n":7}}}"#;

        let Ok(FromPhone::Start(start)) = parse(text) else { panic!("not a start") };

        assert_eq!(
            (start.stream_sid.as_str(), start.call_sid.as_str(), start.account_sid.as_str()),
            ("MZ1", "CA1", "AC1")
        );
        assert_eq!((start.encoding.as_str(), start.sample_rate), ("audio/x-mulaw", 8000));
        assert_eq!(start.parameters["token"], "t");
        assert_eq!(start.parameters["n"], "7");
    }

    #[test]
    fn keys_marks_and_the_end_are_read() {
        assert_eq!(parse(r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#), Ok(FromPhone::Connected));
        assert_eq!(
            parse(r##"{"event":"dtmf","streamSid":"MZ","dtmf":{"track":"inbound_track","digit":"#"}}"##),
            Ok(FromPhone::Dtmf { digit: '#' })
        );
        assert_eq!(
            parse(r#"{"event":"mark","streamSid":"MZ","mark":{"name":"item_A2:1480:g3:m17"}}"#),
            Ok(FromPhone::Mark { name: "item_A2:1480:g3:m17".into() })
        );
        assert_eq!(parse(r#"{"event":"stop","streamSid":"MZ","stop":{"accountSid":"AC"}}"#), Ok(FromPhone::Stop));
        assert_eq!(parse(r#"{"event":"from_the_future"}"#), Ok(FromPhone::Other));
    }

    #[test]
    fn what_another_stream_sends_is_not_for_this_call() {
        let of = |sid: &str, event: &str| {
            format!(r#"{{"event":"{event}","streamSid":"{sid}","media":{{"payload":"/w=="}},"start":{{}}}}"#)
        };

        assert!(matches!(parse_of("MZ1", &of("MZ1", "media")), Ok(FromPhone::Media { .. })));
        assert!(matches!(parse_of("MZ1", &of("", "media")), Ok(FromPhone::Media { .. })));
        assert_eq!(parse_of("MZ1", &of("MZ2", "media")), Ok(FromPhone::Other));
        assert_eq!(parse_of("MZ1", &of("MZ2", "stop")), Ok(FromPhone::Other));
        assert!(matches!(parse_of("MZ1", &of("MZ2", "start")), Ok(FromPhone::Start(_))));
    }

    #[test]
    fn a_bad_frame_says_why_without_repeating_it() {
        let errors = [
            parse("my card is 4242"),
            parse(r#"{"event":"media"}"#),
            parse(r#"{"event":"media","media":{"payload":17}}"#),
            parse(r#"{"event":"dtmf","dtmf":{"digit":""}}"#),
            parse(r#"{"media":{}}"#),
            parse("[]"),
        ];

        for error in errors {
            let error = error.unwrap_err();
            assert!(!error.to_string().contains("4242"), "{error}");
        }
        let huge = "x".repeat(2_000_000);
        assert_eq!(parse(&huge), Err(FrameError::TooLarge { bytes: 2_000_000 }));
    }

    #[test]
    fn frames_for_the_telephone_are_valid_json_whatever_they_carry() {
        let odd = "a\"b\\c\n\u{1}é";
        for frame in [ToPhone::Media { payload: odd.into() }, ToPhone::Mark { name: odd.into() }, ToPhone::Clear] {
            let json: serde_json::Value = serde_json::from_str(&frame.to_json(odd)).unwrap();
            assert_eq!(json["streamSid"], odd);
        }
        assert_eq!(
            ToPhone::Media { payload: "//8=".into() }.to_json("MZ1"),
            r#"{"event":"media","streamSid":"MZ1","media":{"payload":"//8="}}"#
        );
    }
}
