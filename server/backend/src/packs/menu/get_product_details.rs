//! `get_product_details`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    product::{self, Meant, Order},
    store::{self, Category, Item},
};
use crate::{
    packs::{Output, ToolCall, ToolError},
    speech,
};

/// Gives sizes, prices, extras and allergens of one product. Understands size and extras too: for "large oat latte" it gives
/// the total. Never say a price that did not come from here or from `get_menu`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The product as the caller said it, in English, with size and extras.
    product_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    say: String,
    name: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen_size: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chosen_extras: Vec<String>,
    /// Of the size and the extras that were said.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<String>,
    sizes: Vec<Priced>,
    extras: Vec<Extra>,
    /// Made the usual way; extras add their own.
    allergens: Vec<String>,
    /// Words that fit nothing on the menu.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_found: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Priced {
    name: String,
    price: String,
}

#[derive(Debug, Serialize)]
struct Extra {
    #[serde(flatten)]
    priced: Priced,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allergens: Vec<String>,
}

impl Output for Product {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Product, ToolError> {
        let menu = store::menu(call.org).await?;
        match product::meant(&menu, &self.product_name) {
            Meant::One(order) => Ok(details(&order)),
            Meant::Several(items) => {
                let names = names(&items);
                let say = format!("We have {}. Which one would you like?", speech::list(&names));
                Err(ToolError::told("which_product", say).with("choices", names))
            }
            Meant::Unknown(nearest) => Err(unknown(&menu, &nearest)),
        }
    }
}

fn names<'m>(items: &[&'m Item]) -> Vec<&'m str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

fn unknown(menu: &[Category], nearest: &[&Item]) -> ToolError {
    let names = names(nearest);
    let say = if names.is_empty() {
        let categories: Vec<String> = menu.iter().map(|category| category.name.to_lowercase()).collect();
        format!("I do not find that on our menu. We have {}.", speech::list(&categories))
    } else {
        format!("I do not find that on our menu. The nearest we have is {}.", speech::choice(&names))
    };
    ToolError::told("unknown_product", say).with("nearest", names)
}

fn details(order: &Order<'_>) -> Product {
    let item = order.item;
    let priced = |name: &str, price: model::Money| Priced { name: name.to_owned(), price: price.to_string() };
    Product {
        say: say(order),
        name: item.name.clone(),
        description: item.description.clone(),
        chosen_size: order.size.map(|size| size.name.clone()).filter(|name| !name.is_empty()),
        chosen_extras: order.modifiers.iter().map(|modifier| modifier.name.clone()).collect(),
        total: order.size.map(|size| order.total(size).to_string()),
        sizes: item.sizes.iter().map(|size| priced(&size.name, size.price)).collect(),
        extras: item
            .modifiers
            .iter()
            .map(|extra| Extra { priced: priced(&extra.name, extra.price), allergens: extra.allergens.clone() })
            .collect(),
        allergens: item.allergens.clone(),
        not_found: order.unknown.clone(),
    }
}

fn say(order: &Order<'_>) -> String {
    let extras: Vec<String> = order.modifiers.iter().map(|modifier| modifier.name.to_lowercase()).collect();
    let with = if extras.is_empty() { String::new() } else { format!(" with {}", speech::list(&extras)) };
    let name = &order.item.name;
    let price = match order.size {
        Some(size) if size.name.is_empty() => {
            format!("The {name}{with} is {}.", speech::price(order.total(size)))
        }
        Some(size) => {
            let of = if size.name.ends_with("bag") { " of" } else { "" };
            format!("A {}{of} {name}{with} is {}.", size.name.to_lowercase(), speech::price(order.total(size)))
        }
        None => {
            let sizes = order.item.sizes.iter();
            let sizes: Vec<String> = sizes
                .map(|size| format!("{} for {}", size.name.to_lowercase(), speech::price(order.total(size))))
                .collect();
            format!("The {name}{with} comes in {}.", speech::list(&sizes))
        }
    };
    let unknown = if order.unknown.is_empty() {
        String::new()
    } else {
        format!(" I did not find {} for it.", speech::choice(&order.unknown))
    };
    format!("{price}{unknown}{}", contains(order))
}

/// What is listed. What an extra replaces is not known here, so nothing is ever said to be free of something.
fn contains(order: &Order<'_>) -> String {
    let extras = order.modifiers.iter().filter(|modifier| !modifier.allergens.is_empty());
    let extras: Vec<String> = extras
        .map(|modifier| format!("{} contains {}", modifier.name.to_lowercase(), speech::list(&modifier.allergens)))
        .collect();
    let usual = &order.item.allergens;
    match (usual.is_empty(), extras.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" {}.", speech::sentence(&speech::list(&extras))),
        (false, true) if order.modifiers.is_empty() => format!(" It contains {}.", speech::list(usual)),
        (false, true) => format!(" Made the usual way it contains {}.", speech::list(usual)),
        (false, false) => {
            format!(" Made the usual way it contains {}; {}.", speech::list(usual), speech::list(&extras))
        }
    }
}
