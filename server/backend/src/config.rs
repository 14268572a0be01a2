//! The configuration: every setting of the environment, checked at start, all problems told together.

mod read;

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use call::usage::Prices;
use model::EmailAddress;
use secrecy::SecretString;

use crate::providers::mail::smtp::SmtpServer;
use read::Reader;

/// A family that calls from one number has three telephones off the hook at most.
const CALLS_PER_CALLER: u64 = 3;

/// What an address may hold besides one connection for each call.
const CONNECTIONS_BESIDES_CALLS: u64 = 256;

/// Everything that the environment decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The origin under which the outside reaches it, without a slash at its end. Twilio signs with it.
    pub public_url: String,
    /// `sqlite://…` or `postgres://…`; may hold a password.
    pub database_url: SecretString,
    /// Where everything that is not in the database lives.
    pub data_dir: PathBuf,
    /// Where recordings live.
    pub recordings_dir: PathBuf,
    /// Where the browser bundle lives.
    pub site_root: PathBuf,
    /// The model.
    pub openai: OpenAi,
    /// The telephone network.
    pub twilio: Twilio,
    /// Payments.
    pub stripe: Stripe,
    /// Outgoing mail.
    pub mail: Mail,
    /// Encrypts credentials at rest and keys the hashes that must not be guessed; made in `data_dir` where absent.
    pub secret_key: Option<SecretString>,
    /// How many calls may run at once.
    pub max_calls: usize,
    /// How many calls one number may have at once.
    pub max_calls_per_caller: usize,
    /// How many connections one address may hold; addresses of this machine and trusted proxies may hold any number.
    pub max_connections_per_address: usize,
    /// Reverse proxies, behind which everybody has one address.
    pub trusted_proxies: Vec<IpAddr>,
    /// How long a call may last.
    pub max_call_seconds: u64,
    /// What the model may cost in one call, in nano-dollars.
    pub max_call_cost: u64,
    /// The key to the figures, for who is not on this machine.
    pub metrics_token: Option<SecretString>,
    /// Settings that are there and change nothing, in words.
    pub warnings: Vec<Problem>,
    /// How long running calls may go on after the server was told to stop.
    pub drain_seconds: u64,
    /// What is logged, in the syntax of `RUST_LOG`.
    pub log: String,
    /// How it is logged; `None` decides by whether somebody reads along.
    pub log_format: Option<LogFormat>,
}

/// Where the model is and what it is called.
#[derive(Clone, Debug)]
pub struct OpenAi {
    /// The account's key; without one the built-in practice model answers.
    pub api_key: Option<SecretString>,
    /// The root of the interface, without a slash at its end.
    pub base_url: String,
    /// The model that talks.
    pub realtime_model: String,
    /// The model that writes down what callers say.
    pub transcribe_model: String,
    /// What it all costs.
    pub prices: Prices,
}

/// How the telephone network is reached and believed.
#[derive(Clone, Debug)]
pub struct Twilio {
    /// The account.
    pub account_sid: Option<String>,
    /// The tokens that signatures are checked with: the primary first, the secondary while rolling over. None: unsigned
    /// requests are taken, which is allowed only while nothing outside can reach the server.
    pub auth_tokens: Vec<SecretString>,
    /// The root of the REST interface, without a slash at its end.
    pub api_base_url: String,
    /// The root of the practice Messages, where `serve` started them because there is no account.
    pub practice_messages: Option<String>,
}

/// How payments are reached and believed.
#[derive(Clone, Debug)]
pub struct Stripe {
    /// The account's key.
    pub secret_key: Option<SecretString>,
    /// The secrets that webhooks are signed with; several while rolling over.
    pub webhook_secrets: Vec<SecretString>,
    /// The root of the interface, without a slash at its end.
    pub api_base_url: String,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server.
    pub server: Option<SmtpServer>,
    /// The sender.
    pub from: Option<EmailAddress>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

/// A setting that does not hold what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting.
    pub name: &'static str,
    /// What to write instead. Never holds the value: it may be a secret.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

/// Settings that an earlier or later version knows, with what this one does instead.
const UNUSED: [(&str, &str); 3] = [
    ("BACKEND_API_KEY", "is not used by this version: /v1/tools takes the keys of `aida key add`"),
    ("OPENAI_TEXT_MODEL", "is not used by this version: nothing is written by a model after a call"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "is not used by this version: it sends no traces; see /metrics"),
];

impl Config {
    /// Reads the environment, and in it the file `.env` of the working directory for what the environment leaves out.
    pub fn from_env() -> Result<Self, Vec<Problem>> {
        let file: HashMap<String, String> = match dotenvy::dotenv_iter() {
            Ok(lines) => lines
                .collect::<Result<_, _>>()
                .map_err(|_| vec![Problem { name: ".env", message: "a line is not of the form NAME=value".into() }])?,
            Err(_) => HashMap::new(),
        };
        Self::from_lookup(|name| std::env::var(name).ok().or_else(|| file.get(name).cloned()))
    }

    /// Reads settings by `lookup`; an empty value counts as absent.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Problem>> {
        let mut env = Reader::new(&lookup);
        let data_dir = PathBuf::from(env.text("DATA_DIR").unwrap_or_else(|| "data".into()));
        let listen = SocketAddr::new(
            env.parsed("BIND", "an IP address such as 127.0.0.1").unwrap_or(IpAddr::from([127, 0, 0, 1])),
            env.parsed("PORT", "a number from 0 to 65535").unwrap_or(3000),
        );
        let public_url = env.origin("PUBLIC_URL").unwrap_or_else(|| format!("http://127.0.0.1:{}", listen.port()));
        let max_calls = env.whole_number("MAX_CALLS", 200, 1, 10_000);
        // Where only this machine calls, all calls may come from one number: it rehearses.
        let per_caller = if read::is_loopback(&public_url) { max_calls } else { CALLS_PER_CALLER };
        let mut config = Self {
            listen,
            public_url,
            database_url: env.database_url(&data_dir),
            recordings_dir: env.recordings_dir(&data_dir),
            data_dir,
            site_root: env.text("AIDA_SITE_ROOT").unwrap_or_else(|| "target/site".into()).into(),
            openai: OpenAi {
                api_key: env.secret("OPENAI_API_KEY"),
                base_url: env.http_url("OPENAI_BASE_URL", "https://api.openai.com/v1"),
                realtime_model: env.text("OPENAI_REALTIME_MODEL").unwrap_or_else(|| "gpt-realtime-2.1".into()),
                transcribe_model: env.text("OPENAI_TRANSCRIBE_MODEL").unwrap_or_else(|| "gpt-transcribe".into()),
                prices: Prices::default(),
            },
            max_call_cost: env.dollars("MAX_CALL_COST", 5.0, 0.01, 1_000.0),
            metrics_token: env.long_secret("METRICS_TOKEN", 16),
            warnings: Vec::new(),
            twilio: Twilio {
                account_sid: env.account_sid(),
                auth_tokens: ["TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY"]
                    .into_iter()
                    .filter_map(|name| env.secret(name))
                    .collect(),
                api_base_url: env.http_url("TWILIO_API_BASE_URL", "https://api.twilio.com"),
                practice_messages: None,
            },
            stripe: Stripe {
                secret_key: env.stripe_key(),
                webhook_secrets: env.stripe_webhook_secrets(),
                api_base_url: env.http_url("STRIPE_API_BASE_URL", "https://api.stripe.com"),
            },
            mail: Mail {
                server: env.smtp_server(),
                from: env.parsed("MAIL_FROM", "an e-mail address such as tickets@example.org"),
            },
            secret_key: env.long_secret("AIDA_SECRET_KEY", 32),
            max_calls: max_calls as usize,
            max_calls_per_caller: env.whole_number("MAX_CALLS_PER_CALLER", per_caller, 1, 10_000) as usize,
            // Twilio streams many calls from few addresses, and a browser keeps a handful of connections.
            max_connections_per_address: env.whole_number(
                "MAX_CONNECTIONS_PER_ADDRESS",
                max_calls + CONNECTIONS_BESIDES_CALLS,
                8,
                100_000,
            ) as usize,
            trusted_proxies: env.addresses("TRUSTED_PROXIES"),
            max_call_seconds: env.whole_number("MAX_CALL_SECONDS", 900, 30, 3_300),
            drain_seconds: env.whole_number("AIDA_DRAIN_SECONDS", 30, 0, 3_600),
            log: env.text("RUST_LOG").unwrap_or_else(|| "info".into()),
            log_format: env.log_format(),
        };
        env.refuse("REDIS_URL", "several instances are not supported in this version; leave it out");
        for (name, why) in UNUSED {
            env.unused(name, why);
        }
        config.openai.prices = env.prices("OPENAI_PRICES", &config.openai.realtime_model);
        config.check_reach(&mut env);
        config.check_accounts(&mut env);
        config.warnings = env.take_warnings();
        env.finish(config)
    }

    /// Unsigned telephone requests are for a server that only its own machine can reach; stand-ins for rehearsals.
    fn check_reach(&self, env: &mut Reader<'_>) {
        if self.twilio.auth_tokens.is_empty() && !(self.is_loopback() && self.listen.ip().is_loopback()) {
            env.problem(
                "TWILIO_AUTH_TOKEN",
                "needed unless both PUBLIC_URL and BIND are this machine only: without it anybody could place calls on your account",
            );
        }
        if self.is_loopback() || env.flag("AIDA_REHEARSAL") {
            return;
        }
        // Signatures and pages can be tried before every account is there, so that this is said and not refused.
        if self.twilio.account_sid.is_none() {
            env.warn(
                "TWILIO_ACCOUNT_SID",
                "is missing: calls cannot be hung up by Twilio's REST interface, and no text is sent",
            );
        }
        if self.openai.api_key.is_none() {
            env.warn(
                "OPENAI_API_KEY",
                "is missing: the practice model answers your callers; AIDA_REHEARSAL=true says that you mean it",
            );
        }
    }

    /// Half an account is a mistake: it would be found out by the first caller.
    fn check_accounts(&self, env: &mut Reader<'_>) {
        if self.twilio.account_sid.is_some() && self.twilio.auth_tokens.is_empty() {
            env.problem("TWILIO_AUTH_TOKEN", "needed when TWILIO_ACCOUNT_SID is set: the account's password");
        }
        match (&self.stripe.secret_key, self.stripe.webhook_secrets.is_empty()) {
            (Some(_), true) => env.problem(
                "STRIPE_WEBHOOK_SECRET",
                "needed when STRIPE_SECRET_KEY is set: without it no payment would ever be known of",
            ),
            (None, false) => env.problem("STRIPE_SECRET_KEY", "needed when STRIPE_WEBHOOK_SECRET is set"),
            _ => {}
        }
    }

    /// What to say where the pages' files are not: a server without them answers the telephone all the same.
    pub fn missing_pages(&self) -> Option<String> {
        let there = self.site_root.join("pkg/version").is_file();
        let folder = self.site_root.display();
        (!there).then(|| {
            format!("AIDA_SITE_ROOT: there is no bundle in {folder}: staff will see pages without style and script")
        })
    }

    /// Whether the built-in practice model answers, because there is no key for a real one.
    pub fn practice_mode(&self) -> bool {
        self.openai.api_key.is_none()
    }

    /// Whether only the same machine reaches the server under its public address.
    pub fn is_loopback(&self) -> bool {
        read::is_loopback(&self.public_url)
    }

    /// Whether browsers reach it over https, so that cookies can be bound to it.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests;
