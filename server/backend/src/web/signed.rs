//! Requests of the telephone network: the signature is checked before anything else is looked at.

use axum::{
    body::Bytes,
    extract::{FromRequest, OriginalUri, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri};

use super::form::Form;
use crate::{
    Backend,
    providers::telephony::signature::{Claim, Content, Keys, verify},
};

/// A form whose signature was checked, where signatures are required.
#[derive(Debug)]
pub struct Signed(pub Form);

impl FromRequest<Backend> for Signed {
    type Rejection = Response;

    async fn from_request(request: Request, backend: &Backend) -> Result<Self, Response> {
        let url = public_url(backend, original_uri(&request));
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, backend).await.map_err(IntoResponse::into_response)?;
        let form = Form::parse(&body);
        let params = form.as_ref().map_or(&[][..], Form::all);
        if !is_signed(&backend.providers().keys, &url, Content::Form(params), &headers) {
            return Err((StatusCode::FORBIDDEN, "the signature is missing or wrong").into_response());
        }
        form.map(Self).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()).into_response())
    }
}

/// Whether a request may be believed. Without any key, which the configuration allows only on a loopback address, every
/// request may.
pub fn is_signed(keys: &Keys, url: &str, content: Content<'_>, headers: &HeaderMap) -> bool {
    if keys.is_empty() {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(signature) = text("x-twilio-signature") else { return false };
    verify(keys, &Claim { url, content, signature, settings: text("x-twilio-webhooks-signature-settings") })
}

/// The URL that Twilio was configured to request, for the path and query that came.
pub fn public_url(backend: &Backend, uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{}{path}", backend.config().public_url)
}

/// The same for a web socket, whose signature is made over the URL written in `<Stream>`.
pub fn public_socket_url(backend: &Backend, path: &str) -> String {
    let origin = &backend.config().public_url;
    let origin = origin.strip_prefix("http").unwrap_or(origin);
    format!("ws{origin}{path}")
}

fn original_uri(request: &Request) -> &Uri {
    // A nested router sees a shortened path; what was signed is the whole one.
    request.extensions().get::<OriginalUri>().map_or(request.uri(), |original| &original.0)
}
