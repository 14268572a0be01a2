//! From what staff tapped to the sentence that callers hear, and until when.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use model::{Lasts, NoticeForm, NoticeKind, NoticeSubject};

use crate::{
    db::DbResult,
    error::{Error, Result},
    org::Org,
    packs::{
        events,
        menu::{
            changes::{self, Change, End},
            hours::{self, Hours},
            store,
        },
    },
    speech,
};

/// A notice that nobody takes off is gone after this.
const LONGEST: TimeDelta = TimeDelta::days(14);

/// Longer sentences are not listened to.
const LONGEST_SENTENCE: usize = 300;

/// A notice before it is put up.
pub(super) struct Draft {
    /// What makes two notices one; `None` where any number may stand beside each other.
    pub(super) about: Option<String>,
    pub(super) subject_id: Option<String>,
    pub(super) at_time: Option<NaiveTime>,
    pub(super) sentence: String,
    pub(super) day: chrono::NaiveDate,
    pub(super) expires_at: DateTime<Utc>,
}

/// Where extras stand in a list of what can be sold out.
const EXTRAS: &str = "Extras";

/// What a notice of this kind can be about, in the order in which people know it.
pub async fn subjects(org: &Org, kind: NoticeKind) -> DbResult<Vec<NoticeSubject>> {
    Ok(match kind {
        NoticeKind::SoldOut => {
            let menu = store::menu(org).await?;
            let mut extras: Vec<NoticeSubject> = Vec::new();
            for modifier in menu.iter().flat_map(|category| &category.items).flat_map(|item| &item.modifiers) {
                let id = modifier.id.to_string();
                if !extras.iter().any(|extra| extra.id == id) {
                    extras.push(NoticeSubject { id, name: modifier.name.clone(), group: EXTRAS.into() });
                }
            }
            let items = menu.iter().flat_map(|category| {
                category.items.iter().map(|item| NoticeSubject {
                    id: item.id.to_string(),
                    name: item.name.clone(),
                    group: category.name.clone(),
                })
            });
            items.chain(extras).collect()
        }
        NoticeKind::EventSoldOut => {
            let today = org.local(org.now()).date_naive();
            let events = events::store::upcoming(org, org.now()).await?;
            let subject = |event: events::store::Event| NoticeSubject {
                id: event.id.to_string(),
                name: event.title,
                group: speech::date(org.local(event.starts_at).date_naive(), today),
            };
            events.into_iter().map(subject).collect()
        }
        _ => Vec::new(),
    })
}

/// Checks what was tapped, and makes the sentence.
pub(super) async fn draft(org: &Org, now: DateTime<Utc>, form: &NoticeForm) -> Result<Draft> {
    if !super::kinds(org).contains(&form.kind) {
        return Err(Error::NotFound);
    }
    let hours = hours::load(org).await?;
    let day = hours.business_day(now);
    let lasts = if form.kind.is_of_hours() { Lasts::Today } else { form.lasts };
    let end_of_day = hours.end_of_day(day);
    let mut draft = Draft {
        about: (form.kind != NoticeKind::Custom).then(|| form.kind.to_string()),
        subject_id: None,
        at_time: None,
        sentence: String::new(),
        day,
        expires_at: match lasts {
            Lasts::Today => end_of_day,
            Lasts::Close => hours.closing(day).filter(|closes| *closes > now).unwrap_or(end_of_day),
            Lasts::Hour => now + TimeDelta::hours(1),
            Lasts::UntilTakenOff => now + LONGEST,
        },
    };
    match form.kind {
        NoticeKind::SoldOut | NoticeKind::EventSoldOut => {
            let subject = subject(org, form).await?;
            draft.about = Some(format!("{}:{}", form.kind, subject.id));
            draft.sentence = gone(&subject, form.kind, lasts);
            if form.kind == NoticeKind::EventSoldOut && lasts == Lasts::UntilTakenOff {
                draft.expires_at = event_end(org, &subject.id).await?.unwrap_or(draft.expires_at);
            }
            draft.subject_id = Some(subject.id);
        }
        NoticeKind::ClosingEarly | NoticeKind::OpeningLate => {
            let at = time(&form.time)?.ok_or_else(|| Error::field("time", "Choose a time."))?;
            check_hours(&hours::written(org).await?, day, form.kind, at)?;
            draft.at_time = Some(at);
            let what = if form.kind == NoticeKind::ClosingEarly { "close" } else { "open" };
            draft.sentence = format!("We {what} at {} today.", speech::time(at));
        }
        NoticeKind::FrostDelay => {
            draft.at_time = time(&form.time)?;
            draft.sentence = match draft.at_time {
                Some(at) => format!("There is a frost delay today: play begins at {}.", speech::time(at)),
                None => "There is a frost delay today: play begins later than usual.".to_owned(),
            };
        }
        NoticeKind::Custom => draft.sentence = sentence(&form.sentence)?,
    }
    Ok(draft)
}

/// What the notice is about: by its id, or by its name as it was typed.
async fn subject(org: &Org, form: &NoticeForm) -> Result<NoticeSubject> {
    let wanted = form.subject.trim();
    if wanted.is_empty() {
        return Err(Error::field("subject", "Choose what is sold out."));
    }
    let known = subjects(org, form.kind).await?;
    let found = known.into_iter().find(|it| it.id == wanted || it.name.to_lowercase() == wanted.to_lowercase());
    found.ok_or_else(|| Error::field("subject", "There is nothing of this name here. Choose it from the list."))
}

async fn event_end(org: &Org, id: &str) -> DbResult<Option<DateTime<Utc>>> {
    let upcoming = events::store::upcoming(org, org.now()).await?;
    Ok(upcoming.into_iter().find(|event| event.id.to_string() == id).map(|event| event.ends_at))
}

/// "We are out of oat milk today."
fn gone(subject: &NoticeSubject, kind: NoticeKind, lasts: Lasts) -> String {
    if kind == NoticeKind::EventSoldOut {
        return format!("The {} is sold out.", subject.name);
    }
    let name = if subject.group == EXTRAS { subject.name.to_lowercase() } else { subject.name.clone() };
    let when = match lasts {
        Lasts::Today | Lasts::Close => "today",
        Lasts::Hour | Lasts::UntilTakenOff => "at the moment",
    };
    format!("We are out of {name} {when}.")
}

fn time(text: &str) -> Result<Option<NaiveTime>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    // Browsers may send seconds.
    let read = NaiveTime::parse_from_str(text.get(..5).unwrap_or(text), "%H:%M");
    read.map(Some).map_err(|_| Error::field("time", "Write the time as 15:00."))
}

/// Refuses what would change nothing: it is a slip of the finger.
fn check_hours(hours: &Hours, day: chrono::NaiveDate, kind: NoticeKind, at: NaiveTime) -> Result<()> {
    let intervals = hours.day(day).intervals;
    let end = if kind == NoticeKind::ClosingEarly { End::Closes } else { End::Opens };
    if hours.is_empty() || changes::apply(&intervals, Change { day, end, at }) != intervals {
        return Ok(());
    }
    let usual = hours::spoken(&intervals).map_or_else(|| "closed".to_owned(), |hours| format!("open {hours}"));
    Err(Error::field("time", format!("That changes nothing: today you are {usual}.")))
}

fn sentence(text: &str) -> Result<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !(1..=LONGEST_SENTENCE).contains(&text.chars().count()) {
        let message = format!("Write what callers should know, in at most {LONGEST_SENTENCE} characters.");
        return Err(Error::field("sentence", message));
    }
    Ok(if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") })
}
