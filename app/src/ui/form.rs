//! Forms whose fields know what was wrong with them, and what was typed when a form was refused.

use leptos::{
    context::Provider,
    form::ActionForm,
    prelude::*,
    server_fn::{Http, ServerFn, client::Client, codec::PostUrl, request::ClientReq, serde::de::DeserializeOwned},
    web_sys::FormData,
};
use leptos_router::{components::Form, hooks::use_location};
use model::RefusedForm;

use crate::error::AppError;

/// Hidden fields that tell one form of a page from another which posts to the same place.
const TELLING_APART: [&str; 5] = ["slug", "event", "part", "id", "was"];

/// The form that the page was led back to after a refusal: that of a browser without scripts, whose page was drawn anew.
#[derive(Clone, Copy)]
struct Returned(StoredValue<Option<RefusedForm>>);

/// Provides the form that was refused, if one was, to everything below the current component.
pub fn provide_returned() {
    // Told to the browser too, so that both draw the same.
    let form = SharedValue::new(use_context::<RefusedForm>).into_inner();
    let returned = StoredValue::new(form);
    provide_context(Returned(returned));
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            returned.set_value(None);
        }
        now
    });
}

/// The refused form, if it was posted to `S` with these hidden fields.
fn returned<S: ServerFn>(hidden: &[(&'static str, String)]) -> Option<RefusedForm> {
    let form = use_context::<Returned>()?.0.get_value()?;
    let same = |(name, value): &(&str, String)| {
        !TELLING_APART.contains(name) || form.get(name).unwrap_or_default() == value.as_str()
    };
    (form.path == S::PATH && hidden.iter().all(same)).then_some(form)
}

/// Whether a form with these hidden fields was refused and is shown again: what it is folded into has to be open.
pub fn is_returned<S: ServerFn>(hidden: &[(&'static str, String)]) -> bool {
    returned::<S>(hidden).is_some()
}

/// Why the last attempt of one form was refused, where others of the page post to the same place. `sent` is the version that the
/// action has once it has answered this form.
pub fn refusal_of<S>(
    action: ServerAction<S>,
    hidden: &[(&'static str, String)],
    sent: RwSignal<usize>,
) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    // Without a form that came back it is not known whose the refusal is that the address tells.
    let nobodys = use_context::<Returned>().is_none_or(|returned| returned.0.with_value(Option::is_none));
    let own = nobodys || is_returned::<S>(hidden);
    Signal::derive(move || {
        let answered = action.version().get();
        let ours = if answered == 0 { own } else { sent.get() == answered };
        action.value().get().and_then(Result::err).filter(|_| ours)
    })
}

/// What a form tells its fields.
#[derive(Clone, Copy)]
pub(super) struct FormState {
    /// Why it was refused.
    pub(super) error: Signal<Option<AppError>>,
    /// What it held then, if the page was drawn anew.
    typed: StoredValue<Option<RefusedForm>>,
    /// Keeps the ids of its fields apart from those of other forms.
    key: StoredValue<String>,
}

impl FormState {
    /// That of the form around.
    pub(super) fn here() -> Option<Self> {
        use_context::<Self>()
    }

    pub(super) fn id(&self, name: &str) -> String {
        self.key.with_value(|key| if key.is_empty() { name.to_owned() } else { format!("{name}-{key}") })
    }
}

/// What a field of the form around holds: what was typed, or else what is kept.
pub fn typed(name: &str, kept: impl Into<String>) -> String {
    let typed = FormState::here().and_then(|form| {
        form.typed.with_value(|typed| typed.as_ref().map(|typed| typed.get(name).unwrap_or_default().to_owned()))
    });
    typed.unwrap_or_else(|| kept.into())
}

/// Whether a box of the form around is ticked.
pub fn ticked(name: &str, kept: bool) -> bool {
    let ticked = FormState::here()
        .and_then(|form| form.typed.with_value(|typed| typed.as_ref().map(|typed| typed.get(name).is_some())));
    ticked.unwrap_or(kept)
}

/// A form that keeps something. What is in it when it is refused stays in it, with scripts and without.
#[component]
pub fn SaveForm<S, Out>(
    /// What keeps it.
    action: ServerAction<S>,
    /// What the form says without asking.
    hidden: Vec<(&'static str, String)>,
    /// Which form it is, where the page has several.
    #[prop(into, optional)]
    key: String,
    /// Whether something is in it that is not kept.
    #[prop(optional)]
    dirty: Option<RwSignal<bool>>,
    /// More for its class.
    #[prop(default = "flex flex-col gap-4")]
    class: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Protocol = Http<PostUrl, Out>, Error = AppError> + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Client: Client<AppError>,
    <<S::Client as Client<AppError>>::Request as ClientReq<AppError>>::FormData: From<FormData>,
    Out: 'static,
{
    let sent = RwSignal::new(0_usize);
    let error = refusal_of(action, &hidden, sent);
    let typed = returned::<S>(&hidden);
    let note = move |now: bool| {
        if let Some(dirty) = dirty {
            dirty.set(now);
        }
    };
    Effect::new(move |_| {
        if error.read().is_some() {
            note(true);
        }
    });
    let sending = move |_| {
        sent.set(action.version().get_untracked() + 1);
        note(false);
    };
    let state = FormState { error, typed: StoredValue::new(typed), key: StoredValue::new(key) };
    view! {
        <ActionForm action attr:class=class on:submit:capture=sending on:input=move |_| note(true)>
            <Provider value=state>
                {hidden
                    .into_iter()
                    .map(|(name, kept)| view! { <input type="hidden" name=name value=self::typed(name, kept) /> })
                    .collect_view()}
                {children()}
            </Provider>
        </ActionForm>
    }
    .into_any()
}

/// A form that asks for something; what it asks is in the address.
#[component]
pub fn AskForm(
    /// What is wrong with what was asked.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// Keeps the ids of its fields apart from those of other forms of the page.
    #[prop(into, optional)]
    key: String,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let state = FormState { error, typed: StoredValue::new(None), key: StoredValue::new(key) };
    view! {
        <Form method="GET" action="">
            <Provider value=state>{children()}</Provider>
        </Form>
    }
    .into_any()
}
