//! The filters of the outbox, and the address that holds them.

use leptos::prelude::*;
use leptos_router::{components::Form, params::ParamsMap};
use model::{Channel, MessageState};
use serde::{Deserialize, Serialize};

use crate::{
    ui::{Glyph, Icon},
    words,
};

/// The word in the address for the messages that somebody should look at.
const TROUBLE: &str = "trouble";

/// The filters as the address has them; empty ones are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Part of a number or address.
    #[serde(default)]
    pub q: String,
    /// A [`MessageState`], or `trouble`.
    #[serde(default)]
    pub state: String,
    /// A [`Channel`].
    #[serde(default)]
    pub channel: String,
    /// The page, from 1.
    #[serde(default)]
    pub page: i64,
}

impl Query {
    /// Reads the address.
    pub fn from_map(map: &ParamsMap) -> Self {
        let get = |key: &str| map.get(key).unwrap_or_default();
        Self {
            q: get("q"),
            state: get("state"),
            channel: get("channel"),
            page: get("page").parse().unwrap_or(1).clamp(1, 100_000),
        }
    }

    /// What the list is asked for; a filter that makes no sense is left out.
    #[cfg(feature = "ssr")]
    pub fn filter(&self, rows: i64) -> model::OutboxFilter {
        let words = self.q.trim();
        let is_number = !words.contains(|c: char| c.is_alphabetic() || c == '@');
        let part = if is_number { words.chars().filter(char::is_ascii_digit).collect() } else { words.to_owned() };
        model::OutboxFilter {
            trouble: self.state == TROUBLE,
            state: self.state.parse().ok(),
            channel: self.channel.parse().ok(),
            recipient: Some(part).filter(|part: &String| !part.is_empty()),
            offset: (self.page - 1).max(0) * rows,
            limit: rows,
        }
    }

    /// The address of the list with these filters.
    pub fn href(&self, slug: &str) -> String {
        let mut map = ParamsMap::new();
        for (key, value) in [("q", &self.q), ("state", &self.state), ("channel", &self.channel)] {
            if !value.is_empty() {
                map.insert(key, value.clone());
            }
        }
        if self.page > 1 {
            map.insert("page", self.page.to_string());
        }
        format!("/admin/{slug}/outbox{}", map.to_query_string())
    }

    /// Whether anything is filtered out.
    pub fn is_filtered(&self) -> bool {
        !(self.q.is_empty() && self.state.is_empty() && self.channel.is_empty())
    }
}

/// Search and filters. A plain GET form.
#[component]
pub fn FilterBar(
    /// The organisation in the address.
    slug: Memo<String>,
    /// The filters in the address.
    query: Memo<Query>,
) -> impl IntoView {
    let states = std::iter::once((TROUBLE, "Needs a look"))
        .chain(MessageState::ALL.iter().map(|state| (state.as_str(), words::message_state(*state).0)))
        .collect();
    let channels = vec![(Channel::Text.as_str(), "Texts"), (Channel::Mail.as_str(), "E-mails")];
    view! {
        <Form method="GET" action="" attr:class="mb-3 flex flex-wrap items-end gap-2" attr:role="search">
            <label class="input w-full sm:w-72">
                <Icon glyph=Glyph::Search class="size-4" />
                <input
                    type="search"
                    name="q"
                    aria-label="Search the outbox"
                    placeholder="A number or address"
                    prop:value=move || query.read().q.clone()
                    value=query.get_untracked().q
                />
            </label>
            <Choice label="State" name="state" all="Any state" options=states value=Signal::derive(move || query.read().state.clone()) />
            <Choice label="Kind" name="channel" all="Texts and e-mails" options=channels value=Signal::derive(move || query.read().channel.clone()) />
            <button class="btn" type="submit">
                <Icon glyph=Glyph::Filter class="size-4" />
                "Apply"
            </button>
            <a
                class=move || if query.read().is_filtered() { "link link-hover self-center text-sm" } else { "hidden" }
                href=move || format!("/admin/{}/outbox", slug.get())
            >
                "Clear all"
            </a>
        </Form>
    }
    .into_any()
}

#[component]
fn Choice(
    label: &'static str,
    name: &'static str,
    all: &'static str,
    options: Vec<(&'static str, &'static str)>,
    value: Signal<String>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(key, word)| {
            view! {
                <option value=key selected=value.read_untracked().as_str() == key>
                    {word}
                </option>
            }
        })
        .collect_view();
    view! {
        <select class="select w-auto" name=name aria-label=label prop:value=move || value.get()>
            <option value="">{all}</option>
            {options}
        </select>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_every_filter_and_nothing_else() {
        let query = Query { state: TROUBLE.into(), page: 2, ..Query::default() };
        assert_eq!(query.href("mangy-dog"), "/admin/mangy-dog/outbox?state=trouble&page=2");
        assert!(query.filter(25).trouble && query.filter(25).state.is_none());
        assert_eq!(query.filter(25).offset, 25);
    }

    #[test]
    fn numbers_are_searched_by_their_digits_and_addresses_as_they_are() {
        let by = |q: &str| Query { q: q.into(), page: 1, ..Query::default() }.filter(25).recipient;
        assert_eq!(by("+1 415 555"), Some("1415555".into()));
        assert_eq!(by("ana@"), Some("ana@".into()));
        assert_eq!(by(" "), None);
    }
}
