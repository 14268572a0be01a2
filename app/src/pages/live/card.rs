//! One running call.

use leptos::{html, prelude::*};
use model::{PhoneNumber, Speaker};

use super::{Card, EndCall, Line};
use crate::{
    pages::use_slug,
    ui::{Badge, Dialog, DialogHandle, Glyph, Icon, Timer, Toasts},
    words,
};

/// Who calls, as staff read it.
pub fn caller(number: Option<&PhoneNumber>) -> String {
    number.map_or_else(|| "Unknown number".to_owned(), PhoneNumber::pretty)
}

/// Caller, timer, what is being done, and the words.
#[component]
pub fn CallCard(card: Card) -> impl IntoView {
    let slug = use_slug();
    let ending = DialogHandle::new();
    let Card { id, caller, started_ms, status, doing, lines } = card;
    let is_over = Signal::derive({
        let status = status.clone();
        move || status.get().is_final()
    });
    let state = Signal::derive(move || words::call_state(status.get(), None));
    let doing = Signal::derive(move || doing.get());
    let label = format!("Call from {caller}");
    let timer = move || if is_over.get() { ().into_any() } else { view! { <Timer since_ms=started_ms /> }.into_any() };
    let buttons = move || {
        if is_over.get() {
            let href = format!("/admin/{}/calls/{id}", slug.get());
            view! {
                <a class="btn btn-sm" href=href>
                    "Open the call"
                    <Icon glyph=Glyph::Arrow class="size-4" />
                </a>
            }
            .into_any()
        } else {
            view! {
                <button class="btn btn-sm btn-error btn-outline" on:click=move |_| ending.open()>
                    <Icon glyph=Glyph::HangUp class="size-4" />
                    "End"
                </button>
            }
            .into_any()
        }
    };
    view! {
        <article class="flex flex-col rounded-box border border-base-300 bg-base-100" aria-label=label>
            <header class="flex items-center gap-3 border-b border-base-300 px-4 py-3">
                <span class="min-w-0 flex-1">
                    <span class="block truncate font-semibold">{caller}</span>
                    <span class="muted flex items-center gap-2 text-sm">{timer}</span>
                </span>
                <Badge
                    text=Signal::derive(move || state.get().0.to_owned())
                    tone=Signal::derive(move || state.get().1)
                />
                {buttons}
            </header>
            <Transcript lines />
            <p class=move || {
                if doing.read().is_empty() || is_over.get() {
                    "hidden"
                } else {
                    "flex items-center gap-2 border-t border-base-300 px-4 py-2 text-sm text-primary"
                }
            }>
                <Icon glyph=Glyph::Tool class="size-4 motion-safe:animate-pulse" />
                {move || doing.get()}
            </p>
        </article>
        <EndDialog id handle=ending />
    }
    .into_any()
}

/// The words, newest in view unless somebody scrolls back.
#[component]
fn Transcript(lines: ArcRwSignal<Vec<Line>>) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let is_empty = {
        let lines = lines.clone();
        move || lines.read().is_empty()
    };
    #[cfg(feature = "hydrate")]
    follow(frame, lines.clone());
    view! {
        <div
            class="flex h-80 flex-col gap-2 overflow-y-auto px-4 py-3"
            node_ref=frame
            tabindex="0"
            role="log"
            aria-label="What is said"
        >
            <p class=move || if is_empty() { "muted m-auto text-sm" } else { "hidden" }>"Nothing has been said yet."</p>
            <For each=move || lines.get() key=|line| line.id let(line)>
                <Spoken line />
            </For>
        </div>
    }
    .into_any()
}

/// Scrolls to the newest words, as long as the reader is at the end.
#[cfg(feature = "hydrate")]
fn follow(frame: NodeRef<html::Div>, lines: ArcRwSignal<Vec<Line>>) {
    Effect::new(move |_| {
        for line in lines.get() {
            line.said.track();
        }
        let Some(frame) = frame.get() else { return };
        let below = frame.scroll_height() - frame.scroll_top() - frame.client_height();
        // A few lines of slack: new words have already made the text longer.
        if below < 160 {
            frame.set_scroll_top(frame.scroll_height());
        }
    });
}

#[component]
fn Spoken(line: Line) -> impl IntoView {
    let said = line.said;
    let is_caller = said.read_untracked().speaker == Speaker::Caller;
    let (who, class) = if is_caller {
        ("Caller", "max-w-[85%] self-start rounded-box bg-base-200 px-3 py-2 text-sm")
    } else {
        ("Assistant", "max-w-[85%] self-end rounded-box bg-primary/10 px-3 py-2 text-sm")
    };
    let words = move || {
        let said = said.get();
        let (heard, unheard) = said.halves();
        // While the assistant speaks the rest is still to be heard; it is struck out once it never will be.
        let rest = if said.done { "line-through opacity-70" } else { "opacity-60" };
        view! {
            {heard}
            <span class=rest>{unheard}</span>
        }
    };
    view! {
        <p class=class>
            <span class="sr-only">{who} ": "</span>
            {words}
        </p>
    }
    .into_any()
}

#[component]
fn EndDialog(id: model::CallId, handle: DialogHandle) -> impl IntoView {
    let slug = use_slug();
    let toasts = Toasts::here();
    let action = ServerAction::<EndCall>::new();
    Effect::new(move |_| {
        match action.value().get() {
            Some(Ok(())) => toasts.say("The assistant says goodbye and ends the call."),
            Some(Err(error)) => toasts.fail(error.to_string()),
            None => return,
        }
        handle.close();
    });
    let end = move |_| {
        action.dispatch(EndCall { slug: slug.get_untracked(), id });
    };
    view! {
        <Dialog handle title="End this call?">
            <p>"The caller hears a short goodbye, then the line closes. This cannot be taken back."</p>
            <div class="modal-action">
                <button class="btn" on:click=move |_| handle.close()>
                    "Keep talking"
                </button>
                <button class="btn btn-error" on:click=end disabled=move || action.pending().get()>
                    <Icon glyph=Glyph::HangUp class="size-4" />
                    "End the call"
                </button>
            </div>
        </Dialog>
    }
    .into_any()
}
