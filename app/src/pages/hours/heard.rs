//! What a caller would hear: the tool that the assistant calls answers, as of a moment that can be chosen.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    ui::{AskForm, Card, TextInput},
};

/// A moment, a question, and the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardData {
    date: String,
    time: String,
    asks: String,
    say: Result<String, AppError>,
}

/// What a caller hears who asks for the hours of a day at a moment of the organisation's clocks; now, where none is given.
#[server(prefix = "/rpc")]
pub async fn hear(
    slug: String,
    #[server(default)] date: String,
    #[server(default)] time: String,
    #[server(default)] asks: String,
) -> Result<HeardData, AppError> {
    use model::FieldError;

    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let org = &asking.org;
    let now = org.local(org.now()).naive_local();
    let date = if date.is_empty() { now.date().to_string() } else { date };
    let time = if time.is_empty() { now.format("%H:%M").to_string() } else { time };
    let wrong = |field: &str, message: &str| AppError::Fields(vec![FieldError::new(field, message)]);
    let at = (date.parse::<chrono::NaiveDate>(), chrono::NaiveTime::parse_from_str(&time, "%H:%M"));
    let say = match at {
        (Err(_), _) => Err(wrong("date", "There is no such day. Choose another.")),
        (_, Err(_)) => Err(wrong("time", "Write a time, for instance 17:30.")),
        (Ok(day), Ok(clock)) => {
            let day_asked = if asks.trim().is_empty() { "today" } else { asks.trim() };
            let said = backend::packs::menu::manage::hours::heard(org, day.and_time(clock), day_asked).await;
            said.ok_or_else(|| wrong("time", "The clocks go forward then: there is no such time on that day."))
        }
    };
    // A field for a day holds nothing else.
    let date = if at.0.is_ok() { date } else { String::new() };
    Ok(HeardData { date, time, asks, say })
}

/// The question and the answer. `again` changes when the hours do.
#[component]
pub fn Heard(slug: Memo<String>, again: Signal<(u32, String)>) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        ["date", "time", "asks"].map(|key| query.get(key).unwrap_or_default())
    });
    let data = Resource::new_blocking(
        move || (slug.get(), asked.get(), again.get()),
        |(slug, [date, time, asks], _)| hear(slug, date, time, asks),
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                // The page below says what is wrong with the page.
                data.await.ok().map(|data| view! { <Answered data /> })
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Answered(data: HeardData) -> impl IntoView {
    let HeardData { date, time, asks, say } = data;
    let error = Signal::stored(say.clone().err());
    let sentence = say.ok().map(|say| {
        view! {
            <p class="rounded-box bg-primary/10 px-4 py-3" aria-live="polite">
                <span class="muted block text-xs">"Callers hear"</span>
                {say}
            </p>
        }
    });
    view! {
        <Card title="What will a caller hear?">
            <div class="flex flex-col gap-4">
                <AskForm error key="heard">
                    <div class="grid items-start gap-3 sm:grid-cols-[1fr_1fr_2fr_auto]">
                        <TextInput label="Calling on" name="date" kind="date" value=date />
                        <TextInput label="At" name="time" kind="time" value=time />
                        <TextInput label="Asking for" name="asks" value=asks example="today" longest=80 optional=true />
                        <button class="btn sm:mt-6.5" type="submit">
                            "Show"
                        </button>
                    </div>
                </AskForm>
                {sentence}
            </div>
        </Card>
    }
    .into_any()
}
