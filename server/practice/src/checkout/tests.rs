use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::form;

/// A practice Checkout, and what it tells.
struct World {
    url: String,
    http: reqwest::Client,
    events: mpsc::UnboundedReceiver<(String, Value)>,
    stop: CancellationToken,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl World {
    async fn with(faults: &[&str]) -> Self {
        _ = rustls::crypto::ring::default_provider().install_default();
        let (sender, events) = mpsc::unbounded_channel();
        let hook = Router::new().route(
            "/hook",
            post(async move |headers: HeaderMap, body: String| {
                let header = headers["stripe-signature"].to_str().unwrap_or_default().to_owned();
                let _ = sender.send((header, serde_json::from_str(&body).expect("JSON")));
            }),
        );
        let webhook = Webhook { url: format!("{}/hook", listen(hook).await), secret: "whsec_test".into() };
        let faults = faults.iter().map(|text| Spec::read(text, FAULTS).expect("a fault")).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let options = Options { key: Some("sk_test_x".into()), webhook: Some(webhook), faults };
        tokio::spawn(serve(listener, options, stop.clone()));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { url, http, events, stop }
    }

    async fn post(&self, path: &str, key: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let body =
            reqwest::Url::parse_with_params("form:", fields).expect("a form").query().unwrap_or_default().to_owned();
        let request =
            self.http.post(format!("{}{path}", self.url)).bearer_auth("sk_test_x").header("idempotency-key", key);
        let answer = request.body(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    async fn page(&self, key: &str) -> String {
        let expires_at = (unix_now() + 3_600).to_string();
        let (status, session) = self.post("/v1/checkout/sessions", key, &fields(&expires_at, "2")).await;
        assert_eq!(status, 200, "{session}");
        session["id"].as_str().expect("an id").to_owned()
    }

    async fn click(&self, id: &str, action: &str) -> u16 {
        self.click_with(id, action, "email=ana%40example.org").await
    }

    async fn click_with(&self, id: &str, action: &str, body: &'static str) -> u16 {
        let url = format!("{}/pay/{id}/{action}", self.url);
        self.http.post(url).body(body).send().await.expect("an answer").status().as_u16()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth("sk_test_x");
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// The customer of a page that was paid, and the cards that they saved.
    async fn cards(&self, page: &str) -> (String, Vec<Value>) {
        let session = self.get(&format!("/v1/checkout/sessions/{page}")).await;
        let customer = session["customer"].as_str().expect("a customer").to_owned();
        let path = format!("/v1/customers/{customer}/payment_methods?type=card&allow_redisplay=always&limit=1");
        let listed = self.get(&path).await;
        (customer, listed["data"].as_array().expect("a list").clone())
    }

    /// The kinds of the next events.
    async fn told(&mut self, count: usize) -> Vec<String> {
        let mut kinds = Vec::new();
        for _ in 0..count {
            let next = tokio::time::timeout(Duration::from_secs(20), self.events.recv()).await.expect("in time");
            let (header, event) = next.expect("an event");
            assert!(header.starts_with("t=") && header.contains(",v1="), "{header}");
            kinds.push(event["type"].as_str().expect("a kind").to_owned());
        }
        kinds
    }
}

async fn listen(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn fields<'a>(expires_at: &'a str, quantity: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("mode", "payment"),
        ("success_url", "http://127.0.0.1:9/ok?sid={CHECKOUT_SESSION_ID}"),
        ("line_items[0][quantity]", quantity),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "7500"),
        ("line_items[0][price_data][product_data][name]", "VIP <b>"),
        ("expires_at", expires_at),
        ("metadata[order_id]", "o1"),
        ("payment_intent_data[metadata][order_id]", "o1"),
        ("customer_creation", "always"),
        ("saved_payment_method_options[payment_method_save]", "enabled"),
    ]
}

#[tokio::test]
async fn a_page_is_paid_by_clicking_and_the_other_side_is_told() {
    let mut world = World::with(&[]).await;
    let id = world.page("k1").await;
    let html =
        world.http.get(format!("{}/pay/{id}", world.url)).send().await.expect("a page").text().await.expect("text");
    assert!(html.contains("150.00 USD") && html.contains("VIP &lt;b&gt;") && html.contains(">Pay<"), "{html}");

    assert_eq!(world.click(&id, "decline").await, 200);
    assert_eq!(world.click(&id, "pay").await, 303);
    assert_eq!(world.click(&id, "pay").await, 409, "nobody pays twice");

    let told = world.told(3).await;
    assert_eq!(told, ["payment_intent.payment_failed", "payment_intent.succeeded", "checkout.session.completed"]);
}

#[tokio::test]
async fn a_transfer_arrives_later_or_not_at_all() {
    let mut world = World::with(&[]).await;
    let (one, other) = (world.page("k1").await, world.page("k2").await);
    for (id, action) in [(&one, "bank"), (&one, "arrive"), (&other, "bank"), (&other, "bounce")] {
        assert_eq!(world.click(id, action).await, 303);
    }
    assert_eq!(
        world.told(5).await,
        [
            "checkout.session.completed",
            "payment_intent.succeeded",
            "checkout.session.async_payment_succeeded",
            "checkout.session.completed",
            "checkout.session.async_payment_failed",
        ]
    );
}

#[tokio::test]
async fn a_key_gives_the_same_answer_and_takes_no_other_wish() {
    let world = World::with(&[]).await;
    let expires_at = (unix_now() + 3_600).to_string();
    let first = world.post("/v1/checkout/sessions", "k", &fields(&expires_at, "2")).await;
    assert_eq!(world.post("/v1/checkout/sessions", "k", &fields(&expires_at, "2")).await, first);
    let (status, refusal) = world.post("/v1/checkout/sessions", "k", &fields(&expires_at, "3")).await;
    assert_eq!((status, &refusal["error"]["type"]), (400, &json!("idempotency_error")));
}

#[tokio::test]
async fn nonsense_is_refused_in_stripes_words() {
    let world = World::with(&[]).await;
    let expires_at = (unix_now() + 3_600).to_string();
    let code = async |fields: &[(&str, &str)]| {
        let (status, refusal) = world.post("/v1/checkout/sessions", "k", fields).await;
        (status, refusal["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(code(&fields(&expires_at, "0")).await, (400, "amount_too_small".into()));
    assert_eq!(code(&fields("12", "1")).await, (400, "parameter_invalid".into()));
    let mut unknown = fields(&expires_at, "1");
    unknown.push(("payment_method_types[0]", "card"));
    assert_eq!(code(&unknown).await, (400, "parameter_unknown".into()));
    assert_eq!(code(&fields(&expires_at, "1")[1..]).await, (400, "parameter_missing".into()));
    let wrong_key = world.http.get(format!("{}/v1/checkout/sessions/x", world.url)).bearer_auth("sk_no").send().await;
    assert_eq!(wrong_key.expect("an answer").status().as_u16(), 401);
}

#[tokio::test]
async fn money_is_given_back_up_to_what_was_paid() {
    let mut world = World::with(&[]).await;
    let id = world.page("k1").await;
    world.click(&id, "pay").await;
    world.told(2).await;
    let session = world.http.get(format!("{}/v1/checkout/sessions/{id}", world.url)).bearer_auth("sk_test_x");
    let session: Value = session.send().await.expect("an answer").json().await.expect("JSON");
    assert!(session.get("practice").is_none(), "what is not Stripe's stays inside");
    let intent = session["payment_intent"].as_str().expect("a payment").to_owned();

    let refund = async |key: &str, amount: &str| {
        let (status, answer) = world.post("/v1/refunds", key, &[("payment_intent", &intent), ("amount", amount)]).await;
        (status, answer["error"]["code"].as_str().map(str::to_owned))
    };
    assert_eq!(refund("r1", "5000").await, (200, None));
    assert_eq!(refund("r1", "5000").await, (200, None), "the same once more gives nothing more");
    assert_eq!(refund("r2", "10001").await, (400, Some("amount_too_large".into())));
    assert_eq!(refund("r3", "10000").await, (200, None));
    assert_eq!(refund("r4", "1").await, (400, Some("charge_already_refunded".into())));
    assert_eq!(world.told(4).await[0], "charge.refunded");
}

#[tokio::test]
async fn stored_methods_are_charged_or_declined() {
    let world = World::with(&[]).await;
    let charge = async |method: &str| {
        let fields = [
            ("amount", "500"),
            ("currency", "usd"),
            ("payment_method", method),
            ("confirm", "true"),
            ("off_session", "true"),
        ];
        let (status, answer) = world.post("/v1/payment_intents", method, &fields).await;
        (status, answer["status"].as_str().or(answer["error"]["code"].as_str()).unwrap_or_default().to_owned())
    };
    assert_eq!(charge("pm_card_visa").await, (200, "succeeded".into()));
    assert_eq!(charge("pm_card_chargeDeclined").await, (402, "card_declined".into()));
    assert_eq!(charge("pm_card_authenticationRequired").await, (402, "authentication_required".into()));
}

#[tokio::test]
async fn a_card_is_saved_by_those_who_tick_the_box_and_charged_for_its_owner_alone() {
    let world = World::with(&[]).await;
    let (unticked, ticked, once) = (world.page("k1").await, world.page("k2").await, world.page("k3").await);
    let html = world.http.get(format!("{}/pay/{ticked}", world.url)).send().await.expect("a page").text().await;
    assert!(html.expect("text").contains("type=\"checkbox\"> Save this card for next time"));
    world.click(&unticked, "pay").await;
    world.click_with(&ticked, "pay", "email=ana%40example.org&save=on").await;
    world.click_with(&once, "pay-once", "email=ben%40example.org&save=on").await;

    let (stranger, none) = world.cards(&unticked).await;
    assert_eq!(none, Vec::<Value>::new());
    let (ana, cards) = world.cards(&ticked).await;
    assert_eq!((&cards[0]["card"]["brand"], &cards[0]["card"]["last4"]), (&json!("visa"), &json!("4242")));
    let (ben, bens) = world.cards(&once).await;

    let charge = async |key: &str, customer: &str, card: &Value| {
        let fields = [
            ("amount", "500"),
            ("currency", "usd"),
            ("payment_method", card["id"].as_str().expect("an id")),
            ("customer", customer),
            ("confirm", "true"),
            ("off_session", "true"),
        ];
        world.post("/v1/payment_intents", key, &fields).await
    };
    let (status, paid) = charge("c1", &ana, &cards[0]).await;
    assert_eq!((status, &paid["status"], &paid["customer"]), (200, &json!("succeeded"), &json!(ana)));
    assert_eq!(charge("c2", &stranger, &cards[0]).await.0, 404, "a card of somebody else");
    assert_eq!(charge("c3", &ben, &bens[0]).await.1["error"]["code"], "card_declined");
}

#[tokio::test]
async fn a_page_is_for_a_customer_who_is_known_or_makes_one() {
    let world = World::with(&[]).await;
    let first = world.page("k1").await;
    world.click(&first, "pay").await;
    let (customer, _) = world.cards(&first).await;

    let expires_at = (unix_now() + 3_600).to_string();
    let page = async |key: &str, customer: &str, creates: bool| {
        let mut fields = fields(&expires_at, "1");
        fields.retain(|(name, _)| creates || *name != "customer_creation");
        fields.push(("customer", customer));
        world.post("/v1/checkout/sessions", key, &fields).await
    };
    let (status, session) = page("k2", &customer, false).await;
    assert_eq!((status, &session["customer"]), (200, &json!(customer)));
    assert_eq!(page("k3", &customer, true).await.0, 400, "both together");
    assert_eq!(page("k4", "cus_nobody", false).await.1["error"]["code"], "resource_missing");
}

#[tokio::test]
async fn faults_lose_double_and_turn_events_around() {
    let mut world = World::with(&["lose=payment_intent.succeeded*1", "duplicate*1"]).await;
    let id = world.page("k1").await;
    world.click(&id, "pay").await;
    assert_eq!(world.told(2).await, ["checkout.session.completed"; 2]);

    let mut world = World::with(&["reorder*1"]).await;
    let id = world.page("k1").await;
    world.click(&id, "pay").await;
    assert_eq!(world.told(2).await, ["checkout.session.completed", "payment_intent.succeeded"]);

    let world = World::with(&["refuse=503*1"]).await;
    assert_eq!(world.post("/v1/refunds", "k", &[]).await.0, 503);
    assert_eq!(world.post("/v1/refunds", "k", &[]).await.0, 400);
}

#[test]
fn forms_keep_their_brackets() {
    let form = form::read("a%5B0%5D%5Bb%5D=1+2&c=");
    assert_eq!((form::get(&form, "a[0][b]"), form::get(&form, "c")), (Some("1 2"), None));
}
