//! The pages of `app`, rendered here and taken over by the browser, and the files that the browser loads.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header, request::Parts},
    middleware::{self, Next},
    response::Response,
};
use backend::Backend;
use leptos::{
    config::LeptosOptions,
    nonce::Nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};
use model::RefusedForm;

use crate::refused;

/// Every page, its server functions below `/rpc`, and the browser's bundle.
pub fn router(backend: &Backend) -> Router {
    let options = options(backend);
    let backend = backend.clone();
    let context = move || {
        provide_context(backend.clone());
        if let Some(nonce) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned()) {
            provide_context(nonce);
        }
        if let Some(form) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<RefusedForm>().cloned()) {
            provide_context(form);
        }
    };
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(app::App), context.clone(), shell)
        .fallback(file_and_error_handler_with_context::<LeptosOptions, _>(context, app::shell))
        .layer(middleware::from_fn(refused::bring_back))
        .layer(middleware::from_fn(protect))
        .with_state(options)
}

/// What a page may load and who may see it: scripts of our own only; wavesurfer sets styles from its code. Said here and not while the
/// page is rendered, so that no page goes out without.
async fn protect(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        let policy = format!(
            "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'"
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

fn options(backend: &Backend) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("aida")
        .site_root(backend.config().site_root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(backend.config().listen)
        .build()
}
