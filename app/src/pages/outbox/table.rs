//! The rows of the outbox.

use leptos::{form::ActionForm, prelude::*};
use model::{Channel, MessageReason, MessageState};

use super::{MessageLine, OutboxData, Query, ROWS, SendAgain};
use crate::{
    format,
    ui::{Badge, DataTable, EmptyState, Glyph, Icon, Problem, RelativeTime},
    words,
};

const COLUMNS: &[(&str, &str)] =
    &[("To", ""), ("Message", ""), ("State", "hidden md:table-cell"), ("Written", "hidden text-right md:table-cell")];

/// A page of messages.
#[component]
pub fn MessageTable(data: OutboxData, slug: String, query: Query, again: ServerAction<SendAgain>) -> impl IntoView {
    if data.messages.is_empty() {
        return view! { <Nothing slug filtered=query.is_filtered() /> }.into_any();
    }
    let first = (query.page - 1) * ROWS + 1;
    let last = first + data.messages.len() as i64 - 1;
    let told = format!("{first}–{last} of {}", format::count(data.total, "message", "messages"));
    let may_send = data.may_send;
    let rows = data
        .messages
        .into_iter()
        .map(|message| view! { <MessageRow message slug=slug.clone() again may_send /> })
        .collect_view();
    let newer = (query.page > 1).then(|| Query { page: query.page - 1, ..query.clone() }.href(&slug));
    let older = (last < data.total).then(|| Query { page: query.page + 1, ..query.clone() }.href(&slug));
    let error = Signal::derive(move || again.value().get().and_then(Result::err));
    view! {
        <Problem error />
        <div class="rounded-box border border-base-300 bg-base-100">
            <DataTable caption="Messages" columns=COLUMNS>
                {rows}
            </DataTable>
            <footer class="flex items-center justify-between gap-3 border-t border-base-300 px-4 py-2 text-sm">
                <span class="muted tabular-nums">{told}</span>
                <nav class="flex gap-1" aria-label="Pages of the list">
                    {newer.map(|href| view! { <a class="btn btn-sm" href=href>"Newer"</a> })}
                    {older.map(|href| view! { <a class="btn btn-sm" href=href>"Older"</a> })}
                </nav>
            </footer>
        </div>
    }
    .into_any()
}

#[component]
fn MessageRow(message: MessageLine, slug: String, again: ServerAction<SendAgain>, may_send: bool) -> impl IntoView {
    let (glyph, kind) = match message.channel {
        Channel::Text => (Glyph::Message, "Text"),
        Channel::Mail => (Glyph::Send, "E-mail"),
    };
    let heading = if message.subject.is_empty() { message.body.clone() } else { message.subject.clone() };
    let call = message.call_id.map(|id| {
        view! {
            <a class="link" href=format!("/admin/{slug}/calls/{id}")>
                "The call it came from"
            </a>
        }
    });
    let tried = format!(
        "{}{}{}",
        format::count(message.attempts, "attempt", "attempts"),
        message.released_by.map(|name| format!(", sent again by {name}")).unwrap_or_default(),
        if message.code.is_empty() { String::new() } else { format!(", the provider's code {}", message.code) },
    );
    // On a phone what became of it stands below the number, on a wide screen in a column of its own.
    let became = |class: &'static str| {
        view! {
            <Became
                class
                state=message.state
                reason=message.reason
                id=message.id.clone()
                recipient=message.recipient.clone()
                slug=slug.clone()
                again
                may_send
            />
        }
    };
    let (below, beside) = (became("mt-2 whitespace-normal font-normal md:hidden"), became("hidden md:block"));
    view! {
        <tr class="align-top">
            <td class="whitespace-nowrap font-medium">
                <span class="flex items-center gap-2">
                    <Icon glyph class="size-4" />
                    <span class="sr-only">{kind}</span>
                    {message.recipient.clone()}
                </span>
                <span class="muted mt-1 block text-xs font-normal md:hidden">
                    <RelativeTime at=message.written.clone() />
                </span>
                {below}
            </td>
            <td class="w-full max-w-md md:w-auto md:min-w-48">
                <details>
                    <summary class="cursor-pointer">
                        <span class="line-clamp-2 inline">{heading}</span>
                    </summary>
                    <p class="mt-2 whitespace-pre-wrap text-sm">{message.body}</p>
                    <p class="muted mt-2 text-sm">{tried}</p>
                    {call}
                </details>
            </td>
            <td class="hidden min-w-40 max-w-64 md:table-cell">{beside}</td>
            <td class="muted hidden whitespace-nowrap text-right md:table-cell">
                <RelativeTime at=message.written />
            </td>
        </tr>
    }
    .into_any()
}

/// What became of a message, and the way to send it once more.
#[component]
fn Became(
    class: &'static str,
    state: MessageState,
    reason: Option<MessageReason>,
    id: String,
    recipient: String,
    slug: String,
    again: ServerAction<SendAgain>,
    may_send: bool,
) -> impl IntoView {
    let (word, tone) = words::message_state(state);
    let can_retry = matches!(state, MessageState::Failed | MessageState::Unknown | MessageState::Suppressed);
    let label = format!("Send again to {recipient}");
    let retry = (may_send && can_retry).then(|| {
        view! {
            <ActionForm action=again attr:class="mt-2">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="id" value=id />
                <button class="btn btn-sm" type="submit" aria-label=label>
                    <Icon glyph=Glyph::Send class="size-4" />
                    "Send again"
                </button>
            </ActionForm>
        }
    });
    view! {
        <div class=class>
            <Badge text=word tone />
            {reason.map(|reason| view! { <p class="muted mt-1 text-sm">{words::message_reason(reason)}</p> })}
            {retry}
        </div>
    }
    .into_any()
}

#[component]
fn Nothing(slug: String, filtered: bool) -> impl IntoView {
    let (title, hint) = if filtered {
        ("No message fits these filters", "Take one of them away, or search for another number.")
    } else {
        ("Nothing was sent yet", "When a caller asks for a text or buys something, what they are sent appears here.")
    };
    view! {
        <div class="rounded-box border border-base-300 bg-base-100">
            <EmptyState glyph=Glyph::Send title hint>
                {filtered
                    .then(|| {
                        view! {
                            <a class="btn btn-sm" href=format!("/admin/{slug}/outbox")>
                                "Show all messages"
                            </a>
                        }
                    })}
            </EmptyState>
        </div>
    }
    .into_any()
}
