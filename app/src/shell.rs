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
    let bundle = bundle(&options);
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme::chosen()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href=format!("{bundle}/aida.css") />
                <link rel="modulepreload" href=format!("{bundle}/aida.js") />
                <link rel="modulepreload" href=format!("{bundle}/parts.js") />
                <link
                    rel="preload"
                    href=format!("{bundle}/aida_bg.wasm")
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin=""
                />
                <script type="module" src=format!("{bundle}/start.js") nonce=nonce.clone()></script>
                <script type="module" src=format!("{bundle}/call-player.js") nonce=nonce></script>
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

/// Where the files of the bundle are: below its fingerprint, so that a browser may keep them for ever and never mixes two builds.
fn bundle(options: &LeptosOptions) -> &'static str {
    static BUNDLE: OnceLock<String> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        let file = Path::new(&*options.site_root).join(&*options.site_pkg_dir).join("version");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let version: String = text.trim().chars().filter(char::is_ascii_alphanumeric).collect();
        format!("/{}/{version}", options.site_pkg_dir)
    })
}
