//! Who pays for an event, by package.

use leptos::prelude::*;
use model::EventPart;
use serde::{Deserialize, Serialize};

use super::records::{Drawn, Record, Records, Words};
use crate::{
    error::AppError,
    ui::{Badge, TextInput},
};

/// Who pays for an event, by package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SponsorsData {
    rows: Vec<model::SponsorRow>,
    levels: Vec<String>,
    may_write: bool,
}

/// Who pays for an event, by package.
#[server(prefix = "/rpc")]
pub async fn load_sponsors(slug: String, event: String) -> Result<SponsorsData, AppError> {
    let asking = super::asking(&slug).await?;
    let rows = backend::packs::events::manage::people::sponsors(&asking.org, super::named(&event)?).await?;
    let levels: Vec<String> = backend::packs::events::manage::packages::list(&asking.org)
        .await?
        .into_iter()
        .map(|row| row.form.level)
        .collect();
    let mut rows = rows;
    // The largest package first, as they are named at the event.
    rows.sort_by_key(|row| std::cmp::Reverse(levels.iter().position(|level| *level == row.form.level)));
    Ok(SponsorsData { rows, levels, may_write: asking.member.role.allows(model::Role::Manager) })
}

/// Keeps a sponsor; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_sponsor(
    slug: String,
    event: String,
    #[server(default)] id: String,
    version: i64,
    name: String,
    level: String,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::SponsorForm { name, level, version };
    let (event, id) = (super::named(&event)?, super::known(&id)?);
    backend::packs::events::manage::people::save_sponsor(&asking.org, &asking.member, event, id, &form).await?;
    Ok(())
}

const WORDS: Words =
    Words { title: "Sponsors", none: "No sponsors yet.", add: "Add a sponsor", save: "Save sponsor", saved: "Saved." };

/// Who pays for an event, by package.
#[component]
pub fn Sponsors(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_sponsors(slug, event));
    let save = ServerAction::<SaveSponsor>::new();
    let draw = |data: SponsorsData| {
        let mut blank = record(String::new(), model::SponsorForm::default());
        let fields = blank.fields;
        blank.fields = Box::new(move || {
            let levels = data.levels.into_iter().map(|level| view! { <option value=level></option> }).collect_view();
            view! {
                <datalist id="levels">{levels}</datalist>
                {fields()}
            }
            .into_any()
        });
        Drawn {
            may_write: data.may_write,
            records: data.rows.into_iter().map(|row| record(row.id.to_string(), row.form)).collect(),
            blank,
        }
    };
    view! { <Records part=EventPart::Sponsor words=WORDS slug event data save draw /> }
}

fn record(id: String, form: model::SponsorForm) -> Record {
    let row = view! {
        <p class="flex flex-wrap items-center gap-2">
            <span class="font-medium">{form.name.clone()}</span>
            <Badge text=form.level.clone() />
        </p>
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
                    <TextInput label="Package" name="level" value=form.level list="levels" hint="Bronze, Silver, Gold, …" />
                </div>
            }
            .into_any()
        }),
    }
}
