//! A dense table that scrolls within itself on a narrow screen.

use leptos::prelude::*;

/// A table with these column headings.
#[component]
pub fn DataTable(
    /// What it lists, for screen readers.
    #[prop(into)]
    caption: String,
    /// Heading and classes of each column; on phones `hidden sm:table-cell` leaves one out.
    columns: &'static [(&'static str, &'static str)],
    /// The rows.
    children: Children,
) -> impl IntoView {
    let heads = columns.iter().map(|(name, class)| view! { <th scope="col" class=*class>{*name}</th> }).collect_view();
    view! {
        <div class="overflow-x-auto">
            <table class="table">
                <caption class="sr-only">{caption}</caption>
                <thead class="muted text-xs">
                    <tr>{heads}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
