//! People who called and would like to sponsor.

use leptos::{form::ActionForm, prelude::*};
use serde::{Deserialize, Serialize};

use super::after;
use crate::{
    error::AppError,
    moment::Moment,
    ui::{Badge, Card, EmptyState, Glyph, Problem, RelativeTime, Tone, refusal},
};

/// The inquiries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InquiriesData {
    rows: Vec<InquiryLine>,
    may_answer: bool,
}

/// An inquiry in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct InquiryLine {
    id: String,
    reference: String,
    who: String,
    level: String,
    phone: Option<(String, String)>,
    email: Option<String>,
    message: String,
    call_id: Option<String>,
    at: Moment,
    answered: Option<(String, Moment)>,
}

/// Who would like to sponsor.
#[server(prefix = "/rpc")]
pub async fn load_inquiries(slug: String) -> Result<InquiriesData, AppError> {
    let asking = super::asking(&slug).await?;
    let org = &asking.org;
    let line = |row: model::SponsorInquiry| InquiryLine {
        id: row.id.to_string(),
        reference: row.reference,
        who: if row.company.is_empty() { row.name } else { format!("{}, {}", row.name, row.company) },
        level: row.level,
        phone: row.phone.map(|phone| (phone.to_string(), phone.pretty())),
        email: row.email.map(|email| email.to_string()),
        message: row.message,
        call_id: row.call_id.map(|id| id.to_string()),
        at: Moment::of(org, row.created_at),
        answered: row.answered.map(|(name, at)| (name, Moment::of(org, at))),
    };
    Ok(InquiriesData {
        rows: backend::packs::events::inquiries::list(org).await?.into_iter().map(line).collect(),
        may_answer: asking.member.role.allows(model::Role::FrontDesk),
    })
}

/// Marks an inquiry as answered, or as waiting again.
#[server(prefix = "/rpc")]
pub async fn answer_inquiry(slug: String, id: String, answered: bool) -> Result<(), AppError> {
    let asking = super::asking(&slug).await?;
    let id = super::named(&id)?;
    Ok(backend::packs::events::inquiries::set_answered(&asking.org, &asking.member, id, answered).await?)
}

/// Who would like to sponsor, those that wait first.
#[component]
pub fn Inquiries(slug: Memo<String>) -> impl IntoView {
    let data = Resource::new_blocking(move || slug.get(), load_inquiries);
    let answer = ServerAction::<AnswerInquiry>::new();
    let error = refusal(answer);
    after(answer, move |()| data.refetch());
    view! {
        <Card title="Who would like to sponsor" class="">
            <Problem error />
            <Transition fallback=|| view! { <div class="skeleton m-4 h-12"></div> }>
                {move || Suspend::new(async move {
                    data.await.ok().map(|data| {
                        if data.rows.is_empty() {
                            return view! {
                                <EmptyState glyph=Glyph::Person title="Nobody waits"
                                    hint="When a caller would like to sponsor, their name and number appear here, and you get an e-mail." />
                            }.into_any();
                        }
                        let (slug, may_answer) = (slug.get_untracked(), data.may_answer);
                        let rows = data.rows.into_iter().map(|row| view! { <Row row slug=slug.clone() answer may_answer /> }).collect_view();
                        view! { <ul class="divide-y divide-base-300">{rows}</ul> }.into_any()
                    })
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(row: InquiryLine, slug: String, answer: ServerAction<AnswerInquiry>, may_answer: bool) -> impl IntoView {
    let waits = row.answered.is_none();
    let state = match row.answered {
        None => view! { <Badge text="Waits for an answer".to_owned() tone=Tone::Warning /> }.into_any(),
        Some((name, at)) => view! {
            <span class="muted text-sm">{format!("Answered by {name}, ")} <RelativeTime at /></span>
        }
        .into_any(),
    };
    let button = if waits { "Answered" } else { "Waits again" };
    let label = format!("{button}: {}", row.who);
    let organisation = slug.clone();
    let act = may_answer.then(|| {
        view! {
            <ActionForm action=answer>
                <input type="hidden" name="slug" value=organisation />
                <input type="hidden" name="id" value=row.id />
                <input type="hidden" name="answered" value=waits.to_string() />
                <button class="btn btn-sm" type="submit" aria-label=label>
                    {button}
                </button>
            </ActionForm>
        }
    });
    let call = row.call_id.map(|id| {
        view! {
            <a class="link" href=format!("/admin/{slug}/calls/{id}")>
                "The call"
            </a>
        }
    });
    let phone = row.phone.map(|(number, pretty)| {
        view! {
            <a class="link" href=format!("tel:{number}")>
                {pretty}
            </a>
        }
    });
    let email = row.email.map(|email| {
        view! {
            <a class="link break-all" href=format!("mailto:{email}")>
                {email.clone()}
            </a>
        }
    });
    view! {
        <li class="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
            <div class="min-w-0 flex-1">
                <p class="flex flex-wrap items-center gap-2">
                    <span class="font-medium">{row.who}</span>
                    {(!row.level.is_empty()).then(|| view! { <Badge text=row.level.clone() /> })}
                    {state}
                </p>
                <p class="text-sm break-words">{row.message}</p>
                <p class="flex flex-wrap gap-x-4 text-sm">{phone} {email} {call}</p>
                <p class="muted text-sm">{format!("Number {}, ", row.reference)} <RelativeTime at=row.at /></p>
            </div>
            {act}
        </li>
    }
    .into_any()
}
