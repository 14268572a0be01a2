//! The demo organisations as they are written in `data/`.

use std::collections::BTreeMap;

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;
use model::{CallStatus, Outcome, PackKey, Patience, PhoneNumber, Sentiment};
use serde::Deserialize;

/// An organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
    pub slug: String,
    pub name: String,
    pub number: PhoneNumber,
    pub time_zone: Tz,
    pub packs: Vec<PackKey>,
    pub persona: PersonaData,
    pub persona_before: PersonaBefore,
    #[serde(default, rename = "hours")]
    pub week: Vec<HoursData>,
    #[serde(default, rename = "holiday")]
    pub holidays: Vec<HolidayData>,
    #[serde(default, rename = "venue")]
    pub venues: Vec<VenueData>,
    #[serde(default, rename = "event")]
    pub events: Vec<EventData>,
    #[serde(default, rename = "package")]
    pub packages: Vec<PackageData>,
    #[serde(default)]
    pub modifiers: BTreeMap<String, Vec<ModifierData>>,
    #[serde(default, rename = "category")]
    pub categories: Vec<CategoryData>,
    #[serde(default, rename = "plan")]
    pub plans: Vec<PlanData>,
    #[serde(default, rename = "course")]
    pub courses: Vec<CourseData>,
    #[serde(default, rename = "article")]
    pub articles: Vec<ArticleData>,
}

/// A golf course.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CourseData {
    pub name: String,
    pub holes: i64,
    pub first_tee: String,
    pub last_tee: String,
    pub interval_min: i64,
    pub max_players: i64,
    pub book_ahead_days: i64,
    pub free_hours: i64,
    pub late_percent: i64,
    pub rates: Vec<RateData>,
    /// By the day of the week: when, how many, who, their number.
    pub groups: BTreeMap<String, Vec<(String, i64, String, PhoneNumber)>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateData {
    pub name: String,
    pub days: Vec<Weekday>,
    pub from: String,
    pub to: String,
    pub price: i64,
}

/// What callers hear.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonaData {
    pub assistant_name: String,
    pub voice: String,
    pub language: String,
    pub patience: Patience,
    pub greeting: String,
    pub instructions: String,
}

/// What callers heard before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonaBefore {
    pub voice: String,
    pub greeting: String,
    pub instructions: String,
}

/// Hours of some days of the week, as "07:00-18:00".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursData {
    pub days: Vec<Weekday>,
    pub open: Vec<String>,
}

/// Hours of a holiday; none for closed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HolidayData {
    pub name: String,
    #[serde(default)]
    pub open: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VenueData {
    pub key: String,
    pub name: String,
    pub street: String,
    pub city: String,
    pub region: String,
    pub directions: String,
}

/// An event on the first such weekday, so many days from today on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventData {
    pub venue: String,
    pub title: String,
    pub series: String,
    pub days: i64,
    pub weekday: Weekday,
    pub from: NaiveTime,
    pub to: NaiveTime,
    pub description: String,
    pub tiers: Vec<TierData>,
    pub sponsors: Vec<(String, String)>,
    #[serde(default)]
    pub winners: Vec<(i64, String, String, String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TierData {
    pub kind: String,
    pub price: i64,
    pub gate: i64,
    pub capacity: i64,
    pub sold: i64,
    pub description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackageData {
    pub level: String,
    pub price: i64,
    pub slots: Option<i64>,
    pub benefits: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModifierData {
    pub name: String,
    pub price: i64,
    #[serde(default)]
    pub allergens: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryData {
    pub slug: String,
    pub name: String,
    pub items: Vec<ItemData>,
}

/// An item with one `price`, with `cups` (small, medium, large), or with `sizes` of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemData {
    pub name: String,
    pub about: String,
    pub price: Option<i64>,
    pub cups: Option<[i64; 3]>,
    #[serde(default)]
    pub sizes: Vec<(String, i64)>,
    /// Groups of modifiers.
    #[serde(default)]
    pub with: Vec<String>,
    #[serde(default)]
    pub allergens: Vec<String>,
}

impl ItemData {
    /// Its sizes, the smallest first.
    pub fn sizes(&self) -> Vec<(String, i64)> {
        let cups = self.cups.iter().flat_map(|cups| ["Small", "Medium", "Large"].into_iter().zip(*cups));
        let single = self.price.iter().map(|price| ("", *price));
        let named = cups.chain(single).map(|(name, price)| (name.to_owned(), price));
        named.chain(self.sizes.iter().cloned()).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanData {
    pub name: String,
    pub about: String,
    pub price: i64,
    pub period: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticleData {
    pub title: String,
    pub category: String,
    pub hits: i64,
    pub body: String,
}

/// The calls of an organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    #[serde(rename = "call")]
    pub calls: Vec<CallData>,
}

/// A call of the week before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallData {
    /// Days before today.
    pub ago: i64,
    pub at: NaiveTime,
    pub caller: Option<PhoneNumber>,
    pub status: Option<CallStatus>,
    pub outcome: Option<Outcome>,
    pub end: Option<String>,
    pub sentiment: Option<Sentiment>,
    pub language: Option<String>,
    pub summary: String,
    #[serde(default)]
    pub notes: String,
    /// Whether there is audio to play.
    #[serde(default)]
    pub recorded: bool,
    pub script: String,
}

/// The organisations with their calls.
pub(super) fn organisations() -> Vec<(Organisation, Vec<CallData>)> {
    const FILES: [(&str, &str); 4] = [
        (include_str!("data/soup-cookoff.toml"), include_str!("data/soup-cookoff.calls.toml")),
        (include_str!("data/mangy-dog.toml"), include_str!("data/mangy-dog.calls.toml")),
        (include_str!("data/pine-valley.toml"), include_str!("data/pine-valley.calls.toml")),
        (include_str!("data/riverside.toml"), include_str!("data/riverside.calls.toml")),
    ];
    FILES
        .into_iter()
        .map(|(organisation, calls)| {
            let organisation: Organisation = toml::from_str(organisation).expect("the demo's data is well written");
            let calls: Calls = toml::from_str(calls).expect("the demo's calls are well written");
            (organisation, calls.calls)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_enough_to_show() {
        let all = organisations();
        let articles: usize = all.iter().map(|(organisation, _)| organisation.articles.len()).sum();
        assert!(articles >= 30, "{articles} articles");
        for (organisation, calls) in &all {
            assert!((12..=25).contains(&calls.len()), "{} has {} calls", organisation.name, calls.len());
        }
        let upcoming = all[0].0.events.iter().filter(|event| event.days > 0).count();
        assert!(upcoming >= 8, "{upcoming} upcoming events");
        let items: usize = all[1].0.categories.iter().map(|category| category.items.len()).sum();
        assert!(items >= 40, "{items} menu items");
    }
}
