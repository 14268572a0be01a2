//! Views of one thing side by side; each is a link, so that it has an address.

use leptos::prelude::*;

/// One tab.
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
}

/// A row of tabs.
#[component]
pub fn Tabs(
    /// What they are views of, for screen readers.
    label: &'static str,
    /// The tabs.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tabs = tabs
        .into_iter()
        .map(|tab| {
            let class = if tab.current {
                "border-b-2 border-primary px-3 py-2 font-medium"
            } else {
                "muted border-b-2 border-transparent px-3 py-2 hover:border-base-300"
            };
            let current = tab.current.then_some("page");
            view! {
                <a class=class href=tab.href aria-current=current>
                    {tab.label}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="mb-4 flex gap-1 overflow-x-auto border-b border-base-300 text-sm" aria-label=label>
            {tabs}
        </nav>
    }
    .into_any()
}
