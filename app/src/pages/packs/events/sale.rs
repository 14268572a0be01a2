//! `/admin/{org}/events/sales/{id}`: one sale, its history, giving money back, sending the confirmation again.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    after,
    sales::{SaleLine, tone},
    when_sold,
};
use crate::{
    error::AppError,
    moment::Moment,
    pages::{use_id, use_slug},
    ui::{
        Badge, Card, Failure, Glyph, Icon, Page, Problem, RelativeTime, SaveForm, SkeletonRows, TextInput, Toasts,
        Tone, refusal,
    },
};

/// A sale with its history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SaleData {
    sale: SaleLine,
    /// What could still be given back; empty for nothing.
    left: String,
    confirmed: Option<Moment>,
    history: Vec<(Moment, String)>,
    refunds: Vec<RefundLine>,
    has_tickets: bool,
    may_refund: bool,
    may_send: bool,
}

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RefundLine {
    at: Moment,
    amount: String,
    reason: String,
    by: String,
    state: String,
}

/// One sale.
#[server(prefix = "/rpc")]
pub async fn load_sale(slug: String, id: String) -> Result<SaleData, AppError> {
    let asking = super::asking(&slug).await?;
    let org = &asking.org;
    let found = backend::packs::events::orders::detail(org, super::named(&id)?).await?;
    let detail = found.ok_or_else(crate::session::not_found)?;
    let left = detail.left;
    let sale = detail.sale;
    let paid = sale.state.has_tickets() || sale.state == model::OrderState::Unfulfillable;
    let refund = |row: model::RefundRow| RefundLine {
        at: Moment::of(org, row.at),
        amount: row.amount.to_string(),
        reason: row.reason,
        by: row.by,
        state: row.state,
    };
    Ok(SaleData {
        left: match sale.state {
            model::OrderState::Mismatched if left.minor > 0 => "amount that was paid".to_owned(),
            _ if paid && left.minor > 0 => left.to_string(),
            _ => String::new(),
        },
        confirmed: sale.confirmed_at.map(|at| Moment::of(org, at)),
        history: detail.history.into_iter().map(|(at, fact)| (Moment::of(org, at), fact)).collect(),
        refunds: detail.refunds.into_iter().map(refund).collect(),
        has_tickets: sale.state.has_tickets(),
        may_refund: asking.member.role.allows(model::Role::Manager),
        may_send: asking.member.role.allows(model::Role::FrontDesk),
        sale: SaleLine::of(org, sale),
    })
}

/// Gives money back: all that is left, or so much of it.
#[server(prefix = "/rpc")]
pub async fn refund_sale(
    slug: String,
    id: String,
    #[server(default)] amount: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use backend::error::Error;

    let asking = super::asking(&slug).await?;
    let some = Some(amount.trim()).filter(|text| !text.is_empty());
    let read =
        |text| model::Money::read(text).ok_or_else(|| Error::field("amount", "Write an amount, for instance 8.50."));
    let minor = some.map(read).transpose()?;
    let id = super::named(&id)?;
    Ok(backend::packs::events::orders::refund(&asking.org, &asking.member, id, minor, &reason).await?)
}

/// Sends the buyer the confirmation once more.
#[server(prefix = "/rpc")]
pub async fn resend_confirmation(slug: String, id: String) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    Ok(backend::packs::events::orders::resend(&asking.org, &asking.member, super::named(&id)?).await?)
}

/// A sale.
#[component]
pub fn SalePage() -> impl IntoView {
    let (slug, id) = (use_slug(), use_id());
    let data = Resource::new_blocking(move || (slug.get(), id.get()), |(slug, id)| load_sale(slug, id));
    let refund = ServerAction::<RefundSale>::new();
    let resend = ServerAction::<ResendConfirmation>::new();
    let toasts = Toasts::here();
    after(refund, move |()| {
        toasts.say("The money is on its way back. The buyer gets a text once it has left.");
        data.refetch();
    });
    after(resend, move |()| toasts.say("The confirmation is sent again."));
    when_sold(slug, move || data.refetch());
    view! {
        <Transition fallback=|| view! { <SkeletonRows /> }>
            {move || Suspend::new(async move {
                match data.await {
                    Ok(data) => view! { <Content data slug=slug.get_untracked() refund resend /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Content(
    data: SaleData,
    slug: String,
    refund: ServerAction<RefundSale>,
    resend: ServerAction<ResendConfirmation>,
) -> impl IntoView {
    let title = format!("Order {}", data.sale.reference);
    let lead = format!("{} for {}", data.sale.tickets, data.sale.event);
    let back = format!("/admin/{slug}/events/sales");
    let actions = move || {
        view! {
            <a class="btn btn-sm" href=back.clone()>
                "All sales"
            </a>
        }
        .into_any()
    };
    let can_send = data.has_tickets && data.may_send;
    let can_refund = !data.left.is_empty() && data.may_refund;
    let id = data.sale.id.clone();
    let left = data.left.clone();
    let resent = refusal(resend);
    let give = can_refund.then(|| view! { <GiveBack slug=slug.clone() id=id.clone() left refund /> });
    let organisation = slug.clone();
    let send = can_send.then(|| {
        view! {
            <ActionForm action=resend>
                <input type="hidden" name="slug"  value=organisation />
                <input type="hidden" name="id" value=id />
                <button class="btn btn-sm" type="submit" disabled=move || resend.pending().get()>
                    <Icon glyph=Glyph::Send class="size-4" />
                    "Send the confirmation again"
                </button>
            </ActionForm>
        }
    });
    view! {
        <Page title lead actions=actions.into()>
            <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                <div class="flex flex-col gap-5">
                    <Problem error=resent />
                    <Facts sale=data.sale confirmed=data.confirmed slug=slug.clone() send=send.into_any() />
                    <History history=data.history refunds=data.refunds />
                </div>
                {give}
            </div>
        </Page>
    }
    .into_any()
}

#[component]
fn Facts(sale: SaleLine, confirmed: Option<Moment>, slug: String, send: AnyView) -> impl IntoView {
    let failed = sale.refund_failed.then(|| view! { <Badge text="Refund failed".to_owned() tone=Tone::Bad /> });
    let link = |href: String, text: String| {
        view! {
            <a class="link" href=href>
                {text}
            </a>
        }
        .into_any()
    };
    let mut lines: Vec<(&'static str, AnyView)> = vec![
        ("Event", link(format!("/admin/{slug}/events/{}", sale.event_id), sale.event)),
        ("Tickets", sale.tickets.into_any()),
        ("Telephone", sale.phone.into_any()),
        ("E-mail", sale.email.into_any()),
        ("Ordered", sale.at.exact.into_any()),
    ];
    if let Some(at) = confirmed {
        lines.push(("Confirmed", at.exact.into_any()));
    }
    if !sale.refunded.is_empty() {
        lines.push(("Given back", sale.refunded.into_any()));
    }
    if let Some(call) = sale.call_id {
        lines.push(("Call", link(format!("/admin/{slug}/calls/{call}"), "Open the call".to_owned())));
    }
    let lines = lines
        .into_iter()
        .map(|(name, value)| {
            view! {
                <dt class="muted text-sm">{name}</dt>
                <dd class="min-w-0 break-words">{value}</dd>
            }
        })
        .collect_view();
    view! {
        <Card>
            <div class="flex flex-col gap-4">
                <p class="flex flex-wrap items-center gap-3">
                    <span class="text-3xl font-semibold tabular-nums">{sale.total}</span>
                    <Badge text=sale.state.label().to_owned() tone=tone(sale.state) />
                    {failed}
                </p>
                <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5">{lines}</dl>
                {send}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn History(history: Vec<(Moment, String)>, refunds: Vec<RefundLine>) -> impl IntoView {
    let mut lines: Vec<(Moment, String)> = refunds
        .into_iter()
        .map(|refund| {
            let state = match refund.state.as_str() {
                "done" => "taken by the payment provider",
                "failed" => "refused by the payment provider",
                _ => "asked for",
            };
            (refund.at, format!("{} given back by {}: {} ({state}).", refund.amount, refund.by, refund.reason))
        })
        .chain(history)
        .collect();
    lines.sort_by_key(|(at, _)| at.ms);
    // The provider tells of one payment in several messages.
    lines.dedup_by(|later, earlier| later.1 == earlier.1);
    let none = lines.is_empty().then(|| {
        view! { <li class="muted px-4 py-3 text-sm sm:px-5">"The buyer has the link and has not paid yet."</li> }
    });
    let lines = lines
        .into_iter()
        .map(|(at, text)| {
            view! {
                <li class="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-2.5 sm:px-5">
                    <span class="min-w-0 break-words">{text}</span>
                    <span class="muted text-sm">
                        <RelativeTime at />
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title="What happened" class="">
            <ol class="divide-y divide-base-300">{none} {lines}</ol>
        </Card>
    }
    .into_any()
}

#[component]
fn GiveBack(slug: String, id: String, left: String, refund: ServerAction<RefundSale>) -> impl IntoView {
    let error = refusal(refund);
    let hint = format!("Empty: all of the {left} that is left. Then the seats can be sold again.");
    view! {
        <Card title="Give money back">
            <SaveForm action=refund hidden=vec![("slug", slug), ("id", id)]>
                <Problem error />
                <TextInput label="How much" name="amount" keys="decimal" example=left.clone() optional=true hint />
                <TextInput label="Why" name="reason" longest=200 optional=true hint="Only your team sees this." />
                <button class="btn btn-primary self-end" type="submit" disabled=move || refund.pending().get()>
                    "Give back"
                </button>
            </SaveForm>
        </Card>
    }
    .into_any()
}
