//! What stands below the page on a phone.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::PackKey;

use super::{Loaded, PACK_PAGES, PAGES, is_here};
use crate::ui::{Glyph, Icon};

/// So many of [`PAGES`] stand in the dock of a phone, and as many of packs as leave room for their names.
pub(super) const DOCKED: usize = 4;
const DOCKED_PACKS: usize = 2;

/// What stands in the dock, as (path, name, drawing): of a pack its first page.
fn docked(packs: &[PackKey]) -> Vec<(&'static str, &'static str, Glyph)> {
    let first = |pack: &&PackKey| PACK_PAGES.iter().find(|(key, ..)| key == *pack);
    let mut on: Vec<&PackKey> = packs.iter().collect();
    on.sort_by_key(|pack| PACK_PAGES.iter().position(|(key, ..)| key == *pack));
    let of_packs =
        on.iter().filter_map(first).take(DOCKED_PACKS).map(|(_, path, name, glyph, _)| (*path, *name, *glyph));
    PAGES.iter().take(DOCKED).map(|(path, name, glyph, _)| (*path, *name, *glyph)).chain(of_packs).collect()
}

/// Below the page on a phone: what is looked at between two customers, and the first page of each pack that is on. The other pages are
/// behind "More" above.
#[component]
pub fn Dock(
    /// The organisation in the address.
    slug: Memo<String>,
    /// Who is signed in, and where.
    data: Loaded,
) -> impl IntoView {
    view! {
        <nav class="fixed inset-x-0 bottom-0 z-30 flex border-t border-base-300 bg-base-100 md:hidden" aria-label="Pages">
            <Suspense>
                {move || Suspend::new(async move {
                    let packs = data.await.map(|frame| frame.org.packs).unwrap_or_default();
                    docked(&packs).into_iter().map(|page| view! { <DockLink slug page /> }).collect_view()
                })}
            </Suspense>
        </nav>
    }
    .into_any()
}

#[component]
fn DockLink(slug: Memo<String>, page: (&'static str, &'static str, Glyph)) -> impl IntoView {
    let (path, name, glyph) = page;
    let here = use_location().pathname;
    view! {
        <a
            class="flex min-w-0 flex-1 flex-col items-center gap-0.5 py-2 text-[0.6875rem] aria-[current=page]:font-medium aria-[current=page]:text-primary"
            href=move || format!("/admin/{}/{path}", slug.get())
            aria-current=move || is_here(&here.get(), path).then_some("page")
        >
            <Icon glyph />
            <span>{name}</span>
        </a>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dock_has_the_first_page_of_each_pack() {
        let names = |packs: &[PackKey]| docked(packs).into_iter().map(|(_, name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&[PackKey::FrontDesk]), ["Dashboard", "Live", "Calls", "Today"]);
        assert_eq!(names(&[PackKey::Menu, PackKey::Events]), ["Dashboard", "Live", "Calls", "Today", "Events", "Menu"]);
    }
}
