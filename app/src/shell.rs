//! The document around every page.

use std::{path::Path, sync::OnceLock};

use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, ui::theme};

/// The document: what the browser needs before it can show anything, then the [`App`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
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
