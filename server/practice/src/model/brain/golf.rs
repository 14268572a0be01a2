//! Tee times: what a golfer wants, and what they said of it.

use serde_json::{Value, json};

use super::wishes::tokens;

const TOOLS: [&str; 4] = ["search_tee_times", "book_tee_time", "modify_reservation", "cancel_reservation"];

/// Whether a tool is of the tee sheet: its arguments are filled here.
pub(super) fn is_ours(tool: &str) -> bool {
    TOOLS.contains(&tool)
}

/// The tool that a golfer wants, and where they say so.
pub(super) fn wish(said: &[String]) -> Option<(usize, &'static str)> {
    let at = |words: &[&str]| said.iter().position(|it| words.contains(&it.as_str()));
    let booking = at(&["tee", "reservation", "booking", "code", "round"])?;
    let tool = if at(&["cancel"]).is_some() {
        "cancel_reservation"
    } else if at(&["move", "change", "reschedule", "modify"]).is_some() {
        "modify_reservation"
    } else if at(&["book", "reserve"]).is_some() {
        "book_tee_time"
    } else if at(&["tee"]).is_some() {
        "search_tee_times"
    } else {
        return None;
    };
    Some((booking, tool))
}

/// An argument of one of our tools, as far as it was said.
pub(super) fn argument(name: &str, words: &str) -> Option<Value> {
    let said = tokens(words);
    match name {
        "confirmationCode" => code(words).map(|it| json!(it)),
        "name" => super::changes::name(words)
            .or_else(|| after(words, &["under the name of ", "under the name ", "under "]))
            .map(|it| json!(it)),
        "date" => date(words, &said).map(|it| json!(it)),
        // "Move it to 2 pm": but not "I would like to book".
        "time" => [" at ", " to "]
            .into_iter()
            .find_map(|begins| after(words, &[begins]).filter(|it| it.starts_with(|c: char| c.is_ascii_digit())))
            .map(|it| json!(it)),
        "from" => ["morning", "afternoon", "twilight"]
            .iter()
            .find(|it| said.iter().any(|word| word == *it))
            .map(|it| json!(it)),
        "players" => players(&said).map(|it| json!(it)),
        _ => None,
    }
}

/// A code goes on to the end of the sentence: it is said in groups.
fn code(words: &str) -> Option<String> {
    let lower = words.to_ascii_lowercase();
    let start = ["code is ", "code "].iter().find_map(|it| Some(lower.find(it)? + it.len()))?;
    let ends = [", please", " please", ".", "?", ", to ", " to "];
    let end = ends.iter().filter_map(|it| Some(lower[start..].find(it)? + start)).min().unwrap_or(words.len());
    Some(words.get(start..end)?.trim().to_owned()).filter(|it| !it.is_empty())
}

/// What follows one of these, up to the next part of the sentence.
fn after(words: &str, begins: &[&str]) -> Option<String> {
    const ENDS: [&str; 9] = [" for ", " on ", " under ", " with ", " please", " to ", ",", ".", "?"];
    let lower = words.to_ascii_lowercase();
    let start = begins.iter().find_map(|it| Some(lower.find(it)? + it.len()))?;
    let end = ENDS.iter().filter_map(|it| Some(lower[start..].find(it)? + start)).min().unwrap_or(words.len());
    let found = words.get(start..end)?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

fn date(words: &str, said: &[String]) -> Option<String> {
    const DAYS: [&str; 9] =
        ["today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let written = words.split_whitespace().map(|it| it.trim_matches(|c: char| !c.is_ascii_digit()));
    let iso = |it: &str| it.len() == 10 && it.split('-').map(str::len).eq([4, 2, 2]);
    written
        .into_iter()
        .find(|it| iso(it))
        .map(str::to_owned)
        .or_else(|| said.iter().find(|it| DAYS.contains(&it.as_str())).cloned())
}

fn players(said: &[String]) -> Option<i64> {
    const NAMES: [&str; 6] = ["zero", "one", "two", "three", "four", "five"];
    let number = |it: &String| it.parse().ok().or_else(|| Some(NAMES.iter().position(|name| name == it)? as i64));
    said.windows(2).find_map(|pair| match pair[1].as_str() {
        "player" | "players" | "people" | "golfers" | "of" => number(&pair[0]),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_golfers_wish_is_understood() {
        let book = "I would like to book a tee time on Saturday at 8:10 am for three players under the name Whitfield, please.";
        assert_eq!(wish(&tokens(book)).map(|it| it.1), Some("book_tee_time"));
        for (name, value) in [
            ("date", json!("saturday")),
            ("time", json!("8:10 am")),
            ("players", json!(3)),
            ("name", json!("Whitfield")),
        ] {
            assert_eq!(argument(name, book), Some(value), "{name}");
        }
        assert_eq!(argument("from", book), None);

        let cancel = "Please cancel my reservation, the code is H for hotel R for romeo four eight two nine six.";
        assert_eq!(wish(&tokens(cancel)).map(|it| it.1), Some("cancel_reservation"));
        let search = "Which tee times do you have on 2026-12-05 in the morning?";
        assert_eq!(wish(&tokens(search)).map(|it| it.1), Some("search_tee_times"));
        assert_eq!(
            (argument("date", search), argument("from", search)),
            (Some(json!("2026-12-05")), Some(json!("morning")))
        );
        assert_eq!(wish(&tokens("What time do you open?")), None);
    }

    #[test]
    fn a_code_is_taken_as_it_is_said() {
        assert_eq!(
            argument("confirmationCode", "Cancel my booking, code HR 482 96, please."),
            Some(json!("HR 482 96"))
        );
        let words = "Cancel it, the code is H for hotel, R for romeo, four eight two, nine six.";
        assert_eq!(
            argument("confirmationCode", words),
            Some(json!("H for hotel, R for romeo, four eight two, nine six"))
        );
    }
}
