//! Light, dark, or as the system has it. The choice is a cookie, so that the server already writes the right page.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// Name of the cookie.
const COOKIE: &str = "theme";

/// The `data-theme` of the page; none follows the system.
#[cfg(feature = "ssr")]
pub fn chosen() -> Option<&'static str> {
    match crate::cookie::read(COOKIE).as_deref() {
        Some("light") => Some("aida"),
        Some("dark") => Some("aida-dark"),
        _ => None,
    }
}

/// Puts a choice into effect: `light`, `dark` or `auto`.
pub fn choose(choice: &str) {
    let root = document().document_element();
    let changed = root.map(|root| match choice {
        "light" => root.set_attribute("data-theme", "aida"),
        "dark" => root.set_attribute("data-theme", "aida-dark"),
        _ => root.remove_attribute("data-theme"),
    });
    if matches!(changed, Some(Ok(()))) {
        crate::cookie::write(COOKIE, choice);
    }
}

/// Three buttons.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let choices =
        [("light", "Light", Glyph::Sun), ("auto", "As the system", Glyph::Auto), ("dark", "Dark", Glyph::Moon)];
    let buttons = choices
        .into_iter()
        .map(|(key, label, glyph)| {
            view! {
                <button class="btn btn-ghost btn-sm join-item px-2" title=label aria-label=label on:click=move |_| choose(key)>
                    <Icon glyph class="size-4" />
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="join" role="group" aria-label="Theme">
            {buttons}
        </div>
    }
    .into_any()
}
