//! The rows of the list, and moving through them.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{CallLine, CallsData, Query, ROWS};
use crate::{
    format,
    ui::{DataTable, EmptyState, Glyph, Icon, RelativeTime, Timer, on_key},
    words,
};

const COLUMNS: &[(&str, &str)] = &[
    ("Caller", ""),
    ("About", ""),
    ("State", "hidden sm:table-cell"),
    ("Mood", "hidden lg:table-cell"),
    ("Length", "hidden text-right sm:table-cell"),
    ("Cost", "hidden text-right lg:table-cell"),
    ("When", "hidden text-right sm:table-cell"),
];

/// A page of calls.
#[component]
pub fn CallTable(data: CallsData, slug: String, query: Query) -> impl IntoView {
    if data.calls.is_empty() {
        return view! { <NothingFits slug filtered=query != Query { page: query.page, ..Query::default() } /> }
            .into_any();
    }
    let at = RwSignal::new(None::<usize>);
    walk_with_keys(at, data.calls.iter().map(|call| format!("/admin/{slug}/calls/{}", call.id)).collect());
    let first = (query.page - 1) * ROWS + 1;
    let last = first + data.calls.len() as i64 - 1;
    let told = format!("{first}–{last} of {}", format::count(data.total, "call", "calls"));
    let rows = data
        .calls
        .into_iter()
        .enumerate()
        .map(|(index, call)| {
            let href = format!("/admin/{slug}/calls/{}", call.id);
            view! { <CallRow call href here=Signal::derive(move || at.get() == Some(index)) /> }
        })
        .collect_view();
    let newer = (query.page > 1).then(|| Query { page: query.page - 1, ..query.clone() }.href(&slug));
    let older = data.has_more.then(|| Query { page: query.page + 1, ..query.clone() }.href(&slug));
    view! {
        <div class="rounded-box border border-base-300 bg-base-100">
            <DataTable caption="Calls" columns=COLUMNS>
                {rows}
            </DataTable>
            <footer class="flex items-center justify-between gap-3 border-t border-base-300 px-4 py-2 text-sm">
                <span class="muted tabular-nums">{told}</span>
                <nav class="flex gap-1" aria-label="Pages of the list">
                    <Step label="Newer" glyph=Glyph::Left href=newer />
                    <Step label="Older" glyph=Glyph::Right href=older />
                </nav>
            </footer>
        </div>
    }
    .into_any()
}

#[component]
fn Step(label: &'static str, glyph: Glyph, href: Option<String>) -> impl IntoView {
    match href {
        Some(href) => view! {
            <a class="btn btn-sm" href=href>
                <Icon glyph class="size-4" />
                {label}
            </a>
        }
        .into_any(),
        None => view! {
            <span class="btn btn-sm btn-disabled" aria-disabled="true">
                <Icon glyph class="size-4" />
                {label}
            </span>
        }
        .into_any(),
    }
}

#[component]
fn CallRow(call: CallLine, href: String, here: Signal<bool>) -> impl IntoView {
    let live = !call.status.is_final();
    let (badge, small_badge) = (call.badge(), call.badge());
    let about = call.about();
    let mood = call.sentiment.map_or("–", words::mood);
    let length = match (live, call.duration_ms) {
        (true, _) => view! { <Timer since_ms=call.started.ms /> }.into_any(),
        (false, Some(ms)) => format::clock(ms).into_any(),
        (false, None) => "–".into_any(),
    };
    let class = move || {
        let base = "relative hover:bg-base-200 has-[a:focus-visible]:bg-base-200";
        if here.get() {
            format!("{base} bg-base-200 shadow-[inset_3px_0_0_var(--color-primary)]")
        } else {
            base.to_owned()
        }
    };
    view! {
        <tr class=class aria-current=move || here.get().then_some("true")>
            <td class="whitespace-nowrap font-medium">
                <a class="after:absolute after:inset-0" href=href>
                    {call.caller}
                </a>
                <span class="muted mt-1 flex flex-col items-start gap-1 text-xs font-normal sm:hidden">
                    <RelativeTime at=call.started.clone() /> {small_badge}
                </span>
            </td>
            <td class="min-w-40 max-w-md">
                <span class="line-clamp-2">{about}</span>
            </td>
            <td class="hidden sm:table-cell">{badge}</td>
            <td class="muted hidden whitespace-nowrap lg:table-cell">{mood}</td>
            <td class="hidden text-right tabular-nums sm:table-cell">{length}</td>
            <td class="muted hidden whitespace-nowrap text-right tabular-nums lg:table-cell">{format::dollars(call.cost_nano_usd)}</td>
            <td class="muted hidden text-right sm:table-cell">
                <RelativeTime at=call.started />
            </td>
        </tr>
    }
    .into_any()
}

/// j and k move, Enter opens.
fn walk_with_keys(at: RwSignal<Option<usize>>, addresses: Vec<String>) {
    let navigate = use_navigate();
    on_key(move |event| {
        let now = at.get_untracked();
        let last = addresses.len().saturating_sub(1);
        match (event.key().as_str(), now) {
            ("j", None) => at.set(Some(0)),
            ("j", Some(row)) => at.set(Some((row + 1).min(last))),
            ("k", Some(row)) => at.set(Some(row.saturating_sub(1))),
            ("Enter", Some(row)) => {
                if let Some(address) = addresses.get(row) {
                    navigate(address, NavigateOptions::default());
                }
            }
            _ => return false,
        }
        true
    });
}

#[component]
fn NothingFits(slug: String, filtered: bool) -> impl IntoView {
    let (title, hint) = if filtered {
        ("No call fits these filters", "Take one of them away, or search for other words.")
    } else {
        ("No calls yet", "Call your number, and the call appears here while it runs.")
    };
    view! {
        <div class="rounded-box border border-base-300 bg-base-100">
            <EmptyState glyph=Glyph::Calls title hint>
                {filtered
                    .then(|| {
                        view! {
                            <a class="btn btn-sm" href=format!("/admin/{slug}/calls")>
                                "Show all calls"
                            </a>
                        }
                    })}
            </EmptyState>
        </div>
    }
    .into_any()
}
