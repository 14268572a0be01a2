//! The pay page: what a customer sees behind the link, with a button for everything that a customer or a bank can do.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::Value;

use super::{Shared, customers::Card, unix_now};
use crate::form::{self, escape};

pub(super) async fn show(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    let found = shared.ledger().session(&id);
    match found {
        Ok(session) => Html(page(&session, "")).into_response(),
        Err(refusal) => (StatusCode::NOT_FOUND, refusal.message).into_response(),
    }
}

pub(super) async fn act(
    State(shared): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    body: String,
) -> Response {
    let form = form::read(&body);
    let email = form::get(&form, "email").unwrap_or("customer@example.org");
    let saves = form::get(&form, "save").is_some();
    let outcome = {
        let mut ledger = shared.ledger();
        match action.as_str() {
            "pay" => ledger.pay(&id, email, saves.then_some(Card::Good), unix_now()),
            "pay-once" => ledger.pay(&id, email, saves.then_some(Card::GoodOnce), unix_now()),
            "bank" => ledger.pay_by_bank(&id, email, unix_now()),
            "decline" => ledger.decline(&id),
            "expire" => ledger.expire(&id),
            "arrive" => ledger.settle(&id, true, unix_now()),
            "bounce" => ledger.settle(&id, false, unix_now()),
            "dispute" => ledger.dispute(&id, "needs_response"),
            "dispute-won" => ledger.dispute(&id, "won"),
            "dispute-lost" => ledger.dispute(&id, "lost"),
            _ => return StatusCode::NOT_FOUND.into_response(),
        }
    };
    shared.tell();
    match outcome {
        Ok(session) if matches!(action.as_str(), "pay" | "pay-once" | "bank") => {
            let there = session["success_url"].as_str().unwrap_or("/").replace("{CHECKOUT_SESSION_ID}", &id);
            Redirect::to(&there).into_response()
        }
        Ok(session) if action == "decline" => {
            Html(page(&session, "The card was declined. Try another.")).into_response()
        }
        Ok(_) => Redirect::to(&format!("/pay/{id}")).into_response(),
        Err(refusal) => (StatusCode::CONFLICT, refusal.message).into_response(),
    }
}

fn page(session: &Value, told: &str) -> String {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let practice = &session["practice"];
    let money = |minor: &Value| {
        let minor = minor.as_i64().unwrap_or_default();
        format!("{}.{:02} {}", minor / 100, minor % 100, text(&session["currency"]).to_uppercase())
    };
    let id = text(&session["id"]);
    let button = |action: &str, label: &str| {
        format!("<button formaction=\"/pay/{id}/{action}\" formmethod=\"post\">{label}</button>")
    };
    let (state, buttons) = match (session["status"].as_str(), session["payment_status"].as_str()) {
        (Some("open"), _) => {
            let back = session["cancel_url"]
                .as_str()
                .map_or_else(String::new, |url| format!("<p><a href=\"{}\">Back without paying</a></p>", escape(url)));
            let buttons = [
                button("pay", "Pay"),
                button("pay-once", "Pay with a card that is declined the next time"),
                button("decline", "Pay with a card that is declined"),
                button("bank", "Pay by bank transfer"),
                button("expire", "Let the page expire"),
            ];
            ("Nothing is charged: this is practice.", format!("{}{back}", buttons.concat()))
        }
        (Some("expired"), _) => ("This page has expired.", String::new()),
        (_, Some("paid")) => {
            let bank = [
                button("dispute", "Dispute it at the bank"),
                button("dispute-won", "The bank decides for the seller"),
                button("dispute-lost", "The bank decides for the customer"),
            ];
            ("Paid. Thank you!", bank.concat())
        }
        _ => (
            "The transfer is on its way.",
            [button("arrive", "It arrives"), button("bounce", "It does not arrive")].concat(),
        ),
    };
    let email = if session["status"] == "open" {
        "<label>E-mail <input name=\"email\" type=\"email\" value=\"customer@example.org\"></label>"
    } else {
        ""
    };
    let save = if session["status"] == "open" && practice["saves"] == true {
        "<label class=\"box\"><input name=\"save\" type=\"checkbox\"> Save this card for next time</label>"
    } else {
        ""
    };
    let told = if told.is_empty() { String::new() } else { format!("<p role=\"alert\"><strong>{told}</strong></p>") };
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Practice Checkout</title><style>body{{font:1.1rem/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem}}\
         button,input{{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.6rem;margin:.5rem 0}}.box{{display:flex;gap:.5rem;\
         align-items:center;min-height:2.75rem}}.box input{{width:1.25rem;height:1.25rem}}</style>\
         <main><h1>{name}</h1><p>{quantity} × {unit} = <strong>{total}</strong></p><p>{state}</p>{told}\
         <form method=\"post\">{email}{save}{buttons}</form></main></html>",
        name = text(&practice["name"]),
        quantity = practice["quantity"],
        unit = money(&practice["unit"]),
        total = money(&session["amount_total"]),
    )
}
