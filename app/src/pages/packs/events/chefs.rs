//! Who cooks at an event.

use leptos::prelude::*;
use model::EventPart;
use serde::{Deserialize, Serialize};

use super::records::{Drawn, Record, Records, Words};
use crate::{error::AppError, ui::TextInput};

/// Who cooks at an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChefsData {
    rows: Vec<model::ChefRow>,
    may_write: bool,
}

/// Who cooks at an event.
#[server(prefix = "/rpc")]
pub async fn load_chefs(slug: String, event: String) -> Result<ChefsData, AppError> {
    let asking = super::asking(&slug).await?;
    let rows = backend::packs::events::manage::people::chefs(&asking.org, super::named(&event)?).await?;
    Ok(ChefsData { rows, may_write: asking.member.role.allows(model::Role::Manager) })
}

/// Keeps a chef; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_chef(
    slug: String,
    event: String,
    #[server(default)] id: String,
    version: i64,
    name: String,
    #[server(default)] restaurant: String,
    #[server(default)] dish: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::ChefForm { name, restaurant, dish, version };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::people::save_chef(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

const WORDS: Words =
    Words { title: "Chefs", none: "No chefs yet.", add: "Add a chef", save: "Save chef", saved: "Saved." };

/// Who cooks at an event.
#[component]
pub fn Chefs(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_chefs(slug, event));
    let save = ServerAction::<SaveChef>::new();
    let draw = |data: ChefsData| Drawn {
        may_write: data.may_write,
        records: data.rows.into_iter().map(|row| record(row.id.to_string(), row.form)).collect(),
        blank: record(String::new(), model::ChefForm::default()),
    };
    view! { <Records part=EventPart::Chef words=WORDS slug event data save draw /> }
}

fn record(id: String, form: model::ChefForm) -> Record {
    let detail: Vec<&str> =
        [form.restaurant.as_str(), form.dish.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let row = view! {
        <p class="font-medium">{form.name.clone()}</p>
        <p class="muted text-sm">{detail.join(" · ")}</p>
    };
    Record {
        id,
        label: form.name.clone(),
        row: row.into_any(),
        hidden: vec![("version", form.version.to_string())],
        fields: Box::new(move || {
            view! {
                <div class="grid gap-4 sm:grid-cols-2">
                    <TextInput label="Name" name="name" value=form.name />
                    <TextInput label="Restaurant" name="restaurant" value=form.restaurant optional=true />
                    <TextInput label="Dish" name="dish" value=form.dish optional=true />
                </div>
            }
            .into_any()
        }),
    }
}
