//! Short messages at the edge of the screen, with a way back.

use leptos::prelude::*;

use super::{Glyph, Icon};

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    failed: bool,
    undo: Option<Callback<()>>,
}

/// Where any part of a page leaves a message.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Provides the messages to everything below the current component.
    pub fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// The messages of the page.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Says that something worked.
    pub fn say(self, text: impl Into<String>) {
        self.push(text.into(), false, None);
    }

    /// Says that something failed.
    pub fn fail(self, text: impl Into<String>) {
        self.push(text.into(), true, None);
    }

    /// Says that something was done, and offers to take it back.
    pub fn say_with_undo(self, text: impl Into<String>, undo: Callback<()>) {
        self.push(text.into(), false, Some(undo));
    }

    fn push(self, text: String, failed: bool, undo: Option<Callback<()>>) {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let id = id.unwrap_or_default();
        // A message with a way back stays long enough to be read, understood and acted on.
        let seconds = if undo.is_some() { 12 } else { 5 };
        self.shown.update(|shown| shown.push(Toast { id, text, failed, undo }));
        set_timeout(move || self.dismiss(id), std::time::Duration::from_secs(seconds));
    }

    fn dismiss(self, id: u32) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Where the messages appear; once per page.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = Toasts::here();
    view! {
        <div
            class="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 md:bottom-6"
            role="status"
            aria-live="polite"
        >
            <For each=move || toasts.shown.get() key=|toast| toast.id let(toast)>
                <Message toast />
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn Message(toast: Toast) -> impl IntoView {
    let toasts = Toasts::here();
    let id = toast.id;
    let glyph = if toast.failed { Glyph::Alert } else { Glyph::Check };
    let undo = toast.undo.map(|undo| {
        let take_back = move |_| {
            undo.run(());
            toasts.dismiss(id);
        };
        view! {
            <button class="flex items-center gap-1 rounded-field px-2 py-1 font-semibold underline hover:no-underline" on:click=take_back>
                <Icon glyph=Glyph::Undo class="size-4" />
                "Undo"
            </button>
        }
    });
    view! {
        <div class="pointer-events-auto flex max-w-md items-center gap-3 rounded-box bg-neutral px-4 py-3 text-sm text-neutral-content shadow-lg">
            <Icon glyph class="size-5" />
            <span>{toast.text}</span>
            {undo}
            <button class="rounded-field p-1 opacity-80 hover:opacity-100" aria-label="Dismiss" on:click=move |_| toasts.dismiss(id)>
                <Icon glyph=Glyph::Close class="size-4" />
            </button>
        </div>
    }
    .into_any()
}
