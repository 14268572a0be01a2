//! `get_sponsorship_info`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store::{self, Package};
use crate::{
    packs::{Output, ToolCall, ToolError, heard},
    speech,
};

/// Gives the sponsorship packages with price and benefits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// One package: Bronze, Silver, Gold or Premium. Leave it out for all of them.
    level: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Sponsorship {
    say: String,
    packages: Vec<Line>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    level: String,
    price: String,
    benefits: Vec<String>,
    left: Option<i64>,
}

impl Output for Sponsorship {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Sponsorship, ToolError> {
        let packages = store::packages(call.org).await?;
        if packages.is_empty() {
            return Err(ToolError::told("no_packages", "There are no sponsorship packages at the moment."));
        }
        let level = self.level.as_deref().map(str::trim).filter(|level| !level.is_empty());
        let (say, chosen) = match level {
            None => (say_all(&packages), packages.iter().collect()),
            Some(level) => {
                let package = find(&packages, level)?;
                (say_one(package), vec![package])
            }
        };
        Ok(Sponsorship { say, packages: chosen.into_iter().map(line).collect() })
    }
}

pub(super) fn find<'p>(packages: &'p [Package], level: &str) -> Result<&'p Package, ToolError> {
    let heard = heard::words(level);
    packages.iter().find(|package| heard::fit(&heard, &heard::words(&package.level)).covered > 0.8).ok_or_else(|| {
        let levels: Vec<&str> = packages.iter().map(|package| package.level.as_str()).collect();
        let say = format!("We have {} sponsorships. Which one would you like to hear about?", speech::list(&levels));
        ToolError::told("unknown_level", say).with("levels", levels)
    })
}

/// The packages that can still be had, as they are said with their prices.
fn open(packages: &[Package]) -> Vec<String> {
    let open = packages.iter().filter(|package| !package.is_taken());
    open.map(|package| format!("{} for {}", package.level, speech::price(package.price))).collect()
}

fn say_all(packages: &[Package]) -> String {
    let taken: Vec<&str> = packages.iter().filter(|it| it.is_taken()).map(|it| it.level.as_str()).collect();
    let verb = if taken.len() == 1 { "is" } else { "are" };
    let taken = match taken.as_slice() {
        [] => String::new(),
        levels => format!(" {} {verb} taken for this season.", speech::list(levels)),
    };
    match open(packages).as_slice() {
        [] => taken.trim_start().to_owned(),
        lines => format!(
            "Our sponsorship packages are {}.{taken} Which one would you like to hear about?",
            speech::list(lines)
        ),
    }
}

/// Refuses a package that nobody can have any more.
pub(super) fn still_open<'p>(package: &'p Package, packages: &[Package]) -> Result<&'p Package, ToolError> {
    if !package.is_taken() {
        return Ok(package);
    }
    let say = match open(packages).as_slice() {
        [] => "All our sponsorship packages are taken for this season. Shall I tell the organiser that you would like to help anyway?"
            .to_owned(),
        others => format!("The {} sponsorship is taken for this season. There is still {}.", package.level, speech::list(others)),
    };
    Err(ToolError::told("package_taken", say).with("field", "level"))
}

fn say_one(package: &Package) -> String {
    let includes = speech::list(&package.benefits);
    let left = match package.slots_left {
        _ if package.is_taken() => " It is taken for this season.".to_owned(),
        Some(left) => {
            let verb = if left == 1 { "is" } else { "are" };
            format!(" There {verb} {} left.", speech::number(left as u64))
        }
        None => String::new(),
    };
    format!("{} is {}. It includes {includes}.{left}", package.level, speech::price(package.price))
}

fn line(package: &Package) -> Line {
    Line {
        level: package.level.clone(),
        price: package.price.to_string(),
        benefits: package.benefits.clone(),
        left: package.slots_left,
    }
}
