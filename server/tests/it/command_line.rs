//! `aida call` as its user types it, against a server that answers.

use std::process::Stdio;

use backend::calls;
use futures_util::future::join_all;
use model::{CallStatus, Outcome, Speaker};
use serde_json::Value;
use tokio::process::Command;

use crate::world::{COFFEE, Setup, World, listen, until, within};

/// A real voice: "Goodbye", of Debian's package asterisk-core-sounds-en-wav.
const RECORDING: &str = "/usr/share/asterisk/sounds/en_US_f_Allison/vm-goodbye.wav";

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "7f3c1d9ab2e84506a1c0ffee5eed1234";

/// What `aida call` said and how it ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn aida_call(url: &str, arguments: &[&str]) -> Said {
    let mut aida = Command::new(env!("CARGO_BIN_EXE_aida"));
    aida.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).stdin(Stdio::null());
    let output = within(aida.args(["call", "--url", url]).args(arguments).output()).await.expect("aida call runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The report of a call that came about.
async fn report(url: &str, arguments: &[&str]) -> Value {
    let said = aida_call(url, &[arguments, &["--json"]].concat()).await;
    assert_eq!(said.code, Some(0), "{} {}", said.out, said.err);
    serde_json::from_str(&said.out).expect("a report in JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_voice_is_answered_and_kept_by_every_demo_organisation() {
    let world = World::usual().await;
    let organisations = [
        ("+14155550101", "Soup Cookoff"),
        ("+14155550102", "Mangy Dog"),
        ("+14155550103", "Pine Valley"),
        ("+14155550104", "Riverside"),
    ];
    join_all(organisations.map(|(number, name)| a_recorded_call(&world, number, name))).await;
}

async fn a_recorded_call(world: &World, number: &str, name: &str) {
    let folder = tempfile::tempdir().expect("a directory");
    let reply = folder.path().join("reply.wav");
    let arguments = ["--to", number, "--wav", RECORDING, "--out", &reply.to_string_lossy()];

    let report = report(&world.url, &arguments).await;

    let spoken: Vec<&str> = report["transcript"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|line| line["who"].as_str().is_some_and(|who| who.eq_ignore_ascii_case("assistant")))
        .filter_map(|line| line["text"].as_str())
        .collect();
    assert!(spoken.first().is_some_and(|greeting| greeting.contains(name)), "{spoken:?}");
    assert!(spoken.len() >= 2, "a greeting and an answer: {spoken:?}");
    assert!(report["longest_silence_ms"].as_u64().is_some_and(|ms| ms <= 3_100), "{report}");
    let heard = std::fs::read(&reply).expect("what the caller heard was written");
    assert_eq!(&heard[..4], b"RIFF");
    assert!(loudest(&heard[44..], 0, 2) > 500, "the reply is not silence");

    let sid = report["call_sid"].as_str().expect("the call has an id");
    let (org, id) = calls::by_provider_id(&world.backend, sid).await.expect("readable").expect("known");
    let stored = until(std::time::Duration::from_secs(2), async || {
        calls::get(&org, id).await.ok()?.filter(|call| call.row.status.is_final())
    });
    let call = stored.await.expect("stored within two seconds");
    assert_eq!((call.row.status, call.row.outcome), (CallStatus::Completed, Some(Outcome::Answered)));
    assert!(call.utterances.iter().any(|said| said.speaker == Speaker::Caller), "{:?}", call.utterances);
    let wav = world.backend.recordings().wav(&org, id).await.expect("readable").expect("there");
    let sound = wav.read(44..wav.len()).await.expect("readable");
    assert!(loudest(&sound, 0, 4) > 500 && loudest(&sound, 2, 4) > 500, "both voices are on the recording");
}

/// The loudest sample of one side of PCM16.
fn loudest(pcm: &[u8], from: usize, step: usize) -> u16 {
    let sample = |frame: &[u8]| i16::from_le_bytes([frame[from], frame[from + 1]]).unsigned_abs();
    pcm.chunks_exact(step).map(sample).max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_rest_port_and_a_token_the_server_hangs_up_as_it_does_with_twilio() {
    let port = listen().await.local_addr().expect("an address").port().to_string();
    let settings = vec![
        ("TWILIO_ACCOUNT_SID", ACCOUNT.to_owned()),
        ("TWILIO_AUTH_TOKEN", TOKEN.to_owned()),
        ("TWILIO_API_BASE_URL", format!("http://127.0.0.1:{port}")),
    ];
    let world = World::start(Setup { settings, ..Setup::default() }).await;
    let goodbye = ["--to", COFFEE, "--text", "Thank you, goodbye.", "--tones", "--account-sid", ACCOUNT];

    let report = report(&world.url, &[&goodbye[..], &["--auth-token", TOKEN, "--rest-port", &port]].concat()).await;
    assert_eq!(report["ended"], "server", "{report}");

    let unsigned = aida_call(&world.url, &goodbye).await;
    assert_eq!(unsigned.code, Some(1));
    assert!(unsigned.err.contains("403"), "{}", unsigned.err);
    let wrongly = aida_call(&world.url, &[&goodbye[..], &["--auth-token", "another"]].concat()).await;
    assert_eq!((wrongly.code, wrongly.out.as_str()), (Some(1), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_in_one_line() {
    let taken = listen().await;
    let port = taken.local_addr().expect("an address").port().to_string();
    let nobody = format!("http://127.0.0.1:{}", listen().await.local_addr().expect("an address").port());
    let mistakes: [(&[&str], &str); 7] = [
        (&["--wav", "/nonexistent.wav"], "/nonexistent.wav cannot be read"),
        (&["--wav", env!("CARGO_BIN_EXE_aida")], "not a WAV file"),
        (&["--dtmf", "12x"], "--dtmf 12x: keys are"),
        (&["--hangup-after=-1"], "must not be negative"),
        (&["--fault", "nonsense"], "there is no fault nonsense"),
        (&["--rest-port", &port], "cannot be listened on"),
        (&["--text", "Hello?", "--tones"], "cannot be reached"),
    ];
    for (arguments, expected) in mistakes {
        let said = aida_call(&nobody, &[&["--to", COFFEE], arguments].concat()).await;
        assert_eq!(said.code, Some(1), "{arguments:?}");
        assert!(said.err.contains(expected), "{arguments:?}: {}", said.err);
        assert!(!said.err.contains("panicked"), "{}", said.err);
    }
}
