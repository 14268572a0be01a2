//! A number that matters, big, with what is usual.

use leptos::prelude::*;

/// A number with its usual value; it opens what is behind it.
#[component]
pub fn StatTile(
    /// What is counted.
    #[prop(into)]
    label: String,
    /// The value.
    #[prop(into)]
    value: String,
    /// The value of a usual day; empty while none is known.
    #[prop(into)]
    usual: String,
    /// What it opens.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    let usual = if usual.is_empty() { "no usual day yet".to_owned() } else { format!("usually {usual}") };
    view! {
        <a
            class="flex flex-col gap-1 rounded-box border border-base-300 bg-base-100 p-4 transition-colors hover:border-primary"
            href=href
        >
            <span class="muted text-sm">{label}</span>
            <span class="text-2xl font-semibold tabular-nums tracking-tight">{value}</span>
            <span class="muted text-xs">{usual}</span>
        </a>
    }
    .into_any()
}
