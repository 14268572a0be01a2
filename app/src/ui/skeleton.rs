//! The shape of what is being loaded.

use leptos::prelude::*;

/// Lines of a list that is being loaded.
#[component]
pub fn SkeletonRows(
    /// How many.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView {
    view! {
        <div class="mx-auto flex w-full max-w-6xl flex-col gap-3 px-4 py-7 sm:px-6" aria-busy="true">
            <div class="skeleton h-8 w-48"></div>
            {(0..rows).map(|_| view! { <div class="skeleton h-12 w-full"></div> }).collect_view()}
            <p class="sr-only">"Loading"</p>
        </div>
    }
    .into_any()
}
