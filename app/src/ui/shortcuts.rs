//! Keyboard shortcuts, and the dialog that lists them.

use leptos::{ev, prelude::*};

use super::{Dialog, DialogHandle};

const EVERYWHERE: &[(&str, &str)] = &[
    ("Ctrl K", "Find a page, a call, an article"),
    ("?", "This list"),
    ("g d", "Dashboard"),
    ("g l", "Live calls"),
    ("g c", "Calls"),
    ("g k", "Knowledge base"),
    ("g v", "Voice"),
    ("g e", "Events, where there are any"),
];
const CALLS: &[(&str, &str)] = &[("j k", "Next, previous call"), ("Enter", "Open the call"), ("/", "Search")];
const CALL: &[(&str, &str)] = &[
    ("Space", "Play, pause"),
    ("j l", "10 seconds back, forward"),
    ("← →", "5 seconds back, forward"),
    ("p n", "Previous, next call"),
];

/// Calls `act` with each key pressed outside form fields, as long as the current component is on the page. `act` answers
/// whether it took the key.
pub fn on_key(act: impl Fn(&ev::KeyboardEvent) -> bool + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let listener = window_event_listener(ev::keydown, move |event| {
            if !event.ctrl_key() && !event.meta_key() && !event.alt_key() && !is_typing(&event) && act(&event) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    drop(act);
}

/// Whether the key goes into a form field or a dialog.
#[cfg(feature = "hydrate")]
fn is_typing(event: &ev::KeyboardEvent) -> bool {
    use leptos::wasm_bindgen::JsCast as _;
    let target = event.target().and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok());
    target.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.closest("dialog[open]").is_ok_and(|d| d.is_some())
    })
}

/// The list of shortcuts, opened with `?`.
#[component]
pub fn Shortcuts(
    /// What opens it.
    handle: DialogHandle,
) -> impl IntoView {
    on_key(move |event| {
        let asked = event.key() == "?";
        if asked {
            handle.open();
        }
        asked
    });
    let part = |title: &'static str, keys: &'static [(&'static str, &'static str)]| {
        let rows = keys
            .iter()
            .map(|(keys, does)| {
                let keys = keys.split(' ').map(|key| view! { <kbd class="kbd kbd-sm">{key}</kbd> }).collect_view();
                view! {
                    <div class="flex items-center justify-between gap-4 py-1">
                        <dt>{*does}</dt>
                        <dd class="flex gap-1">{keys}</dd>
                    </div>
                }
            })
            .collect_view();
        view! {
            <h3 class="muted mt-4 text-sm font-medium">{title}</h3>
            <dl class="text-sm">{rows}</dl>
        }
    };
    view! {
        <Dialog handle title="Keyboard shortcuts">
            {part("Everywhere", EVERYWHERE)} {part("In the list of calls", CALLS)} {part("On a call's page", CALL)}
        </Dialog>
    }
    .into_any()
}
