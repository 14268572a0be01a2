//! What staff write about a call.

use leptos::{html, prelude::*};

use crate::{
    error::AppError,
    format::raw_text,
    ui::{Card, Control, FieldProblem, Problem, SaveForm, Toasts, form::typed, refusal},
};

/// Keeps the notes of a call.
#[server(prefix = "/rpc")]
pub async fn save_notes(slug: String, id: String, #[server(default)] notes: String) -> Result<(), AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let id = id.parse().map_err(|_| session::not_found())?;
    Ok(backend::calls::set_notes(&asking.org, &asking.member, id, &notes).await?)
}

/// The notes form, or the notes alone for those who may only read.
#[component]
pub fn Notes(slug: String, id: String, notes: String, may_write: bool) -> impl IntoView {
    if !may_write {
        let text = if notes.is_empty() { "No notes.".to_owned() } else { notes };
        return view! {
            <Card title="Notes">
                <p class="whitespace-pre-wrap text-sm">{text}</p>
            </Card>
        }
        .into_any();
    }
    let action = ServerAction::<SaveNotes>::new();
    let field = NodeRef::<html::Textarea>::new();
    tell_when_saved(action, field, &notes);
    let error = refusal(action);
    view! {
        <Card title="Notes">
            <SaveForm action hidden=vec![("slug", slug), ("id", id)] class="flex flex-col gap-3">
                <Problem error />
                <Writing notes field />
                <button class="btn btn-primary btn-sm self-end" type="submit" disabled=move || action.pending().get()>
                    "Save notes"
                </button>
            </SaveForm>
        </Card>
    }
    .into_any()
}

#[component]
fn Writing(notes: String, field: NodeRef<html::Textarea>) -> impl IntoView {
    let of = Control::named("notes");
    view! {
        <textarea
                    class="textarea w-full aria-invalid:border-error"
                    name="notes"
                    rows="4"
                    aria-label="Notes"
                    placeholder="Only your team sees this."
                    aria-invalid=of.invalid()
                    aria-describedby=of.described(false)
                    node_ref=field
                >
                    {raw_text(typed("notes", notes))}
                </textarea>
        <FieldProblem of />
    }
    .into_any()
}

/// Says that the notes are kept, and offers those of before.
fn tell_when_saved(action: ServerAction<SaveNotes>, field: NodeRef<html::Textarea>, at_first: &str) {
    let toasts = Toasts::here();
    let kept = StoredValue::new(at_first.to_owned());
    let sent = StoredValue::new(None::<SaveNotes>);
    Effect::new(move |_| {
        if let Some(input) = action.input().get() {
            sent.set_value(Some(input));
        }
    });
    Effect::new(move |_| {
        let Some(Ok(())) = action.value().get() else { return };
        let Some(saved) = sent.get_value() else { return };
        let before = SaveNotes { notes: kept.get_value(), ..saved.clone() };
        kept.set_value(saved.notes.clone());
        if before.notes == saved.notes {
            toasts.say("Notes saved");
            return;
        }
        toasts.say_with_undo(
            "Notes saved",
            Callback::new(move |()| {
                if let Some(field) = field.get_untracked() {
                    field.set_value(&before.notes);
                }
                action.dispatch(before.clone());
            }),
        );
    });
}
