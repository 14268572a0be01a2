//! The ordinary week.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::Span;
use crate::{
    error::AppError,
    ui::{Card, Control, FieldProblem, SaveButton, SaveForm, form::typed},
    unsaved,
};

/// A row of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekLine {
    weekday: i64,
    #[serde(default)]
    opens: String,
    #[serde(default)]
    closes: String,
}

/// Keeps the ordinary week.
#[server(prefix = "/rpc")]
pub async fn save_week(slug: String, version: i64, #[server(default)] hours: Vec<WeekLine>) -> Result<(), AppError> {
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let span = |line: WeekLine| model::WeekSpan {
        weekday: line.weekday,
        span: model::SpanForm { opens: line.opens, closes: line.closes },
    };
    let form = model::WeekForm { spans: hours.into_iter().map(span).collect(), version };
    backend::packs::menu::manage::hours::save_week(&asking.org, &asking.member, &form).await?;
    Ok(())
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The form: each day has room for one interval more than it has, so that one can be added without scripts.
#[component]
pub fn Week(
    week: Vec<Vec<Span>>,
    version: i64,
    slug: String,
    save: ServerAction<SaveWeek>,
    may_write: bool,
) -> impl IntoView {
    let dirty = unsaved::guard();
    let hidden = vec![("slug", slug), ("version", version.to_string())];
    view! {
        <div id="week">
            <Card title="Every week">
                <SaveForm action=save hidden dirty class="">
                    <fieldset disabled=!may_write>
                        <legend class="muted mb-1 text-sm">
                            "A day without times is closed. Closing at or before the time of opening means the next day: from 18:00 to 01:00."
                        </legend>
                        <Days week />
                        {may_write
                            .then(|| {
                                view! {
                                    <div class="flex items-center justify-end gap-3 pt-3">
                                        <SaveButton label="Save the week" dirty pending=save.pending() />
                                    </div>
                                }
                            })}
                    </fieldset>
                </SaveForm>
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn Days(week: Vec<Vec<Span>>) -> impl IntoView {
    let mut at = 0;
    let days: Vec<_> = DAYS
        .iter()
        .zip(week)
        .zip(1_i64..)
        .map(|((name, spans), weekday)| {
            let rows = (spans.len() + 1).max(2);
            let rows = spans.into_iter().chain(std::iter::repeat(Span::default())).take(rows).enumerate();
            let rows = rows
                .map(|(nth, span)| {
                    let field = format!("hours[{at}]");
                    at += 1;
                    let label = format!("{name}, {}", nth_word(nth));
                    view! {
                        <div class="flex flex-col gap-1">
                            <input type="hidden" name=format!("{field}[weekday]") value=weekday.to_string() />
                            <Times span field label />
                        </div>
                    }
                })
                .collect_view();
            view! {
                <div class="grid gap-x-4 gap-y-2 py-3 sm:grid-cols-[8rem_minmax(0,1fr)]">
                    <h3 class="font-medium sm:pt-2">{*name}</h3>
                    <div class="flex flex-wrap gap-x-6 gap-y-2">{rows}</div>
                </div>
            }
        })
        .collect();
    view! { <div class="divide-y divide-base-300">{days}</div> }.into_any()
}

fn nth_word(nth: usize) -> String {
    match nth {
        0 => "first".to_owned(),
        1 => "second".to_owned(),
        2 => "third".to_owned(),
        more => format!("{}th", more + 1),
    }
}

/// Two times, and what is wrong with them.
#[component]
pub fn Times(span: Span, field: String, label: String) -> impl IntoView {
    let of = Control::named(field);
    let time = |end: &str, kept: String| {
        let name = format!("{}[{end}]", of.name());
        let value = typed(&name, kept);
        view! {
            <input
                class="input w-32 aria-invalid:border-error"
                type="time"
                name=name
                value=value
                aria-label=format!("{label}: {end}")
                aria-invalid=of.invalid()
                aria-describedby=of.described(false)
            />
        }
    };
    view! {
        <div class="flex items-center gap-2">
            {time("opens", span.opens)}
            <span class="muted" aria-hidden="true">
                "–"
            </span>
            {time("closes", span.closes)}
        </div>
        <FieldProblem of />
    }
    .into_any()
}
