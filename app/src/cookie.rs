//! Small choices that the server must know before the first byte: kept in cookies that hold nothing about anybody.

/// The value of a cookie, on either side.
pub fn read(name: &str) -> Option<String> {
    all()?.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// Keeps a choice for a year.
pub fn write(name: &str, value: &str) {
    use leptos::wasm_bindgen::JsCast as _;
    if let Some(document) = leptos::prelude::document().dyn_ref::<leptos::web_sys::HtmlDocument>() {
        // Fails only where cookies are forbidden; the choice then lasts as long as the page.
        let _ = document.set_cookie(&format!("{name}={value}; path=/; max-age=31536000; samesite=lax"));
    }
}

#[cfg(feature = "ssr")]
fn all() -> Option<String> {
    let parts = leptos::prelude::use_context::<axum::http::request::Parts>()?;
    Some(parts.headers.get(axum::http::header::COOKIE)?.to_str().ok()?.to_owned())
}

#[cfg(not(feature = "ssr"))]
fn all() -> Option<String> {
    use leptos::wasm_bindgen::JsCast as _;
    leptos::prelude::document().dyn_ref::<leptos::web_sys::HtmlDocument>()?.cookie().ok()
}
