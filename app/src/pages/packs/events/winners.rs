//! Who won at an event.

use leptos::prelude::*;
use model::EventPart;
use serde::{Deserialize, Serialize};

use super::records::{Drawn, Record, Records, Words};
use crate::{error::AppError, ui::TextInput};

/// Who won at an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinnersData {
    rows: Vec<model::WinnerRow>,
    may_write: bool,
}

/// Who won at an event.
#[server(prefix = "/rpc")]
pub async fn load_winners(slug: String, event: String) -> Result<WinnersData, AppError> {
    let asking = super::asking(&slug).await?;
    let rows = backend::packs::events::manage::people::winners(&asking.org, super::named(&event)?).await?;
    Ok(WinnersData { rows, may_write: asking.member.role.allows(model::Role::Manager) })
}

/// Keeps a prize; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_winner(
    slug: String,
    event: String,
    #[server(default)] id: String,
    version: i64,
    place: String,
    category: String,
    chef: String,
    #[server(default)] restaurant: String,
    #[server(default)] dish: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::WinnerForm { place: super::number(&place), category, chef, restaurant, dish, version };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::people::save_winner(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

const WORDS: Words = Words {
    title: "Winners",
    none: "Nobody has won yet. Callers ask for winners once an event is over.",
    add: "Add a winner",
    save: "Save winner",
    saved: "Saved.",
};

/// Who won at an event.
#[component]
pub fn Winners(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_winners(slug, event));
    let save = ServerAction::<SaveWinner>::new();
    let draw = |data: WinnersData| Drawn {
        may_write: data.may_write,
        records: data.rows.into_iter().map(|row| record(row.id.to_string(), row.form)).collect(),
        blank: record(String::new(), model::WinnerForm { place: 1, ..Default::default() }),
    };
    view! { <Records part=EventPart::Winner words=WORDS slug event data save draw /> }
}

fn record(id: String, form: model::WinnerForm) -> Record {
    let detail: Vec<&str> =
        [form.restaurant.as_str(), form.dish.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let row = view! {
        <p class="font-medium">{form.chef.clone()}</p>
        <p class="text-sm">{format!("{}. {}", form.place, form.category)}</p>
        <p class="muted text-sm">{detail.join(" · ")}</p>
    };
    Record {
        id,
        label: form.chef.clone(),
        row: row.into_any(),
        hidden: vec![("version", form.version.to_string())],
        fields: Box::new(move || {
            view! {
                <div class="grid gap-4 sm:grid-cols-2">
                    <TextInput label="Place" name="place" value=form.place.to_string() keys="numeric" />
                    <TextInput label="What the prize was for" name="category" value=form.category />
                    <TextInput label="Chef" name="chef" value=form.chef />
                    <TextInput label="Restaurant" name="restaurant" value=form.restaurant optional=true />
                    <TextInput label="Dish" name="dish" value=form.dish optional=true />
                </div>
            }
            .into_any()
        }),
    }
}
