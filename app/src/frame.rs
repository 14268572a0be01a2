//! What stands around every page of an organisation: the rail, the switcher, the live connection, messages, shortcuts.

use leptos::prelude::*;
use leptos_router::components::Outlet;
use model::{PackKey, Role};
use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    live,
    pages::use_slug,
    ui::{Clock, DialogHandle, Shortcuts, ToastRegion, Toasts, form, palette::CommandPalette, rail},
};

/// An organisation in the switcher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrgChoice {
    /// Its name in URLs.
    pub slug: String,
    /// Its name as callers hear it.
    pub name: String,
    /// The packs that are on; their pages are linked.
    pub packs: Vec<PackKey>,
}

/// What the frame shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameData {
    /// The organisation looked at.
    pub org: OrgChoice,
    /// All that the person belongs to.
    pub orgs: Vec<OrgChoice>,
    /// The person's name.
    pub person: String,
    /// Their role here.
    pub role: Role,
}

/// Who is signed in, and where.
#[server(prefix = "/rpc")]
pub async fn load_frame(slug: String) -> Result<FrameData, AppError> {
    use crate::session;

    let asking = session::member(&slug).await?;
    let rows = backend::orgs::for_user(&asking.backend, asking.member.user_id).await?;
    backend::users::set_last_org(&asking.backend, asking.member.user_id, asking.org.id()).await?;
    let orgs = rows.into_iter().map(|org| OrgChoice { slug: org.slug, name: org.name, packs: org.packs }).collect();
    let org = OrgChoice {
        slug: asking.org.slug().to_owned(),
        name: asking.org.name().to_owned(),
        packs: asking.org.packs().to_vec(),
    };
    Ok(FrameData { org, orgs, person: asking.member.name, role: asking.member.role })
}

/// The rail and the page.
#[component]
pub fn Frame() -> impl IntoView {
    let slug = use_slug();
    Clock::provide();
    Toasts::provide();
    form::provide_returned();
    live::provide(slug);
    let data = Resource::new_blocking(move || slug.get(), load_frame);
    rail::PacksOn::provide(data);
    let shortcuts = DialogHandle::new();
    let palette = DialogHandle::new();
    let narrow = RwSignal::new(rail::is_narrow());
    view! {
        <a class="btn btn-primary skip-link" href="#content">
            "Skip to the content"
        </a>
        <div class="flex min-h-dvh">
            <rail::Rail slug data narrow palette shortcuts />
            <div class="flex min-w-0 flex-1 flex-col pb-20 md:pb-0">
                <rail::TopBar slug data palette />
                <live::ConnectionBanner />
                <main id="content" tabindex="-1" class="flex-1 outline-none">
                    <Outlet />
                </main>
            </div>
        </div>
        <rail::Dock slug data />
        <CommandPalette slug handle=palette />
        <Shortcuts handle=shortcuts />
        <ToastRegion />
    }
    .into_any()
}
