//! `/admin/{org}/tee-sheet`: a day of the course, time by time.

mod actions;
mod line;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    fresh,
    pages::use_slug,
    ui::{Card, EmptyState, Failure, Glyph, Icon, Page, Problem, SkeletonRows, refusal},
};
use actions::{BlockTee, BookTee, CancelGroup, CheckInGroup, MoveGroup};
use line::Line;

/// The sheet as the page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SheetData {
    course: String,
    courses: Vec<(String, String)>,
    date: String,
    /// "Saturday, 5 December".
    day: String,
    /// The days before and after; none before today.
    before: Option<String>,
    after: String,
    today: String,
    /// Why the day is not as others, in a sentence; empty where it is.
    note: String,
    lines: Vec<LineData>,
    /// Players who are booked.
    players: i64,
    may_write: bool,
}

/// A time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineData {
    /// As a time field writes it.
    time: String,
    /// "8:10 am".
    shown: String,
    price: String,
    capacity: i64,
    free: i64,
    held: i64,
    label: String,
    over: bool,
    groups: Vec<GroupData>,
}

/// A booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupData {
    id: String,
    name: String,
    phone: String,
    guests: String,
    players: i64,
    code: String,
    checked_in: bool,
    call: Option<String>,
    version: i64,
}

/// A day of a course; today and the first course where none is named.
#[server(prefix = "/rpc")]
pub async fn load_sheet(slug: String, date: String, course: String) -> Result<Option<SheetData>, AppError> {
    use backend::packs::tee_times::manage;
    use chrono::TimeDelta;

    let asking = actions::asking(&slug).await?;
    let org = &asking.org;
    let now = org.now();
    let today = org.local(now).date_naive();
    // An address that names no day, or one out of the world, leads to today.
    let near = |date: &chrono::NaiveDate| (*date - today).num_days().abs() < 3_660;
    let date = date.parse().ok().filter(near).unwrap_or(today);
    let course = if course.is_empty() { None } else { Some(actions::named(&course)?) };
    let Some(sheet) = manage::sheet(org, course, date).await? else { return Ok(None) };
    let group = |it: model::TeeGroup| GroupData {
        id: it.id.to_string(),
        name: it.name,
        phone: it.phone.map(|phone| phone.pretty()).unwrap_or_default(),
        guests: it.guests,
        players: it.players,
        code: it.code,
        checked_in: it.checked_in,
        call: it.call.map(|call| call.to_string()),
        version: it.version,
    };
    let players = sheet.lines.iter().flat_map(|line| &line.groups).map(|group| group.players).sum();
    let note = match (&sheet.holiday, sheet.closed, sheet.frost_until) {
        (Some(name), true, _) => format!("{name}: the course is closed."),
        (None, true, _) => "The course is closed on this day.".to_owned(),
        (_, _, Some(until)) => format!("Frost delay: play begins at {}.", until.format("%-I:%M %P")),
        (Some(name), false, _) => format!("{name}: prices are those of a Sunday."),
        _ => String::new(),
    };
    let line = |line: model::TeeLine| LineData {
        shown: line.time.format("%-I:%M %P").to_string(),
        time: line.time.format("%H:%M").to_string(),
        price: line.price.map(|price| price.to_string()).unwrap_or_default(),
        capacity: line.capacity,
        free: line.capacity - line.held - line.groups.iter().map(|group| group.players).sum::<i64>(),
        held: line.held,
        label: line.label,
        over: line.starts_at <= now,
        groups: line.groups.into_iter().map(group).collect(),
    };
    Ok(Some(SheetData {
        course: sheet.course.to_string(),
        courses: sheet.courses.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        date: date.to_string(),
        day: date.format("%A, %-d %B %Y").to_string(),
        before: (date > today).then(|| (date - TimeDelta::days(1)).to_string()),
        after: (date + TimeDelta::days(1)).to_string(),
        today: today.to_string(),
        note,
        lines: sheet.lines.into_iter().map(line).collect(),
        players,
        may_write: asking.member.role.allows(model::Role::FrontDesk),
    }))
}

/// What can be done on the sheet.
#[derive(Clone, Copy)]
struct Acts {
    book: ServerAction<BookTee>,
    move_group: ServerAction<MoveGroup>,
    cancel: ServerAction<CancelGroup>,
    check_in: ServerAction<CheckInGroup>,
    block: ServerAction<BlockTee>,
    /// The booking that is dragged: its id and version.
    dragged: RwSignal<Option<(String, i64)>>,
}

/// The tee sheet.
#[component]
pub fn TeeSheetPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let asked = Memo::new(move |_| ["date", "course"].map(|key| query.read().get(key).unwrap_or_default()));
    let data = Resource::new_blocking(
        move || (slug.get(), asked.get()),
        |(slug, [date, course])| load_sheet(slug, date, course),
    );
    let acts = Acts {
        book: ServerAction::new(),
        move_group: ServerAction::new(),
        cancel: ServerAction::new(),
        check_in: ServerAction::new(),
        block: ServerAction::new(),
        dragged: RwSignal::new(None),
    };
    fresh::reload_after(acts.book, data, "#sheet");
    fresh::reload_after(acts.move_group, data, "#sheet");
    fresh::reload_after(acts.cancel, data, "#sheet");
    fresh::reload_after(acts.check_in, data, "#sheet");
    fresh::reload_after(acts.block, data, "#sheet");
    view! {
        <Page title="Tee sheet" lead="Who plays when. The assistant offers callers what is free here, at these prices.">
            <Problem error=refusal(acts.move_group) />
            <Problem error=refusal(acts.cancel) />
            <Problem error=refusal(acts.check_in) />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(Some(data)) => view! { <Sheet data slug=slug.get_untracked() acts /> }.into_any(),
                        Ok(None) => {
                            view! {
                                <Card class="">
                                    <EmptyState
                                        glyph=Glyph::Calendar
                                        title="No course yet"
                                        hint="A course has its first and last tee time, its interval and its prices."
                                    />
                                </Card>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Sheet(data: SheetData, slug: String, acts: Acts) -> impl IntoView {
    let SheetData { course, courses, date, day, before, after, today, note, lines, players, may_write } = data;
    let note = (!note.is_empty()).then(|| {
        view! {
            <p class="alert mb-4 text-sm" role="status">
                <Icon glyph=Glyph::Notice />
                {note}
            </p>
        }
    });
    let empty =
        lines.is_empty().then(|| view! { <li class="muted px-4 py-6 text-center">"Nobody plays on this day."</li> });
    let times: Vec<(String, String)> = lines.iter().map(|line| (line.time.clone(), line.shown.clone())).collect();
    let context =
        StoredValue::new(line::Context { slug: slug.clone(), course: course.clone(), date: date.clone(), times });
    let rows = lines.into_iter().map(|line| view! { <Line line context acts may_write /> }).collect_view();
    view! {
        <Days slug date day before after today course courses players />
        {note}
        <div id="sheet">
            <ol class="divide-y divide-base-300 rounded-box border border-base-300 bg-base-100">{empty} {rows}</ol>
        </div>
    }
    .into_any()
}

/// Which day, and how many play on it.
#[component]
fn Days(
    slug: String,
    date: String,
    day: String,
    before: Option<String>,
    after: String,
    today: String,
    course: String,
    courses: Vec<(String, String)>,
    players: i64,
) -> impl IntoView {
    let href = |date: &str| format!("/admin/{slug}/tee-sheet?date={date}&course={course}");
    let back = match before {
        Some(before) => view! {
            <a class="btn btn-square" href=href(&before) aria-label="The day before">
                <Icon glyph=Glyph::Left class="size-4" />
            </a>
        }
        .into_any(),
        None => view! {
            <span class="btn btn-square btn-disabled" aria-hidden="true">
                <Icon glyph=Glyph::Left class="size-4" />
            </span>
        }
        .into_any(),
    };
    let is_today = date == today;
    let to_today = (!is_today).then(|| view! { <a class="btn" href=href(&today)>"Today"</a> });
    let choice = (courses.len() > 1).then(|| {
        let options = courses
            .iter()
            .map(|(id, name)| view! { <option value=id.clone() selected=*id == course>{name.clone()}</option> })
            .collect_view();
        view! {
            <select class="select w-auto" name="course" aria-label="Course">
                {options}
            </select>
        }
    });
    // Printing needs scripts; without them the browser's own menu prints.
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let print = move |_| {
        // A browser that does not print says so itself.
        let _ = window().print();
    };
    view! {
        <div class="mb-4 flex flex-wrap items-center gap-2 print:hidden">
            {back}
            <a class="btn btn-square" href=href(&after) aria-label="The day after">
                <Icon glyph=Glyph::Right class="size-4" />
            </a>
            {to_today}
            <form method="GET" action="" class="flex items-center gap-2">
                <input class="input w-40" type="date" name="date" value=date aria-label="Day" />
                {choice}
                <button class="btn" type="submit">
                    "Show"
                </button>
            </form>
            <span class="flex-1"></span>
            <button class="btn" class:hidden=move || !ready.get() type="button" on:click=print>
                "Print"
            </button>
        </div>
        <h2 class="mb-3 text-lg font-semibold">
            {day} <span class="muted ml-3 text-sm font-normal">{crate::format::count(players, "player", "players")}</span>
        </h2>
    }
    .into_any()
}
