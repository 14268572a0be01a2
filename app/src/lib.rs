//! What staff see: the document, the site map, and what every page shares.
//!
//! Pages are rendered on the server and work as they are; the browser then takes over ([`App`] hydrates) and makes them
//! live. A page never talks to the database in the browser: it asks server functions, which learn from the session who
//! is asking.

#![recursion_limit = "256"]

mod cookie;
mod error;
mod format;
mod frame;
mod live;
mod moment;
mod pages;
#[cfg(feature = "ssr")]
mod session;
#[cfg(feature = "ssr")]
mod shell;
mod ui;
mod words;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{ParentRoute, Route, Router, Routes},
};

#[cfg(feature = "ssr")]
pub use shell::shell;

use pages::{
    calls::CallsPage,
    dashboard::DashboardPage,
    home::{HomePage, OrgHomePage},
    login::LoginPage,
    not_found::NotFoundPage,
};

/// The site map.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <leptos_meta::Title formatter=|title: String| if title.is_empty() { "Aida".into() } else { format!("{title} · Aida") } />
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment("") view=HomePage ssr=SsrMode::Async />
                <Route path=StaticSegment("login") view=LoginPage ssr=SsrMode::Async />
                <Route path=StaticSegment("admin") view=HomePage ssr=SsrMode::Async />
                <ParentRoute path=(StaticSegment("admin"), ParamSegment("org")) view=frame::Frame ssr=SsrMode::Async>
                    <Route path=StaticSegment("") view=OrgHomePage ssr=SsrMode::Async />
                    <Route path=StaticSegment("dashboard") view=DashboardPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("calls") view=CallsPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}
