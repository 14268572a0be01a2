//! Ctrl/Cmd-K: find a page, a call, an article, or do something.

use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::PackKey;
use serde::{Deserialize, Serialize};

use super::{DialogHandle, Glyph, Icon, rail, theme};
use crate::error::AppError;

/// Something that was found on the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What it is called.
    pub label: String,
    /// What kind of thing it is, or when it was.
    pub detail: String,
    /// Its address.
    pub href: String,
    /// Whether it is a call; else an article.
    pub is_call: bool,
}

/// Recent calls and articles that fit these words; all recent ones for none.
#[server(prefix = "/rpc")]
pub async fn find(slug: String, words: String) -> Result<Vec<Found>, AppError> {
    use crate::{moment::Moment, session};

    let org = session::member(&slug).await?.org;
    let words = words.trim().to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&words);
    let filter = model::CallFilter { limit: 40, ..Default::default() };
    let calls = backend::calls::list(&org, &filter).await?.calls.into_iter().filter_map(|call| {
        let caller = call.caller.as_ref().map_or_else(|| "Unknown number".to_owned(), model::PhoneNumber::pretty);
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        let by_number = !digits.is_empty() && call.caller.as_ref().is_some_and(|c| c.as_str().contains(&digits));
        (by_number || fits(&caller) || fits(&call.summary)).then(|| Found {
            label: if call.summary.is_empty() { caller.clone() } else { format!("{caller}: {}", call.summary) },
            detail: Moment::of(&org, call.started_at).exact,
            href: format!("/admin/{slug}/calls/{}", call.id),
            is_call: true,
        })
    });
    let mut found: Vec<Found> = calls.take(6).collect();
    let articles = backend::articles::list(&org).await?.into_iter().filter(|article| fits(&article.title));
    found.extend(articles.take(6).map(|article| Found {
        label: article.title,
        detail: article.category,
        href: format!("/admin/{slug}/knowledge-base/{}", article.id),
        is_call: false,
    }));
    Ok(found)
}

/// A line of the palette.
#[derive(Clone, PartialEq)]
struct Choice {
    label: String,
    detail: String,
    glyph: Glyph,
    does: Does,
}

#[derive(Clone, PartialEq)]
enum Does {
    Open(String),
    Theme(&'static str),
}

fn fixed_choices(slug: &str, packs: &[PackKey]) -> Vec<Choice> {
    let page = |(label, href, glyph): (&str, String, Glyph)| Choice {
        label: label.to_owned(),
        detail: "Page".into(),
        glyph,
        does: Does::Open(href),
    };
    let action = |label: &str, glyph, does| Choice { label: label.into(), detail: "Action".into(), glyph, does };
    let mut choices: Vec<_> = rail::pages(slug, packs).into_iter().map(page).collect();
    if packs.contains(&PackKey::Menu) {
        choices.extend([
            action("Add an item to the menu", Glyph::Plus, Does::Open(format!("/admin/{slug}/menu/items/new"))),
            action("Change many prices", Glyph::Cup, Does::Open(format!("/admin/{slug}/menu/prices"))),
        ]);
    }
    choices.extend([
        action("Write a new article", Glyph::Plus, Does::Open(format!("/admin/{slug}/knowledge-base/new"))),
        action("Mark something as sold out, close early", Glyph::Notice, Does::Open(format!("/admin/{slug}/today"))),
        action("Try the assistant by typing", Glyph::Message, Does::Open(format!("/admin/{slug}/voice#try"))),
        action("Light theme", Glyph::Sun, Does::Theme("light")),
        action("Dark theme", Glyph::Moon, Does::Theme("dark")),
        action("Theme of the system", Glyph::Auto, Does::Theme("auto")),
    ]);
    if packs.contains(&PackKey::Events) {
        choices.push(page(("Ticket sales", format!("/admin/{slug}/events/sales"), Glyph::Ticket)));
        choices.push(page(("Venues", format!("/admin/{slug}/events/venues"), Glyph::Pin)));
        choices.push(page(("Sponsors", format!("/admin/{slug}/events/packages"), Glyph::Person)));
        choices.push(action("Plan a new event", Glyph::Plus, Does::Open(format!("/admin/{slug}/events/new"))));
    }
    choices
}

/// The palette.
#[component]
pub fn CommandPalette(
    /// The organisation in the address.
    slug: Memo<String>,
    /// What opens it.
    handle: DialogHandle,
) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let found = RwSignal::new(Vec::<Found>::new());
    let at = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let navigate = use_navigate();
    let packs = rail::PacksOn::here();

    let look = move || {
        let (slug, text) = (slug.get_untracked(), words.get_untracked());
        leptos::task::spawn_local(async move {
            let answer = find(slug, text.clone()).await.unwrap_or_default();
            if words.try_get_untracked().is_some_and(|current| current == text) {
                found.try_set(answer);
            }
        });
    };
    handle.on_open(Callback::new(move |()| {
        if !asked.get_untracked() {
            asked.set(true);
            look();
        }
        if let Some(input) = input.get_untracked() {
            input.select();
        }
    }));
    open_with_key(handle);

    let choices = Memo::new(move |_| {
        let text = words.read().trim().to_lowercase();
        let mut all = fixed_choices(&slug.read(), &packs.read());
        all.retain(|choice| choice.label.to_lowercase().contains(&text));
        all.extend(found.get().into_iter().map(|found| Choice {
            glyph: if found.is_call { Glyph::Calls } else { Glyph::Book },
            label: found.label,
            detail: found.detail,
            does: Does::Open(found.href),
        }));
        all
    });
    let act = Callback::new(move |choice: Choice| {
        handle.close();
        match choice.does {
            Does::Open(href) => navigate(&href, NavigateOptions::default()),
            Does::Theme(theme) => theme::choose(theme),
        }
    });
    let keys = move |event: ev::KeyboardEvent| {
        let last = choices.read_untracked().len().saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" => {
                if let Some(choice) = choices.read_untracked().get(at.get_untracked()) {
                    act.run(choice.clone());
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let typed = move |event| {
        words.set(event_target_value(&event));
        at.set(0);
        look();
    };
    view! {
        <dialog class="modal items-start pt-[12vh]" node_ref=handle.node() aria-label="Find anything">
            <div class="modal-box max-w-xl p-0">
                <label class="flex items-center gap-3 border-b border-base-300 px-4">
                    <Icon glyph=Glyph::Search />
                    <input
                        class="h-14 flex-1 bg-transparent outline-none"
                        type="text"
                        placeholder="Pages, calls, callers, articles, actions"
                        aria-label="Find"
                        autocomplete="off"
                        node_ref=input
                        on:input=typed
                        on:keydown=keys
                    />
                    <kbd class="kbd kbd-sm">"Esc"</kbd>
                </label>
                <ul class="max-h-96 overflow-y-auto p-2" role="listbox" aria-label="Found">
                    {move || {
                        choices
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(index, choice)| view! { <Line index choice at act /> })
                            .collect_view()
                    }}
                </ul>
                <p class=move || if choices.read().is_empty() { "muted px-4 pb-6 text-center text-sm" } else { "hidden" }>
                    "Nothing fits these words."
                </p>
            </div>
            <form method="dialog" class="modal-backdrop">
                <button tabindex="-1">"Close"</button>
            </form>
        </dialog>
    }
    .into_any()
}

#[component]
fn Line(index: usize, choice: Choice, at: RwSignal<usize>, act: Callback<Choice>) -> impl IntoView {
    let here = move || at.get() == index;
    let chosen = choice.clone();
    view! {
        <li
            role="option"
            class="flex cursor-pointer items-center gap-3 rounded-field px-3 py-2 aria-selected:bg-base-200"
            aria-selected=move || here().to_string()
            on:mousemove=move |_| at.set(index)
            on:click=move |_| act.run(chosen.clone())
        >
            <Icon glyph=choice.glyph class="size-4" />
            <span class="min-w-0 flex-1 truncate">{choice.label}</span>
            <span class="muted shrink-0 text-xs">{choice.detail}</span>
        </li>
    }
    .into_any()
}

/// Ctrl-K and Cmd-K work everywhere, in form fields too.
fn open_with_key(handle: DialogHandle) {
    #[cfg(feature = "hydrate")]
    {
        let listener = window_event_listener(ev::keydown, move |event| {
            if (event.ctrl_key() || event.meta_key()) && event.key() == "k" {
                event.prevent_default();
                handle.open();
            }
        });
        on_cleanup(move || listener.remove());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = handle;
}
