//! `/admin/{org}/events/packages`: what sponsors can buy, and who asked.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::{Keep, Line, NewRecord, Record, Sections, TakeAway, after, fold_up, inquiries::Inquiries, written};
use crate::{
    error::AppError,
    format::raw_text,
    pages::use_slug,
    ui::{Card, Failure, Field, Page, Problem, SkeletonRows, Toasts, refusal},
};

const GROUP: &str = "packages";

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
        price_minor: super::amount(&price, "Price")?,
        benefits: benefits.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
        slots_left: Some(slots_left.trim())
            .filter(|text| !text.is_empty())
            .map(|text| super::number(text, "How many can still be had"))
            .transpose()?,
        sort,
        version,
    };
    let id = super::known(&id)?;
    backend::packs::events::manage::packages::save(&asking.org, &asking.member, id, &form).await?;
    Ok(())
}

/// Takes a sponsorship package away.
#[server(prefix = "/rpc")]
pub async fn delete_package(slug: String, id: String) -> Result<model::PackageForm, AppError> {
    let asking = super::asking(&slug).await?;
    Ok(backend::packs::events::manage::packages::delete(&asking.org, &asking.member, super::named(&id)?).await?)
}

/// What sponsors can buy, and who asked.
#[component]
pub fn PackagesPage() -> impl IntoView {
    let slug = use_slug();
    let data = Resource::new_blocking(move || slug.get(), load_packages);
    let save = ServerAction::<SavePackage>::new();
    let delete = ServerAction::<DeletePackage>::new();
    let toasts = Toasts::here();
    let again = Callback::new(move |form: model::PackageForm| {
        save.dispatch(SavePackage {
            slug: slug.get_untracked(),
            id: String::new(),
            version: 0,
            price: written(form.price_minor),
            benefits: form.benefits.join("\n"),
            slots_left: form.slots_left.map(|slots| slots.to_string()).unwrap_or_default(),
            sort: form.sort,
            level: form.level,
        });
    });
    after(save, move |()| {
        fold_up(GROUP);
        toasts.say("Saved. The next caller who asks hears it.");
        data.refetch();
    });
    after(delete, move |form| {
        fold_up(GROUP);
        data.refetch();
        let text = format!("{} is deleted.", form.level);
        toasts.say_with_undo(text, Callback::new(move |()| again.run(form.clone())));
    });
    let (kept, deleted) = (refusal(save), refusal(delete));
    let error = Signal::derive(move || kept.get().or_else(|| deleted.get()));
    view! {
        <Page title="Sponsor packages" lead="What sponsors can have, as callers hear it, and who would like to sponsor.">
            <Sections slug current="/packages" />
            <div class="flex flex-col gap-5">
            <Problem error />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <List data slug=slug.get_untracked() save delete /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
            <Inquiries slug />
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn List(
    data: PackagesData,
    slug: String,
    save: ServerAction<SavePackage>,
    delete: ServerAction<DeletePackage>,
) -> impl IntoView {
    let may_write = data.may_write;
    let none =
        data.rows.is_empty().then(|| view! { <li class="muted px-4 py-3 text-sm sm:px-5">"No packages yet."</li> });
    let next = data.rows.iter().map(|row| row.form.sort + 1).max().unwrap_or(1);
    let sign = data.sign;
    let rows = data
        .rows
        .into_iter()
        .map(|row| view! { <Row row slug=slug.clone() save delete may_write sign=sign.clone() /> })
        .collect_view();
    let blank = may_write.then(|| {
        view! {
            <NewRecord group=GROUP label="Add a package">
                <Fields slug=slug.clone() id=String::new() form=model::PackageForm { sort: next, ..Default::default() } save />
            </NewRecord>
        }
    });
    view! {
        <Card title="Packages" class="">
            <ul class="divide-y divide-base-300">{none} {rows} {blank}</ul>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(
    row: model::PackageRow,
    slug: String,
    save: ServerAction<SavePackage>,
    delete: ServerAction<DeletePackage>,
    may_write: bool,
    sign: String,
) -> impl IntoView {
    let (id, form) = (row.id.to_string(), row.form);
    let label = form.level.clone();
    let price = format!("{sign}{}", written(form.price_minor));
    let left = match form.slots_left {
        None => "any number".to_owned(),
        Some(0) => "all taken".to_owned(),
        Some(slots) => format!("{slots} left"),
    };
    let benefits = form.benefits.iter().map(|benefit| view! { <li>{benefit.clone()}</li> }).collect_view();
    let row = view! {
        <p class="flex flex-wrap items-baseline gap-x-4">
            <span class="font-medium">{form.level.clone()}</span>
            <span class="tabular-nums">{price}</span>
            <span class="muted text-sm">{left}</span>
        </p>
        <ul class="muted list-inside list-disc text-sm">{benefits}</ul>
    }
    .into_any();
    view! {
        <Record group=GROUP label may_write row>
            <Fields slug=slug.clone() id=id.clone() form=form.clone() save />
            <ActionForm action=delete>
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="id" value=id.clone() />
                <TakeAway label=format!("Delete {}", form.level) />
            </ActionForm>
        </Record>
    }
    .into_any()
}

#[component]
fn Fields(slug: String, id: String, form: model::PackageForm, save: ServerAction<SavePackage>) -> impl IntoView {
    let known = !id.is_empty();
    let label = if known { "Save package" } else { "Add a package" };
    let at = format!("{GROUP}{id}");
    let price = if known { written(form.price_minor) } else { String::new() };
    let slots = form.slots_left.map(|slots| slots.to_string()).unwrap_or_default();
    view! {
        <ActionForm action=save attr:class="flex flex-col gap-4">
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="version" value=form.version />
            <input type="hidden" name="sort" value=form.sort />
            <div class="grid gap-4 sm:grid-cols-3">
                <Line form=at.clone() name="level" label="Name" value=form.level hint="Bronze, Silver, Gold, …" />
                <Line form=at.clone() name="price" label="Price" value=price keys="decimal" />
                <Line form=at.clone() name="slots_left" label="How many can still be had" value=slots optional=true keys="numeric" hint="Empty: any number" />
            </div>
            <Field label="What the sponsor gets" id=format!("benefits-{at}") hint="One per line; read to callers who ask.">
                <textarea class="textarea w-full" id=format!("benefits-{at}") name="benefits" rows="4" required>
                    {raw_text(form.benefits.join("\n"))}
                </textarea>
            </Field>
            <Keep label pending=save.pending() />
        </ActionForm>
    }
    .into_any()
}
