use axum::{Router, routing::post};
use tokio::sync::mpsc;

use super::*;

const ACCOUNT: &str = "AC1";

/// A report as it came: its signature and its form.
type Report = (Option<String>, Vec<(String, String)>);

struct World {
    url: String,
    report_to: String,
    http: reqwest::Client,
    reports: mpsc::UnboundedReceiver<Report>,
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
        let (sender, reports) = mpsc::unbounded_channel();
        let hook = post(async move |headers: HeaderMap, body: String| {
            let signature = headers.get("x-twilio-signature").and_then(|it| it.to_str().ok()).map(str::to_owned);
            let _ = sender.send((signature, form::read(&body)));
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let report_to = format!("http://{}/status?message=7", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/status", hook)).await });

        let faults = faults.iter().map(|text| Spec::read(text, FAULTS).expect("a fault")).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        let credentials = Some((ACCOUNT.to_owned(), "token".to_owned()));
        tokio::spawn(serve(listener, Options { credentials, faults }, stop.clone()));
        Self { url, report_to, http: reqwest::Client::new(), reports, stop }
    }

    async fn text(&self, to: &str, body: &str) -> (u16, Value) {
        let fields = [("To", to), ("From", "+14155550101"), ("Body", body), ("StatusCallback", &self.report_to)];
        let form =
            reqwest::Url::parse_with_params("form:", fields).expect("a form").query().unwrap_or_default().to_owned();
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", self.url);
        let answer = self.http.post(url).basic_auth(ACCOUNT, Some("token")).body(form).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    async fn statuses(&mut self, count: usize) -> Vec<String> {
        let mut statuses = Vec::new();
        for _ in 0..count {
            let next = tokio::time::timeout(Duration::from_secs(20), self.reports.recv()).await.expect("in time");
            let (signature, form) = next.expect("a report");
            assert_eq!(signature, Some(sign("token", &self.report_to, &form)));
            let code = form::get(&form, "ErrorCode").map(|code| format!(" {code}")).unwrap_or_default();
            statuses.push(format!("{}{code}", form::get(&form, "MessageStatus").expect("a status")));
        }
        statuses
    }
}

#[tokio::test]
async fn a_text_is_taken_reported_on_and_can_be_read() {
    let mut world = World::with(&[]).await;
    let (status, text) = world.text("+14155550123", "Pay here: http://x/p/1 <now>").await;
    assert_eq!((status, &text["status"]), (201, &json!("queued")));
    assert_eq!(world.statuses(3).await, ["queued", "sent", "delivered"]);
    let screen = world.http.get(&world.url).send().await.expect("a page").text().await.expect("text");
    assert!(screen.contains("<a href=\"http://x/p/1\">http://x/p/1</a> &lt;now&gt;"), "{screen}");

    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B14155550123", world.url);
    let found: Value = world
        .http
        .get(url)
        .basic_auth(ACCOUNT, Some("token"))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(found["messages"][0]["sid"], text["sid"]);
}

#[tokio::test]
async fn numbers_for_tests_fail_as_they_do_at_twilio() {
    let world = World::with(&[]).await;
    for (to, code) in [("+15005550001", 21_211), ("+15005550004", 21_610), ("+15005550009", 21_614), ("nobody", 21_211)]
    {
        let (status, refusal) = world.text(to, "hello").await;
        assert_eq!((status, refusal["code"].as_i64()), (400, Some(code)), "{to}");
    }
    assert_eq!(world.text("+14155550123", "").await.1["code"], 21_602);
    assert_eq!(world.text("+14155550123", &"x".repeat(1_601)).await.1["code"], 21_617);
}

#[tokio::test]
async fn faults_refuse_and_report_badly() {
    let mut world = World::with(&["error=20429*1", "undelivered=30003*1", "reorder*1"]).await;
    assert_eq!(world.text("+14155550123", "a").await.0, 429);
    world.text("+14155550123", "b").await;
    assert_eq!(world.statuses(3).await, ["undelivered 30003", "sent", "queued"]);
    world.text("+14155550123", "c").await;
    assert_eq!(world.statuses(3).await.last().map(String::as_str), Some("delivered"));
}
