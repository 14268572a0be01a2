//! The pages of `app`, rendered here and taken over by the browser, and the files that the browser loads.

use axum::Router;
use backend::Backend;
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list};

/// Every page, its server functions below `/rpc`, and the browser's bundle.
pub fn router(backend: &Backend) -> Router {
    let options = options(backend);
    let backend = backend.clone();
    let context = move || provide_context(backend.clone());
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(app::App), context.clone(), shell)
        .fallback(file_and_error_handler_with_context::<LeptosOptions, _>(context, app::shell))
        .with_state(options)
}

fn options(backend: &Backend) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("aida")
        .site_root(backend.config().site_root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(backend.config().listen)
        .build()
}
