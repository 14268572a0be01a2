//! A line of a history: what staff wrote in versions, and going back to one.

use leptos::prelude::*;

use super::{Badge, RelativeTime, Tone};
use crate::moment::Moment;

/// A version: its number and standing, who wrote it and when; what it says folds out.
#[component]
pub fn VersionRow(
    /// Counts up from 1.
    version: i64,
    /// Who wrote it.
    author: String,
    /// When.
    at: Moment,
    /// Where it stands, if that is worth a word.
    standing: Option<(&'static str, Tone)>,
    /// Why it was written, or what it is about.
    note: String,
    /// What folds out, in a few words.
    #[prop(into)]
    summary: String,
    /// The way back to it, for those who may go it.
    back: Option<AnyView>,
    /// What folds out.
    children: Children,
) -> impl IntoView {
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
            <div class="min-w-0 flex-1">
                <p class="flex flex-wrap items-center gap-2">
                    <span class="font-medium tabular-nums">{format!("Version {version}")}</span>
                    {standing.map(|(text, tone)| view! { <Badge text tone /> })}
                </p>
                <p class="text-sm break-words">{note}</p>
                <p class="muted text-sm">{author} ", " <RelativeTime at /></p>
                <details class="mt-1 text-sm">
                    <summary class="muted cursor-pointer">{summary}</summary>
                    {children()}
                </details>
            </div>
            {back}
        </li>
    }
    .into_any()
}
