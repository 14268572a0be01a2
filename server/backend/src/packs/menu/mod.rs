//! The pack of a shop or restaurant: menu, opening hours, subscriptions.

pub mod changes;
pub mod day;
mod get_menu;
mod get_product_details;
mod get_store_hours;
mod get_subscription_info;
pub mod holidays;
pub mod hours;
pub mod manage;
pub mod product;
pub mod store;

use model::PackKey;

use super::{Pack, tool::tools};

/// Menu, opening hours and subscription plans.
pub const PACK: Pack = Pack {
    key: PackKey::Menu,
    title: "Menu and hours",
    instructions: "\
Callers ask about the menu, prices, sizes, allergens, opening hours and subscriptions. Use get_menu to read out a \
category and get_product_details for one product; pass on what the caller said (\"large oat latte\"), the tool sorts out \
size and extras and adds up the price. Use get_store_hours for every question about opening times, today included. \
With allergies tell what is listed, and add that everything is made in one kitchen, so that traces are possible; never \
say that something is safe. You cannot take orders on this line.",
    safety: "",
    tools: tools![get_menu, get_product_details, get_store_hours, get_subscription_info],
};
