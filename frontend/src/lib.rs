//! What runs in the browser: it takes over the page that the server rendered.

use leptos::{mount::hydrate_from_async, tachys::dom::body};
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page once the bundle has loaded; done once the page answers, its own part of the program included.
#[wasm_bindgen]
pub async fn hydrate() {
    hydrate_from_async(body(), app::App).await.forget();
}
