//! What staff edit of the menu, the plans and the hours. Every function takes the version that was edited and refuses an older one as
//! [`Error::Stale`]; what is deleted comes back by [`parts::restore`] and [`exceptions::restore`].

pub mod categories;
pub mod exceptions;
pub mod hours;
pub mod items;
pub mod modifiers;
pub mod parts;
pub mod plans;
pub mod prices;

use crate::{
    db::DbError,
    error::Error,
    packs::editing::{Check, missed, note, note_change, one_line},
};

/// What an item may cost, in minor units.
const PRICES: std::ops::RangeInclusive<i64> = 0..=10_000_000;

/// What a person reads at a field that holds no price.
const NO_PRICE: &str = "Write a price, for instance 4.50.";

/// Allergens without blanks and doubles. They are read aloud, so there are few.
fn allergens(check: &mut Check, entered: &[String]) -> Vec<String> {
    let mut allergens: Vec<String> = Vec::new();
    for allergen in entered.iter().map(|it| one_line(it).to_lowercase()).filter(|it| !it.is_empty()) {
        if !allergens.contains(&allergen) {
            allergens.push(allergen);
        }
    }
    let short = allergens.len() <= 20 && allergens.iter().all(|it| it.chars().count() <= 40);
    check.that(short, "allergens", "Write at most 20 allergens, a word or two each.");
    allergens
}

/// A name that is taken, as a message for its field.
fn taken(error: DbError, name: &str) -> Error {
    if error.unique_violation() { already(name) } else { error.into() }
}

fn already(name: &str) -> Error {
    Error::field("name", format!("There is a {name} already."))
}

#[cfg(test)]
mod tests;
