//! `/admin/{org}/hours`: the ordinary week, days that differ from it, and what a caller would hear.

mod exceptions;
mod heard;
mod week;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    fresh,
    ui::{Failure, Page, Problem, SkeletonRows, Toasts, refusal},
};
use exceptions::{Deleted, Exceptions, SaveException};
use heard::Heard;
use week::{SaveWeek, Week};

/// A time of opening and one of closing, as a time field writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    #[serde(default)]
    opens: String,
    #[serde(default)]
    closes: String,
}

#[cfg(feature = "ssr")]
impl From<model::SpanForm> for Span {
    fn from(form: model::SpanForm) -> Self {
        Self { opens: form.opens, closes: form.closes }
    }
}

#[cfg(feature = "ssr")]
impl From<Span> for model::SpanForm {
    fn from(span: Span) -> Self {
        Self { opens: span.opens, closes: span.closes }
    }
}

/// Everything that is edited here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoursData {
    /// From Monday to Sunday.
    week: Vec<Vec<Span>>,
    version: i64,
    exceptions: Vec<ExceptionLine>,
    /// Today, for the first day that can be chosen.
    today: String,
    may_write: bool,
}

/// A day that differs from the ordinary week.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExceptionLine {
    /// As a date field writes it; empty for a new one.
    day: String,
    /// As people read it.
    date: String,
    name: String,
    spans: Vec<Span>,
    /// "9:00 am – 3:00 pm", "closed".
    open: String,
    version: i64,
}

/// The week and the days that differ.
#[server(prefix = "/rpc")]
pub async fn load_hours(slug: String) -> Result<HoursData, AppError> {
    use backend::packs::menu::manage::{exceptions, hours};

    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let org = &asking.org;
    let form = hours::week(org).await?;
    let of = |weekday: i64| form.spans.iter().filter(move |span| span.weekday == weekday);
    let exception = |form: model::ExceptionForm| ExceptionLine {
        day: form.day.to_string(),
        date: form.day.format("%a %-d %b %Y").to_string(),
        name: form.name,
        open: shown(&form.spans),
        spans: form.spans.into_iter().map(Span::from).collect(),
        version: form.version,
    };
    Ok(HoursData {
        week: (1..=7).map(|day| of(day).map(|span| span.span.clone().into()).collect()).collect(),
        version: form.version,
        exceptions: exceptions::list(org).await?.into_iter().map(exception).collect(),
        today: org.local(org.now()).date_naive().to_string(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

#[cfg(feature = "ssr")]
fn shown(spans: &[model::SpanForm]) -> String {
    let clock = |time: &str| {
        let read = chrono::NaiveTime::parse_from_str(time, "%H:%M");
        read.map_or_else(|_| time.to_owned(), |time| time.format("%-I:%M %P").to_string())
    };
    let spans: Vec<String> =
        spans.iter().map(|span| format!("{} – {}", clock(&span.opens), clock(&span.closes))).collect();
    if spans.is_empty() { "closed".to_owned() } else { spans.join(", ") }
}

/// The hours.
#[component]
pub fn HoursPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let deleted = Memo::new(move |_| query.read().get("deleted").unwrap_or_default());
    let data = Resource::new_blocking(move || (slug.get(), deleted.get()), |(slug, _)| load_hours(slug));
    let save_week = ServerAction::<SaveWeek>::new();
    let save_exception = ServerAction::<SaveException>::new();
    fresh::reload_after(save_week, data, "#week");
    fresh::reload_after(save_exception, data, "#exceptions");
    let saves = RwSignal::new(0_u32);
    let toasts = Toasts::here();
    Effect::new(move |_| {
        let week = save_week.value().get().is_some_and(|answer| answer.is_ok());
        let exception = save_exception.value().get().is_some_and(|answer| answer.is_ok());
        if week || exception {
            toasts.say("Saved. The next caller who asks hears it.");
            saves.update(|n| *n += 1);
        }
    });
    view! {
        <Page title="Hours" lead="When you are open. Callers are told these hours, and a change counts from the next question on.">
            <Deleted slug deleted />
            <div class="flex flex-col gap-5">
                <Heard slug again=Signal::derive(move || (saves.get(), deleted.get())) />
                <Problem error=refusal(save_week) />
                <Problem error=refusal(save_exception) />
                <Transition fallback=|| view! { <SkeletonRows /> }>
                    {move || Suspend::new(async move {
                        match data.await {
                            Ok(data) => {
                                let HoursData { week, version, exceptions, today, may_write } = data;
                                let slug = slug.get_untracked();
                                view! {
                                    <div class="flex flex-col gap-5">
                                        <Week week version slug=slug.clone() save=save_week may_write />
                                        <Exceptions exceptions today slug save=save_exception may_write />
                                    </div>
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <Failure error /> }.into_any(),
                        }
                    })}
                </Transition>
            </div>
        </Page>
    }
    .into_any()
}
