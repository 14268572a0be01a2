//! `/admin/{org}/menu/prices`: changing many prices at once, after looking at what would become of them.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::part::{MenuTabs, View};
use crate::{
    error::AppError,
    format,
    pages::use_slug,
    ui::{
        AskForm, Card, Choice, DataTable, EmptyState, Failure, Glyph, Page, Problem, SkeletonRows, TextInput, refusal,
    },
};

/// The change as it is written in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The category; empty for all.
    #[serde(default)]
    category: String,
    /// `percent` or `amount`.
    #[serde(default)]
    by: String,
    /// By how much, as people write it; empty as long as nothing was asked.
    #[serde(default)]
    value: String,
    /// What new prices are a multiple of, in cents.
    #[serde(default)]
    round: String,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricesData {
    /// The categories by identifier and name.
    categories: Vec<(String, String)>,
    preview: Option<Result<Preview, AppError>>,
}

/// What would become of the prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The item with its size, its price, and its price afterwards if it changes.
    lines: Vec<(String, String, Option<String>)>,
    seen: String,
}

#[cfg(feature = "ssr")]
impl Wish {
    /// The change that is meant.
    fn change(&self) -> Result<model::PriceChange, AppError> {
        use backend::error::Error;

        let wrong = |message: &str| Error::field("value", message);
        let category = (!self.category.is_empty()).then(|| self.category.parse()).transpose();
        let number = self.value.trim().trim_start_matches('+').trim_end_matches('%');
        let step = if self.by == "amount" {
            model::Money::read(number)
                .map(model::PriceStep::Amount)
                .ok_or_else(|| wrong("Write an amount, for instance 0.25 or -0.25."))?
        } else {
            model::Money::read(number)
                .map(model::PriceStep::Percent)
                .ok_or_else(|| wrong("Write a number, for instance 5 or -2.5."))?
        };
        Ok(model::PriceChange {
            category: category.map_err(|_| Error::field("category", "Choose one of the categories."))?,
            step,
            round_to: self.round.parse().unwrap_or(5),
        })
    }
}

/// The categories, and what the change would do.
#[server(prefix = "/rpc")]
pub async fn load_prices(slug: String, wish: Wish) -> Result<PricesData, AppError> {
    use backend::packs::menu::manage::items;

    crate::session::member_with(&slug, model::Role::Manager).await?;
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let menu = items::menu(&asking.org).await?;
    let categories = menu.into_iter().map(|row| (row.id.to_string(), row.form.name)).collect();
    let preview = if wish.value.trim().is_empty() { None } else { Some(look(&asking, &wish).await) };
    Ok(PricesData { categories, preview })
}

#[cfg(feature = "ssr")]
async fn look(asking: &crate::session::Asking, wish: &Wish) -> Result<Preview, AppError> {
    let preview = backend::packs::menu::manage::prices::preview(&asking.org, &asking.member, wish.change()?).await?;
    let money = |minor| model::Money { minor, currency: preview.currency }.to_string();
    let line = |line: &model::PriceLine| {
        let name = format!("{} {}", line.item, line.size_name.to_lowercase()).trim().to_owned();
        (name, money(line.before), (line.after != line.before).then(|| money(line.after)))
    };
    Ok(Preview { lines: preview.lines.iter().map(line).collect(), seen: preview.seen })
}

/// Makes a change, if the prices are still those that were seen.
#[server(prefix = "/rpc")]
pub async fn apply_prices(slug: String, wish: Wish, seen: String) -> Result<(), AppError> {
    let asking = crate::session::member_with_pack(&slug, model::PackKey::Menu).await?;
    let change = wish.change()?;
    let changed = backend::packs::menu::manage::prices::apply(&asking.org, &asking.member, change, &seen).await;
    let changed = changed.map_err(|error| match error {
        backend::error::Error::Stale => {
            crate::session::answer_with(axum::http::StatusCode::CONFLICT);
            AppError::Conflict(
                "A price was changed since you looked. Look at the new prices again before you change them.".into(),
            )
        }
        other => other.into(),
    })?;
    leptos_axum::redirect(&format!("/admin/{slug}/menu?changed={changed}"));
    Ok(())
}

/// The form, and what would become of the prices.
#[component]
pub fn PricesPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let wish = Memo::new(move |_| {
        let query = query.read();
        let value = |key| query.get(key).unwrap_or_default();
        Wish { category: value("category"), by: value("by"), value: value("value"), round: value("round") }
    });
    let data = Resource::new_blocking(move || (slug.get(), wish.get()), |(slug, wish)| load_prices(slug, wish));
    view! {
        <Page title="Change prices" lead="Raise or lower many prices at once. You see every new price before anything changes.">
            <MenuTabs slug current=View::Prices />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <Loaded data wish=wish.get_untracked() slug=slug.get_untracked() /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn Loaded(data: PricesData, wish: Wish, slug: String) -> impl IntoView {
    let refused = data.preview.as_ref().and_then(|preview| preview.as_ref().err()).cloned();
    let seen = data.preview.and_then(Result::ok);
    view! {
        <div class="flex flex-col gap-5">
            <Asking categories=data.categories wish=wish.clone() refused />
            {seen.map(|preview| view! { <Seen preview wish slug /> })}
        </div>
    }
    .into_any()
}

#[component]
fn Asking(categories: Vec<(String, String)>, wish: Wish, refused: Option<AppError>) -> impl IntoView {
    let error = Signal::stored(refused);
    let named = |(value, name): (&str, &str)| (value.to_owned(), name.to_owned());
    let categories = std::iter::once(named(("", "The whole menu"))).chain(categories).collect();
    let by = [("percent", "percent"), ("amount", "an amount")].map(named).into();
    let round = [("5", "5 cents"), ("10", "10 cents"), ("1", "Do not round")].map(named).into();
    view! {
        <Card>
            <AskForm error>
                <div class="flex flex-col gap-4">
                    <Problem error />
                    <div class="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-4">
                        <Choice label="What changes" name="category" options=categories chosen=wish.category />
                        <Choice label="By" name="by" options=by chosen=wish.by />
                        <TextInput label="How much" name="value" value=wish.value hint="5 is dearer, -5 is cheaper" />
                        <Choice label="Round to" name="round" options=round chosen=wish.round />
                    </div>
                    <div class="flex justify-end">
                        <button class="btn" type="submit">
                            "Show the new prices"
                        </button>
                    </div>
                </div>
            </AskForm>
        </Card>
    }
    .into_any()
}

const COLUMNS: &[(&str, &str)] = &[("Item", ""), ("Old price", "text-right"), ("New price", "text-right")];

#[component]
fn Seen(preview: Preview, wish: Wish, slug: String) -> impl IntoView {
    let action = ServerAction::<ApplyPrices>::new();
    let changes = preview.lines.iter().filter(|(_, _, after)| after.is_some()).count();
    if preview.lines.is_empty() {
        return view! {
            <Card class="">
                <EmptyState glyph=Glyph::Cup title="No prices there" hint="Choose another category, or put items into this one." />
            </Card>
        }
        .into_any();
    }
    let rows = preview
        .lines
        .into_iter()
        .map(|(name, before, after)| {
            let new = match after {
                Some(after) => view! { <strong>{after}</strong> }.into_any(),
                None => view! { <span class="muted">"stays"</span> }.into_any(),
            };
            view! {
                <tr>
                    <td>{name}</td>
                    <td class="muted text-right tabular-nums">{before}</td>
                    <td class="text-right tabular-nums">{new}</td>
                </tr>
            }
        })
        .collect_view();
    let label = format!("Change {}", format::count(changes as i64, "price", "prices"));
    view! {
        <Card class="">
            <DataTable caption="New prices" columns=COLUMNS>
                {rows}
            </DataTable>
            <ActionForm action>
                <div class="flex flex-col items-end gap-3 border-t border-base-300 px-4 py-3 sm:px-5">
                    <Problem error=refusal(action) />
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="wish[category]" value=wish.category />
                    <input type="hidden" name="wish[by]" value=wish.by />
                    <input type="hidden" name="wish[value]" value=wish.value />
                    <input type="hidden" name="wish[round]" value=wish.round />
                    <input type="hidden" name="seen" value=preview.seen />
                    <button class="btn btn-primary" type="submit" disabled=changes == 0>
                        {label}
                    </button>
                </div>
            </ActionForm>
        </Card>
    }
    .into_any()
}
