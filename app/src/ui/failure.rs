//! What is shown when something could not be loaded or done.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;

use super::{Glyph, Icon};
use crate::error::AppError;

/// In place of a page that could not be loaded.
#[component]
pub fn Failure(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let here = use_location().pathname.get_untracked();
    let way_out = match error {
        AppError::SignedOut => (format!("/login?next={here}"), "Sign in"),
        _ => ("/admin".to_owned(), "Go to your dashboard"),
    };
    view! {
        <div class="mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-20 text-center" role="alert">
            <span class="grid size-12 place-items-center rounded-full bg-base-300">
                <Icon glyph=Glyph::Alert />
            </span>
            <h1 class="text-xl font-semibold">{error.title()}</h1>
            <p class="muted">{error.to_string()}</p>
            <a class="btn btn-primary mt-2" href=way_out.0>
                {way_out.1}
            </a>
        </div>
    }
    .into_any()
}

/// Why the last attempt was refused, if it was; for [`Problem`].
pub fn refusal<S>(action: ServerAction<S>) -> Signal<Option<AppError>>
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    Signal::derive(move || action.value().get().and_then(Result::err))
}

/// Above a form that was not accepted.
#[component]
pub fn Problem(
    /// Why, once there is a reason.
    #[prop(into)]
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    move || {
        error.get().map(|error| {
            view! {
                <div class="alert alert-error alert-soft text-base-content" role="alert">
                    <Icon glyph=Glyph::Alert class="size-5 text-error" />
                    <div>
                        <p class="font-medium">{error.title()}</p>
                        {if error == AppError::SignedOut {
                            view! {
                                <p class="text-sm">
                                    "Nothing is lost: "
                                    <a class="link" href="/login" target="_blank">
                                        "sign in in another tab"
                                    </a> ", then save again here."
                                </p>
                            }
                                .into_any()
                        } else {
                            view! { <p class="text-sm">{error.to_string()}</p> }.into_any()
                        }}
                    </div>
                </div>
            }
        })
    }
}
