//! What is on.

use leptos::{form::ActionForm, prelude::*};

use super::{NoticeLine, TakeOff};
use crate::{
    ui::{Badge, Card, EmptyState, Glyph, Icon, Problem, RelativeTime, Tone, refusal},
    words,
};

/// The notices that are on, each with the way off.
#[component]
pub fn OnNow(notices: Vec<NoticeLine>, slug: String, may_write: bool, action: ServerAction<TakeOff>) -> impl IntoView {
    let error = refusal(action);
    let content = if notices.is_empty() {
        view! {
            <EmptyState
                glyph=Glyph::Notice
                title="Nothing is different today"
                hint="Choose what is, and callers hear of it when it matters to them. Menu, hours and tickets follow."
            />
        }
        .into_any()
    } else {
        let lines = notices
            .into_iter()
            .map(|notice| view! { <Line notice slug=slug.clone() may_write action /> })
            .collect_view();
        view! { <ul class="divide-y divide-base-300">{lines}</ul> }.into_any()
    };
    view! {
        <Card title="On now" class="">
            <Problem error />
            {content}
        </Card>
    }
    .into_any()
}

#[component]
fn Line(notice: NoticeLine, slug: String, may_write: bool, action: ServerAction<TakeOff>) -> impl IntoView {
    let label = format!("Take off: {}", notice.sentence);
    let off = may_write.then(|| {
        view! {
            <ActionForm action>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="id" value=notice.id />
                <button class="btn btn-sm" type="submit" aria-label=label>
                    <Icon glyph=Glyph::Close class="size-4" />
                    "Take off"
                </button>
            </ActionForm>
        }
    });
    view! {
        <li class="flex flex-wrap items-start justify-between gap-3 px-4 py-3 sm:px-5">
            <div class="min-w-0 flex-1 basis-52">
                <p class="font-medium">"\u{201c}" {notice.sentence} "\u{201d}"</p>
                <p class="muted mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
                    <Badge text=words::notice_kind(notice.kind) tone=Tone::Plain />
                    <span>{notice.until}</span>
                    <span>
                        {notice.put_by} ", " <RelativeTime at=notice.since />
                    </span>
                </p>
            </div>
            {off}
        </li>
    }
    .into_any()
}
