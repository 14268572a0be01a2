//! `get_menu`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store::{self, Category, Item};
use crate::{
    packs::{Output, ToolCall, ToolError, heard},
    speech,
    today::{self, SoldOut},
};

/// Gives the menu: without a category the categories with what is in them, with a category its products with prices.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// A category, for instance espresso, tea or pastries. Leave it out for the whole menu.
    category: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Menu {
    say: String,
    categories: Vec<Section>,
}

#[derive(Debug, Serialize)]
struct Section {
    category: String,
    products: Vec<Product>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sold_out: bool,
}

impl Output for Menu {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Menu, ToolError> {
        let menu = store::menu(call.org).await?;
        if menu.is_empty() {
            return Err(ToolError::told("no_menu", "I do not have a menu here."));
        }
        let gone = today::sold_out(call.org, call.now).await?;
        let asked = self.category.as_deref().map(str::trim).filter(|category| !category.is_empty());
        Ok(match asked {
            None => Menu { say: say_all(&menu), categories: menu.iter().map(|c| section(c, false, &gone)).collect() },
            Some(asked) => {
                let category = find(&menu, asked)?;
                Menu { say: say_one(category, &gone), categories: vec![section(category, true, &gone)] }
            }
        })
    }
}

fn find<'m>(menu: &'m [Category], asked: &str) -> Result<&'m Category, ToolError> {
    let heard = heard::words(asked);
    let fit = |category: &Category| {
        let known = heard::words(&format!("{} {}", category.name, category.slug));
        heard::fit(&known, &heard).covered
    };
    let best = menu.iter().map(|category| (fit(category), category)).rev().max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((fit, category)) if fit >= 0.5 => Ok(category),
        _ => {
            let names: Vec<&str> = menu.iter().map(|category| category.name.as_str()).collect();
            let say = format!("We do not have that on the menu. We have {}.", speech::list(&names));
            Err(ToolError::told("unknown_category", say).with("categories", names))
        }
    }
}

fn say_all(menu: &[Category]) -> String {
    let names: Vec<String> = menu.iter().map(|category| category.name.to_lowercase()).collect();
    format!("We have {}. Which would you like to hear about?", speech::list(&names))
}

fn say_one(category: &Category, gone: &SoldOut) -> String {
    let (out, there): (Vec<&Item>, Vec<&Item>) = category.items.iter().partition(|it| gone.item(it.id).is_some());
    let under = category.name.to_lowercase();
    if there.is_empty() {
        return format!("Everything under {under} is sold out at the moment.");
    }
    let names: Vec<&str> = there.iter().map(|item| item.name.as_str()).collect();
    let cheapest = there.iter().flat_map(|item| &item.sizes).map(|size| size.price).min_by_key(|p| p.minor);
    let from = cheapest.map(|price| format!(", from {}", speech::price(price))).unwrap_or_default();
    let mut sentences = vec![format!("Under {under} we have {}{from}.", speech::list(&names))];
    sentences.extend(out.iter().filter_map(|item| gone.item(item.id)).map(ToString::to_string));
    sentences.join(" ")
}

fn section(category: &Category, with_prices: bool, gone: &SoldOut) -> Section {
    let product = |item: &Item| Product {
        name: item.name.clone(),
        price: with_prices.then(|| prices(item)),
        sold_out: gone.item(item.id).is_some(),
    };
    Section { category: category.name.clone(), products: category.items.iter().map(product).collect() }
}

/// "$4.00 to $5.00", "$3.75".
fn prices(item: &Item) -> String {
    match item.sizes.as_slice() {
        [] => String::new(),
        [only] => only.price.to_string(),
        [first, .., last] => format!("{} to {}", first.price, last.price),
    }
}
