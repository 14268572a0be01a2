//! Form fields: a label, the control, a hint.

use leptos::prelude::*;

use crate::error::AppError;

/// A label above a control, a hint below.
#[component]
pub fn Field(
    /// The label.
    #[prop(into)]
    label: String,
    /// The control's `id`.
    #[prop(into)]
    id: String,
    /// What to enter, or what it does.
    #[prop(into, optional)]
    hint: String,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="flex flex-col gap-1.5">
            <label class="text-sm font-medium" for=id>
                {label}
            </label>
            {children()}
            {(!hint.is_empty()).then(|| view! { <p class="muted text-sm">{hint}</p> })}
        </div>
    }
    .into_any()
}

/// A labelled line of text.
#[component]
pub fn TextInput(
    /// The label.
    #[prop(into)]
    label: String,
    /// The field's name in the form, also its `id`.
    #[prop(into)]
    name: String,
    /// What it holds at first.
    #[prop(into, optional)]
    value: String,
    /// `text`, `email`, `password`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What to enter, or what it does.
    #[prop(into, optional)]
    hint: String,
    /// Whether the form may be sent without it.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    view! {
        <Field label id=name.clone() hint>
            <input
                class="input w-full"
                id=name.clone()
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                required=!optional
            />
        </Field>
    }
    .into_any()
}

/// What is wrong with one field, below it, once its form was refused.
#[component]
pub fn FieldProblem(
    /// Why the form was refused.
    #[prop(into)]
    error: Signal<Option<AppError>>,
    /// The field, as the refusal names it.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    move || {
        let message = error.read().as_ref().and_then(|error| error.of_field(&name));
        message.map(|message| view! { <p class="text-sm text-error">{message}</p> })
    }
}
