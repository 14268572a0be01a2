//! `/admin/{org}/events/packages`: what sponsors can buy, and who asked.

use leptos::prelude::*;
use model::EventPart;
use serde::{Deserialize, Serialize};

use super::{
    Sections,
    inquiries::Inquiries,
    part::Deleted,
    records::{Drawn, Record, Records, Words},
    written,
};
use crate::{
    error::AppError,
    pages::use_slug,
    ui::{Page, TextArea, TextInput},
};

/// The list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackagesData {
    rows: Vec<model::PackageRow>,
    sign: String,
    may_write: bool,
}

/// The list.
#[server(prefix = "/rpc")]
pub async fn load_packages(slug: String) -> Result<PackagesData, AppError> {
    let asking = super::asking(&slug).await?;
    Ok(PackagesData {
        rows: backend::packs::events::manage::packages::list(&asking.org).await?,
        sign: backend::orgs::currency(&asking.org).await?.sign().to_owned(),
        may_write: asking.member.role.allows(model::Role::Manager),
    })
}

/// Keeps a sponsorship package; a new one where `id` is empty.
#[server(prefix = "/rpc")]
pub async fn save_package(
    slug: String,
    #[server(default)] id: String,
    version: i64,
    level: String,
    price: String,
    benefits: String,
    #[server(default)] slots_left: String,
    #[server(default)] sort: i64,
) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let form = model::PackageForm {
        level,
        price_minor: super::amount(&price),
        benefits: benefits.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
        slots_left: Some(slots_left.trim()).filter(|text| !text.is_empty()).map(super::number),
        sort,
        version,
    };
    let id = super::known(&id)?;
    backend::packs::events::manage::packages::save(&asking.org, &asking.member, id, &form).await?;
    Ok(())
}

const WORDS: Words = Words {
    title: "Packages",
    none: "No packages yet.",
    add: "Add a package",
    save: "Save package",
    saved: "Saved. The next caller who asks hears it.",
};

/// What sponsors can buy, and who asked.
#[component]
pub fn PackagesPage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), load_packages);
    let save = ServerAction::<SavePackage>::new();
    let draw = |data: PackagesData| {
        let next = data.rows.iter().map(|row| row.form.sort + 1).max().unwrap_or(1);
        let row = |row: model::PackageRow| record(row.id.to_string(), row.form, &data.sign);
        Drawn {
            may_write: data.may_write,
            records: data.rows.into_iter().map(row).collect(),
            blank: record(String::new(), model::PackageForm { sort: next, ..Default::default() }, &data.sign),
        }
    };
    view! {
        <Page title="Sponsor packages" lead="What sponsors can have, as callers hear it, and who would like to sponsor.">
            <Sections slug current="/packages" />
            <div class="flex flex-col gap-5">
                <Deleted slug />
                <Records part=EventPart::Package words=WORDS slug data save draw />
                <Inquiries slug />
            </div>
        </Page>
    }
    .into_any()
}

fn record(id: String, form: model::PackageForm, sign: &str) -> Record {
    let price = if id.is_empty() { String::new() } else { written(form.price_minor) };
    let slots = form.slots_left.map(|slots| slots.to_string()).unwrap_or_default();
    let left = match form.slots_left {
        None => "any number".to_owned(),
        Some(0) => "all taken".to_owned(),
        Some(slots) => format!("{slots} left"),
    };
    let benefits = form.benefits.iter().map(|benefit| view! { <li>{benefit.clone()}</li> }).collect_view();
    let row = view! {
        <p class="flex flex-wrap items-baseline gap-x-4">
            <span class="font-medium">{form.level.clone()}</span>
            <span class="tabular-nums">{format!("{sign}{price}")}</span>
            <span class="muted text-sm">{left}</span>
        </p>
        <ul class="muted list-inside list-disc text-sm">{benefits}</ul>
    };
    Record {
        id,
        label: form.level.clone(),
        row: row.into_any(),
        hidden: vec![("version", form.version.to_string()), ("sort", form.sort.to_string())],
        fields: Box::new(move || {
            view! {
                <div class="grid gap-4 sm:grid-cols-3">
                    <TextInput label="Name" name="level" value=form.level hint="Bronze, Silver, Gold, …" />
                    <TextInput label="Price" name="price" value=price keys="decimal" />
                    <TextInput
                        label="How many can still be had"
                        name="slots_left"
                        value=slots
                        optional=true
                        keys="numeric"
                        hint="Empty: any number"
                    />
                </div>
                <TextArea
                    label="What the sponsor gets"
                    name="benefits"
                    value=form.benefits.join("\n")
                    rows=4
                    hint="One per line; read to callers who ask."
                />
            }
            .into_any()
        }),
    }
}
