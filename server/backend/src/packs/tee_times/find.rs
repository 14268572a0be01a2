//! What of the tee sheet a caller means: the course, the day, the time, the reservation.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use model::PhoneNumber;
use serde::Serialize;

use super::{
    code,
    courses::{self, Course},
    reservations::{self, Reservation},
    sheet::{self, Conditions, Line},
    slots, when,
};
use crate::{
    packs::{ToolCall, ToolError, heard, menu::hours},
    speech,
};

/// A day of a course.
pub struct Day {
    /// The course.
    pub course: Course,
    /// The day.
    pub date: NaiveDate,
    /// How it differs from others.
    pub conditions: Conditions,
    /// Its sheet.
    pub lines: Vec<Line>,
}

/// A time that can be booked, for the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// What the booking tools are called with.
    pub date: NaiveDate,
    /// As "08:10".
    pub time: String,
    /// The course.
    pub course: String,
    /// 9 or 18.
    pub holes: i64,
    /// How many more can join.
    pub places: i64,
    /// For one player.
    pub price: String,
}

impl Choice {
    /// A line of a sheet as a choice.
    pub fn of(day: &Day, line: &Line, now: DateTime<Utc>) -> Self {
        Self {
            date: day.date,
            time: line.time.format("%H:%M").to_string(),
            course: day.course.name.clone(),
            holes: day.course.holes,
            places: line.free(now),
            price: line.price.map(|price| price.to_string()).unwrap_or_default(),
        }
    }
}

/// The course that is meant; the first one where none is named.
pub async fn course(call: &ToolCall<'_>, named: Option<&str>) -> Result<Course, ToolError> {
    let all = courses::all(call.org).await?;
    let Some(named) = named.map(heard::words).filter(|words| !words.is_empty()) else {
        let first = all.into_iter().next();
        return first.ok_or_else(|| ToolError::told("no_course", "I am sorry, there are no tee times on this line."));
    };
    let fits = |course: &&Course| {
        heard::fit(&named, &heard::words(&format!("{} {} holes", course.name, course.holes))).covered
    };
    let best = all.iter().map(|course| (fits(&course), course)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, course)) if score > 0.0 => Ok(course.clone()),
        _ => {
            let choices: Vec<&str> = all.iter().map(|course| course.name.as_str()).collect();
            let say = format!("Which course would you like to play: {}?", speech::choice(&choices));
            Err(ToolError::told("unknown_course", say).with("choices", choices))
        }
    }
}

/// A day of a course, if it can be booked at all.
pub async fn day(call: &ToolCall<'_>, course: Course, text: &str) -> Result<Day, ToolError> {
    let written = hours::written(call.org).await?;
    let date = when::date(text, call.today(), written.exceptions())?;
    let last = call.today() + TimeDelta::days(course.book_ahead_days);
    if date > last {
        let say = format!(
            "Tee times open {} ahead, so that I can book up to {}.",
            speech::count(course.book_ahead_days.unsigned_abs(), "day", "days"),
            speech::date(last, call.today())
        );
        return Err(ToolError::told("too_far_ahead", say).with("last", last));
    }
    let conditions = sheet::conditions(call.org, date, call.now).await?;
    if conditions.closed {
        let name = conditions.holiday.as_ref().map_or_else(String::new, |name| format!(", {name}"));
        let say = format!(
            "The course is closed on {}{name}. Which other day would suit you?",
            speech::date(date, call.today())
        );
        return Err(ToolError::told("closed", say));
    }
    let mut lines = sheet::day(call.org, &course, date, &conditions).await?;
    // What is kept for this caller is not in their own way: a model asks for the same thing twice.
    if let Some(id) = call.call_id {
        for (slot, players) in slots::held_for(call.org, id).await? {
            if let Some(line) = lines.iter_mut().find(|line| line.slot == Some(slot)) {
                line.held -= players;
            }
        }
    }
    Ok(Day { course, date, conditions, lines })
}

impl Day {
    /// The day as it is said.
    pub fn spoken(&self, call: &ToolCall<'_>) -> String {
        speech::day(self.date, call.today())
    }

    /// The line of a time, if so many can join; else what comes nearest.
    pub fn line(&self, call: &ToolCall<'_>, time: NaiveTime, players: i64) -> Result<&Line, ToolError> {
        let found = self.lines.iter().find(|line| line.time == time);
        if let Some(line) = found.filter(|line| line.free(call.now) >= players) {
            return Ok(line);
        }
        let near: Vec<&Line> = self.nearest(call, time, players).into_iter().take(3).collect();
        let why = match found {
            Some(line) if line.starts_at <= call.now => format!("{} is past", speech::sentence(&speech::time(time))),
            Some(line) if line.label.is_empty() && line.free(call.now) > 0 => {
                let left = speech::count(line.free(call.now).unsigned_abs(), "place is", "places are");
                format!("Only {left} left at {}", speech::time(time))
            }
            Some(_) => format!("{} is taken", speech::sentence(&speech::time(time))),
            None => format!("No group starts at {}", speech::time(time)),
        };
        let say = if near.is_empty() {
            format!("{why}, and nothing else is free on {}. Shall I look at another day?", self.spoken(call))
        } else {
            let times: Vec<String> = near.iter().map(|line| speech::time(line.time)).collect();
            format!("{why}. The nearest I have is {}. Would that do?", speech::choice(&times))
        };
        let choices: Vec<Choice> = near.into_iter().map(|line| Choice::of(self, line, call.now)).collect();
        Err(ToolError::told("not_available", say).with("alternatives", choices))
    }

    /// The times with room for so many, the nearest to a time first.
    pub fn nearest(&self, call: &ToolCall<'_>, time: NaiveTime, players: i64) -> Vec<&Line> {
        let mut free: Vec<&Line> = self.lines.iter().filter(|line| line.free(call.now) >= players).collect();
        free.sort_by_key(|line| (line.time - time).num_minutes().abs());
        free
    }
}

/// How many play, as far as the course takes them.
pub fn players(course: &Course, players: i64) -> Result<i64, ToolError> {
    match players {
        ..=0 => Err(ToolError::told("players", "How many players are you?").with("field", "players")),
        many if many > course.max_players => {
            let say = format!(
                "A group is up to {} players. I can book two times one after the other. How many shall play at the first?",
                speech::number(course.max_players.unsigned_abs())
            );
            Err(ToolError::told("players", say).with("field", "players").with("most", course.max_players))
        }
        fits => Ok(fits),
    }
}

/// The reservation that a caller may change: whoever calls from its number with its code, or knows code and name.
pub async fn reservation(call: &ToolCall<'_>, said: &str, name: Option<&str>) -> Result<Reservation, ToolError> {
    let Some(code) = code::heard(said) else {
        let say =
            "I did not get that code right. It is two letters and five digits. Could you say it once more, slowly?";
        return Err(ToolError::told("code", say).with("field", "confirmationCode"));
    };
    let found = reservations::by_code(call.org, &code).await?;
    let Some(found) = found.filter(|it| may_change(it, call.caller, name)) else {
        let say = if name.is_some() {
            "I cannot find a reservation with that code under that name. Would you check them and say them once more?"
        } else {
            "I cannot find a reservation with that code for your number. Under which name was it booked?"
        };
        return Err(ToolError::told("unknown_code", say).with("field", "confirmationCode"));
    };
    if found.cancelled {
        return Err(ToolError::told("cancelled", "That reservation has been cancelled already."));
    }
    if found.starts_at <= call.now {
        return Err(ToolError::told("past", "That tee time is over, so there is nothing left to change."));
    }
    Ok(found)
}

/// Nobody learns from the answer whether a code exists.
fn may_change(it: &Reservation, caller: Option<&PhoneNumber>, name: Option<&str>) -> bool {
    if it.phone.is_some() && it.phone.as_ref() == caller {
        return true;
    }
    let Some(said) = name.map(heard::words).filter(|words| !words.is_empty()) else { return false };
    let known = heard::words(&it.name);
    known.last().is_some_and(|surname| said.iter().any(|word| heard::alike(word, surname) >= 0.9))
}
