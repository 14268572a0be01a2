//! The document around every page.

use std::{path::Path, sync::OnceLock};

use axum::http::{HeaderName, HeaderValue, header};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;

use crate::{App, ui::theme};

/// The document: what the browser needs before it can show anything, then the [`App`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
    protect();
    let version = version(&options);
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    let start = format!(
        "import start,{{hydrate}} from '/pkg/aida.js?v={version}';\
         start({{module_or_path:'/pkg/aida_bg.wasm?v={version}'}}).then(hydrate)\
         .then(()=>document.documentElement.dataset.hydrated='');"
    );
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme::chosen()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href=format!("/pkg/aida.css?v={version}") />
                <link rel="modulepreload" href=format!("/pkg/aida.js?v={version}") />
                <link
                    rel="preload"
                    href=format!("/pkg/aida_bg.wasm?v={version}")
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin=""
                />
                <script type="module" src=format!("/call-player.js?v={version}") nonce=nonce.clone()></script>
                <script type="module" nonce=nonce>
                    {start}
                </script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
    .into_any()
}

/// What a page may load and who may see it. Scripts of our own only; wavesurfer sets styles from its code.
fn protect() {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).ok()),
        (header::CACHE_CONTROL, Some(HeaderValue::from_static("no-store"))),
        (header::REFERRER_POLICY, Some(HeaderValue::from_static("same-origin"))),
        (HeaderName::from_static("x-content-type-options"), Some(HeaderValue::from_static("nosniff"))),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            response.insert_header(name, value);
        }
    }
}

/// The fingerprint that the bundle wrote; part of every address, so that a browser may keep the files for ever.
fn version(options: &LeptosOptions) -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let file = Path::new(&*options.site_root).join(&*options.site_pkg_dir).join("version");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.trim().chars().filter(char::is_ascii_alphanumeric).collect()
    })
}
