//! Asks before a page with unsaved changes is left.

use leptos::prelude::*;

/// A flag that the page sets while something is not saved. While it is set, leaving by a link, by closing the tab or by
/// going to another site asks first.
pub fn guard() -> RwSignal<bool> {
    let dirty = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    ask_when_leaving(dirty);
    dirty
}

#[cfg(feature = "hydrate")]
fn ask_when_leaving(dirty: RwSignal<bool>) {
    use leptos::{
        ev,
        wasm_bindgen::{JsCast as _, closure::Closure},
        web_sys::{AddEventListenerOptions, Element, Event},
    };

    let closing = window_event_listener(ev::beforeunload, move |event| {
        if dirty.get_untracked() {
            event.prevent_default();
        }
    });
    // In the capturing phase, before the router takes the click.
    let clicked = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|e| e.closest("a[href]").ok()?);
        let stays = |link: &Element| {
            link.has_attribute("target") || link.get_attribute("href").unwrap_or_default().starts_with('#')
        };
        let leaves = link.is_some_and(|link| !stays(&link));
        if leaves && dirty.get_untracked() {
            let go = window().confirm_with_message("You have unsaved changes. Leave without saving?").unwrap_or(true);
            if go {
                dirty.set(false);
            } else {
                event.prevent_default();
                event.stop_propagation();
            }
        }
    });
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    let callback = clicked.as_ref().unchecked_ref();
    // Listening on the document and letting go of it do not fail.
    let _ = document().add_event_listener_with_callback_and_add_event_listener_options("click", callback, &options);
    let clicked = send_wrapper::SendWrapper::new(clicked);
    on_cleanup(move || {
        closing.remove();
        let callback = clicked.as_ref().unchecked_ref();
        let _ = document().remove_event_listener_with_callback_and_bool("click", callback, true);
    });
}
