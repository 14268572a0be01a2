//! `/admin/{org}/dashboard`: what needs a person first, then today against the usual day.

use leptos::prelude::*;
use model::{LiveKind, Tile, UpcomingRow};
use serde::{Deserialize, Serialize};

use super::{calls::CallLine, use_slug};
use crate::{
    error::AppError,
    live::{Heard, Live},
    moment::Moment,
    ui::{Card, EmptyState, Failure, Glyph, Icon, Page, RelativeTime, SkeletonRows, StatTile},
};

/// Everything on the dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DashboardData {
    attention: Vec<AttentionLine>,
    tiles: Vec<Tile>,
    recent: Vec<CallLine>,
    upcoming: Vec<UpcomingRow>,
    upcoming_title: String,
    today: String,
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct AttentionLine {
    text: String,
    href: String,
    at: Moment,
    urgent: bool,
}

/// The dashboard of an organisation.
#[server(prefix = "/rpc")]
pub async fn load_dashboard(slug: String) -> Result<DashboardData, AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let org = &asking.org;
    let now = asking.backend.clock().now();
    let dashboard = backend::dashboard::dashboard(org, now).await?;
    let line =
        |a: model::Attention| AttentionLine { at: Moment::of(org, a.at), text: a.text, href: a.href, urgent: a.urgent };
    Ok(DashboardData {
        attention: dashboard.attention.into_iter().map(line).collect(),
        tiles: dashboard.tiles,
        recent: dashboard.recent.into_iter().map(|row| CallLine::of(org, row)).collect(),
        upcoming: dashboard.upcoming,
        upcoming_title: dashboard.upcoming_title,
        today: org.local(now).format("%A, %-d %B").to_string(),
    })
}

/// The dashboard.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), load_dashboard);
    Live::here().listen(move |heard| {
        let changed = match heard {
            Heard::Event(event) => matches!(event.kind, LiveKind::CallStarted { .. } | LiveKind::Status { .. }),
            Heard::Reload => true,
        };
        if changed {
            data.refetch();
        }
    });
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => view! { <Content data slug /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Content(data: DashboardData, slug: Memo<String>) -> impl IntoView {
    let tiles = data
        .tiles
        .into_iter()
        .map(|tile| view! { <StatTile label=tile.label value=tile.value usual=tile.usual href=tile.href /> })
        .collect_view();
    view! {
        <Page title="Dashboard" lead=data.today>
            <div class="flex flex-col gap-5">
                <NeedsAttention lines=data.attention />
                <div class="grid grid-cols-2 gap-3 lg:grid-cols-5 [&>*:last-child:nth-child(odd)]:col-span-2 lg:[&>*:last-child:nth-child(odd)]:col-span-1">{tiles}</div>
                <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                    <Recent calls=data.recent slug />
                    <Upcoming title=data.upcoming_title rows=data.upcoming />
                </div>
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn NeedsAttention(lines: Vec<AttentionLine>) -> impl IntoView {
    if lines.is_empty() {
        return view! {
            <p class="flex items-center gap-3 rounded-box border border-base-300 bg-base-100 px-4 py-3 text-sm sm:px-5">
                <Icon glyph=Glyph::Check class="size-5 text-success" />
                "Nothing needs your attention right now."
            </p>
        }
        .into_any();
    }
    let rows = lines
        .into_iter()
        .map(|line| {
            let mark = if line.urgent { "size-5 text-error" } else { "size-5 text-warning" };
            view! {
                <li>
                    <a class="flex items-center gap-3 px-4 py-3 hover:bg-base-200 sm:px-5" href=line.href>
                        <Icon glyph=Glyph::Alert class=mark />
                        <span class="min-w-0 flex-1">
                            {line.urgent.then(|| view! { <strong class="font-semibold">"Urgent: "</strong> })} {line.text}
                        </span>
                        <span class="muted text-sm">
                            <RelativeTime at=line.at />
                        </span>
                        <Icon glyph=Glyph::Right class="size-4" />
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title="Needs attention" class="">
            <ul class="divide-y divide-base-300">{rows}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Recent(calls: Vec<CallLine>, slug: Memo<String>) -> impl IntoView {
    let content = if calls.is_empty() {
        view! {
            <EmptyState glyph=Glyph::PhoneIn title="No calls yet" hint="Call your number, and the call appears here while it runs." />
        }
        .into_any()
    } else {
        let rows = calls.into_iter().map(|call| view! { <RecentCall call slug /> }).collect_view();
        view! { <ul class="divide-y divide-base-300">{rows}</ul> }.into_any()
    };
    let all = move || {
        view! {
            <a class="link link-hover text-sm text-primary" href=move || format!("/admin/{}/calls", slug.get())>
                "All calls"
            </a>
        }
        .into_any()
    };
    view! {
        <Card title="Recent calls" class="" actions=all.into()>
            {content}
        </Card>
    }
    .into_any()
}

#[component]
fn RecentCall(call: CallLine, slug: Memo<String>) -> impl IntoView {
    let href = format!("/admin/{}/calls/{}", slug.get_untracked(), call.id);
    let badge = call.badge();
    view! {
        <li>
            <a class="flex items-center gap-3 px-4 py-2.5 hover:bg-base-200 sm:px-5" href=href>
                <span class="min-w-0 flex-1">
                    <span class="block truncate font-medium">{call.caller.clone()}</span>
                    <span class="muted block truncate text-sm">{call.about()}</span>
                </span>
                {badge}
                <span class="muted w-20 shrink-0 text-right text-sm">
                    <RelativeTime at=call.started />
                </span>
            </a>
        </li>
    }
    .into_any()
}

#[component]
fn Upcoming(title: String, rows: Vec<UpcomingRow>) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let title = if row.href.is_empty() {
                view! { <span class="block font-medium">{row.title}</span> }.into_any()
            } else {
                view! {
                    <a class="link link-hover block font-medium" href=row.href>
                        {row.title}
                    </a>
                }
                .into_any()
            };
            view! {
                <li class="px-4 py-2.5 sm:px-5">
                    <span class="muted block text-sm">{row.when}</span>
                    {title}
                    <span class="muted block text-sm">{row.detail}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title class="">
            <ul class="divide-y divide-base-300">{rows}</ul>
        </Card>
    }
    .into_any()
}
