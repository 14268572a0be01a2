//! The real binary: told to stop, or killed, while calls run.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use backend::{Backend, calls, config::Config, orgs};
use futures_util::future::join_all;
use model::{Call, CallFilter, CallStatus};
use practice::phone::{self, CallOptions, CallReport, Utterance, Who};

use crate::world::{COFFEE, QUESTION, choose_tls, listen, until, within};

/// `aida` with a directory of its own.
struct Server {
    process: Option<Child>,
    port: u16,
    dir: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        choose_tls();
        let port = listen().await.local_addr().expect("an address").port();
        let mut server = Self { process: None, port, dir: tempfile::tempdir().expect("a directory") };
        let seeded = server.aida("demo").output().expect("aida demo runs");
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        server.serve().await;
        server
    }

    /// Starts the server and waits until it takes calls.
    async fn serve(&mut self) {
        self.process = Some(self.aida("serve").spawn().expect("aida serve runs"));
        let http = reqwest::Client::new();
        let ready = until(Duration::from_secs(20), async || {
            let answer = http.get(format!("{}/ready", self.url())).send().await.ok()?;
            answer.status().is_success().then_some(())
        });
        ready.await.expect("the server becomes ready");
    }

    fn aida(&self, command: &str) -> Command {
        let mut aida = Command::new(env!("CARGO_BIN_EXE_aida"));
        aida.arg(command)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PORT", self.port.to_string())
            .env("DATA_DIR", self.dir.path())
            .env("AIDA_DRAIN_SECONDS", "2")
            .env("RUST_LOG", "warn")
            .current_dir(self.dir.path())
            .stdout(Stdio::null());
        aida
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("the server runs");
        let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }

    async fn ended(&mut self) -> std::process::ExitStatus {
        let mut process = self.process.take().expect("the server runs");
        let waiting = tokio::task::spawn_blocking(move || process.wait().expect("the server can be waited for"));
        within(waiting).await.expect("waiting does not panic")
    }

    fn caller(&self) -> CallOptions {
        CallOptions {
            url: self.url(),
            to: COFFEE.into(),
            says: vec![Utterance::Text(QUESTION.into())],
            silent: false,
            hangup_after: Some(Duration::from_mins(1)),
            keep_sound: false,
            ..CallOptions::default()
        }
    }

    /// What the next server knows of the calls of the last.
    async fn stored(&self) -> Vec<Call> {
        let config = Config::from_lookup(|name| match name {
            "DATA_DIR" => Some(self.dir.path().to_string_lossy().into_owned()),
            _ => None,
        })
        .expect("a good configuration");
        let backend = Backend::open(config).await.expect("the database opens");
        let org = orgs::named(&backend, "mangy-dog").await.expect("readable").expect("there");
        let today = org.local(org.now()).date_naive();
        let filter =
            CallFilter { caller: Some("5550199".into()), from: today.pred_opt(), limit: 100, ..CallFilter::default() };
        let page = calls::list(&org, &filter).await.expect("readable");
        let mut found = Vec::new();
        for row in page.calls {
            let call = calls::get(&org, row.id).await.expect("readable").expect("there");
            if call.recording.is_some() {
                let wav = backend.recordings().wav(&org, row.id).await.expect("readable").expect("there");
                let end = wav.len();
                let last = wav.read(end.saturating_sub(64_000)..end).await.expect("playable up to the end");
                assert!(!last.is_empty());
            }
            found.push(call);
        }
        backend.db().close().await;
        found
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Places `count` calls and, when all of them have heard something, does this to the server.
async fn during_calls(server: &Server, count: usize, then: impl AsyncFnOnce()) -> Vec<CallReport> {
    let calling = join_all((0..count).map(|_| {
        let mut caller = server.caller();
        // Stays on the line until the server ends the call.
        caller.silent = true;
        phone::place(caller)
    }));
    let disturbing = async {
        let http = reqwest::Client::new();
        let all = until(Duration::from_mins(1), async || {
            let ready = http.get(format!("{}/ready", server.url())).send().await.ok()?.text().await.ok()?;
            ready.contains(&format!("\"calls\":{count},")).then_some(())
        });
        all.await.expect("every call runs");
        // The greeting, and a good second more: only then is anything recorded.
        let mut greeting = tokio::time::interval(Duration::from_secs(18));
        greeting.tick().await;
        greeting.tick().await;
        then().await;
    };
    let (reports, ()) = within(async { tokio::join!(calling, disturbing) }).await;
    reports.into_iter().map(|report| report.expect("the call is placed")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_says_goodbye_to_fifty_callers() {
    let mut server = Server::start().await;

    let reports = during_calls(&server, 50, async || server.signal("-TERM")).await;
    let status = server.ended().await;

    assert!(status.success(), "{status}");
    for report in &reports {
        let said = report.transcript.iter().any(|line| line.who != Who::Caller && line.text.split(' ').count() > 2);
        assert!(said, "every caller heard a sentence: {report}");
    }
    let stored = server.stored().await;
    assert_eq!(stored.len(), 50);
    assert!(stored.iter().all(|call| call.row.status.is_final()), "{:?}", stored.iter().map(|c| c.row.status));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_during_twenty_calls_finishes_them_at_its_next_start() {
    let mut server = Server::start().await;

    let reports = during_calls(&server, 20, async || server.signal("-KILL")).await;
    assert!(!server.ended().await.success());

    for report in &reports {
        let rescued = report.words_of(Who::Network).iter().any(|words| words.contains("cut off"));
        assert!(rescued, "the network speaks the rescue sentence: {report}");
    }
    server.serve().await;
    server.signal("-TERM");
    assert!(server.ended().await.success());
    let stored = server.stored().await;
    assert_eq!(stored.len(), 20);
    for call in &stored {
        assert_eq!(call.row.status, CallStatus::Interrupted);
        let recording = call.recording.as_ref().expect("the audio is kept");
        assert!(recording.duration_ms > 500, "{} ms", recording.duration_ms);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_waits_for_a_call_that_it_let_in_and_answers_until_then() {
    let mut server = Server::start().await;
    let http = reqwest::Client::new();
    let post = async |path: &str, body: &'static str| {
        let request = http.post(format!("{}{path}", server.url())).header("content-type", FORM).body(body);
        request.send().await.expect("an answer")
    };
    let twiml = post("/voice", "CallSid=CA77&From=%2B14155550123&To=%2B14155550102").await;
    assert!(twiml.text().await.expect("a text").contains("<Stream"));

    server.signal("-TERM");
    let draining = until(Duration::from_secs(5), async || {
        let ready = http.get(format!("{}/ready", server.url())).send().await.ok()?;
        (ready.status() == http::StatusCode::SERVICE_UNAVAILABLE).then_some(())
    });
    draining.await.expect("it still answers, and says that it stops");
    assert!(post("/voice/status", "CallSid=CA77&CallStatus=completed").await.status().is_success());
    assert!(server.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_can_be_read_by_nobody_else() {
    use std::os::unix::fs::PermissionsExt;

    let mut server = Server::start().await;
    let mut caller = server.caller();
    caller.hangup_after = Some(Duration::from_secs(2));
    within(phone::place(caller)).await.expect("the call is placed");
    let mut folders = vec![server.dir.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let entry = entry.expect("readable");
            let Ok(about) = entry.metadata() else { continue };
            assert_eq!(about.permissions().mode() & 0o077, 0, "{}", entry.path().display());
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                files += 1;
            }
        }
    }
    assert!(files >= 4, "{files} files: a database, a log, a key, a recording");
    server.signal("-TERM");
    assert!(server.ended().await.success());
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn configuration_problems_are_told_together_and_end_in_exit_code_one() {
    let told = Command::new(env!("CARGO_BIN_EXE_aida"))
        .arg("serve")
        .env_clear()
        .env("PORT", "many")
        .env("MAX_CALLS", "none")
        .output()
        .expect("aida runs");
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(1), "{said}");
    assert!(said.contains("PORT") && said.contains("MAX_CALLS"), "{said}");
}
