//! A text that somebody writes to the server: `POST /sms`, signed as Twilio does.

use std::time::Duration;

use crate::{form::fresh, phone::sign};

/// A text, and where it is brought.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where the server listens.
    pub url: String,
    /// Where it believes to be, when that differs.
    pub public_url: Option<String>,
    /// What the request is signed with.
    pub auth_token: Option<String>,
    /// Who writes.
    pub from: String,
    /// To which number.
    pub to: String,
    /// The words.
    pub words: String,
}

/// Brings it; the words of the answer, where there is one.
pub async fn bring(text: &Text) -> Result<Option<String>, String> {
    _ = rustls::crypto::ring::default_provider().install_default();
    let sid = fresh("SM");
    let form: Vec<(String, String)> = [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("ApiVersion", "2010-04-01"),
        ("Body", &text.words),
        ("From", &text.from),
        ("MessageSid", &sid),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsMessageSid", &sid),
        ("SmsSid", &sid),
        ("SmsStatus", "received"),
        ("To", &text.to),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let address = |origin: &str| format!("{}/sms", origin.trim_end_matches('/'));
    let encoded = reqwest::Url::parse_with_params("form:", &form).map_err(|why| why.to_string())?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(15)).build().map_err(|why| why.to_string())?;
    let mut request = client
        .post(address(&text.url))
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(encoded.query().unwrap_or_default().to_owned());
    if let Some(token) = &text.auth_token {
        let signed = address(text.public_url.as_ref().unwrap_or(&text.url));
        request = request.header("x-twilio-signature", sign(token, &signed, &form));
    }
    let answer = request.send().await.map_err(|why| format!("{} cannot be reached: {why}", text.url))?;
    let status = answer.status();
    let body = answer.text().await.map_err(|why| why.to_string())?;
    if status.is_success() { Ok(message(&body)) } else { Err(format!("the server answered {status}: {body}")) }
}

/// The words of `<Message>`.
fn message(twiml: &str) -> Option<String> {
    let (_, rest) = twiml.split_once("<Message>")?;
    let (words, _) = rest.split_once("</Message>")?;
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    Some(entities.iter().fold(words.to_owned(), |words, (entity, letter)| words.replace(entity, letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_read_as_a_telephone_shows_it() {
        let twiml = "<?xml version=\"1.0\"?><Response><Message>Soup &amp; more: call us</Message></Response>";
        assert_eq!(message(twiml).as_deref(), Some("Soup & more: call us"));
        assert_eq!(message("<Response></Response>"), None);
    }
}
