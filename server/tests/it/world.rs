//! A server with everything around it.

use std::{future::Future, time::Duration};

use backend::{Backend, calls, config::Config, demo, jobs, org::Org, providers::PRACTICE_ACCOUNT, recordings, today};
use model::{Call, CallId};
use practice::{
    checkout,
    fault::Spec,
    messages,
    model::{FaultSpec, Options},
    phone::{self, CallOptions, CallReport, Utterance, Who},
};
use secrecy::ExposeSecret;
use server::listen::{self, Limits};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Nothing in a story takes longer.
const STORY: Duration = Duration::from_secs(90);

/// What a caller asks when it does not matter what.
pub const QUESTION: &str = "Are you open today?";

/// Whom the callers call.
pub const COFFEE: &str = "+14155550102";

/// Where rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What is unusual about a world.
#[derive(Clone, Debug)]
pub struct Setup {
    pub engine: Engine,
    /// How the model misbehaves, as `aida practice --fault` takes it.
    pub model: &'static str,
    /// How the practice Messages misbehave, as `aida practice messages --fault` takes it.
    pub messages: &'static str,
    /// How the practice Checkout misbehaves, as `aida practice checkout --fault` takes it.
    pub checkout: &'static str,
    /// Settings beside the usual ones.
    pub settings: Vec<(&'static str, String)>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { engine: Engine::Sqlite, model: "", messages: "", checkout: "", settings: Vec::new() }
    }
}

/// A server that answers calls.
pub struct World {
    pub backend: Backend,
    pub url: String,
    pub http: reqwest::Client,
    stop: CancellationToken,
    _dir: tempfile::TempDir,
}

impl World {
    /// A server on SQLite with a model that behaves.
    pub async fn usual() -> Self {
        Self::start(Setup::default()).await
    }

    /// A server with a model that misbehaves.
    pub async fn with_model(faults: &'static str) -> Self {
        Self::start(Setup { model: faults, ..Setup::default() }).await
    }

    pub async fn start(setup: Setup) -> Self {
        choose_tls();
        let dir = tempfile::tempdir().expect("a temporary directory");
        let stop = CancellationToken::new();
        let model = listen().await;
        let model_url = format!("http://{}/v1", model.local_addr().expect("an address"));
        let options = Options { faults: faults(setup.model), ..Options::default() };
        tokio::spawn(practice::model::serve(model, options, stop.clone()));

        let listener = listen().await;
        let address = listener.local_addr().expect("an address");
        let database = match setup.engine {
            Engine::Sqlite => format!("sqlite://{}", dir.path().join("aida.db").display()),
            Engine::Postgres => backend::testing::fresh_database().await,
        };
        let data = dir.path().to_string_lossy().into_owned();
        let config = Config::from_lookup(|name| match name {
            "PORT" => Some(address.port().to_string()),
            "DATA_DIR" => Some(data.clone()),
            "DATABASE_URL" => Some(database.clone()),
            "OPENAI_BASE_URL" => Some(model_url.clone()),
            other => setup.settings.iter().find(|(name, _)| *name == other).map(|(_, value)| value.clone()),
        })
        .expect("the test's configuration is good");
        let config = with_stand_ins(config, &setup, &stop).await;
        let backend = Backend::open(config).await.expect("the backend starts");
        recordings::recover(&backend).await.expect("nothing is left to recover");
        demo::seed(&backend, Some("a password for tests".into())).await.expect("the demo is seeded");

        let limits = Limits::of(backend.config());
        tokio::spawn(listen::serve(listener, server::router(&backend), limits));
        tokio::spawn(jobs::run(backend.clone(), stop.clone()));
        tokio::spawn(today::calls::keep_told(backend.clone(), stop.clone()));
        let http = reqwest::Client::new();
        Self { backend, url: format!("http://{address}"), http, stop, _dir: dir }
    }

    /// A caller of Mangy Dog Coffee who asks one thing.
    pub fn caller(&self) -> CallOptions {
        CallOptions {
            url: self.url.clone(),
            to: COFFEE.into(),
            says: vec![Utterance::Text(QUESTION.into())],
            ..CallOptions::default()
        }
    }

    /// Places a call and lives it to its end.
    pub async fn place(&self, options: CallOptions) -> CallReport {
        let report = within(phone::place(options)).await.expect("the call is placed");
        println!("{report}");
        report
    }

    /// What is stored of a call that has ended; waits the two seconds in which that must be readable.
    pub async fn stored(&self, report: &CallReport) -> Stored {
        let (org, id) = calls::by_provider_id(&self.backend, &report.call_sid)
            .await
            .expect("the database answers")
            .expect("the call is known");
        let call = until(Duration::from_secs(2), async || {
            let call = calls::get(&org, id).await.ok().flatten()?;
            call.row.status.is_final().then_some(call)
        })
        .await;
        Stored { org, id, call: call.expect("the call is finished and readable within two seconds of its end") }
    }
}

/// What `aida serve` starts by itself where there are no accounts, told to misbehave.
async fn with_stand_ins(mut config: Config, setup: &Setup, stop: &CancellationToken) -> Config {
    let specs = |text: &str, known: &[&str]| -> Vec<Spec> {
        text.split(',').filter(|it| !it.is_empty()).map(|it| Spec::read(it, known).expect("a fault")).collect()
    };
    let listener = listen().await;
    config.twilio.practice_messages = Some(format!("http://{}", listener.local_addr().expect("an address")));
    let token = config.twilio.auth_tokens.first().map_or("practice".to_owned(), |it| it.expose_secret().to_owned());
    let credentials = Some((PRACTICE_ACCOUNT.to_owned(), token));
    let options = messages::Options { credentials, faults: specs(setup.messages, messages::FAULTS) };
    tokio::spawn(messages::serve(listener, options, stop.clone()));

    let listener = listen().await;
    config.stripe.api_base_url = format!("http://{}", listener.local_addr().expect("an address"));
    config.stripe.secret_key = Some("sk_test_practice".to_owned().into());
    config.stripe.webhook_secrets = vec!["whsec_practice".to_owned().into()];
    let url = format!("{}/stripe/webhook", config.public_url);
    let webhook = Some(checkout::Webhook { url, secret: "whsec_practice".into() });
    let options = checkout::Options { key: None, webhook, faults: specs(setup.checkout, checkout::FAULTS) };
    tokio::spawn(checkout::serve(listener, options, stop.clone()));
    config
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What is stored of a call.
pub struct Stored {
    pub org: Org,
    pub id: CallId,
    pub call: Call,
}

impl Stored {
    /// What one side said, as the call page shows it.
    pub fn words(&self, speaker: model::Speaker) -> String {
        let said = self.call.utterances.iter().filter(|said| said.speaker == speaker);
        said.map(|said| said.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether the timeline has an event of this kind.
    pub fn has_event(&self, kind: &str) -> bool {
        self.call.events.iter().any(|event| event.kind == kind)
    }
}

/// What the binary does first; of several tests in one process, one does it.
pub fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

pub async fn listen() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port")
}

pub fn faults(text: &str) -> Vec<FaultSpec> {
    text.split(',').filter(|fault| !fault.is_empty()).map(|fault| fault.parse().expect("a fault")).collect()
}

/// The story hangs unless this comes about in time.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(STORY, future).await.expect("the story ends in time")
}

/// Asks again until there is an answer.
pub async fn until<T>(time: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let asking = async {
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    tokio::time::timeout(time, asking).await.ok()
}

/// A caller may wait this long for an answer: two seconds, and what a machine that runs other tests at the same time adds.
const ANSWER_MS: u64 = 2_200;

/// After the last answer the caller stays for three seconds before hanging up.
const SILENCE_MS: u64 = 3_100;

/// The caller heard a sentence, from whoever, and no dead air.
pub fn assert_never_silent(report: &CallReport) {
    let heard = report.transcript.iter().any(|line| line.who != Who::Caller && line.text.split(' ').count() > 2);
    assert!(heard, "the caller heard nothing: {report}");
    assert!(report.answers_ms.iter().all(|ms| *ms <= ANSWER_MS), "answers after {:?}: {report}", report.answers_ms);
    assert!(report.longest_silence_ms <= SILENCE_MS, "{} ms of silence: {report}", report.longest_silence_ms);
    assert!(report.protocol_problems.is_empty(), "{:?}", report.protocol_problems);
}
