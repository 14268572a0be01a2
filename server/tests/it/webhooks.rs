//! Twilio's webhooks: forged, repeated, out of order, malformed.

use http::StatusCode;
use practice::phone::{PhoneFault, place, sign};

use crate::world::{Setup, World, within};

const TOKEN: &str = "7f3c1d9ab2e84506a1c0ffee5eed1234";
const SID: &str = "CA0123456789abcdef0123456789abcdef";

async fn signed_world() -> World {
    World::start(Setup { settings: vec![("TWILIO_AUTH_TOKEN", TOKEN.into())], ..Setup::default() }).await
}

fn form<'a>(to: &'a str, sid: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("CallSid", sid), ("From", "+14155550123"), ("To", to), ("CallStatus", "ringing"), ("FromCity", "")]
}

async fn post(world: &World, path: &str, form: &[(&str, &str)], token: Option<&str>) -> (StatusCode, String) {
    let url = format!("{}{path}", world.url);
    let owned: Vec<(String, String)> = form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let body: String = owned
        .iter()
        .map(|(k, v)| format!("{k}={}", v.replace('%', "%25").replace('+', "%2B").replace('&', "%26")))
        .collect::<Vec<_>>()
        .join("&");
    let mut request =
        world.http.post(&url).header("content-type", "application/x-www-form-urlencoded; charset=utf-8").body(body);
    if let Some(token) = token {
        request = request.header("x-twilio-signature", sign(token, &url, &owned));
    }
    let answer = within(request.send()).await.expect("an answer");
    (answer.status(), answer.text().await.expect("a text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_twilio_did_not_sign_is_refused_and_nothing_is_stored() {
    let world = signed_world().await;
    let form = form("+14155550101", SID);

    assert_eq!(post(&world, "/voice", &form, None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(post(&world, "/voice", &form, Some("another token")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(post(&world, "/voice/status", &form, None).await.0, StatusCode::FORBIDDEN);
    assert!(backend::calls::by_provider_id(&world.backend, SID).await.expect("readable").is_none());

    let (status, twiml) = post(&world, "/voice", &form, Some(TOKEN)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(twiml.contains("<Connect><Stream url=\"ws://127.0.0.1"), "{twiml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_twilio_did_not_sign_is_refused_at_the_door() {
    let world = signed_world().await;
    let mut caller = world.caller();
    caller.auth_token = Some(TOKEN.into());
    caller.faults = vec![PhoneFault::WrongSignature];
    let outcome = within(place(caller)).await;
    assert!(outcome.is_err() || outcome.is_ok_and(|report| report.first_word_ms.is_none()));

    let answer = world
        .http
        .get(format!("{}/media-stream", world.url))
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_webhook_gets_the_same_answer_and_makes_one_call() {
    let world = World::usual().await;
    let form = form("+14155550101", SID);
    let (_, first) = post(&world, "/voice", &form, None).await;
    let (_, second) = post(&world, "/voice", &form, None).await;
    assert_eq!(first, second);
    assert!(first.contains("<Parameter name=\"token\""), "{first}");
    assert!(first.contains("</Connect><Say"), "the rescue verbs are static: {first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_sent_again_after_its_call_opens_nothing() {
    let world = World::usual().await;
    let form = form("+14155550101", SID);
    post(&world, "/voice", &form, None).await;
    let ended = [("CallSid", SID), ("CallStatus", "completed"), ("SequenceNumber", "3")];
    assert_eq!(post(&world, "/voice/status", &ended, None).await.0, StatusCode::NO_CONTENT);
    let (org, id) = backend::calls::by_provider_id(&world.backend, SID).await.expect("readable").expect("there");
    let before = backend::calls::get(&org, id).await.expect("readable").expect("there").row;
    let announced = world.backend.live().subscribe(org.id(), None).backlog.len();

    let (status, twiml) = post(&world, "/voice", &form, None).await;

    assert_eq!(status, StatusCode::OK);
    assert!(!twiml.contains("<Stream") && twiml.contains("<Hangup/>"), "{twiml}");
    assert_eq!(world.backend.live().subscribe(org.id(), None).backlog.len(), announced, "no card appears");
    assert_eq!(backend::calls::get(&org, id).await.expect("readable").expect("there").row, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_belongs_to_nobody_hears_so() {
    let world = World::usual().await;
    let (status, twiml) = post(&world, "/voice", &form("+14155559999", SID), None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(twiml.contains("not in service") && twiml.contains("<Hangup/>"), "{twiml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_bad_request() {
    let world = World::usual().await;
    assert_eq!(post(&world, "/voice", &[], None).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(post(&world, "/voice", &form("+14155550101", "../etc"), None).await.0, StatusCode::BAD_REQUEST);
    let not_utf8 = world.http.post(format!("{}/voice", world.url)).body("To=%FF").send().await.expect("an answer");
    assert_eq!(not_utf8.status(), StatusCode::BAD_REQUEST);
    let huge = world.http.post(format!("{}/voice", world.url)).body("a".repeat(1 << 20)).send().await;
    assert!(huge.map_or(true, |answer| answer.status() == StatusCode::PAYLOAD_TOO_LARGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_without_a_number_are_answered_too() {
    let world = World::usual().await;
    for (n, from) in ["anonymous", "", "client:front", "+266696687"].iter().enumerate() {
        let sid = format!("CA{n:032x}");
        let form = [("CallSid", sid.as_str()), ("From", from), ("To", "+14155550101")];
        let (status, twiml) = post(&world, "/voice", &form, None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(twiml.contains("<Stream"), "{from}: {twiml}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_callbacks_in_any_order_and_number_end_the_same() {
    let world = World::usual().await;
    let callbacks = [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")];
    let mut ends = Vec::new();
    for (n, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]].iter().enumerate() {
        let sid = format!("CA{n:032x}");
        post(&world, "/voice", &form("+14155550101", &sid), None).await;
        for &at in order.iter().chain(order) {
            let (sequence, status) = callbacks[at];
            let form = [
                ("CallSid", sid.as_str()),
                ("CallStatus", status),
                ("SequenceNumber", sequence),
                ("CallDuration", "7"),
            ];
            assert_eq!(post(&world, "/voice/status", &form, None).await.0, StatusCode::NO_CONTENT);
        }
        let (org, id) = backend::calls::by_provider_id(&world.backend, &sid).await.expect("readable").expect("there");
        ends.push(backend::calls::get(&org, id).await.expect("readable").expect("there").row.status);
    }
    assert!(ends.iter().all(|end| *end == ends[0] && end.is_final()), "{ends:?}");
    let unknown = [("CallSid", "CAffff"), ("CallStatus", "completed")];
    assert_eq!(post(&world, "/voice/status", &unknown, None).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_server_asks_to_call_again() {
    let world = World::usual().await;
    world.backend.running().drain();
    let (status, twiml) = post(&world, "/voice", &form("+14155550101", SID), None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(twiml.contains("restarting"), "{twiml}");
    let ready = world.http.get(format!("{}/ready", world.url)).send().await.expect("an answer");
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
}
