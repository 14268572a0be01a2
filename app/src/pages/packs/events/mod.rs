//! `/admin/{org}/events` and below: the pages of the pack `events`.

mod chefs;
mod details;
mod event;
mod event_sales;
mod inquiries;
mod list;
mod packages;
mod part;
mod records;
mod sale;
mod sales;
mod sponsors;
mod tiers;
mod venues;
mod winners;

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    error::AppError,
    ui::{Tab, Tabs},
};

pub use event::{EventPage, NewEventPage};
pub use list::EventsPage;
pub use packages::PackagesPage;
pub use sale::SalePage;
pub use sales::SalesPage;
pub use venues::VenuesPage;

/// Who asks, where events are held; elsewhere these pages are not there.
#[cfg(feature = "ssr")]
async fn asking(slug: &str) -> Result<crate::session::Asking, AppError> {
    let asking = crate::session::member(slug).await?;
    if asking.org.has_pack(model::PackKey::Events) { Ok(asking) } else { Err(crate::session::not_found()) }
}

/// The identifier in a form's field: none where it is empty, for something new.
#[cfg(feature = "ssr")]
fn known<T: std::str::FromStr>(id: &str) -> Result<Option<T>, AppError> {
    if id.is_empty() { Ok(None) } else { named(id).map(Some) }
}

/// An identifier; what cannot be one names nothing.
#[cfg(feature = "ssr")]
fn named<T: std::str::FromStr>(id: &str) -> Result<T, AppError> {
    id.parse().map_err(|_| crate::session::not_found())
}

/// An amount as people write it, in the minor unit; what is none is no price.
#[cfg(feature = "ssr")]
fn amount(text: &str) -> i64 {
    model::Money::read(text).unwrap_or(-1)
}

/// A whole number as people write it; what is none is no number of things.
#[cfg(feature = "ssr")]
fn number(text: &str) -> i64 {
    let digits: String = text.trim().chars().filter(|letter| *letter != ',').collect();
    digits.parse().unwrap_or(-1)
}

/// An amount of the minor unit as it stands in a field.
fn written(minor: i64) -> String {
    model::Money::usd(minor).written()
}

/// When something last changed in the sales, for pages that are open.
#[server(prefix = "/rpc")]
pub async fn sales_changed(slug: String) -> Result<String, AppError> {
    let org = asking(&slug).await?.org;
    Ok(backend::packs::events::orders::changed(&org).await?)
}

/// Acts when an action has worked, each time.
fn after<S>(action: ServerAction<S>, act: impl Fn(S::Output) + 'static)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    Effect::new(move |_| {
        if let Some(Ok(value)) = action.value().get() {
            act(value);
        }
    });
}

/// How often an open page asks whether tickets were sold.
#[cfg(feature = "hydrate")]
const ASK_EVERY: std::time::Duration = std::time::Duration::from_secs(2);

/// Acts when something has changed in the sales: what is open stays open until then.
#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser keeps a page open"))]
fn when_sold(slug: Memo<String>, act: impl Fn() + Copy + Send + Sync + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let seen = StoredValue::new(None::<String>);
        let ask = move || {
            leptos::task::spawn_local(async move {
                let Some(slug) = slug.try_get_untracked() else { return };
                if is_editing() {
                    return;
                }
                let Ok(changed) = sales_changed(slug).await else { return };
                let before = seen.try_update_value(|seen| seen.replace(changed.clone()));
                if before.flatten().is_some_and(|before| before != changed) {
                    act();
                }
            });
        };
        Effect::new(move |_| {
            ask();
            if let Ok(timer) = set_interval_with_handle(ask, ASK_EVERY) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}

/// Whether a form is folded out or typed into: what is written in it must not be lost.
#[cfg(feature = "hydrate")]
fn is_editing() -> bool {
    const BUSY: &str = "main details[open] form, main form :is(input, select, textarea):focus";
    document().query_selector(BUSY).is_ok_and(|form| form.is_some())
}

/// The pages of events side by side.
#[component]
fn Sections(slug: Memo<String>, current: &'static str) -> impl IntoView {
    let tabs = move || {
        let tab = |(path, label): (&str, &str)| Tab {
            label: label.to_owned(),
            href: format!("/admin/{}/events{path}", slug.get()),
            current: path == current,
        };
        let tabs =
            [("", "Events"), ("/sales", "Sales"), ("/venues", "Venues"), ("/packages", "Sponsor packages")].map(tab);
        view! { <Tabs label="Events" tabs=tabs.into() /> }
    };
    tabs.into_any()
}

/// How many seats are sold, kept and left: a bar and the same in words.
#[component]
fn SeatBar(capacity: i64, sold: i64, held: i64) -> impl IntoView {
    if capacity == 0 {
        return view! { <p class="muted text-sm">"No tickets yet"</p> }.into_any();
    }
    let share = |seats: i64| (seats * 1000 / capacity).clamp(0, 1000);
    let left = (capacity - sold - held).max(0);
    let kept = if held > 0 { format!(" · {held} held") } else { String::new() };
    let told =
        if left == 0 { format!("Sold out · {sold} sold{kept}") } else { format!("{sold} sold{kept} · {left} left") };
    view! {
        <div class="flex min-w-36 flex-col gap-1">
            <svg class="h-2 w-full overflow-hidden rounded-full" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                <rect class="fill-base-300" width="1000" height="8" />
                <rect class="fill-primary/40" width=share(sold + held) height="8" />
                <rect class="fill-primary" width=share(sold) height="8" />
            </svg>
            <p class="muted text-xs tabular-nums">{told}</p>
        </div>
    }
    .into_any()
}
