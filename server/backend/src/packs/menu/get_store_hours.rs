//! `get_store_hours`.

use chrono::{NaiveDate, Weekday};
use model::NoticeKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    day::{self, Asked},
    hours::{self, Hours, Interval},
};
use crate::{
    packs::{Output, ToolCall, ToolError},
    speech, today,
};

/// Gives the opening hours: now, today, on a day, on a holiday, or of the whole week.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The day in English: now, today, tomorrow, a weekday, a date (2026-12-24, December 24) or a holiday by name. Leave it
    /// out for the whole week.
    day: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreHours {
    say: String,
    open_now: bool,
    days: Vec<DayHours>,
}

#[derive(Debug, Serialize)]
struct DayHours {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<NaiveDate>,
    weekday: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    holiday: Option<String>,
    /// "07:00-18:00"; empty when closed.
    open: Vec<String>,
}

impl Output for StoreHours {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<StoreHours, ToolError> {
        let hours = hours::load(call.org).await?;
        if hours.is_empty() {
            return Err(ToolError::told("no_hours", "I do not have the opening hours here."));
        }
        let date = call.today();
        let text = self.day.unwrap_or_default();
        let asked = day::asked(&text, date, hours.exceptions()).ok_or_else(unknown)?;
        let notices = today::active(call.org, call.now).await?.into_iter();
        let of_today = notices.filter(|it| matches!(it.kind, NoticeKind::ClosingEarly | NoticeKind::OpeningLate));
        let of_today: String = of_today.flat_map(|notice| [notice.sentence, " ".to_owned()]).collect();
        let view = View { hours: &hours, today: date, of_today, call };
        let (say, days) = match asked {
            Asked::Now => (view.now(), vec![view.day(date)]),
            Asked::Week => (view.week(), hours::WEEK.map(|weekday| view.every(weekday)).to_vec()),
            Asked::Every(weekday) => (view.on_every(weekday), vec![view.every(weekday)]),
            Asked::Holiday(name, date) => (view.on_holiday(&name, date), vec![view.day(date)]),
            Asked::Days(dates) => {
                let lines: Vec<String> = dates.iter().map(|date| view.on(*date)).collect();
                (lines.join(" "), dates.iter().map(|date| view.day(*date)).collect())
            }
            Asked::Past(past) => {
                let say = format!("{} is over. Which day would you like to know about?", speech::date(past, date));
                return Err(ToolError::told("past_day", say));
            }
        };
        let open_now = hours.state(call.now).is_open();
        Ok(StoreHours { say, open_now, days: days.into_iter().map(DayHours::from).collect() })
    }
}

fn unknown() -> ToolError {
    let say = "Which day do you mean? You can say a weekday, a date, or a holiday.";
    ToolError::told("unknown_day", say).with("accepted", "now, today, tomorrow, Saturday, 2026-12-24, Christmas Eve")
}

/// The hours as seen from the moment of the call.
struct View<'a> {
    hours: &'a Hours,
    today: NaiveDate,
    /// What the today board says of the hours.
    of_today: String,
    call: &'a ToolCall<'a>,
}

#[derive(Clone)]
struct Shown {
    date: Option<NaiveDate>,
    weekday: Weekday,
    holiday: Option<String>,
    intervals: Vec<Interval>,
}

impl From<Shown> for DayHours {
    fn from(shown: Shown) -> Self {
        let written =
            |interval: &Interval| format!("{}-{}", interval.opens.format("%H:%M"), interval.closes.format("%H:%M"));
        Self {
            date: shown.date,
            weekday: speech::weekday(shown.weekday),
            holiday: shown.holiday,
            open: shown.intervals.iter().map(written).collect(),
        }
    }
}

impl View<'_> {
    fn day(&self, date: NaiveDate) -> Shown {
        let day = self.hours.day(date);
        let weekday = chrono::Datelike::weekday(&date);
        Shown { date: Some(date), weekday, holiday: day.exception, intervals: day.intervals }
    }

    fn every(&self, weekday: Weekday) -> Shown {
        Shown { date: None, weekday, holiday: None, intervals: self.hours.regular(weekday) }
    }

    fn now(&self) -> String {
        let now = self.call.org.local(self.call.now);
        self.hours.state(self.call.now).spoken(now)
    }

    /// "Tomorrow we are open from …", with the state of the moment when it is today.
    fn on(&self, date: NaiveDate) -> String {
        let day = self.hours.day(date);
        let when = match speech::day(date, self.today) {
            near if near == "today" || near == "tomorrow" => speech::sentence(&near),
            far => format!("On {far},"),
        };
        let because = day.exception.as_ref().map(|name| format!(" for {name}")).unwrap_or_default();
        let said = match hours::spoken(&day.intervals) {
            Some(intervals) if day.exception.is_some() => {
                format!("{when} we have special hours{because}: {intervals}.")
            }
            Some(intervals) => format!("{when} we are open {intervals}."),
            None => format!("{when} we are closed{because}."),
        };
        if date == self.today { format!("{said} {}", self.now()) } else { said }
    }

    fn on_holiday(&self, name: &str, date: NaiveDate) -> String {
        let day = self.hours.day(date);
        let date = speech::date(date, self.today);
        match hours::spoken(&day.intervals) {
            Some(intervals) if day.exception.is_some() => format!("On {name}, {date}, we are open {intervals}."),
            Some(intervals) => format!("On {name}, {date}, we keep our usual hours, {intervals}."),
            None => format!("On {name}, {date}, we are closed."),
        }
    }

    fn on_every(&self, weekday: Weekday) -> String {
        let name = speech::weekday(weekday);
        match hours::spoken(&self.hours.regular(weekday)) {
            Some(intervals) => format!("On {name}s we are open {intervals}."),
            None => format!("On {name}s we are closed."),
        }
    }

    fn week(&self) -> String {
        format!("Our hours are: {}. {}{}", self.hours.week_spoken(), self.of_today, self.now())
    }
}
