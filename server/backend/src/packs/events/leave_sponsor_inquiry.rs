//! `leave_sponsor_inquiry`.

use model::{EmailAddress, PhoneNumber};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{get_sponsorship_info as sponsorship, inquiries, store};
use crate::{
    db::scoped::tenant::OrgTx,
    packs::{ToolCall, ToolError},
    writes::{Agreement, Draft, Made, Write},
};

/// Leaves word that somebody would like to sponsor, so that the organiser calls or writes back. Ask for the name, the company
/// and the package; the number that calls is known.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The caller's name.
    name: String,
    /// The company or group that would sponsor, if there is one.
    company: Option<String>,
    /// The package they have in mind, Bronze, Silver, Gold or Premium, if they have one.
    level: Option<String>,
    /// An e-mail address, if they would rather be written to.
    email: Option<String>,
    /// Another telephone number to call back, if they give one.
    phone: Option<String>,
    /// What else the organiser should know, in one or two sentences.
    message: Option<String>,
}

/// What is left.
#[derive(Debug, Serialize, Deserialize)]
pub struct Quote {
    name: String,
    company: String,
    level: String,
    email: Option<EmailAddress>,
    phone: Option<PhoneNumber>,
    message: String,
}

const LONGEST_NAME: usize = 120;
const LONGEST_MESSAGE: usize = 1_000;

impl Write for Arguments {
    type Quote = Quote;

    async fn draft(&self, call: &ToolCall<'_>) -> Result<Draft<Quote>, ToolError> {
        let name = clean(&self.name, LONGEST_NAME);
        if name.is_empty() {
            return Err(ToolError::told("name", "May I have your name, please?").with("field", "name"));
        }
        let email = match given(self.email.as_ref()) {
            None => None,
            Some(text) => Some(text.parse::<EmailAddress>().map_err(|_| {
                ToolError::told("email", "I did not get that e-mail address right. Could you spell it for me?")
                    .with("field", "email")
            })?),
        };
        let other = match given(self.phone.as_ref()) {
            None => None,
            Some(text) => Some(text.parse::<PhoneNumber>().map_err(|_| {
                ToolError::told(
                    "phone",
                    "I did not get that number right. Could you say it once more, with the area code?",
                )
                .with("field", "phone")
            })?),
        };
        let phone = other.or_else(|| call.caller.cloned());
        if phone.is_none() && email.is_none() && !call.rehearsal {
            let say = "I cannot see your number. Under which number or e-mail address can we reach you?";
            return Err(ToolError::told("no_contact", say));
        }
        let level = match given(self.level.as_ref()) {
            None => String::new(),
            Some(level) => sponsorship::find(&store::packages(call.org).await?, &level)?.level.clone(),
        };
        let quote = Quote {
            company: clean(self.company.as_deref().unwrap_or_default(), LONGEST_NAME),
            message: clean(self.message.as_deref().unwrap_or_default(), LONGEST_MESSAGE),
            name,
            level,
            email,
            phone,
        };
        let asked = serde_json::to_value(&quote).map_err(|error| ToolError::Failed(Box::new(error)))?;
        Ok(Draft { asked, read_back: read_back(&quote, call), quote })
    }

    async fn commit(quote: &Quote, agreement: &Agreement<'_>, tx: &mut OrgTx) -> Result<Made, ToolError> {
        let new = inquiries::NewInquiry {
            name: quote.name.clone(),
            company: quote.company.clone(),
            level: quote.level.clone(),
            email: quote.email.clone(),
            phone: quote.phone.clone(),
            message: quote.message.clone(),
            call_id: Some(agreement.call_id),
        };
        let (id, reference) = inquiries::add(agreement.org, tx, agreement.now, &new)
            .await
            .map_err(|error| ToolError::Failed(Box::new(error)))?;
        let for_whom =
            if quote.company.is_empty() { quote.name.clone() } else { format!("{} of {}", quote.name, quote.company) };
        Ok(Made {
            reference,
            say: "Thank you. I have passed that on, and the organiser will be in touch.".into(),
            title: format!("Sponsor inquiry of {for_whom}"),
            subject: ("sponsor_inquiry", id.to_string()),
            after: json!({ "level": quote.level }),
        })
    }
}

fn read_back(quote: &Quote, call: &ToolCall<'_>) -> String {
    let who = if quote.company.is_empty() { String::new() } else { format!(" of {}", quote.company) };
    let what = if quote.level.is_empty() {
        "would like to talk about sponsoring".to_owned()
    } else {
        format!("would like to talk about the {} sponsorship", quote.level)
    };
    let how = match (&quote.email, &quote.phone) {
        (Some(_), _) => "by the e-mail address you gave me",
        (None, Some(phone)) if Some(phone) == call.caller => "at the number you are calling from",
        (None, _) => "at the number you gave me",
    };
    format!(
        "I will tell the organiser that {}{who} {what}, and to get back to you {how}. Shall I pass that on?",
        quote.name
    )
}

fn given(text: Option<&String>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn clean(text: &str, longest: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(longest).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
