//! A surface with a heading.

use leptos::prelude::*;

/// A surface with a heading and, at its right, what can be done.
#[component]
pub fn Card(
    /// The heading; none if empty.
    #[prop(into, optional)]
    title: String,
    /// Right of the heading.
    #[prop(optional)]
    actions: Option<ViewFn>,
    /// More classes for the content.
    #[prop(default = "p-4 sm:p-5")]
    class: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    let head = (!title.is_empty()).then(|| {
        view! {
            <header class="flex items-center justify-between gap-3 border-b border-base-300 px-4 py-3 sm:px-5">
                <h2 class="font-semibold">{title}</h2>
                {actions.map(|actions| actions.run())}
            </header>
        }
    });
    view! {
        <section class="rounded-box border border-base-300 bg-base-100">
            {head} <div class=class>{children()}</div>
        </section>
    }
    .into_any()
}
