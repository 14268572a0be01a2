//! How a server function learns who is asking, and for which organisation.

use axum::http::{StatusCode, header, request::Parts};
use backend::{Backend, org::Org};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use model::{Member, PackKey, Role, UserId};
use tower_sessions::Session;

use crate::error::AppError;

/// Who asks, where they are a member.
pub struct Asking {
    /// Everything on the server.
    pub backend: Backend,
    /// The organisation that is looked at.
    pub org: Org,
    /// The person.
    pub member: Member,
}

/// The server's parts, given to every page and server function by the server.
pub fn backend() -> Backend {
    expect_context::<Backend>()
}

/// The session of the request.
pub async fn session() -> Result<Session, AppError> {
    leptos_axum::extract::<Session>().await.map_err(|error| {
        tracing::error!(%error, "the session layer is missing");
        AppError::Trouble
    })
}

/// The signed-in person; sends everybody else to sign in and come back. A page that is open in the browser is only told: what was
/// typed into it must not be lost.
pub async fn user() -> Result<UserId, AppError> {
    let user = backend::sessions::user(&session().await?).await.map_err(trouble)?;
    user.ok_or_else(|| {
        if use_context::<Parts>().is_some_and(|request| !is_rpc(&request) || is_plain_form(&request)) {
            leptos_axum::redirect(&sign_in_address());
        }
        AppError::SignedOut
    })
}

/// The signed-in person in the organisation with this name in the URL. An organisation they do not belong to is not there.
pub async fn member(slug: &str) -> Result<Asking, AppError> {
    let user_id = user().await?;
    let backend = backend();
    let found = backend::users::member(&backend, user_id, slug).await.map_err(trouble)?;
    let (org, member) = found.ok_or_else(not_found)?;
    Ok(Asking { backend, org, member })
}

/// The same, where a pack is on; elsewhere the pack's pages are not there.
pub async fn member_with_pack(slug: &str, pack: PackKey) -> Result<Asking, AppError> {
    let asking = member(slug).await?;
    if asking.org.has_pack(pack) { Ok(asking) } else { Err(not_found()) }
}

/// The same, if their role allows what `needed` may do.
pub async fn member_with(slug: &str, needed: Role) -> Result<Asking, AppError> {
    let asking = member(slug).await?;
    if asking.member.role.allows(needed) {
        return Ok(asking);
    }
    answer_with(StatusCode::FORBIDDEN);
    Err(AppError::Forbidden(needed.label().to_owned()))
}

/// There is no such thing; the answer's status says so too.
pub fn not_found() -> AppError {
    answer_with(StatusCode::NOT_FOUND);
    AppError::NotFound
}

/// Something failed that the person can do nothing about: logged here, told in general words.
pub fn trouble(error: impl std::fmt::Display) -> AppError {
    tracing::error!(%error, "a page could not be served");
    answer_with(StatusCode::INTERNAL_SERVER_ERROR);
    AppError::Trouble
}

/// Sets the status of the answer. A form that was sent without scripts keeps its redirect: the page it leads back to shows the error.
pub fn answer_with(status: StatusCode) {
    let (Some(request), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) else { return };
    if !is_plain_form(&request) {
        response.set_status(status);
    }
}

/// Says when to try again.
pub fn retry_after(seconds: u64) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::RETRY_AFTER, axum::http::HeaderValue::from(seconds));
    }
}

/// Leads a form that was sent without scripts to a page. A page that is open in the browser stays, and shows by itself what was done.
pub fn lead_plain_form(page: &str) {
    if use_context::<Parts>().is_some_and(|request| is_plain_form(&request)) {
        leptos_axum::redirect(page);
    }
}

/// Whether a server function was called, rather than a page asked for.
fn is_rpc(request: &Parts) -> bool {
    request.uri.path().starts_with("/rpc/")
}

/// Whether a browser without scripts sent a form.
fn is_plain_form(request: &Parts) -> bool {
    let accepts = request.headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    is_rpc(request) && accepts.contains("text/html")
}

/// `/login` with the way back: the page itself, or for a server function the page that called it.
fn sign_in_address() -> String {
    let Some(parts) = use_context::<Parts>() else { return "/login".into() };
    let here = parts.uri.path_and_query().map_or("", |p| p.as_str());
    let page = if is_rpc(&parts) { referring_page(&parts).unwrap_or_default() } else { here.to_owned() };
    match crate::pages::login::safe_next(&page) {
        Some(next) => format!("/login?next={}", escape(next)),
        None => "/login".into(),
    }
}

fn referring_page(parts: &Parts) -> Option<String> {
    let referrer = parts.headers.get(header::REFERER)?.to_str().ok()?;
    let (_, rest) = referrer.split_once("://")?;
    rest.find('/').map(|at| rest[at..].to_owned())
}

/// A path as a value within an address.
pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
