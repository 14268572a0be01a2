//! `/admin/{org}/events` and below: the pages of the pack `events`.

mod chefs;
mod details;
mod event;
mod event_sales;
mod inquiries;
mod list;
mod packages;
mod sale;
mod sales;
mod sponsors;
mod tiers;
mod venues;
mod winners;

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    error::AppError,
    ui::{Glyph, Icon, Tab, Tabs},
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

/// An amount as people write it, in the minor unit.
#[cfg(feature = "ssr")]
fn amount(text: &str, field: &str) -> Result<i64, AppError> {
    model::Money::read(text)
        .ok_or_else(|| AppError::Invalid(format!("{field}: write an amount such as 8.50, not \u{201c}{text}\u{201d}.")))
}

/// A whole number as people write it.
#[cfg(feature = "ssr")]
fn number(text: &str, field: &str) -> Result<i64, AppError> {
    let digits: String = text.trim().chars().filter(|letter| *letter != ',').collect();
    digits.parse().map_err(|_| AppError::Invalid(format!("{field}: write a whole number, not \u{201c}{text}\u{201d}.")))
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

/// Folds the forms of a group up and empties them: what was written in them is kept.
#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser folds"))]
fn fold_up(group: &str) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::{wasm_bindgen::JsCast as _, web_sys::HtmlFormElement};

        while let Ok(Some(record)) = document().query_selector(&format!("details[name='{group}'][open]")) {
            if record.remove_attribute("open").is_err() {
                return;
            }
            let form =
                record.query_selector("form").ok().flatten().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
            if let Some(form) = form {
                form.reset();
            }
        }
    }
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

/// A record that folds out into its form; one of a group at a time, so that what is written in it is not lost beside another.
#[component]
fn Record(
    /// Its group.
    group: &'static str,
    /// What it is called, for those who do not see the row.
    #[prop(into)]
    label: String,
    /// Whether it can be edited.
    may_write: bool,
    /// The row.
    row: AnyView,
    /// The form.
    children: Children,
) -> impl IntoView {
    if !may_write {
        return view! { <li class="px-4 py-3 sm:px-5">{row}</li> }.into_any();
    }
    view! {
        <li>
            <details name=group class="group">
                <summary class="flex cursor-pointer list-none items-center gap-3 px-4 py-3 hover:bg-base-200 sm:px-5">
                    <div class="min-w-0 flex-1">{row}</div>
                    <span class="link link-hover shrink-0 text-sm text-primary">
                        <span class="group-open:hidden">"Edit"</span>
                        <span class="hidden group-open:inline">"Close"</span>
                        <span class="sr-only">{format!(" {label}")}</span>
                    </span>
                </summary>
                <div class="border-t border-base-300 bg-base-200/40 px-4 py-4 sm:px-5">{children()}</div>
            </details>
        </li>
    }
    .into_any()
}

/// The line that folds out into the form of something new.
#[component]
fn NewRecord(
    /// The group of the records.
    group: &'static str,
    /// What is added.
    label: &'static str,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <li>
            <details name=group>
                <summary class="flex cursor-pointer list-none items-center gap-2 px-4 py-3 text-sm font-medium text-primary hover:bg-base-200 sm:px-5">
                    <Icon glyph=Glyph::Plus class="size-4" />
                    {label}
                </summary>
                <div class="border-t border-base-300 bg-base-200/40 px-4 py-4 sm:px-5">{children()}</div>
            </details>
        </li>
    }
    .into_any()
}

/// A labelled line of text in a form of which the page has several: `form` keeps their ids apart.
#[component]
fn Line(
    /// Which form.
    #[prop(into)]
    form: String,
    /// The field's name.
    name: &'static str,
    /// The label.
    label: &'static str,
    /// What it holds at first.
    #[prop(into)]
    value: String,
    /// Whether the form may be sent without it.
    #[prop(optional)]
    optional: bool,
    /// Which keys a telephone offers: `text`, `decimal`, `numeric`.
    #[prop(default = "text")]
    keys: &'static str,
    /// What to enter.
    #[prop(optional)]
    hint: &'static str,
    /// The id of a list of suggestions.
    #[prop(optional)]
    list: &'static str,
) -> impl IntoView {
    let id = format!("{name}-{form}");
    view! {
        <crate::ui::Field label id=id.clone() hint>
            <input
                class="input w-full"
                id=id
                name=name
                inputmode=keys
                value=value
                autocomplete="off"
                required=!optional
                list=(!list.is_empty()).then_some(list)
            />
        </crate::ui::Field>
    }
    .into_any()
}

/// The button that keeps a record.
#[component]
fn Keep(label: &'static str, #[prop(into)] pending: Signal<bool>) -> impl IntoView {
    view! {
        <button class="btn btn-primary btn-sm self-end" type="submit" disabled=move || pending.get()>
            {label}
        </button>
    }
    .into_any()
}

/// The button that takes a record away.
#[component]
fn TakeAway(#[prop(into)] label: String) -> impl IntoView {
    view! {
        <button class="btn btn-ghost btn-sm" type="submit" aria-label=label>
            <Icon glyph=Glyph::Trash class="size-4" />
            "Delete"
        </button>
    }
    .into_any()
}
