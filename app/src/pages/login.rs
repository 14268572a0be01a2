//! `/login`: signing in. A plain form, so that it works before (and without) the bundle.

use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    error::AppError,
    ui::{Glyph, Icon, TextInput},
};

/// Signs in and goes on to `next`, or back to the form with the reason.
#[server(prefix = "/rpc")]
pub async fn sign_in(email: String, password: String, #[server(default)] next: String) -> Result<(), AppError> {
    use axum::http::request::Parts;
    use backend::{sign_in::SignInError, web::peer};

    use crate::session;

    let backend = session::backend();
    let request = leptos::prelude::expect_context::<Parts>();
    let peer = peer::address(&backend, &request.extensions, &request.headers);
    let next = safe_next(&next).unwrap_or("/admin");
    let (problem, refusal) = match backend::sign_in::sign_in(&backend, &email, password.into(), peer).await {
        Ok(user) => {
            backend::sessions::begin(&backend, &session::session().await?, user).await.map_err(session::trouble)?;
            leptos_axum::redirect(next);
            return Ok(());
        }
        Err(SignInError::Wrong) => ("problem=wrong".to_owned(), AppError::SignedOut),
        Err(SignInError::TooMany { retry_after_s }) => {
            session::retry_after(retry_after_s);
            let minutes = retry_after_s.div_ceil(60);
            (format!("problem=wait&minutes={minutes}"), AppError::TooMany(wait(minutes as i64)))
        }
        Err(SignInError::Disabled) => ("problem=locked".to_owned(), AppError::Forbidden("Owner".into())),
        Err(SignInError::Db(error)) => return Err(session::trouble(error)),
    };
    let next = if next == "/admin" { String::new() } else { format!("&next={}", session::escape(next)) };
    leptos_axum::redirect(&format!("/login?{problem}{next}"));
    Err(refusal)
}

/// Signs out.
#[server(prefix = "/rpc")]
pub async fn sign_out() -> Result<(), AppError> {
    use crate::session;

    backend::sessions::end(&session::session().await?).await.map_err(session::trouble)?;
    leptos_axum::redirect("/login");
    Ok(())
}

/// The way back, if it stays on this site: a path below `/admin`.
#[cfg(any(feature = "ssr", test))]
pub fn safe_next(next: &str) -> Option<&str> {
    let inside = next.starts_with("/admin/") || next == "/admin";
    let plain =
        next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') && !next.contains("//") && !next.contains("..");
    (inside && plain).then_some(next)
}

/// What to tell after a refused attempt.
fn told(problem: &str, minutes: &str) -> Option<String> {
    match problem {
        "wrong" => Some("This address and password do not fit. Please check both and try again.".into()),
        "wait" => Some(wait(minutes.parse().unwrap_or(5))),
        "locked" => Some("This account is locked. Ask the owner of your organisation to unlock it.".into()),
        _ => None,
    }
}

fn wait(minutes: i64) -> String {
    let minutes = crate::format::count(minutes, "minute", "minutes");
    format!("Too many attempts. For safety, please wait {minutes} before you try again.")
}

/// The sign-in form.
#[component]
pub fn LoginPage() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let query = use_query_map();
    let next = move || query.read().get("next").unwrap_or_default();
    let problem = move || {
        let query = query.read();
        told(&query.get("problem").unwrap_or_default(), &query.get("minutes").unwrap_or_default())
    };
    let failed = move || match action.value().get()?.err()? {
        AppError::SignedOut => told("wrong", ""),
        AppError::Forbidden(_) => told("locked", ""),
        error => Some(error.to_string()),
    };
    let message = move || problem().or_else(failed);
    view! {
        <Title text="Sign in" />
        <main class="grid min-h-dvh place-items-center px-4 py-10">
            <div class="w-full max-w-sm">
                <div class="mb-6 flex flex-col items-center gap-3 text-center">
                    <img src="/favicon.svg" alt="" class="size-12" width="48" height="48" />
                    <h1 class="text-2xl font-semibold tracking-tight">"Sign in to Aida"</h1>
                    <p class="muted text-sm">"Your telephone front desk"</p>
                </div>
                <div class="rounded-box border border-base-300 bg-base-100 p-6">
                    <ActionForm action attr:class="flex flex-col gap-4">
                        {move || {
                            message()
                                .map(|text| {
                                    view! {
                                        <div class="flex gap-2 rounded-field border border-error/40 bg-error/10 p-3 text-sm" role="alert">
                                            <Icon glyph=Glyph::Alert class="size-5 text-error" />
                                            <span>{text}</span>
                                        </div>
                                    }
                                })
                        }} <input type="hidden" name="next" value=next />
                        <TextInput label="E-mail address" name="email" kind="email" autocomplete="username" />
                        <TextInput label="Password" name="password" kind="password" autocomplete="current-password" />
                        <button class="btn btn-primary mt-2" type="submit" disabled=move || action.pending().get()>
                            {move || if action.pending().get() { "Signing in…" } else { "Sign in" }}
                        </button>
                    </ActionForm>
                </div>
                <p class="muted mt-4 text-center text-sm">"No account? Ask the owner of your organisation."</p>
            </div>
        </main>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn the_way_back_never_leaves_the_admin() {
        assert_eq!(safe_next("/admin/mangy-dog/calls?q=vip&page=2"), Some("/admin/mangy-dog/calls?q=vip&page=2"));
        for bad in ["", "/", "//evil.test", "/admin/..//x", "https://evil.test/admin/", "/admin/a\\b", "/admin/\r\nx"] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }
}
