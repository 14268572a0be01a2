//! The frame of a page's content: its title, what it is for, what can be done.

use leptos::prelude::*;
use leptos_meta::Title;

/// A page's heading and content.
#[component]
pub fn Page(
    /// The page's name, also that of the browser's tab.
    #[prop(into)]
    title: String,
    /// One sentence on what the page is for.
    #[prop(into, optional)]
    lead: String,
    /// Right of the heading.
    #[prop(optional)]
    actions: Option<ViewFn>,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <div class="mx-auto w-full max-w-6xl px-4 py-5 sm:px-6 sm:py-7">
            <header class="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
                <div class="min-w-0">
                    <h1 class="text-2xl font-semibold tracking-tight">{title}</h1>
                    {(!lead.is_empty()).then(|| view! { <p class="muted mt-1 max-w-3xl">{lead}</p> })}
                </div>
                <div class="flex flex-wrap items-center gap-2">{actions.map(|actions| actions.run())}</div>
            </header>
            {children()}
        </div>
    }
    .into_any()
}
