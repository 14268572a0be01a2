//! The way around: a rail that collapses; on phones a bar above and a dock below.

mod dock;

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::{use_location, use_navigate};
use model::PackKey;

use super::{DialogHandle, Glyph, Icon, on_key, theme::ThemeSwitch};
use crate::{cookie, error::AppError, frame::FrameData, live, pages::login::SignOut};

use dock::DOCKED;
pub use dock::Dock;

/// Path, name, drawing, and the key after `g`.
const PAGES: &[(&str, &str, Glyph, &str)] = &[
    ("dashboard", "Dashboard", Glyph::Dashboard, "d"),
    ("live", "Live", Glyph::Live, "l"),
    ("calls", "Calls", Glyph::Calls, "c"),
    ("today", "Today", Glyph::Notice, "t"),
    ("knowledge-base", "Knowledge", Glyph::Book, "k"),
    ("outbox", "Outbox", Glyph::Send, "o"),
    ("voice", "Voice", Glyph::Voice, "v"),
];

/// The same for the pages of packs, which are only there where the pack is on.
const PACK_PAGES: &[(PackKey, &str, &str, Glyph, &str)] = &[
    (PackKey::Events, "events", "Events", Glyph::Ticket, "e"),
    (PackKey::Menu, "menu", "Menu", Glyph::Cup, "m"),
    (PackKey::Menu, "hours", "Hours", Glyph::Calendar, "h"),
    (PackKey::TeeTimes, "tee-sheet", "Tee sheet", Glyph::Calendar, "s"),
];

/// The packs of the organisation looked at, once the browser knows them.
#[derive(Clone, Copy)]
pub struct PacksOn(RwSignal<Vec<PackKey>>);

impl PacksOn {
    /// Provides the packs to everything below the current component.
    pub fn provide(data: Loaded) {
        let packs = RwSignal::new(Vec::new());
        provide_context(Self(packs));
        Effect::new(move |_| {
            if let Some(Ok(frame)) = data.get() {
                packs.set(frame.org.packs);
            }
        });
    }

    /// Those of the page.
    pub fn here() -> Signal<Vec<PackKey>> {
        use_context::<Self>().map_or_else(|| Signal::stored(Vec::new()), |packs| packs.0.into())
    }
}

/// Who is signed in, and where, once that is known.
pub type Loaded = Resource<Result<FrameData, AppError>>;

/// Whether the person keeps the rail narrow.
pub fn is_narrow() -> bool {
    cookie::read("rail").as_deref() == Some("narrow")
}

/// The pages of an organisation as (name, address, drawing).
pub fn pages(slug: &str, packs: &[PackKey]) -> Vec<(&'static str, String, Glyph)> {
    let of_packs = PACK_PAGES
        .iter()
        .filter(|(pack, ..)| packs.contains(pack))
        .map(|(_, path, name, glyph, _)| (path, name, glyph));
    let all = PAGES.iter().map(|(path, name, glyph, _)| (path, name, glyph)).chain(of_packs);
    all.map(|(path, name, glyph)| (*name, format!("/admin/{slug}/{path}"), *glyph)).collect()
}

/// Whether the address is this page or one below it.
fn is_here(path: &str, page: &str) -> bool {
    path.split('/').nth(3) == Some(page)
}

/// The rail at the left of a wide screen.
#[component]
pub fn Rail(
    /// The organisation in the address.
    slug: Memo<String>,
    /// Who is signed in, and where.
    data: Loaded,
    /// Whether only drawings are shown.
    narrow: RwSignal<bool>,
    /// Opens the palette.
    palette: DialogHandle,
    /// Opens the list of shortcuts.
    shortcuts: DialogHandle,
) -> impl IntoView {
    let path = use_location().pathname;
    let running = live::count();
    go_by_key(slug);
    let fold = move |_| {
        narrow.update(|narrow| *narrow = !*narrow);
        cookie::write("rail", if narrow.get_untracked() { "narrow" } else { "wide" });
    };
    let links = PAGES
        .iter()
        .map(|(page, name, glyph, _)| {
            view! {
                <RailLink slug path page name glyph=*glyph narrow>
                    {(*page == "live").then(|| view! { <RunningCount running narrow /> })}
                </RailLink>
            }
        })
        .collect_view();
    view! {
        <aside
            class=move || {
                let width = if narrow.get() { "w-16" } else { "w-60" };
                format!("sticky top-0 hidden h-dvh shrink-0 flex-col gap-2 border-r border-base-300 bg-base-100 p-3 md:flex {width}")
            }
            aria-label="Organisation"
        >
            <OrgSwitcher data narrow />
            <button
                class="btn btn-sm justify-start gap-3 border-base-300 bg-base-200 px-3 font-normal"
                title="Find anything (Ctrl K)"
                on:click=move |_| palette.open()
            >
                <Icon glyph=Glyph::Search class="size-4" />
                <span class=move || if narrow.get() { "sr-only" } else { "flex-1 text-left" }>"Find"</span>
                <kbd class=move || if narrow.get() { "hidden" } else { "kbd kbd-xs" }>"Ctrl K"</kbd>
            </button>
            <nav aria-label="Pages" class="mt-1 flex-1">
                <ul class="flex flex-col gap-0.5">
                    {links} <PackLinks slug data narrow />
                </ul>
            </nav>
            <div class="flex flex-col gap-1 border-t border-base-300 pt-2">
                <div class=move || if narrow.get() { "hidden" } else { "" }>
                    <ThemeSwitch />
                </div>
                <button
                    class="flex items-center gap-3 rounded-field px-3 py-2 text-sm hover:bg-base-200"
                    title="Keyboard shortcuts (?)"
                    on:click=move |_| shortcuts.open()
                >
                    <Icon glyph=Glyph::Keyboard />
                    <span class=move || if narrow.get() { "sr-only" } else { "" }>"Shortcuts"</span>
                </button>
                <SignOutButton narrow />
                <button
                    class="flex items-center gap-3 rounded-field px-3 py-2 text-sm hover:bg-base-200"
                    title=move || if narrow.get() { "Wider" } else { "Narrower" }
                    on:click=fold
                >
                    {move || {
                        let glyph = if narrow.get() { Glyph::Expand } else { Glyph::Collapse };
                        view! { <Icon glyph /> }
                    }} <span class=move || if narrow.get() { "sr-only" } else { "" }>"Collapse"</span>
                </button>
            </div>
        </aside>
    }
    .into_any()
}

/// The pages of the packs that are on.
#[component]
fn PackLinks(slug: Memo<String>, data: Loaded, narrow: RwSignal<bool>) -> impl IntoView {
    let path = use_location().pathname;
    let link = move |(_, page, name, glyph, _): &'static (PackKey, &str, &str, Glyph, &str)| {
        view! { <RailLink slug path page name glyph=*glyph narrow /> }
    };
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let packs = data.await.map(|frame| frame.org.packs).unwrap_or_default();
                PACK_PAGES.iter().filter(|(pack, ..)| packs.contains(pack)).map(link).collect_view()
            })}
        </Suspense>
    }
    .into_any()
}

/// The way to a page.
#[component]
fn RailLink(
    slug: Memo<String>,
    path: Memo<String>,
    page: &'static str,
    name: &'static str,
    glyph: Glyph,
    narrow: RwSignal<bool>,
    /// What stands after its name.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <li>
            <a
                class="flex items-center gap-3 rounded-field px-3 py-2 hover:bg-base-200 aria-[current=page]:bg-primary/10 aria-[current=page]:font-medium aria-[current=page]:text-primary"
                href=move || format!("/admin/{}/{page}", slug.get())
                aria-current=move || is_here(&path.get(), page).then_some("page")
                title=name
            >
                <Icon glyph />
                <span class=move || if narrow.get() { "sr-only" } else { "flex-1" }>{name}</span>
                {children.map(|after| after())}
            </a>
        </li>
    }
    .into_any()
}

/// `g` and a letter go to a page.
fn go_by_key(slug: Memo<String>) {
    let waiting = StoredValue::new(false);
    let packs = PacksOn::here();
    let navigate = use_navigate();
    on_key(move |event| {
        let key = event.key();
        let after_g = waiting.try_update_value(|waiting| std::mem::replace(waiting, key == "g")).unwrap_or(false);
        let of_packs = PACK_PAGES.iter().filter(|(pack, ..)| packs.read_untracked().contains(pack));
        let mut all = PAGES
            .iter()
            .map(|(path, _, _, letter)| (*path, *letter))
            .chain(of_packs.map(|(_, path, _, _, letter)| (*path, *letter)));
        let page = all.find(|(_, letter)| after_g && *letter == key);
        if let Some((path, _)) = page {
            navigate(&format!("/admin/{}/{path}", slug.get_untracked()), leptos_router::NavigateOptions::default());
        }
        page.is_some()
    });
}

#[component]
fn RunningCount(running: Signal<usize>, narrow: RwSignal<bool>) -> impl IntoView {
    move || {
        let count = running.get();
        (count > 0 && !narrow.get()).then(|| {
            view! {
                <span class="badge badge-primary badge-sm tabular-nums" title="Calls running">
                    {count}
                </span>
            }
        })
    }
}

#[component]
fn SignOutButton(narrow: RwSignal<bool>) -> impl IntoView {
    let action = ServerAction::<SignOut>::new();
    view! {
        <ActionForm action>
            <button class="flex w-full items-center gap-3 rounded-field px-3 py-2 text-sm hover:bg-base-200" type="submit" title="Sign out">
                <Icon glyph=Glyph::SignOut />
                <span class=move || if narrow.get() { "sr-only" } else { "" }>"Sign out"</span>
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The organisation looked at, and the way to the others. Opens without scripts.
#[component]
pub fn OrgSwitcher(
    /// Who is signed in, and where.
    data: Loaded,
    /// Whether only a letter is shown.
    #[prop(into)]
    narrow: Signal<bool>,
) -> impl IntoView {
    let choices = move |frame: &FrameData| {
        let current = frame.org.slug.clone();
        frame
            .orgs
            .iter()
            .map(|org| {
                let here = (org.slug == current).then_some("true");
                view! {
                    <li>
                        <a href=format!("/admin/{}/dashboard", org.slug) aria-current=here rel="external">
                            <Initial name=org.name.clone() />
                            {org.name.clone()}
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <Suspense fallback=|| view! { <div class="skeleton h-12 w-full"></div> }>
            {move || Suspend::new(async move {
                data.await
                    .ok()
                    .map(|frame| {
                        let menu = choices(&frame);
                        let who = format!("{} · {}", frame.person, frame.role.label());
                        view! {
                            <details class="dropdown">
                                <summary class="flex w-full cursor-pointer list-none items-center gap-3 rounded-field p-1.5 hover:bg-base-200">
                                    <Initial name=frame.org.name.clone() />
                                    <span class=move || {
                                        if narrow.get() { "sr-only" } else { "min-w-0 flex-1" }
                                    }>
                                        <span class="block truncate text-sm font-semibold">{frame.org.name}</span>
                                        <span class="muted block truncate text-xs">{who}</span>
                                    </span>
                                    <span class=move || if narrow.get() { "hidden" } else { "muted" }>
                                        <Icon glyph=Glyph::Switch class="size-4" />
                                    </span>
                                </summary>
                                <ul class="menu dropdown-content z-40 mt-1 w-64 rounded-box border border-base-300 bg-base-100 p-2 shadow-lg">
                                    {menu}
                                </ul>
                            </details>
                        }
                    })
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Initial(name: String) -> impl IntoView {
    let letter = name.trim_start_matches("The ").chars().next().unwrap_or('A').to_string();
    view! {
        <span class="grid size-8 shrink-0 place-items-center rounded-field bg-primary text-sm font-semibold text-primary-content" aria-hidden="true">
            {letter}
        </span>
    }
    .into_any()
}

/// Above the page on a phone.
#[component]
pub fn TopBar(
    /// The organisation in the address.
    slug: Memo<String>,
    /// Who is signed in, and where.
    data: Loaded,
    /// Opens the palette.
    palette: DialogHandle,
) -> impl IntoView {
    let action = ServerAction::<SignOut>::new();
    let path = use_location().pathname;
    let more = move || {
        let narrow = RwSignal::new(false);
        let rest = PAGES
            .iter()
            .skip(DOCKED)
            .map(|(page, name, glyph, _)| view! { <RailLink slug path page name glyph=*glyph narrow /> })
            .collect_view();
        view! {
            <ul class="flex flex-col gap-0.5">{rest} <PackLinks slug data narrow /></ul>
        }
    };
    view! {
        <header class="sticky top-0 z-30 flex items-center gap-2 border-b border-base-300 bg-base-100 px-3 py-1.5 md:hidden">
            <div class="min-w-0 flex-1">
                <OrgSwitcher data narrow=false />
            </div>
            <button class="btn btn-ghost btn-square" aria-label="Find" on:click=move |_| palette.open()>
                <Icon glyph=Glyph::Search />
            </button>
            <details class="dropdown dropdown-end">
                <summary class="btn btn-ghost btn-square" aria-label="More">
                    <Icon glyph=Glyph::Menu />
                </summary>
                <div class="dropdown-content z-40 mt-1 flex w-48 flex-col gap-2 rounded-box border border-base-300 bg-base-100 p-3 shadow-lg">
                    {more()}
                    <ThemeSwitch />
                    <ActionForm action>
                        <button class="btn btn-sm w-full" type="submit">
                            <Icon glyph=Glyph::SignOut class="size-4" />
                            "Sign out"
                        </button>
                    </ActionForm>
                </div>
            </details>
        </header>
    }
    .into_any()
}
