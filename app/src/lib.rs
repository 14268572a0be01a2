//! What staff see: the document, the site map, and what every page shares.
//!
//! Pages are rendered on the server and work as they are; the browser then takes over ([`App`] hydrates) and makes them
//! live. A page never talks to the database in the browser: it asks server functions, which learn from the session who
//! is asking.

#![recursion_limit = "256"]
#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::struct_field_names,
    reason = "a component's arguments are its properties, which it owns, and a record says `version` as staff do"
)]

mod cookie;
mod error;
mod format;
mod frame;
mod fresh;
mod live;
#[cfg(feature = "ssr")]
mod markdown;
mod moment;
mod pages;
#[cfg(feature = "ssr")]
mod session;
#[cfg(feature = "ssr")]
mod shell;
mod ui;
mod unsaved;
mod words;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    Lazy, ParamSegment, SsrMode, StaticSegment,
    components::{ParentRoute, Route, Router, Routes},
};

#[cfg(feature = "ssr")]
pub use shell::shell;

use pages::{
    home::{HomePage, OrgHomePage},
    login::LoginPage,
    not_found::NotFoundPage,
    parts,
};

/// What the browser's tab says.
fn title(page: String) -> String {
    if page.is_empty() { "Aida".to_owned() } else { format!("{} · Aida", format::raw_text(page)) }
}

/// The site map.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <leptos_meta::Title formatter=title />
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment("") view=HomePage ssr=SsrMode::Async />
                <Route path=StaticSegment("login") view=LoginPage ssr=SsrMode::Async />
                <Route path=StaticSegment("admin") view=HomePage ssr=SsrMode::Async />
                <ParentRoute path=(StaticSegment("admin"), ParamSegment("org")) view={Lazy::<parts::Surroundings>::new()} ssr=SsrMode::Async>
                    <Route path=StaticSegment("") view=OrgHomePage ssr=SsrMode::Async />
                    <Route path=StaticSegment("dashboard") view={Lazy::<parts::Dashboard>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("live") view={Lazy::<parts::Live>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("calls") view={Lazy::<parts::Calls>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("calls"), ParamSegment("id")) view={Lazy::<parts::Call>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("knowledge-base") view={Lazy::<parts::KnowledgeBase>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("knowledge-base"), StaticSegment("new")) view={Lazy::<parts::NewArticle>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("knowledge-base"), ParamSegment("id")) view={Lazy::<parts::Article>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("today") view={Lazy::<parts::Today>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("menu") view={Lazy::<parts::Menu>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("menu"), StaticSegment("items"), StaticSegment("new")) view={Lazy::<parts::NewItem>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("menu"), StaticSegment("items"), ParamSegment("id")) view={Lazy::<parts::Item>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("menu"), StaticSegment("extras")) view={Lazy::<parts::Extras>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("menu"), StaticSegment("plans")) view={Lazy::<parts::Plans>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("menu"), StaticSegment("prices")) view={Lazy::<parts::Prices>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("hours") view={Lazy::<parts::Hours>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("outbox") view={Lazy::<parts::Outbox>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("events") view={Lazy::<parts::Events>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("events"), StaticSegment("new")) view={Lazy::<parts::NewEvent>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("events"), StaticSegment("venues")) view={Lazy::<parts::Venues>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("events"), StaticSegment("packages")) view={Lazy::<parts::Packages>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("events"), StaticSegment("sales")) view={Lazy::<parts::Sales>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("events"), StaticSegment("sales"), ParamSegment("id")) view={Lazy::<parts::Sale>::new()} ssr=SsrMode::Async />
                    <Route path=(StaticSegment("events"), ParamSegment("id")) view={Lazy::<parts::Event>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("tee-sheet") view={Lazy::<parts::TeeSheet>::new()} ssr=SsrMode::Async />
                    <Route path=StaticSegment("voice") view={Lazy::<parts::Voice>::new()} ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}
