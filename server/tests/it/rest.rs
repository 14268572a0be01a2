//! The REST interface and the live stream, as other systems see them.

use backend::{api_keys, audit::Actor, calls, orgs};
use http::StatusCode;
use model::{CallFilter, Scope};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::world::World;

async fn key(world: &World, slug: &str, scopes: &[Scope]) -> String {
    let org = orgs::named(&world.backend, slug).await.expect("readable").expect("there");
    let made = api_keys::add(&org, Actor::Machine("test"), "a test", scopes).await.expect("made");
    made.secret.expose_secret().to_owned()
}

async fn get(world: &World, path: &str, key: &str) -> reqwest::Response {
    world.http.get(format!("{}{path}", world.url)).bearer_auth(key).send().await.expect("an answer")
}

async fn json(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.expect("a text")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_reads_the_calls_of_its_organisation_and_of_no_other() {
    let world = World::usual().await;
    let soup = key(&world, "soup-cookoff", &[Scope::CallsRead]).await;
    let mangy = orgs::named(&world.backend, "mangy-dog").await.expect("readable").expect("there");
    let filter = CallFilter { limit: 1, ..CallFilter::default() };
    let theirs = calls::list(&mangy, &filter).await.expect("readable").calls.remove(0).id;

    let page = json(get(&world, "/api/calls?limit=3&offset=1", &soup).await).await;
    assert_eq!(page["calls"].as_array().map(Vec::len), Some(3));
    assert_eq!(page["hasMore"], true);
    assert!(page["total"].as_i64().is_some_and(|total| total > 4));
    let ours = page["calls"][0]["id"].as_str().expect("an id").to_owned();
    let call = json(get(&world, &format!("/api/calls/{ours}"), &soup).await).await;
    for part in ["recordings", "transcripts", "analytics", "metadata", "toolCalls", "notes", "startedAt"] {
        assert!(call.get(part).is_some(), "{part}: {call}");
    }

    for path in [format!("/api/calls/{theirs}"), format!("/api/calls/{theirs}/recording"), "/api/calls/nonsense".into()]
    {
        let answer = get(&world, &path, &soup).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(json(answer).await["code"], "not_found");
    }
    assert_eq!(get(&world, "/api/calls", "aida_unknown").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(get(&world, "/api/calls?limit=101", &soup).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(get(&world, "/api/calls?status=asleep", &soup).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_need_the_scope_and_json() {
    let world = World::usual().await;
    let reading = key(&world, "soup-cookoff", &[Scope::CallsRead]).await;
    let writing = key(&world, "soup-cookoff", &[Scope::CallsRead, Scope::CallsWrite]).await;
    let page = json(get(&world, "/api/calls?limit=1", &reading).await).await;
    let url = format!("{}/api/calls/{}/notes", world.url, page["calls"][0]["id"].as_str().expect("an id"));
    let post = async |key: &str, body: &str| {
        let request = world.http.post(&url).bearer_auth(key).header("content-type", "application/json");
        request.body(body.to_owned()).send().await.expect("an answer")
    };

    assert_eq!(post(&reading, r#"{"notes":"x"}"#).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(post(&writing, "{").await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(post(&writing, r#"{"note":"x"}"#).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = post(&writing, r#"{"notes":"call back on Monday"}"#).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(json(answer).await["notes"], "call back on Monday");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_played_in_parts() {
    let world = World::usual().await;
    let key = key(&world, "mangy-dog", &[Scope::CallsRead]).await;
    let report = world.place(world.caller()).await;
    let stored = world.stored(&report).await;
    let path = format!("/api/calls/{}/recording", stored.id);
    let url = format!("{}{path}", world.url);
    let part = async |range: &str| {
        world.http.get(&url).bearer_auth(&key).header("range", range).send().await.expect("an answer")
    };

    let whole = get(&world, &path, &key).await;
    assert_eq!(whole.headers()["content-type"], "audio/wav");
    let length: usize = whole.headers()["content-length"].to_str().expect("text").parse().expect("a number");
    let whole = whole.bytes().await.expect("the audio");
    assert_eq!((whole.len(), &whole[..4]), (length, &b"RIFF"[..]));

    let answer = part("bytes=40-1063").await;
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.headers()["content-range"], format!("bytes 40-1063/{length}").as_str());
    assert_eq!(answer.bytes().await.expect("the part"), whole[40..1064]);
    assert_eq!(part(&format!("bytes={length}-")).await.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let head = world.http.head(&url).bearer_auth(&key).send().await.expect("an answer");
    assert_eq!(head.headers()["content-length"], length.to_string().as_str());
    let attached = get(&world, &format!("{path}?download=true"), &key).await;
    assert!(attached.headers()["content-disposition"].to_str().expect("text").starts_with("attachment"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_sees_a_call_from_its_start_to_its_end() {
    let world = World::usual().await;
    let key = key(&world, "mangy-dog", &[Scope::Events]).await;
    let mut stream = get(&world, "/api/status", &key).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");

    let watching = async {
        let mut seen = String::new();
        while let Some(piece) = stream.chunk().await.expect("the stream goes on") {
            seen.push_str(&String::from_utf8_lossy(&piece));
            if seen.contains("\"completed\"") {
                break;
            }
        }
        seen
    };
    let (report, seen) = crate::world::within(async { tokio::join!(world.place(world.caller()), watching) }).await;

    for part in ["\"call_started\"", "\"active\"", "\"utterance\"", "\"tool\"", "\"completed\"", "id: "] {
        assert!(seen.contains(part), "{part}: {seen}\n{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_and_for_who_has_the_token() {
    let settings = vec![("METRICS_TOKEN", "a token for figures".to_owned())];
    let world = World::start(crate::world::Setup { settings, ..Default::default() }).await;
    let ask = async |path: &str, by_proxy: bool, token: Option<&str>| {
        let mut request = world.http.get(format!("{}{path}", world.url));
        if by_proxy {
            request = request.header("x-forwarded-for", "192.0.2.1");
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("an answer")
    };

    assert_eq!(ask("/metrics", false, None).await.status(), StatusCode::OK);
    assert_eq!(ask("/metrics", true, None).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ask("/metrics", true, Some("another")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ask("/metrics", true, Some("a token for figures")).await.status(), StatusCode::OK);
    assert_eq!(json(ask("/ready", false, None).await).await["calls"], 0);
    let outside = json(ask("/ready", true, None).await).await;
    assert_eq!((&outside["ready"], outside.get("calls")), (&Value::Bool(true), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_anything_without_a_session_or_a_key_and_foreign_sites_write_nothing() {
    let world = World::usual().await;
    for path in ["/api/calls", "/api/status"] {
        let answer = world.http.get(format!("{}{path}", world.url)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let forged = world.http.post(format!("{}/api/calls/1/notes", world.url)).header("origin", "https://evil.example");
    assert_eq!(forged.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
}
