//! A list of records that fold out into their forms: tickets, sponsors, chefs, winners, venues, packages.

use leptos::{
    form::ActionForm,
    prelude::*,
    server_fn::{Http, ServerFn, client::Client, codec::PostUrl, request::ClientReq, serde::de::DeserializeOwned},
    web_sys::FormData,
};
use model::EventPart;
use serde::Serialize;

use super::{after, part::Taking};
use crate::{
    error::AppError,
    ui::{Card, Failure, Glyph, Icon, Problem, SaveForm, Toasts, form::is_returned, refusal},
};

/// What a list says.
#[derive(Clone, Copy)]
pub struct Words {
    /// Above it; empty for a list that is all of its page.
    pub title: &'static str,
    /// In place of records.
    pub none: &'static str,
    /// On what folds out into an empty form, and on that form's button.
    pub add: &'static str,
    /// On the button of a record's form.
    pub save: &'static str,
    /// Once it is kept.
    pub saved: &'static str,
}

/// What a form says without asking.
type Hidden = Vec<(&'static str, String)>;

/// A record, or an empty one to fill.
pub struct Record {
    /// Empty for a new one.
    pub id: String,
    /// What it is called, for those who do not see the row.
    pub label: String,
    /// The row.
    pub row: AnyView,
    /// What its form says without asking, besides its id.
    pub hidden: Hidden,
    /// The fields of its form.
    pub fields: Children,
}

/// The records of a list.
pub struct Drawn {
    /// Whether the person may edit them.
    pub may_write: bool,
    /// What is there.
    pub records: Vec<Record>,
    /// What can be added.
    pub blank: Record,
}

/// The list.
#[component]
pub fn Records<T, S, Out, D>(
    /// What it lists.
    part: EventPart,
    /// What it says.
    words: Words,
    slug: Memo<String>,
    /// The event that the records belong to; empty for those that stand by themselves.
    #[prop(into, optional)]
    event: Signal<String>,
    /// What is in it.
    data: Resource<Result<T, AppError>>,
    /// What keeps a record.
    save: ServerAction<S>,
    /// Makes rows and fields of what was loaded.
    draw: D,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    D: Fn(T) -> Drawn + Copy + Send + Sync + 'static,
    S: ServerFn<Protocol = Http<PostUrl, Out>, Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<FormData>,
    Out: Send + Sync + 'static,
{
    let group = part.as_str();
    let toasts = Toasts::here();
    let again = move || {
        fold_up(group);
        data.refetch();
    };
    after(save, move |_| {
        again();
        toasts.say(words.saved);
    });
    let taking = Taking::of(part, slug, event, again);
    let (kept, taken) = (refusal(save), taking.refusal());
    let error = Signal::derive(move || kept.get().or_else(|| taken.get()));
    let form = move |own: &[(&'static str, String)], record: (String, Hidden, Children), label: &'static str| {
        let (id, hidden, fields) = record;
        let key = format!("{part}{id}");
        let hidden: Hidden = own.iter().cloned().chain([("id", id)]).chain(hidden).collect();
        let open = is_returned::<S>(&hidden);
        let form = view! {
            <SaveForm action=save hidden key>
                {fields()}
                <button class="btn btn-primary btn-sm self-end" type="submit" disabled=move || save.pending().get()>
                    {label}
                </button>
            </SaveForm>
        };
        (open, form.into_any())
    };
    let list = move |drawn: Drawn| {
        let Drawn { may_write, records, blank } = drawn;
        let mut own: Hidden = vec![("slug", slug.get_untracked())];
        let event = event.get_untracked();
        if !event.is_empty() {
            own.push(("event", event));
        }
        let none = records.is_empty().then(|| view! { <li class="muted px-4 py-3 text-sm sm:px-5">{words.none}</li> });
        let rows = records
            .into_iter()
            .map(|Record { id, label, row, hidden, fields }| {
                if !may_write {
                    return view! { <li class="px-4 py-3 sm:px-5">{row}</li> }.into_any();
                }
                let (open, form) = form(&own, (id.clone(), hidden, fields), words.save);
                let own = own.clone();
                view! { <Row id label row own part open form taking /> }.into_any()
            })
            .collect_view();
        let blank = may_write.then(|| {
            let (open, form) = form(&own, (blank.id, blank.hidden, blank.fields), words.add);
            view! { <Blank label=words.add part open form /> }
        });
        view! { <ul class="divide-y divide-base-300">{none} {rows} {blank}</ul> }
    };
    view! {
        <Card title=words.title class="">
            <Problem error />
            <Transition fallback=|| view! { <div class="skeleton m-4 h-12"></div> }>
                {move || Suspend::new(async move {
                    match data.await {
                        Ok(data) => list(draw(data)).into_any(),
                        // Where there is an event, the page says why it is not shown.
                        Err(error) => event.read_untracked().is_empty().then(|| view! { <Failure error /> }).into_any(),
                    }
                })}
            </Transition>
        </Card>
    }
    .into_any()
}

/// A record that folds out into its form; one of a list at a time, so that what is written in it is not lost beside another.
#[component]
fn Row(
    id: String,
    label: String,
    row: AnyView,
    own: Hidden,
    part: EventPart,
    open: bool,
    form: AnyView,
    taking: Taking,
) -> impl IntoView {
    let delete = format!("Delete {label}");
    let own =
        own.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    view! {
        <li>
            <details name=part.as_str() class="group" open=open>
                <summary class="flex cursor-pointer list-none items-center gap-3 px-4 py-3 hover:bg-base-200 sm:px-5">
                    <div class="min-w-0 flex-1">{row}</div>
                    <span class="link link-hover shrink-0 text-sm text-primary">
                        <span class="group-open:hidden">"Edit"</span>
                        <span class="hidden group-open:inline">"Close"</span>
                        <span class="sr-only">{format!(" {label}")}</span>
                    </span>
                </summary>
                <div class="border-t border-base-300 bg-base-200/40 px-4 py-4 sm:px-5">
                    {form}
                    <ActionForm action=taking.delete>
                        {own}
                        <input type="hidden" name="part" value=part.as_str() />
                        <input type="hidden" name="id" value=id />
                        <button class="btn btn-ghost btn-sm" type="submit" aria-label=delete>
                            <Icon glyph=Glyph::Trash class="size-4" />
                            "Delete"
                        </button>
                    </ActionForm>
                </div>
            </details>
        </li>
    }
    .into_any()
}

/// The line that folds out into the form of something new.
#[component]
fn Blank(label: &'static str, part: EventPart, open: bool, form: AnyView) -> impl IntoView {
    view! {
        <li>
            <details name=part.as_str() open=open>
                <summary class="flex cursor-pointer list-none items-center gap-2 px-4 py-3 text-sm font-medium text-primary hover:bg-base-200 sm:px-5">
                    <Icon glyph=Glyph::Plus class="size-4" />
                    {label}
                </summary>
                <div class="border-t border-base-300 bg-base-200/40 px-4 py-4 sm:px-5">{form}</div>
            </details>
        </li>
    }
    .into_any()
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
