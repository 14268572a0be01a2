//! `/admin/{org}/events/sales`: who bought which tickets, and what became of the money.

use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_query_map, params::ParamsMap};
use model::OrderState;
use serde::{Deserialize, Serialize};

use super::{Sections, when_sold};
use crate::{
    error::AppError,
    format,
    moment::Moment,
    pages::use_slug,
    ui::{Badge, Card, DataTable, EmptyState, Failure, Glyph, Icon, Page, RelativeTime, SkeletonRows, Tone},
};

/// Rows on one page.
const ROWS: i64 = 50;
/// The word in the address for the sales that somebody should look at.
const TROUBLE: &str = "trouble";

/// The filters as the address has them; empty ones are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SalesQuery {
    /// An event's id.
    #[serde(default)]
    event: String,
    /// An [`OrderState`], or `trouble`.
    #[serde(default)]
    state: String,
    /// The page, from 1.
    #[serde(default)]
    page: i64,
}

impl SalesQuery {
    fn from_map(map: &ParamsMap) -> Self {
        let get = |key: &str| map.get(key).unwrap_or_default();
        Self { event: get("event"), state: get("state"), page: get("page").parse().unwrap_or(1).clamp(1, 100_000) }
    }

    /// What the list is asked for; a filter that makes no sense is left out.
    #[cfg(feature = "ssr")]
    fn filter(&self, rows: i64) -> model::SaleFilter {
        model::SaleFilter {
            event: self.event.parse().ok(),
            state: self.state.parse().ok(),
            trouble: self.state == TROUBLE,
            offset: (self.page - 1).max(0) * rows,
            limit: rows,
        }
    }

    fn map(&self) -> ParamsMap {
        let mut map = ParamsMap::new();
        for (key, value) in [("event", &self.event), ("state", &self.state)] {
            if !value.is_empty() {
                map.insert(key, value.clone());
            }
        }
        map
    }

    fn href(&self, slug: &str) -> String {
        let mut map = self.map();
        if self.page > 1 {
            map.insert("page", self.page.to_string());
        }
        format!("/admin/{slug}/events/sales{}", map.to_query_string())
    }

    /// The file with all that fit.
    fn file(&self, slug: &str) -> String {
        let mut map = self.map();
        map.insert("org", slug.to_owned());
        format!("/api/events/sales.csv{}", map.to_query_string())
    }

    fn is_filtered(&self) -> bool {
        !(self.event.is_empty() && self.state.is_empty())
    }
}

/// A sale as the pages show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaleLine {
    /// Its identifier.
    pub id: String,
    /// The confirmation number.
    pub reference: String,
    /// The event's id.
    pub event_id: String,
    /// The event's title.
    pub event: String,
    /// `2 VIP`.
    pub tickets: String,
    /// What they cost.
    pub total: String,
    /// What was given back; empty for nothing.
    pub refunded: String,
    /// How it stands.
    pub state: OrderState,
    /// Money could not be given back.
    pub refund_failed: bool,
    /// Who called.
    pub phone: String,
    /// Who paid.
    pub email: String,
    /// The call in which it was ordered.
    pub call_id: Option<String>,
    /// When it was ordered.
    pub at: Moment,
}

#[cfg(feature = "ssr")]
impl SaleLine {
    /// A sale as this organisation's clocks show it.
    pub fn of(org: &backend::org::Org, sale: model::Sale) -> Self {
        Self {
            id: sale.id.to_string(),
            reference: sale.reference,
            event_id: sale.event_id.to_string(),
            event: sale.event,
            tickets: format!("{} {}", sale.quantity, sale.kind),
            total: sale.total.to_string(),
            refunded: if sale.refunded.minor > 0 { sale.refunded.to_string() } else { String::new() },
            state: sale.state,
            refund_failed: sale.refund_failed,
            phone: sale.phone.map(|phone| phone.pretty()).unwrap_or_default(),
            email: sale.email.map(|email| email.to_string()).unwrap_or_default(),
            call_id: sale.call_id.map(|id| id.to_string()),
            at: Moment::of(org, sale.created_at),
        }
    }
}

/// How an order stands, with its colour.
pub const fn tone(state: OrderState) -> Tone {
    match state {
        OrderState::Open | OrderState::Pending => Tone::Active,
        OrderState::Paid => Tone::Good,
        OrderState::PartlyRefunded | OrderState::Refunded | OrderState::Expired => Tone::Plain,
        OrderState::Failed => Tone::Warning,
        OrderState::Unfulfillable | OrderState::Mismatched | OrderState::Disputed | OrderState::Lost => Tone::Bad,
    }
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SalesData {
    sales: Vec<SaleLine>,
    total: i64,
    events: Vec<(String, String)>,
}

/// The sales that fit.
#[server(prefix = "/rpc")]
pub async fn load_sales(slug: String, query: SalesQuery) -> Result<SalesData, AppError> {
    let org = super::asking(&slug).await?.org;
    let page = backend::packs::events::orders::page(&org, &query.filter(ROWS)).await?;
    let event =
        |row: model::EventRow| (row.id.to_string(), format!("{}, {}", row.title, row.starts.format("%-d %b %Y")));
    Ok(SalesData {
        sales: page.sales.into_iter().map(|sale| SaleLine::of(&org, sale)).collect(),
        total: page.total,
        events: backend::packs::events::manage::events::list(&org).await?.into_iter().map(event).collect(),
    })
}

/// The sales.
#[component]
pub fn SalesPage() -> impl IntoView {
    let slug = use_slug();
    let map = use_query_map();
    let query = Memo::new(move |_| SalesQuery::from_map(&map.read()));
    let data = Resource::new_blocking(move || (slug.get(), query.get()), |(slug, query)| load_sales(slug, query));
    when_sold(slug, move || data.refetch());
    let file = move || {
        view! {
            // The file is the server's, not a page.
            <a class="btn btn-sm" href=move || query.read().file(&slug.read()) rel="external" download>
                <Icon glyph=Glyph::Download class="size-4" />
                "Download as CSV"
            </a>
        }
        .into_any()
    };
    view! {
        <Page title="Ticket sales" lead="Who bought which tickets, newest first, and what became of the money." actions=file.into()>
            <Sections slug current="/sales" />
            <Transition fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => view! { <List data slug=slug.get_untracked() query=query.get_untracked() /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

#[component]
fn List(data: SalesData, slug: String, query: SalesQuery) -> impl IntoView {
    let first = (query.page - 1) * ROWS + 1;
    let last = first + data.sales.len() as i64 - 1;
    let told = format!("{first}–{last} of {}", format::count(data.total, "sale", "sales"));
    let newer = (query.page > 1).then(|| SalesQuery { page: query.page - 1, ..query.clone() }.href(&slug));
    let older = (last < data.total).then(|| SalesQuery { page: query.page + 1, ..query.clone() }.href(&slug));
    let table = if data.sales.is_empty() {
        let (title, hint) = if query.is_filtered() {
            ("No sale fits these filters", "Take one of them away.")
        } else {
            (
                "Nothing was sold yet",
                "When a caller buys tickets, the sale appears here at once, and again when it is paid.",
            )
        };
        view! { <EmptyState glyph=Glyph::Ticket title hint /> }.into_any()
    } else {
        let rows = data.sales.into_iter().map(|sale| view! { <Row sale slug=slug.clone() /> }).collect_view();
        view! {
            <DataTable caption="Ticket sales" columns=COLUMNS>
                {rows}
            </DataTable>
            <footer class="flex items-center justify-between gap-3 border-t border-base-300 px-4 py-2 text-sm">
                <span class="muted tabular-nums">{told}</span>
                <nav class="flex gap-1" aria-label="Pages of the list">
                    {newer.map(|href| view! { <a class="btn btn-sm" href=href>"Newer"</a> })}
                    {older.map(|href| view! { <a class="btn btn-sm" href=href>"Older"</a> })}
                </nav>
            </footer>
        }
        .into_any()
    };
    view! {
        <Filters slug events=data.events query />
        <Card class="">{table}</Card>
    }
    .into_any()
}

/// The filters. A plain GET form.
#[component]
fn Filters(slug: String, events: Vec<(String, String)>, query: SalesQuery) -> impl IntoView {
    let clear = query.is_filtered();
    let states = std::iter::once((TROUBLE, "Needs a look"))
        .chain(OrderState::ALL.iter().map(|state| (state.as_str(), state.label())))
        .map(|(key, word)| (key.to_owned(), word.to_owned()))
        .collect();
    view! {
        <Form method="GET" action="" attr:class="mb-3 flex flex-wrap items-end gap-2" attr:role="search">
            <Choice label="Event" name="event" all="All events" options=events value=query.event />
            <Choice label="State" name="state" all="Any state" options=states value=query.state />
            <button class="btn" type="submit">
                <Icon glyph=Glyph::Filter class="size-4" />
                "Apply"
            </button>
            {clear
                .then(|| {
                    view! {
                        <a class="link link-hover self-center text-sm" href=format!("/admin/{slug}/events/sales")>
                            "Clear all"
                        </a>
                    }
                })}
        </Form>
    }
    .into_any()
}

#[component]
fn Choice(
    label: &'static str,
    name: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    value: String,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(key, word)| {
            let chosen = key == value;
            view! {
                <option value=key selected=chosen>
                    {word}
                </option>
            }
        })
        .collect_view();
    view! {
        <select class="select w-full sm:w-64" name=name aria-label=label>
            <option value="">{all}</option>
            {options}
        </select>
    }
    .into_any()
}

const COLUMNS: &[(&str, &str)] = &[
    ("Tickets", ""),
    ("Buyer", "hidden md:table-cell"),
    ("Money", "text-right"),
    ("State", ""),
    ("Ordered", "hidden text-right lg:table-cell"),
];

#[component]
fn Row(sale: SaleLine, slug: String) -> impl IntoView {
    let href = format!("/admin/{slug}/events/sales/{}", sale.id);
    let back = (!sale.refunded.is_empty()).then(|| format!("{} given back", sale.refunded));
    let failed = sale.refund_failed.then(|| view! { <Badge text="Refund failed".to_owned() tone=Tone::Bad /> });
    view! {
        <tr class="relative hover:bg-base-200 has-[a:focus-visible]:bg-base-200">
            <td>
                <a class="block font-medium after:absolute after:inset-0" href=href>
                    {sale.tickets}
                </a>
                <span class="muted block text-sm">{sale.event}</span>
                <span class="muted block text-sm tabular-nums">{sale.reference}</span>
            </td>
            <td class="hidden md:table-cell">
                <span class="block whitespace-nowrap">{sale.phone}</span>
                <span class="muted block break-all text-sm">{sale.email}</span>
            </td>
            <td class="text-right tabular-nums">
                <span class="block">{sale.total}</span>
                <span class="muted block text-sm">{back}</span>
            </td>
            <td>
                <Badge text=sale.state.label().to_owned() tone=tone(sale.state) />
                {failed}
            </td>
            <td class="muted hidden text-right lg:table-cell">
                <RelativeTime at=sale.at />
            </td>
        </tr>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_every_filter_and_nothing_else() {
        let query = SalesQuery { state: TROUBLE.into(), page: 2, ..SalesQuery::default() };
        assert_eq!(query.href("soup"), "/admin/soup/events/sales?state=trouble&page=2");
        assert!(query.file("soup").starts_with("/api/events/sales.csv?"));
        assert!(query.filter(50).trouble && query.filter(50).state.is_none());
        assert_eq!(query.filter(50).offset, 50);
    }
}
