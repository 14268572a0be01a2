//! Visitors who take more than their share.

use std::time::Duration;

use backend::running::Arriving;
use http::StatusCode;
use model::{CallId, CallStatus, PhoneNumber};
use practice::phone::Who;
use server::listen::{self, Limits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Setup, World, listen as free_listener, within};

/// A door to the world's server with limits of its own; its address.
async fn door(world: &World, limits: Limits) -> String {
    let listener = free_listener().await;
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(listen::serve(listener, server::router(&world.backend), limits));
    address
}

fn usual(world: &World) -> Limits {
    Limits::of(world.backend.config())
}

/// What is left to read of a connection that the server closes; `None` while it stays open.
async fn rest_of(connection: &mut TcpStream) -> Option<String> {
    let mut rest = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(3), connection.read_to_end(&mut rest)).await;
    reading.is_ok().then(|| String::from_utf8_lossy(&rest).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_trickles_in_is_not_waited_for() {
    let world = World::usual().await;
    let strict = door(&world, Limits { head_within: Duration::from_millis(300), ..usual(&world) }).await;
    let patient = door(&world, Limits { head_within: Duration::from_hours(1), ..usual(&world) }).await;
    for beginning in ["", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        assert!(is_left(&strict, beginning).await, "{beginning:?} is still waited for");
        // It is the limit that ends it.
        assert!(!is_left(&patient, beginning).await);
    }
}

/// Whether a visitor who says this and no more is left.
async fn is_left(address: &str, beginning: &str) -> bool {
    let mut slow = TcpStream::connect(address).await.expect("connected");
    slow.write_all(beginning.as_bytes()).await.expect("written");
    rest_of(&mut slow).await.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_holds_too_many_connections_gets_no_more_until_it_lets_go() {
    let world = World::usual().await;
    let address = door(&world, Limits { per_address: 2, trusted: Vec::new(), ..usual(&world) }).await;
    let first = TcpStream::connect(&address).await.expect("connected");
    let _second = TcpStream::connect(&address).await.expect("connected");

    let mut third = TcpStream::connect(&address).await.expect("connected");
    let told = rest_of(&mut third).await.expect("closed");
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");

    drop(first);
    let health = format!("http://{address}/health");
    let served = crate::world::until(Duration::from_secs(5), async || {
        let answer = reqwest::get(&health).await.ok()?;
        (answer.status() == StatusCode::OK).then_some(())
    });
    served.await.expect("there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_holds_as_many_connections_as_its_proxy_needs() {
    let world = World::usual().await;
    let address = door(&world, Limits { per_address: 1, ..usual(&world) }).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(TcpStream::connect(&address).await.expect("connected"));
    }

    let answer = within(reqwest::get(format!("http://{address}/health"))).await.expect("an answer");

    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_larger_than_any_honest_one_is_refused_at_every_door() {
    let world = World::usual().await;
    for path in ["/voice", "/rpc/sign_in", "/api/calls/0/notes", "/login"] {
        let body = "a".repeat(3 << 20);
        let sent =
            world.http.post(format!("{}{path}", world.url)).header("content-type", "application/json").body(body);
        // The server may answer and close before all of it was sent.
        let refused = within(sent.send()).await.map_or(true, |answer| answer.status() == StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_holds_all_its_lines_is_told_so_and_no_model_is_paid_for() {
    let settings = vec![("MAX_CALLS_PER_CALLER", "3".to_owned())];
    let world = World::start(Setup { settings, ..Setup::default() }).await;
    let caller = world.caller();
    let number: PhoneNumber = caller.from.parse().expect("a number");
    for _ in 0..3 {
        assert_eq!(world.backend.running().expect(CallId::new(), Some(&number)), Ok(Arriving::First));
    }

    let report = world.place(caller).await;

    assert!(report.words_of(Who::Network).iter().any(|words| words.contains("several calls from your number")));
    assert_eq!(report.stream_ms, None, "no stream, and no model, was opened");
    assert_eq!(world.stored(&report).await.call.row.status, CallStatus::Failed);
    let mut other = world.caller();
    other.from = "+14155550188".into();
    assert!(world.place(other).await.words_of(Who::Assistant).len() > 1, "others are not hindered");
}
