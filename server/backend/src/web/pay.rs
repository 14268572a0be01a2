//! The short link that a text carries: leads to the pay page, or says how the order stands. Looking at it changes nothing, because
//! telephones fetch links to show a preview.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use model::OrderState;

use crate::{
    Backend,
    org::Org,
    packs::events::orders::{self, Order, reference},
};

/// `GET /p/{code}`.
pub fn router() -> Router<Backend> {
    Router::new().route("/p/{code}", get(pay))
}

async fn pay(State(backend): State<Backend>, Path(code): Path<String>) -> Response {
    let found = match orders::by_code(&backend, &code).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "a pay link could not be looked up");
            return page(
                StatusCode::SERVICE_UNAVAILABLE,
                "One moment, please",
                "Please try the link again in a minute.",
                true,
            );
        }
    };
    let Some((org, order)) = found else {
        let text = "Please check the link, or call us again.";
        return page(StatusCode::NOT_FOUND, "This link leads nowhere", text, false);
    };
    let mut response = show(&org, &order);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

fn show(org: &Org, order: &Order) -> Response {
    let number = reference::written(&order.reference);
    let (title, text, again) = match order.state {
        OrderState::Open if order.held_until <= org.now() => (
            "This link has run out",
            "The seats are no longer kept. Please call us again if you would still like them.".to_owned(),
            false,
        ),
        OrderState::Open => match &order.checkout_url {
            Some(url) => return Redirect::to(url).into_response(),
            None => ("One moment, please", "The pay page is being opened.".to_owned(), true),
        },
        OrderState::Pending => {
            ("The payment is on its way", "We text you as soon as it has arrived.".to_owned(), false)
        }
        OrderState::Paid | OrderState::PartlyRefunded | OrderState::Disputed => {
            ("Paid, thank you!", format!("Your confirmation number is {number}. Show it at the entrance."), false)
        }
        OrderState::Refunded => ("Your money was given back", format!("Order {number} was refunded."), false),
        OrderState::Unfulfillable => (
            "We are sorry",
            "The payment came when the last seats had been sold. The whole amount is given back.".to_owned(),
            false,
        ),
        OrderState::Expired | OrderState::Failed => (
            "This order was not paid",
            "The seats are no longer kept. Please call us again if you would still like them.".to_owned(),
            false,
        ),
        OrderState::Mismatched | OrderState::Lost => {
            ("We have to look at this", format!("Please call us about order {number}."), false)
        }
    };
    page(StatusCode::OK, title, &format!("{text} {}", org.name()), again)
}

fn page(status: StatusCode, title: &str, text: &str, again: bool) -> Response {
    let again = if again { r#"<meta http-equiv="refresh" content="2">"# } else { "" };
    let (title, text) = (escaped(title), escaped(text));
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         {again}<title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    (status, Html(html)).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
