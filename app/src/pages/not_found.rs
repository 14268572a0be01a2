//! For addresses that lead nowhere.

use leptos::prelude::*;

use crate::{error::AppError, ui::Failure};

/// Says that there is nothing, with the status that says so too.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::session::not_found();
    view! { <main class="min-h-dvh"><Failure error=AppError::NotFound /></main> }.into_any()
}
