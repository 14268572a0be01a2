//! The filters of the list of calls, and the address that holds them.

use leptos::{ev, html, prelude::*};
use leptos_router::{components::Form, params::ParamsMap};
use model::{CallStatus, Outcome, Sentiment};
use serde::{Deserialize, Serialize};

use crate::{
    ui::{Glyph, Icon, on_key},
    words,
};

/// The filters as the address has them; empty ones are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Words said, or part of a number.
    #[serde(default)]
    pub q: String,
    /// A [`CallStatus`].
    #[serde(default)]
    pub status: String,
    /// An [`Outcome`].
    #[serde(default)]
    pub outcome: String,
    /// A [`Sentiment`].
    #[serde(default)]
    pub mood: String,
    /// First day, `2026-07-14`.
    #[serde(default)]
    pub from: String,
    /// Last day.
    #[serde(default)]
    pub to: String,
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
            status: get("status"),
            outcome: get("outcome"),
            mood: get("mood"),
            from: get("from"),
            to: get("to"),
            page: get("page").parse().unwrap_or(1).clamp(1, 100_000),
        }
    }

    /// What the list is asked for; a filter that makes no sense is left out.
    #[cfg(feature = "ssr")]
    pub fn filter(&self, rows: i64) -> model::CallFilter {
        let words = self.q.trim();
        let is_number = words.chars().any(|c| c.is_ascii_digit()) && !words.chars().any(char::is_alphabetic);
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        model::CallFilter {
            caller: is_number.then_some(digits),
            words: (!is_number && !words.is_empty()).then(|| words.to_owned()),
            status: self.status.parse().ok(),
            outcome: self.outcome.parse().ok(),
            sentiment: self.mood.parse().ok(),
            from: self.from.parse().ok(),
            to: self.to.parse().ok(),
            offset: (self.page - 1).max(0) * rows,
            limit: rows,
        }
    }

    /// The address of the list with these filters.
    pub fn href(&self, slug: &str) -> String {
        let mut map = ParamsMap::new();
        let fields = [
            ("q", &self.q),
            ("status", &self.status),
            ("outcome", &self.outcome),
            ("mood", &self.mood),
            ("from", &self.from),
            ("to", &self.to),
        ];
        for (key, value) in fields {
            if !value.is_empty() {
                map.insert(key, value.clone());
            }
        }
        if self.page > 1 {
            map.insert("page", self.page.to_string());
        }
        format!("/admin/{slug}/calls{}", map.to_query_string())
    }

    /// The filters that are set, each with the query without it.
    fn chips(&self) -> Vec<(String, Self)> {
        let without = |change: fn(&mut Self)| {
            let mut query = Self { page: 1, ..self.clone() };
            change(&mut query);
            query
        };
        let mut chips = Vec::new();
        if !self.q.is_empty() {
            chips.push((format!("\u{201c}{}\u{201d}", self.q), without(|q| q.q.clear())));
        }
        if let Ok(status) = self.status.parse::<CallStatus>() {
            chips.push((words::status_word(status).into(), without(|q| q.status.clear())));
        }
        if let Ok(outcome) = self.outcome.parse::<Outcome>() {
            chips.push((words::outcome_word(outcome).into(), without(|q| q.outcome.clear())));
        }
        if let Ok(mood) = self.mood.parse::<Sentiment>() {
            chips.push((format!("mood: {}", words::mood(mood).to_lowercase()), without(|q| q.mood.clear())));
        }
        if !self.from.is_empty() {
            chips.push((format!("from {}", self.from), without(|q| q.from.clear())));
        }
        if !self.to.is_empty() {
            chips.push((format!("until {}", self.to), without(|q| q.to.clear())));
        }
        chips
    }
}

/// Search, filters and the chips of those that are set. A plain GET form.
#[component]
pub fn FilterBar(
    /// The organisation in the address.
    slug: Memo<String>,
    /// The filters in the address.
    query: Memo<Query>,
) -> impl IntoView {
    let search = NodeRef::<html::Input>::new();
    on_key(move |event| {
        let asked = event.key() == "/";
        if let (true, Some(input)) = (asked, search.get_untracked()) {
            // Focusing an element that is on the page does not fail.
            let _ = input.focus();
        }
        asked
    });
    let statuses = CallStatus::ALL.iter().map(|s| (s.as_str(), words::status_word(*s))).collect();
    let outcomes = Outcome::ALL.iter().map(|o| (o.as_str(), words::outcome_word(*o))).collect();
    let moods = Sentiment::ALL.iter().map(|m| (m.as_str(), words::mood(*m))).collect();
    let is_filtered = move || query.with(|q| !q.chips().is_empty());
    view! {
        <Form method="GET" action="" attr:class="mb-3 flex flex-wrap items-end gap-2" attr:role="search">
            <label class="input w-full sm:w-72">
                <Icon glyph=Glyph::Search class="size-4" />
                <input
                    type="search"
                    name="q"
                    aria-label="Search calls"
                    placeholder="Words said, or a number"
                    node_ref=search
                    prop:value=move || query.read().q.clone()
                    value=query.get_untracked().q
                />
            </label>
            <Choice label="Status" name="status" all="Any status" options=statuses value=Signal::derive(move || query.read().status.clone()) />
            <Choice label="Ending" name="outcome" all="Any ending" options=outcomes value=Signal::derive(move || query.read().outcome.clone()) />
            <Choice label="Mood" name="mood" all="Any mood" options=moods value=Signal::derive(move || query.read().mood.clone()) />
            <Day label="From" name="from" value=Signal::derive(move || query.read().from.clone()) />
            <Day label="Until" name="to" value=Signal::derive(move || query.read().to.clone()) />
            <button class="btn" type="submit">
                <Icon glyph=Glyph::Filter class="size-4" />
                "Apply"
            </button>
        </Form>
        <div class=move || if is_filtered() { "mb-3 flex flex-wrap items-center gap-2" } else { "hidden" }>
            {move || {
                query
                    .get()
                    .chips()
                    .into_iter()
                    .map(|(label, rest)| {
                        view! {
                            <a class="badge border-primary/40 bg-primary/10 gap-1.5 text-primary" href=rest.href(&slug.read())>
                                {label}
                                <Icon glyph=Glyph::Close class="size-3" />
                                <span class="sr-only">"remove"</span>
                            </a>
                        }
                    })
                    .collect_view()
            }} <a class="link link-hover text-sm" href=move || format!("/admin/{}/calls", slug.get())>
                "Clear all"
            </a>
        </div>
    }
    .into_any()
}

/// Sends the form that a control belongs to.
fn send_form(event: &ev::Event) {
    use leptos::wasm_bindgen::JsCast as _;
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok())
        .and_then(|element| element.closest("form").ok().flatten())
        .and_then(|form| form.dyn_into::<leptos::web_sys::HtmlFormElement>().ok());
    if let Some(form) = form {
        // Fails only for a form that is not valid; the browser then says why beside the field.
        let _ = form.request_submit();
    }
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
        <select
            class="select w-auto"
            name=name
            aria-label=label
            prop:value=move || value.get()
            on:change=move |event| send_form(&event)
        >
            <option value="">{all}</option>
            {options}
        </select>
    }
    .into_any()
}

#[component]
fn Day(label: &'static str, name: &'static str, value: Signal<String>) -> impl IntoView {
    view! {
        <label class="input hidden w-auto sm:inline-flex">
            <span class="muted text-sm">{label}</span>
            <input type="date" name=name value=value.get_untracked() prop:value=move || value.get() />
        </label>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_every_filter_and_nothing_else() {
        let query = Query { q: "vip ticket".into(), mood: "negative".into(), page: 2, ..Query::default() };
        assert_eq!(query.href("mangy-dog"), "/admin/mangy-dog/calls?q=vip%20ticket&mood=negative&page=2");
        assert_eq!(Query { page: 1, ..Query::default() }.href("mangy-dog"), "/admin/mangy-dog/calls");
    }

    #[test]
    fn digits_search_numbers_and_words_search_transcripts() {
        let by = |q: &str| {
            let filter = Query { q: q.into(), page: 1, ..Query::default() }.filter(25);
            (filter.caller, filter.words)
        };
        assert_eq!(by("+1 (415) 555"), (Some("1415555".into()), None));
        assert_eq!(by("2 tickets"), (None, Some("2 tickets".into())));
        assert_eq!(by(" "), (None, None));
    }
}
