//! `search_tee_times`.

use chrono::{NaiveTime, TimeDelta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    find::{self, Choice, Day},
    sheet::Line,
    when,
};
use crate::{
    packs::{Output, ToolCall, ToolError},
    speech,
};

/// Finds free tee times on a day, with their price. Ask for the day, roughly when, and how many players, if the caller has not said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The day in English: today, tomorrow, a weekday, or a date (2026-12-05).
    date: String,
    /// The earliest time, as 08:00, or a part of the day: morning, afternoon, twilight.
    from: Option<String>,
    /// The latest time, as 11:00.
    to: Option<String>,
    /// How many players, from 1 to 4.
    players: Option<i64>,
    /// The course, if the caller names one.
    course: Option<String>,
}

/// What is free.
#[derive(Debug, Serialize)]
pub struct Found {
    say: String,
    times: Vec<Choice>,
    /// Nothing was free in the window: these are the nearest.
    nearest: bool,
}

impl Output for Found {}

/// Times that are said; a caller keeps no more in mind.
const SAID: usize = 3;
/// Times that the model is given.
const GIVEN: usize = 8;
/// Days that are looked at after one that is full.
const DAYS_AHEAD: i64 = 3;

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Found, ToolError> {
        let course = find::course(call, self.course.as_deref()).await?;
        let players = find::players(&course, self.players.unwrap_or(1))?;
        let (from, to) = self.window()?;
        let day = find::day(call, course.clone(), &self.date).await?;
        let within: Vec<&Line> = day
            .lines
            .iter()
            .filter(|line| (from..=to).contains(&line.time) && line.free(call.now) >= players)
            .collect();
        if !within.is_empty() {
            let say = format!("{}{}", frost(&day), offer(&day, &within, players, call));
            let times = within.iter().take(GIVEN).map(|line| Choice::of(&day, line, call.now)).collect();
            return Ok(Found { say, times, nearest: false });
        }
        let near: Vec<&Line> = day.nearest(call, middle(from, to), players).into_iter().take(SAID).collect();
        if !near.is_empty() {
            let times: Vec<String> = near.iter().map(|line| at(line)).collect();
            let say = format!(
                "{}Nothing is free then on {}. The nearest is {}. Would one of these do?",
                frost(&day),
                day.spoken(call),
                speech::choice(&times)
            );
            let times = near.iter().map(|line| Choice::of(&day, line, call.now)).collect();
            return Ok(Found { say, times, nearest: true });
        }
        self.later(call, &day, players, from, to).await
    }

    /// The window that is asked for; the whole day where none is.
    fn window(&self) -> Result<(NaiveTime, NaiveTime), ToolError> {
        let whole = (NaiveTime::MIN, NaiveTime::from_hms_opt(23, 59, 0).unwrap_or(NaiveTime::MIN));
        let unknown = |field: &str| {
            let say = "Roughly at what time would you like to play? You can say morning, afternoon, or a time.";
            ToolError::told("unknown_time", say).with("field", field)
        };
        let part = self.from.as_deref().and_then(when::part_of_day);
        let from = match self.from.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => whole.0,
            Some(text) => when::time(text).or(part.map(|part| part.0)).ok_or_else(|| unknown("from"))?,
        };
        let to = match self.to.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            None => part.map_or(whole.1, |part| part.1),
            Some(text) => {
                when::time(text).or(when::part_of_day(text).map(|part| part.1)).ok_or_else(|| unknown("to"))?
            }
        };
        Ok(if from <= to { (from, to) } else { (to, from) })
    }

    /// The day is full: the next one that is not.
    async fn later(
        &self,
        call: &ToolCall<'_>,
        full: &Day,
        players: i64,
        from: NaiveTime,
        to: NaiveTime,
    ) -> Result<Found, ToolError> {
        for ahead in 1..=DAYS_AHEAD {
            let date = (full.date + TimeDelta::days(ahead)).to_string();
            let Ok(day) = find::day(call, full.course.clone(), &date).await else { continue };
            let near: Vec<&Line> = day.nearest(call, middle(from, to), players).into_iter().take(SAID).collect();
            if near.is_empty() {
                continue;
            }
            let times: Vec<String> = near.iter().map(|line| at(line)).collect();
            let say = format!(
                "{} is fully booked. On {} I have {}. Would that do?",
                speech::sentence(&full.spoken(call)),
                day.spoken(call),
                speech::choice(&times)
            );
            let times = near.iter().map(|line| Choice::of(&day, line, call.now)).collect();
            return Ok(Found { say, times, nearest: true });
        }
        let say = format!(
            "{} is fully booked, and so are the days after it. Would you like another day?",
            speech::sentence(&full.spoken(call))
        );
        Ok(Found { say, times: Vec::new(), nearest: true })
    }
}

fn middle(from: NaiveTime, to: NaiveTime) -> NaiveTime {
    from + (to - from) / 2
}

fn at(line: &Line) -> String {
    let price = line.price.map(|price| format!(" for {}", speech::price(price))).unwrap_or_default();
    format!("{}{price}", speech::time(line.time))
}

/// The times that are free, with what they cost; one price is said once.
fn offer(day: &Day, free: &[&Line], players: i64, call: &ToolCall<'_>) -> String {
    // Spread over the window, so that somebody who wants "the morning" hears more than its first half hour.
    let step = free.len().div_ceil(SAID).max(1);
    let said: Vec<&&Line> = free.iter().step_by(step).take(SAID).collect();
    let one_price = said.iter().all(|line| line.price == said[0].price);
    let who = speech::count(players.unsigned_abs(), "player", "players");
    let head = format!("{} for {who} I have", speech::sentence(&on(day, call)));
    let times: Vec<String> =
        said.iter().map(|line| if one_price { speech::time(line.time) } else { at(line) }).collect();
    let price = match said[0].price.filter(|_| one_price) {
        Some(price) => format!(", at {} a player", speech::price(price)),
        None => String::new(),
    };
    format!("{head} {}{price}. Which one would you like?", speech::list(&times))
}

fn on(day: &Day, call: &ToolCall<'_>) -> String {
    match (day.date - call.today()).num_days() {
        0 | 1 => day.spoken(call),
        _ => format!("on {}", day.spoken(call)),
    }
}

fn frost(day: &Day) -> String {
    match day.conditions.frost_until {
        Some(until) => format!("There is a frost delay, so that play begins at {}. ", speech::time(until)),
        None if day.conditions.frost => "There is a frost delay, and times may move back. ".to_owned(),
        None => String::new(),
    }
}
