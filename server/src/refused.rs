//! Forms that a browser without scripts sent and that were refused: the page that they lead back to shows what was typed.
//!
//! A refusal answers with a redirect whose address tells why, in `__err`. What the form held is kept in the person's session until that
//! page is asked for. Asked for once more, the page is shown without the refusal: it is a reload.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use backend::{sessions, web::form::Form};
use model::RefusedForm;
use tower_sessions::Session;

/// A longer form is not read for this; what of it is kept is less.
const LONGEST_BODY: usize = 512 * 1024;

/// Keeps what a refused form held, and gives it to the page that it leads back to.
pub async fn bring_back(request: Request, next: Next) -> Response {
    let Some(session) = request.extensions().get::<Session>().cloned() else { return next.run(request).await };
    if is_plain_form(&request) {
        return send(session, request, next).await;
    }
    if request.method() == Method::GET && tells_refusal(request.uri().query().unwrap_or_default()) {
        return show(session, request, next).await;
    }
    next.run(request).await
}

async fn send(session: Session, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let (request, fields) = if length(&parts) <= LONGEST_BODY {
        let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
            return axum::http::StatusCode::BAD_REQUEST.into_response();
        };
        let fields = Form::parse(&body).map(|form| form.all().to_vec()).unwrap_or_default();
        (Request::from_parts(parts, Body::from(body)), fields)
    } else {
        (Request::from_parts(parts, body), Vec::new())
    };
    let response = next.run(request).await;
    if leads_to_refusal(response.headers())
        && let Err(error) = sessions::keep_refused(&session, RefusedForm { path, fields }).await
    {
        tracing::warn!(%error, "a refused form could not be kept");
    }
    response
}

async fn show(session: Session, mut request: Request, next: Next) -> Response {
    let signed_in = sessions::user(&session).await.is_ok_and(|user| user.is_some());
    match sessions::take_refused(&session).await {
        Ok(Some(form)) => {
            request.extensions_mut().insert(form);
        }
        // Pages of people who are signed in; what else stands there could lead anywhere.
        Ok(None) if signed_in && request.uri().path().starts_with("/admin/") => {
            return Redirect::to(&without_refusal(&request)).into_response();
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "a refused form could not be read"),
    }
    next.run(request).await
}

/// Whether a browser without scripts sends a form to a server function.
fn is_plain_form(request: &Request) -> bool {
    let says = |name, what: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(what))
    };
    request.method() == Method::POST
        && request.uri().path().starts_with("/rpc/")
        && says(header::ACCEPT, "text/html")
        && says(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

/// How long the body says it is; one that does not say is too long.
fn length(parts: &Parts) -> usize {
    let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or(usize::MAX)
}

fn leads_to_refusal(headers: &HeaderMap) -> bool {
    let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default();
    location.split_once('?').is_some_and(|(_, query)| tells_refusal(query))
}

fn tells_refusal(query: &str) -> bool {
    query.split('&').any(|pair| pair.starts_with("__err="))
}

fn without_refusal(request: &Request) -> String {
    let query = request.uri().query().unwrap_or_default();
    let others = |pair: &&str| !pair.starts_with("__err=") && !pair.starts_with("__path=");
    let rest: Vec<&str> = query.split('&').filter(others).collect();
    let path = request.uri().path();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_leads_to_the_page_without_the_refusal() {
        let page = |uri: &str| Request::builder().uri(uri).body(Body::empty()).expect("a request");
        assert_eq!(
            without_refusal(&page("/admin/x/events?state=paid&__path=%2Frpc%2Fa&__err=e30=")),
            "/admin/x/events?state=paid"
        );
        assert_eq!(without_refusal(&page("/admin/x/events?__path=a&__err=b")), "/admin/x/events");
    }
}
