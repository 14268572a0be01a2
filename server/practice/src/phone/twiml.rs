//! Reads TwiML: a small XML parser, and the verbs that matter to a call.

use std::collections::BTreeMap;

/// Why a document cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TwimlError {
    /// Twilio's error 12100.
    #[error("the TwiML is not well-formed XML: {0}")]
    Xml(&'static str),
    /// Twilio's error 12100, too.
    #[error("the TwiML's root is <{0}>, not <Response>")]
    Root(String),
    /// Twilio's error 11750.
    #[error("the TwiML is larger than 64 kB")]
    TooLarge,
    /// Twilio's errors 31922 and 31923.
    #[error("the stream's address cannot be used: {0}")]
    StreamUrl(String),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Speak a text.
    Say(String),
    /// Play a file, or keys.
    Play(String),
    /// Wait so many seconds.
    Pause(u64),
    /// Open a media stream both ways.
    Stream {
        /// Where to.
        url: String,
        /// What `start` carries.
        parameters: BTreeMap<String, String>,
        /// What to fetch when the stream ends; without it the next verb runs.
        action: Option<String>,
    },
    /// Go on with another document.
    Redirect(String),
    /// Connect to somebody.
    Dial {
        /// Whom.
        number: String,
        /// What to fetch afterwards.
        action: Option<String>,
    },
    /// Take a message.
    Record {
        /// What to fetch afterwards; Twilio takes the present document when it is missing.
        action: Option<String>,
        /// Told about the recording.
        status_callback: Option<String>,
    },
    /// Ask for keys.
    Gather {
        /// What to fetch with them.
        action: Option<String>,
        /// How many keys.
        digits: Option<usize>,
        /// What is played while waiting.
        prompts: Vec<Verb>,
    },
    /// Hang up.
    Hangup,
    /// Do not take the call.
    Reject(String),
    /// A verb that the practice telephone passes over.
    Other(String),
}

impl Verb {
    /// Its name in the document.
    pub fn name(&self) -> &str {
        match self {
            Self::Say(_) => "Say",
            Self::Play(_) => "Play",
            Self::Pause(_) => "Pause",
            Self::Stream { .. } => "Connect",
            Self::Redirect(_) => "Redirect",
            Self::Dial { .. } => "Dial",
            Self::Record { .. } => "Record",
            Self::Gather { .. } => "Gather",
            Self::Hangup => "Hangup",
            Self::Reject(_) => "Reject",
            Self::Other(name) => name,
        }
    }
}

/// The verbs of a document in their order.
pub fn parse(document: &str) -> Result<Vec<Verb>, TwimlError> {
    const LARGEST: usize = 64 * 1024;
    if document.len() > LARGEST {
        return Err(TwimlError::TooLarge);
    }
    let root = Reader { rest: document }.document()?;
    if root.name != "Response" {
        return Err(TwimlError::Root(root.name));
    }
    root.children.iter().map(verb).collect()
}

fn verb(element: &Element) -> Result<Verb, TwimlError> {
    let attribute = |name: &str| element.attributes.get(name).cloned();
    let text = || element.text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(match element.name.as_str() {
        "Say" => Verb::Say(text()),
        "Play" => Verb::Play(attribute("digits").unwrap_or_else(text)),
        "Pause" => Verb::Pause(attribute("length").and_then(|it| it.parse().ok()).unwrap_or(1)),
        "Connect" => connect(element)?,
        "Redirect" => Verb::Redirect(text()),
        "Dial" => {
            let child = element.children.first().map(|it| it.text.trim().to_owned());
            Verb::Dial { number: child.unwrap_or_else(text), action: attribute("action") }
        }
        "Record" => Verb::Record { action: attribute("action"), status_callback: attribute("recordingStatusCallback") },
        "Gather" => Verb::Gather {
            action: attribute("action"),
            digits: attribute("numDigits").and_then(|it| it.parse().ok()),
            prompts: element.children.iter().map(verb).collect::<Result<_, _>>()?,
        },
        "Hangup" => Verb::Hangup,
        "Reject" => Verb::Reject(attribute("reason").unwrap_or_else(|| "rejected".to_owned())),
        other => Verb::Other(other.to_owned()),
    })
}

fn connect(element: &Element) -> Result<Verb, TwimlError> {
    let Some(stream) = element.children.iter().find(|it| it.name == "Stream") else {
        return Ok(Verb::Other("Connect".to_owned()));
    };
    let url = stream.attributes.get("url").cloned().unwrap_or_default();
    let secure = url.starts_with("wss://");
    // Twilio itself insists on wss; a server on this machine has no certificate.
    let near = ["ws://127.0.0.1", "ws://localhost", "ws://[::1]"].iter().any(|it| url.starts_with(it));
    if !secure && !near {
        return Err(TwimlError::StreamUrl(format!("{url} is not a wss:// address")));
    }
    if url.contains('?') {
        return Err(TwimlError::StreamUrl(format!("{url} has a query, which Twilio does not support")));
    }
    let parameters = stream.children.iter().filter(|it| it.name == "Parameter");
    let parameters =
        parameters.filter_map(|it| Some((it.attributes.get("name")?.clone(), it.attributes.get("value")?.clone())));
    Ok(Verb::Stream { parameters: parameters.collect(), action: element.attributes.get("action").cloned(), url })
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Element>,
    /// All text in it, that of its children included.
    text: String,
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Element, TwimlError> {
        self.rest = self.rest.trim_start_matches('\u{feff}');
        self.misc()?;
        if !self.rest.starts_with('<') {
            return Err(TwimlError::Xml("it does not begin with an element"));
        }
        let root = self.element()?;
        self.misc()?;
        if self.rest.is_empty() { Ok(root) } else { Err(TwimlError::Xml("something follows the root element")) }
    }

    /// Passes over white space, comments and the declaration.
    fn misc(&mut self) -> Result<(), TwimlError> {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.starts_with("<?") {
                self.skip_past("?>")?;
            } else if self.rest.starts_with("<!--") {
                self.skip_past("-->")?;
            } else {
                return Ok(());
            }
        }
    }

    fn skip_past(&mut self, end: &str) -> Result<&str, TwimlError> {
        let (before, after) = self.rest.split_once(end).ok_or(TwimlError::Xml("it ends too early"))?;
        self.rest = after;
        Ok(before)
    }

    fn element(&mut self) -> Result<Element, TwimlError> {
        self.rest = &self.rest[1..];
        let mut element = Element { name: self.name()?, ..Element::default() };
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix("/>") {
                self.rest = rest;
                return Ok(element);
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                break;
            }
            let (name, value) = self.attribute()?;
            if element.attributes.insert(name, value).is_some() {
                return Err(TwimlError::Xml("an attribute occurs twice"));
            }
        }
        self.content(&mut element)?;
        Ok(element)
    }

    fn content(&mut self, element: &mut Element) -> Result<(), TwimlError> {
        loop {
            if let Some(rest) = self.rest.strip_prefix("</") {
                self.rest = rest;
                let name = self.name()?;
                self.rest =
                    self.rest.trim_start().strip_prefix('>').ok_or(TwimlError::Xml("an end tag is not closed"))?;
                return if name == element.name { Ok(()) } else { Err(TwimlError::Xml("an end tag does not match")) };
            }
            if self.rest.starts_with("<!--") {
                self.skip_past("-->")?;
            } else if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                self.rest = rest;
                let text = self.skip_past("]]>")?.to_owned();
                element.text.push_str(&text);
            } else if self.rest.starts_with('<') {
                let child = self.element()?;
                element.text.push_str(&child.text);
                element.children.push(child);
            } else {
                let end = self.rest.find('<').ok_or(TwimlError::Xml("it ends too early"))?;
                element.text.push_str(&unescape(&self.rest[..end])?);
                self.rest = &self.rest[end..];
            }
        }
    }

    fn attribute(&mut self) -> Result<(String, String), TwimlError> {
        let name = self.name()?;
        let rest =
            self.rest.trim_start().strip_prefix('=').ok_or(TwimlError::Xml("an attribute has no value"))?.trim_start();
        let quote = rest
            .chars()
            .next()
            .filter(|it| matches!(it, '"' | '\''))
            .ok_or(TwimlError::Xml("a value has no quotes"))?;
        let (value, after) = rest[1..].split_once(quote).ok_or(TwimlError::Xml("a value is not closed"))?;
        self.rest = after;
        if value.contains('<') {
            return Err(TwimlError::Xml("a value holds a <"));
        }
        Ok((name, unescape(value)?))
    }

    fn name(&mut self) -> Result<String, TwimlError> {
        let end = self.rest.find(|it: char| !(it.is_alphanumeric() || "_-:.".contains(it))).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        if name.is_empty() { Err(TwimlError::Xml("a name is missing")) } else { Ok(name.to_owned()) }
    }
}

fn unescape(text: &str) -> Result<String, TwimlError> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (name, after) = after.split_once(';').ok_or(TwimlError::Xml("an & is not escaped"))?;
        plain.push(entity(name).ok_or(TwimlError::Xml("an unknown entity"))?);
        rest = after;
    }
    plain.push_str(rest);
    Ok(plain)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_with_rescue_verbs_behind_it_is_read_in_order() {
        let verbs = parse(
            r#"<?xml version="1.0" encoding="UTF-8"?>
            <Response>
              <Connect>
                <Stream url="wss://voice.example.org/media-stream" name='agent'>
                  <Parameter name="token" value="a&quot;b"/>
                </Stream>
              </Connect>
              <!-- what follows runs when the stream ends -->
              <Say language="en-US">We were cut off. Tom &amp; Ann will
                 call back.</Say>
              <Dial action="/voice/dial-result"><Number>+14155550177</Number></Dial>
              <Record action="/voice/voicemail" recordingStatusCallback="/voice/recording"/>
              <Pause length="2"/><Hangup/>
            </Response>"#,
        );

        let stream = Verb::Stream {
            url: "wss://voice.example.org/media-stream".into(),
            parameters: [("token".to_owned(), "a\"b".to_owned())].into(),
            action: None,
        };
        assert_eq!(
            verbs,
            Ok(vec![
                stream,
                Verb::Say("We were cut off. Tom & Ann will call back.".into()),
                Verb::Dial { number: "+14155550177".into(), action: Some("/voice/dial-result".into()) },
                Verb::Record {
                    action: Some("/voice/voicemail".into()),
                    status_callback: Some("/voice/recording".into())
                },
                Verb::Pause(2),
                Verb::Hangup,
            ])
        );
    }

    #[test]
    fn gather_redirect_and_what_is_unknown_are_read_too() {
        let verbs = parse(
            "<Response><Gather numDigits='1' action='/voice/keys'><Say>Press 1.</Say></Gather><Redirect>/voice</Redirect><Enqueue>x</Enqueue><Reject reason='busy'/></Response>",
        );

        assert_eq!(
            verbs,
            Ok(vec![
                Verb::Gather {
                    action: Some("/voice/keys".into()),
                    digits: Some(1),
                    prompts: vec![Verb::Say("Press 1.".into())]
                },
                Verb::Redirect("/voice".into()),
                Verb::Other("Enqueue".into()),
                Verb::Reject("busy".into()),
            ])
        );
        assert_eq!(parse("<Response/>"), Ok(vec![]));
    }

    #[test]
    fn what_twilio_would_refuse_is_refused() {
        for document in [
            "",
            "Hello",
            "<Response>",
            "<Response><Say>a & b</Say></Response>",
            "<Response><Say></Response></Say>",
            "<Response a='1' a='2'/>",
            "<Response/><Response/>",
            "<Response a=1/>",
            "<Response><Say>&nope;</Say></Response>",
        ] {
            assert!(matches!(parse(document), Err(TwimlError::Xml(_))), "{document}");
        }
        assert_eq!(parse("<Other/>"), Err(TwimlError::Root("Other".into())));
        assert_eq!(parse(&" ".repeat(70_000)), Err(TwimlError::TooLarge));
    }

    #[test]
    fn a_stream_must_be_wss_and_without_a_query() {
        for (url, fits) in [
            ("wss://voice.example.org/media-stream", true),
            ("ws://127.0.0.1:3000/media-stream", true),
            ("ws://voice.example.org/media-stream", false),
            ("https://voice.example.org/media-stream", false),
            ("wss://voice.example.org/media-stream?token=1", false),
        ] {
            let document = format!("<Response><Connect><Stream url=\"{url}\"/></Connect></Response>");
            assert_eq!(parse(&document).is_ok(), fits, "{url}");
        }
    }
}
