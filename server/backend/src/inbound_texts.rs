//! Texts from callers: STOP and START are obeyed, HELP is answered, anything else is kept.

use chrono::{DateTime, TimeDelta, Utc};
use model::PhoneNumber;

use crate::{
    args,
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    outbox, sql,
};

/// A text that came.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Its name at the provider: a repeated request is not obeyed twice.
    pub id: String,
    /// Who wrote.
    pub from: PhoneNumber,
    /// To which of our numbers.
    pub to: PhoneNumber,
    /// The words.
    pub body: String,
    /// The provider has answered it already.
    pub handled: bool,
}

/// What a text asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Stop,
    Start,
    Help,
    Other,
}

impl Meaning {
    fn of(body: &str) -> Self {
        let words: String =
            body.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { ' ' }).collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        match words.as_str() {
            // The words that carriers obey, and what else any person would understand.
            "STOP" | "STOPALL" | "STOP ALL" | "UNSUBSCRIBE" | "CANCEL" | "END" | "QUIT" | "REVOKE" | "OPTOUT"
            | "OPT OUT" | "PLEASE STOP" | "STOP PLEASE" | "STOP TEXTING ME" | "STOP TEXTING" | "DO NOT TEXT ME"
            | "DON T TEXT ME" | "DONT TEXT ME" | "REMOVE ME" => Self::Stop,
            "START" | "YES" | "UNSTOP" => Self::Start,
            "HELP" | "INFO" => Self::Help,
            _ => Self::Other,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Help => "help",
            Self::Other => "other",
        }
    }
}

/// Obeys and keeps a text; the words to answer it with, if it is answered. STOP and START are not: the carrier answers those.
pub async fn take(org: &Org, text: &Arrived) -> DbResult<Option<String>> {
    let now = org.now();
    let meaning = Meaning::of(&text.body);
    let mut tx = org.begin().await?;
    // The same row that the sending of texts holds while it decides.
    outbox::hold_gate(&mut tx).await?;
    let spoken_lately = wrote_since(&mut tx, &text.from, now - TimeDelta::days(1)).await?;
    let fresh = keep(&mut tx, text, meaning, now).await?;
    if fresh {
        match meaning {
            Meaning::Stop => outbox::suppress_in(&mut tx, text.from.as_str(), "text", now).await?,
            Meaning::Start => outbox::unsuppress_in(&mut tx, text.from.as_str()).await?,
            Meaning::Help | Meaning::Other => {}
        }
    }
    tx.commit().await?;
    tracing::info!(org = org.slug(), meaning = meaning.as_str(), fresh, "a text came");
    let call = text.to.pretty();
    Ok(match meaning {
        Meaning::Help if !text.handled => Some(format!(
            "{}: we text what you ask for on a call, such as tickets or a confirmation. To talk to us, call {call}. Reply STOP to get no more texts.",
            org.name()
        )),
        // Two machines must not talk to each other without end.
        Meaning::Other if fresh && !spoken_lately => {
            Some(format!("{}: nobody reads texts to this number. Please call {call}.", org.name()))
        }
        _ => None,
    })
}

async fn wrote_since(tx: &mut OrgTx, from: &PhoneNumber, since: DateTime<Utc>) -> DbResult<bool> {
    let sql = sql!(
        "select id from inbound_texts where org_id = $1 and sender = $2 and received_at > $3 and meaning = 'other' limit 1"
    );
    Ok(tx.optional::<(String,)>(sql, args![from, since]).await?.is_some())
}

async fn keep(tx: &mut OrgTx, text: &Arrived, meaning: Meaning, now: DateTime<Utc>) -> DbResult<bool> {
    let sql = sql!(
        "insert into inbound_texts (org_id, id, sender, called, body, meaning, received_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing"
    );
    let values = args![&text.id, &text.from, &text.to, &text.body, meaning.as_str(), now];
    Ok(tx.run(sql, values).await? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines;

    engines! {
        async fn stop_and_start_are_obeyed_once_each_in_the_order_in_which_they_were_written(world: World) {
            let org = world.org("soup-cookoff").await;
            assert_eq!(take(&org, &text("SM1", "Stop!")).await.unwrap(), None, "the carrier answers");
            assert!(is_suppressed(&org).await);
            assert_eq!(take(&org, &text("SM2", " start ")).await.unwrap(), None);
            assert!(!is_suppressed(&org).await);
            take(&org, &text("SM3", "please stop")).await.unwrap();
            // The request of the START comes again: it is old.
            take(&org, &text("SM2", "START")).await.unwrap();
            assert!(is_suppressed(&org).await);
        }

        async fn help_says_who_we_are_unless_the_carrier_has(world: World) {
            let org = world.org("soup-cookoff").await;
            let answer = take(&org, &text("SM1", "help")).await.unwrap().unwrap();
            assert!(answer.starts_with("soup cookoff: ") && answer.contains("+1 415 555 0101") && answer.contains("STOP"), "{answer}");
            assert_eq!(take(&org, &Arrived { handled: true, ..text("SM2", "HELP") }).await.unwrap(), None);
        }

        async fn other_words_are_answered_once_a_day(world: World) {
            let org = world.org("soup-cookoff").await;
            assert!(take(&org, &text("SM1", "Is there parking?")).await.unwrap().is_some());
            assert_eq!(take(&org, &text("SM2", "Hello?")).await.unwrap(), None);
            world.pass(TimeDelta::days(2));
            assert!(take(&org, &text("SM3", "Hello?")).await.unwrap().is_some());
        }

        async fn a_stop_in_one_organisation_is_not_one_in_another(world: World) {
            let (org, other) = (world.org("soup-cookoff").await, world.org("mangy-dog").await);
            take(&org, &text("SM1", "STOP")).await.unwrap();
            assert!(is_suppressed(&org).await && !is_suppressed(&other).await);
        }
    }

    #[test]
    fn a_word_in_a_sentence_is_not_an_order() {
        for (words, meaning) in [
            ("Stop.", Meaning::Stop),
            ("opt-out", Meaning::Stop),
            ("Don't text me", Meaning::Stop),
            ("UNSTOP", Meaning::Start),
            ("Help!", Meaning::Help),
            ("Can I cancel my order?", Meaning::Other),
            ("the bus stop", Meaning::Other),
            ("", Meaning::Other),
        ] {
            assert_eq!(Meaning::of(words), meaning, "{words}");
        }
    }

    fn text(id: &str, body: &str) -> Arrived {
        let (from, to) = ("+14155550123".parse().unwrap(), "+14155550101".parse().unwrap());
        Arrived { id: id.into(), from, to, body: body.into(), handled: false }
    }

    async fn is_suppressed(org: &Org) -> bool {
        let sql = sql!("select number from suppressions where org_id = $1 and number = '+14155550123'");
        org.optional::<(String,)>(sql, args![]).await.unwrap().is_some()
    }
}
