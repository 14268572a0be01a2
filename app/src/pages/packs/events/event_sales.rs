//! The last sales of an event, beside it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    sales::{SaleLine, tone},
    when_sold,
};
use crate::{
    error::AppError,
    ui::{Badge, Card},
};

/// Rows beside an event.
#[cfg(feature = "ssr")]
const BESIDE: i64 = 8;

/// The last sales of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventSalesData {
    sales: Vec<SaleLine>,
}

/// The last sales of an event.
#[server(prefix = "/rpc")]
pub async fn load_event_sales(slug: String, event: String) -> Result<EventSalesData, AppError> {
    let org = super::asking(&slug).await?.org;
    let filter = model::SaleFilter { event: Some(super::named(&event)?), limit: BESIDE, ..Default::default() };
    let page = backend::packs::events::orders::page(&org, &filter).await?;
    let sales = page.sales.into_iter().map(|sale| SaleLine::of(&org, sale)).collect();
    Ok(EventSalesData { sales })
}

/// The last sales of an event, beside it.
#[component]
pub fn EventSales(slug: Memo<String>, event: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || (slug.get(), event.get()), |(slug, event)| load_event_sales(slug, event));
    when_sold(slug, move || data.refetch());
    let all = move || {
        view! {
            <a class="link link-hover text-sm text-primary" href=move || format!("/admin/{}/events/sales?event={}", slug.get(), event.get())>
                "All sales"
            </a>
        }
        .into_any()
    };
    view! {
        <Card title="Sales" class="" actions=all.into()>
            <Transition fallback=|| view! { <div class="skeleton m-4 h-12"></div> }>
                {move || Suspend::new(async move {
                    data.await.ok().map(|data| {
                        if data.sales.is_empty() {
                            return view! { <p class="muted px-4 py-3 text-sm sm:px-5">"Nothing was sold yet."</p> }.into_any();
                        }
                        let slug = slug.get_untracked();
                        let rows = data.sales.into_iter().map(|sale| view! { <ShortRow sale slug=slug.clone() /> }).collect_view();
                        view! { <ul class="divide-y divide-base-300">{rows}</ul> }.into_any()
                    })
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn ShortRow(sale: SaleLine, slug: String) -> impl IntoView {
    let href = format!("/admin/{slug}/events/sales/{}", sale.id);
    let buyer = if sale.email.is_empty() { sale.phone } else { sale.email };
    view! {
        <li>
            <a class="flex items-center gap-3 px-4 py-2.5 hover:bg-base-200 sm:px-5" href=href>
                <span class="min-w-0 flex-1">
                    <span class="block font-medium">{sale.tickets}</span>
                    <span class="muted block truncate text-sm">{buyer}</span>
                </span>
                <Badge text=sale.state.label().to_owned() tone=tone(sale.state) />
                <span class="w-20 shrink-0 text-right text-sm tabular-nums">{sale.total}</span>
            </a>
        </li>
    }
    .into_any()
}
