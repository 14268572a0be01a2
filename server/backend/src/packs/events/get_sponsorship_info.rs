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

fn say_all(packages: &[Package]) -> String {
    let lines: Vec<String> =
        packages.iter().map(|package| format!("{} for {}", package.level, speech::price(package.price))).collect();
    format!("Our sponsorship packages are {}. Which one would you like to hear about?", speech::list(&lines))
}

fn say_one(package: &Package) -> String {
    let includes = speech::list(&package.benefits);
    let left = match package.slots_left {
        Some(left) if left <= 0 => " It is taken for this season.".to_owned(),
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
