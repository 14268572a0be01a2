//! What a page shows when there is nothing yet: what would be here, and what to do first.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// Says why there is nothing and what to do.
#[component]
pub fn EmptyState(
    /// What would be here.
    glyph: Glyph,
    /// What is missing, in a few words.
    #[prop(into)]
    title: String,
    /// What to do first.
    #[prop(into)]
    hint: String,
    /// A button or link.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center gap-2 px-4 py-12 text-center">
            <span class="grid size-12 place-items-center rounded-full bg-base-200 text-primary">
                <Icon glyph />
            </span>
            <p class="font-medium">{title}</p>
            <p class="muted max-w-prose text-sm">{hint}</p>
            {children.map(|children| view! { <div class="mt-2">{children()}</div> })}
        </div>
    }
    .into_any()
}
