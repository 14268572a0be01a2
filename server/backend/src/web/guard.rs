//! What protects a browser: requests that other sites make it send are refused, and pages come with strict headers.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::problem::Problem;

/// The origin from which our own pages are loaded, for [`same_origin`].
#[derive(Clone, Debug)]
pub struct OwnOrigin(pub Option<String>);

/// Refuses requests that another site made the browser send: a cookie alone proves nothing about who asked. A program that sends neither a
/// cookie nor a browser's headers is let through; it is asked for its key elsewhere.
pub async fn same_origin(State(own): State<OwnOrigin>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if (!safe || request.uri().path().starts_with("/rpc")) && is_foreign(request.headers(), own.0.as_deref(), safe) {
        return Problem::new(StatusCode::FORBIDDEN, "foreign_origin", "This request came from another site.")
            .into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap, own: Option<&str>, safe: bool) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match text(&HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin" | "none") => return false,
        Some(_) => return true,
        None => {}
    }
    match text(&header::ORIGIN) {
        Some(origin) => {
            // Without PUBLIC_URL the server is reached on this machine, under whatever name was typed.
            let host = text(&header::HOST).map(|host| format!("http://{host}"));
            Some(origin) != own && (own.is_some() || host.as_deref() != Some(origin))
        }
        None => !safe && headers.contains_key(header::COOKIE) && !headers.contains_key(header::AUTHORIZATION),
    }
}

/// Adds what every answer of the server should say to a browser. A page that sets its own policy keeps it.
pub async fn headers(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "same-origin");
    say(header::X_FRAME_OPTIONS, "DENY");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self)");
    say(header::CONTENT_SECURITY_POLICY, STRICTEST);
    say(header::CACHE_CONTROL, caching(uri.path()));
    response
}

/// For answers that are no pages: nothing may be loaded from them, and nobody may frame them.
const STRICTEST: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Files of the browser bundle stand below its fingerprint, `/pkg/<fingerprint>/…`: the same address always has the same file.
fn caching(path: &str) -> &'static str {
    let file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let ours = !path.starts_with("/api/") && !path.starts_with("/rpc") && !path.starts_with("/admin");
    let fingerprint = path.strip_prefix("/pkg/").is_some_and(|rest| rest.contains('/'));
    match (file && ours, fingerprint) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "public, max-age=300",
        (false, _) => "no-store",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Option<&str> = Some("https://aida.example.org");

    fn foreign(pairs: &[(&'static str, &'static str)], own: Option<&str>) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_foreign(&headers, own, false)
    }

    #[test]
    fn our_own_pages_and_programs_without_cookies_may_write() {
        assert!(!foreign(&[("cookie", "a=1"), ("sec-fetch-site", "same-origin")], OWN));
        assert!(!foreign(&[("cookie", "a=1"), ("sec-fetch-site", "none")], OWN));
        assert!(!foreign(&[("cookie", "a=1"), ("origin", "https://aida.example.org")], OWN));
        assert!(!foreign(&[("cookie", "a=1"), ("origin", "http://localhost:3000"), ("host", "localhost:3000")], None));
        assert!(!foreign(&[("authorization", "Bearer k")], OWN));
        assert!(!foreign(&[], OWN));
    }

    #[test]
    fn another_site_may_not() {
        assert!(foreign(&[("cookie", "a=1"), ("sec-fetch-site", "cross-site")], OWN));
        assert!(foreign(&[("sec-fetch-site", "same-site")], OWN));
        assert!(foreign(&[("cookie", "a=1"), ("origin", "https://evil.example")], OWN));
        assert!(foreign(&[("cookie", "a=1"), ("origin", "null")], OWN));
        assert!(foreign(&[("cookie", "a=1"), ("origin", "http://evil.example"), ("host", "localhost:3000")], None));
        assert!(foreign(&[("cookie", "a=1")], OWN), "a browser that says nothing about itself");
    }

    #[test]
    fn only_files_of_the_bundle_are_kept_by_the_browser() {
        assert!(caching("/pkg/0f1e2d3c4b5a6978/aida.js").contains("immutable"));
        assert_eq!(caching("/favicon.svg"), "public, max-age=300");
        assert_eq!(caching("/admin/soup/calls"), "no-store");
        assert_eq!(caching("/api/calls/1/recording.wav"), "no-store");
    }
}
