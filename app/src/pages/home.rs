//! `/` and `/admin`: on to the dashboard of the organisation that was looked at last.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::{
    error::AppError,
    ui::{Failure, SkeletonRows},
};

/// Where the signed-in person left off.
#[server(prefix = "/rpc")]
pub async fn home_address() -> Result<String, AppError> {
    use crate::session;

    let user = session::user().await?;
    let backend = session::backend();
    let last = backend::users::last_org(&backend, user).await?;
    let slug = match last {
        Some(slug) => Some(slug),
        None => backend::orgs::for_user(&backend, user).await?.into_iter().next().map(|org| org.slug),
    };
    slug.map(|slug| format!("/admin/{slug}/dashboard")).ok_or_else(|| AppError::Forbidden("Owner".into()))
}

/// Goes on to a dashboard.
#[component]
pub fn HomePage() -> impl IntoView {
    let address = Resource::new_blocking(|| (), |()| home_address());
    view! {
        <main>
            <Suspense fallback=|| view! { <SkeletonRows /> }>
                {move || Suspend::new(async move {
                    match address.await {
                        Ok(path) => view! { <Redirect path /> }.into_any(),
                        Err(error) => view! { <Failure error /> }.into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
    .into_any()
}

/// `/admin/{org}`: on to its dashboard.
#[component]
pub fn OrgHomePage() -> impl IntoView {
    let slug = super::use_slug().get_untracked();
    // The address is whatever somebody typed; only a name that an organisation can have may become an address again.
    if slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        view! { <Redirect path=format!("/admin/{slug}/dashboard") /> }.into_any()
    } else {
        view! { <super::not_found::NotFoundPage /> }.into_any()
    }
}
