//! `/admin/{org}/today`: what is different today, for callers of this minute too.

mod on;
mod put;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{Lasts, NoticeKind, NoticeSubject};
use serde::{Deserialize, Serialize};

use super::use_slug;
use crate::{
    error::AppError,
    moment::Moment,
    ui::{Failure, Page, SkeletonRows, Toasts},
};

/// How often an open page asks what is on: notices expire, and colleagues put up others.
#[cfg(feature = "hydrate")]
const ASK_EVERY: std::time::Duration = std::time::Duration::from_secs(2);

/// What can be put up here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    kinds: Vec<NoticeKind>,
    goods: Vec<NoticeSubject>,
    events: Vec<NoticeSubject>,
    may_write: bool,
}

/// A notice that is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeLine {
    id: String,
    kind: NoticeKind,
    sentence: String,
    until: String,
    since: Moment,
    put_by: String,
}

#[cfg(feature = "ssr")]
impl NoticeLine {
    fn of(org: &backend::org::Org, notice: model::Notice) -> Self {
        let until = Moment::of(org, notice.expires_at);
        let same_day = org.local(notice.expires_at).date_naive() == org.local(org.now()).date_naive();
        let ends_today = org.local(notice.expires_at - chrono::TimeDelta::seconds(1)).date_naive()
            == org.local(org.now()).date_naive();
        Self {
            id: notice.id.to_string(),
            kind: notice.kind,
            sentence: notice.sentence,
            until: match (same_day, ends_today) {
                (true, _) => format!("until {}", until.time),
                (false, true) => "until the end of today".to_owned(),
                (false, false) => format!("until {}", until.exact),
            },
            since: Moment::of(org, notice.starts_at),
            put_by: notice.put_by,
        }
    }
}

/// What can be put up, and about what.
#[server(prefix = "/rpc")]
pub async fn load_choices(slug: String) -> Result<Choices, AppError> {
    use backend::today;

    let asking = crate::session::member(&slug).await?;
    let kinds = today::kinds(&asking.org);
    let about = async |kind| {
        if kinds.contains(&kind) { today::subjects(&asking.org, kind).await } else { Ok(Vec::new()) }
    };
    let (goods, events) = (about(NoticeKind::SoldOut).await?, about(NoticeKind::EventSoldOut).await?);
    let may_write = asking.member.role.allows(model::Role::FrontDesk);
    Ok(Choices { kinds, goods, events, may_write })
}

/// What is on at this moment.
#[server(prefix = "/rpc")]
pub async fn load_notices(slug: String) -> Result<Vec<NoticeLine>, AppError> {
    let org = crate::session::member(&slug).await?.org;
    let notices = backend::today::active(&org, org.now()).await?;
    Ok(notices.into_iter().map(|notice| NoticeLine::of(&org, notice)).collect())
}

/// Puts a notice up.
#[server(prefix = "/rpc")]
pub async fn put_notice(
    slug: String,
    kind: NoticeKind,
    #[server(default)] subject: String,
    #[server(default)] time: String,
    #[server(default)] sentence: String,
    lasts: Lasts,
) -> Result<NoticeLine, AppError> {
    let asking = crate::session::member(&slug).await?;
    let form = model::NoticeForm { kind, subject, time, sentence, lasts };
    let notice = backend::today::put(&asking.backend, &asking.org, &asking.member, &form).await?;
    Ok(NoticeLine::of(&asking.org, notice))
}

/// Takes a notice off.
#[server(prefix = "/rpc")]
pub async fn take_off(slug: String, id: String) -> Result<NoticeLine, AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    let notice = backend::today::take_off(&asking.backend, &asking.org, &asking.member, id).await?;
    Ok(NoticeLine::of(&asking.org, notice))
}

/// Puts a notice on again that was taken off.
#[server(prefix = "/rpc")]
pub async fn put_on_again(slug: String, id: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    backend::today::restore(&asking.backend, &asking.org, &asking.member, id).await?;
    Ok(())
}

/// What can be done on the page.
#[derive(Clone, Copy)]
struct Actions {
    put: ServerAction<PutNotice>,
    take_off: ServerAction<TakeOff>,
    again: ServerAction<PutOnAgain>,
}

/// The today board.
#[component]
pub fn TodayPage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.read().get("put").and_then(|kind| kind.parse::<NoticeKind>().ok()));
    let choices = Resource::new_blocking(move || slug.get(), load_choices);
    let notices = Resource::new_blocking(move || slug.get(), load_notices);
    let actions = Actions { put: ServerAction::new(), take_off: ServerAction::new(), again: ServerAction::new() };
    answer(slug, notices, actions);
    let shown = StoredValue::new(None);
    keep_fresh(slug, notices, shown);
    view! {
        <Page
            title="Today"
            lead="What is different today. The assistant knows it within a second, in calls that are going on too, and forgets it by itself."
        >
            <div class="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)]">
                <Transition fallback=|| view! { <SkeletonRows /> }>
                    {move || Suspend::new(async move {
                        match choices.await {
                            Ok(choices) => {
                                view! { <put::PutUp choices slug=slug.get_untracked() wanted action=actions.put /> }.into_any()
                            }
                            Err(error) => view! { <Failure error /> }.into_any(),
                        }
                    })}
                </Transition>
                <Transition fallback=|| view! { <SkeletonRows /> }>
                    {move || Suspend::new(async move {
                        let may_write = choices.await.is_ok_and(|choices| choices.may_write);
                        notices
                            .await
                            .ok()
                            .map(|notices| {
                                shown.set_value(Some(notices.clone()));
                                view! { <on::OnNow notices slug=slug.get_untracked() may_write action=actions.take_off /> }
                            })
                    })}
                </Transition>
            </div>
        </Page>
    }
    .into_any()
}

/// After each action: the list anew, a word of what was done, and the way back.
fn answer(slug: Memo<String>, notices: Resource<Result<Vec<NoticeLine>, AppError>>, actions: Actions) {
    let toasts = Toasts::here();
    let Actions { put, take_off, again } = actions;
    Effect::new(move |_| {
        if put.version().get() == 0 {
            return;
        }
        notices.refetch();
        if let Some(Ok(line)) = put.value().get_untracked() {
            let undo = Callback::new(move |()| {
                take_off.dispatch(TakeOff { slug: slug.get_untracked(), id: line.id.clone() });
            });
            toasts.say_with_undo(format!("Callers hear: \u{201c}{}\u{201d}", line.sentence), undo);
        }
    });
    Effect::new(move |_| {
        if take_off.version().get() == 0 {
            return;
        }
        notices.refetch();
        if let Some(Ok(line)) = take_off.value().get_untracked() {
            let undo = Callback::new(move |()| {
                again.dispatch(PutOnAgain { slug: slug.get_untracked(), id: line.id.clone() });
            });
            toasts.say_with_undo("Taken off. Callers are not told any more.", undo);
        }
    });
    Effect::new(move |_| {
        if again.version().get() == 0 {
            return;
        }
        notices.refetch();
        match again.value().get_untracked() {
            Some(Err(error)) => toasts.fail(error.to_string()),
            _ => toasts.say("It is on again."),
        }
    });
}

/// Loads the list again when something has changed, and only then: nothing moves under the finger.
#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser keeps a page open"))]
fn keep_fresh(
    slug: Memo<String>,
    notices: Resource<Result<Vec<NoticeLine>, AppError>>,
    shown: StoredValue<Option<Vec<NoticeLine>>>,
) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let ask = move || {
            leptos::task::spawn_local(async move {
                let Ok(now) = load_notices(slug.get_untracked()).await else { return };
                if shown.try_get_value().flatten().is_some_and(|shown| shown != now) {
                    notices.refetch();
                }
            });
        };
        if let Ok(timer) = set_interval_with_handle(ask, ASK_EVERY) {
            on_cleanup(move || timer.clear());
        }
    });
}
