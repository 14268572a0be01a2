//! `leave_sponsor_inquiry`.

use model::{EmailAddress, PhoneNumber};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{get_sponsorship_info as sponsorship, inquiries, store};
use crate::{
    db::scoped::tenant::OrgTx,
    packs::{ToolCall, ToolError},
    speech,
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
            Some(level) => {
                let packages = store::packages(call.org).await?;
                sponsorship::still_open(sponsorship::find(&packages, &level)?, &packages)?.level.clone()
            }
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
    let by_mail = quote.email.as_ref().map(|email| format!("by e-mail to {}", speech::address(email)));
    let by_phone = quote.phone.as_ref().and_then(|phone| {
        if Some(phone) == call.caller {
            // Whoever would rather be written to is not called where they happen to be.
            by_mail.is_none().then(|| "at the number you are calling from".to_owned())
        } else {
            Some(format!("at {}", speech::telephone(phone)))
        }
    });
    let ways: Vec<String> = by_mail.iter().cloned().chain(by_phone).collect();
    let how =
        if ways.is_empty() { String::new() } else { format!(", and to get back to you {}", speech::choice(&ways)) };
    let message = match brief(&quote.message) {
        message if message.is_empty() => String::new(),
        message => format!(" Your message is: {message}."),
    };
    format!("I will tell the organiser that {}{who} {what}{how}.{message} Shall I pass that on?", quote.name)
}

/// The first words of a message: enough to know it by.
fn brief(message: &str) -> String {
    const WORDS: usize = 12;
    let words: Vec<&str> = message.split_whitespace().collect();
    let more = if words.len() > WORDS { ", and so on" } else { "" };
    let first = words[..words.len().min(WORDS)].join(" ");
    format!("{}{more}", first.trim_end_matches(['.', '!', '?', ',', ';', ':']))
}

fn given(text: Option<&String>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn clean(text: &str, longest: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(longest).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{args, engines, sql, writes::tests::Line};

    engines! {
        async fn a_caller_hears_where_they_are_reached_and_what_they_leave(world: World) {
            let mut line = Line::open(world).await;
            let told = line.calls("leave_sponsor_inquiry", json!({
                "name": "Priya Raman", "phone": "+13125550199", "email": "priya.raman@lumen.example",
                "message": "We make broth for six restaurants and could bring two hundred bowls and our own stove.",
            })).await;
            assert_eq!(
                told["readBack"],
                "I will tell the organiser that Priya Raman would like to talk about sponsoring, and to get back to you by e-mail to priya dot \
                 raman at lumen dot example or at three one two, five five five, zero one nine nine. Your message is: We make broth for six \
                 restaurants and could bring two hundred bowls, and so on. Shall I pass that on?"
            );
            let confirm = json!({ "proposalId": told["proposalId"] });
            line.assistant("Priya Raman, talk about sponsoring, and reach you at 312 555 0189. Six restaurants, 200 bowls. Shall I pass that on?");
            line.caller("Yes.");
            assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "not_heard", "it was another number");
            line.assistant("Priya Raman, talk about sponsoring, and reach you at 312 555 0199. Six restaurants, 200 bowls. Shall I pass that on?");
            line.caller("Yes.");
            assert_eq!(line.calls("confirm", confirm).await["status"], "done");
        }

        async fn a_package_that_is_taken_is_not_promised(world: World) {
            let mut line = Line::open(world).await;
            let taken = sql!("update sponsor_packages set slots_left = 0 where org_id = $1 and level = 'Gold'");
            line.org.run(taken, args![]).await.expect("written");

            let told = line.calls("leave_sponsor_inquiry", json!({ "name": "Priya Raman", "level": "gold" })).await;
            assert_eq!(told["code"], "package_taken", "{told}");
            let say = told["say"].as_str().expect("a sentence");
            assert!(say.starts_with("The Gold sponsorship is taken for this season. There is still Bronze for five hundred dollars"), "{say}");
            let all = line.calls("get_sponsorship_info", json!({})).await;
            let say = all["say"].as_str().expect("a sentence");
            assert!(say.contains("Gold is taken for this season.") && !say.contains("Gold for"), "{say}");
        }
    }
}
