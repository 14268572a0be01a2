//! Form fields: a label, the control, a hint, and what is wrong with it once its form was refused.

use leptos::prelude::*;

use super::form::{FormState, ticked, typed};
use crate::format::raw_text;

/// A control of a form: its name and id, and what is told about it.
#[derive(Clone)]
pub struct Control {
    name: String,
    id: String,
    wrong: Signal<Option<String>>,
}

impl Control {
    /// The control of this name in the form around.
    pub fn named(name: impl Into<String>) -> Self {
        let name = name.into();
        let form = FormState::here();
        let id = form.map_or_else(|| name.clone(), |form| form.id(&name));
        let field = name.clone();
        let wrong = Signal::derive(move || form?.error.read().as_ref()?.of_field(&field));
        Self { name, id, wrong }
    }

    /// The control's name.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// The control's `id`.
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// Its `aria-invalid`.
    pub fn invalid(&self) -> Signal<Option<&'static str>> {
        let wrong = self.wrong;
        Signal::derive(move || wrong.read().is_some().then_some("true"))
    }

    /// Its `aria-describedby`: the message, as long as there is one, and the hint, if there is one.
    pub fn described(&self, hinted: bool) -> Signal<Option<String>> {
        let (wrong, problem) = (self.wrong, problem_id(&self.id));
        let hint = hinted.then(|| hint_id(&self.id));
        Signal::derive(move || {
            let ids: Vec<String> =
                wrong.read().as_ref().map(|_| problem.clone()).into_iter().chain(hint.clone()).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    }
}

fn problem_id(control: &str) -> String {
    format!("{control}-problem")
}

fn hint_id(control: &str) -> String {
    format!("{control}-hint")
}

/// A label above a control, a hint and what is wrong below.
#[component]
pub fn Field(
    /// The label.
    #[prop(into)]
    label: String,
    /// The control that stands in it.
    of: Control,
    /// What to enter, or what it does.
    #[prop(into, optional)]
    hint: String,
    /// The control.
    children: Children,
) -> impl IntoView {
    let hint = (!hint.is_empty()).then(|| {
        view! {
            <p class="muted text-sm" id=hint_id(&of.id)>
                {hint}
            </p>
        }
    });
    view! {
        <div class="flex flex-col gap-1.5">
            <label class="text-sm font-medium" for=of.id()>
                {label}
            </label>
            {children()}
            {hint}
            <FieldProblem of />
        </div>
    }
    .into_any()
}

/// What is wrong with one control, below it, once its form was refused.
#[component]
pub fn FieldProblem(
    /// The control.
    of: Control,
) -> impl IntoView {
    let wrong = of.wrong;
    view! {
        <p id=problem_id(&of.id) class=move || if wrong.read().is_some() { "text-sm text-error" } else { "hidden" }>
            {move || wrong.get().unwrap_or_default()}
        </p>
    }
    .into_any()
}

/// A labelled line of text.
#[component]
pub fn TextInput(
    /// The label.
    #[prop(into)]
    label: String,
    /// The field's name in the form.
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
    /// Which keys a telephone offers: `decimal`, `numeric`, …
    #[prop(into, optional)]
    keys: Option<&'static str>,
    /// The most characters that it takes.
    #[prop(optional)]
    longest: Option<u32>,
    /// The id of a list of suggestions.
    #[prop(into, optional)]
    list: Option<&'static str>,
    /// An example that stands in it while it is empty.
    #[prop(into, optional)]
    example: Option<String>,
    /// The first day or the least number that it takes.
    #[prop(into, optional)]
    min: Option<String>,
) -> impl IntoView {
    let control = Control::named(name);
    // What is secret is never shown again.
    let value = if kind == "password" { value } else { typed(&control.name, value) };
    let (invalid, described) = (control.invalid(), control.described(!hint.is_empty()));
    view! {
        <Field label of=control.clone() hint>
            <input
                class="input w-full aria-invalid:border-error"
                id=control.id()
                name=control.name()
                type=kind
                value=value
                autocomplete=autocomplete
                inputmode=keys
                maxlength=longest
                list=list
                placeholder=example
                min=min
                required=!optional
                aria-invalid=invalid
                aria-describedby=described
            />
        </Field>
    }
    .into_any()
}

/// A labelled text of several lines.
#[component]
pub fn TextArea(
    /// The label.
    #[prop(into)]
    label: String,
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// What it holds at first.
    #[prop(into, optional)]
    value: String,
    /// How many lines are shown.
    #[prop(default = 3)]
    rows: u32,
    /// What to enter, or what it does.
    #[prop(into, optional)]
    hint: String,
    /// Whether the form may be sent without it.
    #[prop(optional)]
    optional: bool,
    /// The most characters that it takes.
    #[prop(optional)]
    longest: Option<u32>,
    /// More for its class.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let control = Control::named(name);
    let value = typed(&control.name, value);
    let (invalid, described) = (control.invalid(), control.described(!hint.is_empty()));
    view! {
        <Field label of=control.clone() hint>
            <textarea
                class=format!("textarea w-full aria-invalid:border-error {class}")
                id=control.id()
                name=control.name()
                rows=rows
                maxlength=longest
                required=!optional
                aria-invalid=invalid
                aria-describedby=described
            >
                {raw_text(value)}
            </textarea>
        </Field>
    }
    .into_any()
}

/// A labelled choice.
#[component]
pub fn Choice(
    /// The label.
    #[prop(into)]
    label: String,
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// What can be chosen: values and their names.
    options: Vec<(String, String)>,
    /// The value that is chosen at first.
    #[prop(into)]
    chosen: String,
    /// What to choose, or what it does.
    #[prop(into, optional)]
    hint: String,
    /// What stands below the choice.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let control = Control::named(name);
    let chosen = typed(&control.name, chosen);
    let options = options
        .into_iter()
        .map(|(value, name)| {
            let here = value == chosen;
            view! {
                <option value=value selected=here>
                    {name}
                </option>
            }
        })
        .collect_view();
    let (invalid, described) = (control.invalid(), control.described(!hint.is_empty()));
    view! {
        <Field label of=control.clone() hint>
            <select
                class="select w-full aria-invalid:border-error"
                id=control.id()
                name=control.name()
                aria-invalid=invalid
                aria-describedby=described
            >
                {options}
            </select>
            {children.map(|below| below())}
        </Field>
    }
    .into_any()
}

/// A box to tick, with a word on it.
#[component]
pub fn Tick(
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// What is sent when it is ticked.
    #[prop(default = "true")]
    value: &'static str,
    /// Whether it is ticked at first.
    checked: bool,
    /// What the tick says.
    #[prop(into)]
    label: String,
    /// What it does.
    #[prop(into, optional)]
    hint: String,
    /// How it looks: `checkbox`, `checkbox checkbox-sm`, `toggle toggle-primary`.
    #[prop(default = "checkbox")]
    class: &'static str,
) -> impl IntoView {
    let checked = ticked(&name, checked);
    let hint = (!hint.is_empty()).then(|| view! { <span class="muted block text-sm">{hint}</span> });
    view! {
        <label class="flex items-start gap-3">
            <input class=class type="checkbox" name=name value=value checked=checked />
            <span>
                <span class="block">{label}</span>
                {hint}
            </span>
        </label>
    }
    .into_any()
}
