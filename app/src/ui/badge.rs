//! A word with a state's colour; the word alone says it too.

use leptos::prelude::*;

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// It is happening.
    Active,
    /// It went well.
    Good,
    /// Look at it.
    Warning,
    /// It failed.
    Bad,
}

impl Tone {
    /// The classes of a badge.
    pub const fn badge(self) -> &'static str {
        match self {
            Self::Plain => "badge badge-sm whitespace-nowrap border-base-300 bg-base-200 text-base-content",
            Self::Active => "badge badge-sm whitespace-nowrap badge-primary",
            Self::Good => "badge badge-sm whitespace-nowrap border-success/40 bg-success/10 text-success",
            Self::Warning => "badge badge-sm whitespace-nowrap border-warning/40 bg-warning/10 text-warning",
            Self::Bad => "badge badge-sm whitespace-nowrap border-error/40 bg-error/10 text-error",
        }
    }
}

/// A word in a state's colour.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    text: Signal<String>,
    /// What its colour means.
    #[prop(into, default = Signal::stored(Tone::Plain))]
    tone: Signal<Tone>,
) -> impl IntoView {
    view! { <span class=move || tone.get().badge()>{move || text.get()}</span> }.into_any()
}
