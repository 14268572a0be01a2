//! The button that keeps a form, and whether there is something to keep.

use leptos::prelude::*;

/// A submit button that says what is going on, with a word before it while the form holds something that is not kept.
#[component]
pub fn SaveButton(
    /// What it does.
    label: &'static str,
    /// Whether something is not kept yet.
    dirty: RwSignal<bool>,
    /// Whether it is being kept.
    #[prop(into)]
    pending: Signal<bool>,
) -> impl IntoView {
    view! {
        <span class=move || if dirty.get() { "muted text-sm" } else { "hidden" }>"Not saved yet"</span>
        <button class="btn btn-primary" type="submit" disabled=move || pending.get()>
            {move || if pending.get() { "Saving…" } else { label }}
        </button>
    }
    .into_any()
}
