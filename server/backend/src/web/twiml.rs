//! TwiML: what Twilio is told to do with a call.

use std::fmt::Write;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

/// A document of verbs that run from top to bottom; at its end the call is hung up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twiml(String);

impl Default for Twiml {
    fn default() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>".into())
    }
}

impl Twiml {
    /// Speaks a sentence. `language` is an ISO 639-1 code.
    #[must_use]
    pub fn say(mut self, language: &str, text: &str) -> Self {
        let _ = write!(self.0, "<Say language=\"{}\">{}</Say>", region(language), escape(text));
        self
    }

    /// Connects the call to a media stream. There is no `action`: the verbs that follow run whenever the stream ends, even when this
    /// program is gone.
    #[must_use]
    pub fn stream(mut self, url: &str, parameters: &[(&str, &str)]) -> Self {
        let _ = write!(self.0, "<Connect><Stream url=\"{}\">", escape(url));
        for (name, value) in parameters {
            let _ = write!(self.0, "<Parameter name=\"{}\" value=\"{}\"/>", escape(name), escape(value));
        }
        self.0.push_str("</Stream></Connect>");
        self
    }

    /// Answers a text with a text.
    #[must_use]
    pub fn message(mut self, text: &str) -> Self {
        let _ = write!(self.0, "<Message>{}</Message>", escape(text));
        self
    }

    /// Hangs up.
    #[must_use]
    pub fn hang_up(mut self) -> Self {
        self.0.push_str("<Hangup/>");
        self
    }

    /// The document.
    pub fn finish(self) -> String {
        self.0 + "</Response>"
    }
}

impl IntoResponse for Twiml {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "text/xml; charset=utf-8")], self.finish()).into_response()
    }
}

/// `<Say>` wants a region with the language.
fn region(language: &str) -> &'static str {
    match language {
        "es" => "es-ES",
        "fr" => "fr-FR",
        "de" => "de-DE",
        _ => "en-US",
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // XML 1.0 has no way to write the other control characters.
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_connected_and_what_follows_is_static() {
        let twiml = Twiml::default()
            .stream("wss://voice.example.org/media-stream", &[("token", "a\"b"), ("call", "1")])
            .say("es", "Adiós & gracias <a todos>\u{0}")
            .hang_up()
            .finish();
        assert_eq!(
            twiml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
             <Connect><Stream url=\"wss://voice.example.org/media-stream\">\
             <Parameter name=\"token\" value=\"a&quot;b\"/><Parameter name=\"call\" value=\"1\"/></Stream></Connect>\
             <Say language=\"es-ES\">Adiós &amp; gracias &lt;a todos&gt;</Say><Hangup/></Response>"
        );
    }
}
