//! One file per address: the page, its server functions, its rows.

pub mod article;
pub mod call;
pub mod calls;
pub mod dashboard;
pub mod home;
pub mod hours;
pub mod knowledge_base;
pub mod live;
pub mod login;
pub mod not_found;
pub mod outbox;
pub mod packs;
pub mod parts;
pub mod today;
pub mod voice;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The organisation named in the address.
pub fn use_slug() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("org").unwrap_or_default())
}

/// The identifier named in the address.
pub fn use_id() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("id").unwrap_or_default())
}
