//! `get_product_details`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    product::{self, Meant, Order},
    store::{self, Category, Item, Modifier},
};
use crate::{
    packs::{Output, ToolCall, ToolError},
    speech,
    today::{self, SoldOut},
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sold_out: bool,
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
    #[serde(skip_serializing_if = "std::ops::Not::not", rename = "soldOut")]
    sold_out: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allergens: Vec<String>,
}

impl Output for Product {}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Product, ToolError> {
        let menu = store::menu(call.org).await?;
        match product::meant(&menu, &self.product_name) {
            Meant::One(order) => {
                let gone = today::sold_out(call.org, call.now).await?;
                Ok(details(&menu, order, &gone))
            }
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

fn details(menu: &[Category], order: Order<'_>, gone: &SoldOut) -> Product {
    let (there, out): (Vec<&Modifier>, Vec<&Modifier>) =
        order.modifiers.iter().partition(|modifier| gone.modifier(modifier.id).is_none());
    let order = Order { modifiers: there, ..order };
    let item = order.item;
    let priced = |name: &str, price: model::Money| Priced { name: name.to_owned(), price: price.to_string() };
    Product {
        say: match gone.item(item.id) {
            Some(told) => format!("{told}{}", instead_of_item(menu, item, gone)),
            None => format!("{}{}", without(item, &out, gone), say(&order)),
        },
        name: item.name.clone(),
        sold_out: gone.item(item.id).is_some(),
        description: item.description.clone(),
        chosen_size: order.size.map(|size| size.name.clone()).filter(|name| !name.is_empty()),
        chosen_extras: order.modifiers.iter().map(|modifier| modifier.name.clone()).collect(),
        total: order.size.map(|size| order.total(size).to_string()),
        sizes: item.sizes.iter().map(|size| priced(&size.name, size.price)).collect(),
        extras: item
            .modifiers
            .iter()
            .map(|extra| Extra {
                priced: priced(&extra.name, extra.price),
                sold_out: gone.modifier(extra.id).is_some(),
                allergens: extra.allergens.clone(),
            })
            .collect(),
        allergens: item.allergens.clone(),
        not_found: order.unknown,
    }
}

/// What else there is of the same category.
fn instead_of_item(menu: &[Category], item: &Item, gone: &SoldOut) -> String {
    let category = menu.iter().find(|category| category.items.iter().any(|other| other.id == item.id));
    let others = category.into_iter().flat_map(|category| &category.items);
    let others: Vec<&str> = others
        .filter(|other| other.id != item.id && gone.item(other.id).is_none())
        .map(|other| other.name.as_str())
        .take(3)
        .collect();
    if others.is_empty() { String::new() } else { format!(" We do have {}.", speech::list(&others)) }
}

/// "We are out of oat milk today. We do have almond milk and soy milk. Without it: "
fn without(item: &Item, out: &[&Modifier], gone: &SoldOut) -> String {
    if out.is_empty() {
        return String::new();
    }
    let told: Vec<String> = out.iter().map(|modifier| instead_of_modifier(item, modifier, gone)).collect();
    format!("{} Without it: ", told.join(" "))
}

/// What else there is of the same kind: "oat milk" and "almond milk" end alike.
fn instead_of_modifier(item: &Item, modifier: &Modifier, gone: &SoldOut) -> String {
    let told = gone.modifier(modifier.id).unwrap_or_default();
    let kind = |name: &str| name.rsplit_once(' ').map(|(_, kind)| kind.to_lowercase());
    let alike = item.modifiers.iter().filter(|other| {
        kind(&other.name).is_some() && kind(&other.name) == kind(&modifier.name) && gone.modifier(other.id).is_none()
    });
    let alike: Vec<String> = alike.map(|other| other.name.to_lowercase()).collect();
    if alike.is_empty() { told.to_owned() } else { format!("{told} We do have {}.", speech::list(&alike)) }
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
