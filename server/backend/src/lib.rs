//! Everything that happens on the server, except what a page looks like.
//!
//! [`Backend`] is the whole server's state; [`org::Org`] is one tenant's, and the only way to a tenant's rows. What the
//! server does is in free functions, one module per noun: `calls::list(&org, &filter)`.

pub mod api_keys;
pub mod articles;
pub mod audit;
pub mod bridge;
pub mod calls;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod demo;
pub mod error;
pub mod inbound_texts;
pub mod jobs;
pub mod ledger;
pub mod live;
pub mod metrics;
pub mod org;
pub mod orgs;
pub mod outbox;
pub mod packs;
mod passwords;
mod payments;
pub mod personas;
mod private;
pub mod prompt;
pub mod providers;
pub mod recordings;
pub mod running;
mod secret;
pub mod sessions;
pub mod sign_in;
pub mod speech;
pub mod stream_tokens;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod today;
pub mod users;
pub mod web;
pub mod writes;

use std::sync::Arc;

use secrecy::ExposeSecret;

pub use org::Org;

use crate::{
    bridge::plans::Plans, clock::Clock, config::Config, db::Db, jobs::Bell, ledger::Ledger, live::LiveHub, org::Shared,
    passwords::Passwords, providers::Providers, recordings::Recordings, running::Running, secret::SecretKey,
    sign_in::flood::Flood,
};

/// The server's state; cheap to clone.
#[derive(Clone, Debug)]
pub struct Backend(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    shared: Shared,
    live: LiveHub,
    ledger: Ledger,
    recordings: Recordings,
    running: Running,
    passwords: Passwords,
    flood: Flood,
    providers: Providers,
    plans: Plans,
    bell: Bell,
    handed: stream_tokens::Handed,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened or migrated.
    #[error("DATABASE_URL: {0}")]
    Database(#[from] db::DbError),
    /// A directory of ours cannot be made or written.
    #[error("{setting}: cannot write to {path}: {source}")]
    Directory {
        /// The setting that names it.
        setting: &'static str,
        /// The directory.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An outside service cannot be used as configured.
    #[error(transparent)]
    Provider(#[from] providers::ProviderError),
}

impl Backend {
    /// Makes the directories, opens the database, brings its schema up to date and clears away what has expired. Call inside a tokio runtime.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Self::open_at(config, Clock::system()).await
    }

    /// As [`Backend::open`], with another clock.
    pub async fn open_at(config: Config, clock: Clock) -> Result<Self, StartError> {
        make_directories(&config)?;
        let db = Db::open(config.database_url.expose_secret()).await?;
        db.migrate().await?;
        let providers = Providers::of(&config)?;
        let backend = Self::with_db(config, db, clock, providers)?;
        sessions::remove_expired(&backend).await?;
        stream_tokens::remove_expired(&backend).await?;
        Ok(backend)
    }

    /// A backend on a database that is open and up to date.
    pub(crate) fn with_db(config: Config, db: Db, clock: Clock, providers: Providers) -> Result<Self, StartError> {
        make_directories(&config)?;
        let secret = SecretKey::load(&config).map_err(|source| StartError::Directory {
            setting: "DATA_DIR",
            path: config.data_dir.clone(),
            source,
        })?;
        let shared = Shared {
            db,
            clock: clock.clone(),
            search: articles::search::Cache::default(),
            secret: Arc::new(secret),
            #[cfg(any(test, feature = "testing"))]
            breaks: testing::Breaks::default(),
        };
        let recordings = Recordings::open(&config.recordings_dir).map_err(|source| StartError::Directory {
            setting: "RECORDING_STORAGE_PATH",
            path: config.recordings_dir.clone(),
            source,
        })?;
        Ok(Self(Arc::new(Inner {
            live: LiveHub::new(clock),
            ledger: Ledger::new(recordings.clone(), config.openai.prices),
            running: Running::new(config.max_calls, config.max_calls_per_caller),
            passwords: Passwords::default(),
            flood: Flood::default(),
            providers,
            plans: Plans::default(),
            bell: Bell::default(),
            handed: stream_tokens::Handed::default(),
            recordings,
            shared,
            config,
        })))
    }

    /// What keeps a backend from being opened, in words: every directory and the database are tried, whatever is wrong with the others.
    pub async fn obstacles(config: &Config) -> Vec<String> {
        let mut found: Vec<String> = directories(config)
            .into_iter()
            .filter_map(|(setting, path, kind)| make(setting, &path, kind).err())
            .map(|error| error.to_string())
            .collect();
        // A database in a directory that cannot be made has been told of.
        if !found.iter().any(|problem| problem.starts_with("DATABASE_URL") || problem.starts_with("DATA_DIR")) {
            match Db::open(config.database_url.expose_secret()).await {
                Ok(db) => db.close().await,
                Err(error) => found.push(StartError::from(error).to_string()),
            }
        }
        found
    }

    /// Everything that would keep the server from doing its work, in words.
    pub async fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Err(error) = self.db().ping().await {
            problems.push(format!("DATABASE_URL: {error}"));
        }
        let config = self.config();
        for (setting, dir) in [("DATA_DIR", &config.data_dir), ("RECORDING_STORAGE_PATH", &config.recordings_dir)] {
            let probe = dir.join(format!(".check-{}", std::process::id()));
            let written = std::fs::write(&probe, b"can be written").and_then(|()| std::fs::remove_file(&probe));
            if let Err(error) = written {
                problems.push(format!("{setting}: cannot write to {}: {error}", dir.display()));
            }
        }
        problems
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.shared.db
    }

    /// The time of day.
    pub fn clock(&self) -> &Clock {
        &self.0.shared.clock
    }

    /// Live events.
    pub fn live(&self) -> &LiveHub {
        &self.0.live
    }

    /// The audio of calls.
    pub fn recordings(&self) -> &Recordings {
        &self.0.recordings
    }

    /// Where running calls write down what happens.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The calls that run in this process.
    pub fn running(&self) -> &Running {
        &self.0.running
    }

    /// The outside services.
    pub fn providers(&self) -> &Providers {
        &self.0.providers
    }

    /// Wakes the runner of jobs.
    pub(crate) fn bell(&self) -> &Bell {
        &self.0.bell
    }

    /// What calls that are about to begin are given.
    pub(crate) fn plans(&self) -> &Plans {
        &self.0.plans
    }

    /// The tokens of streams that are about to begin.
    pub(crate) fn handed(&self) -> &stream_tokens::Handed {
        &self.0.handed
    }

    /// Names a caller to the model's provider without telling who it is.
    pub(crate) fn safety_identifier(&self, who: &str) -> String {
        self.secret().keyed_hash("safety identifier", who)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    pub(crate) fn flood(&self) -> &Flood {
        &self.0.flood
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn secret(&self) -> &SecretKey {
        &self.0.shared.secret
    }
}

/// What is made at a path.
#[derive(Clone, Copy)]
enum Kind {
    Directory,
    File,
}

/// The paths of ours, each with the setting that names it.
fn directories(config: &Config) -> Vec<(&'static str, std::path::PathBuf, Kind)> {
    let mut paths = vec![
        ("DATA_DIR", config.data_dir.clone(), Kind::Directory),
        ("RECORDING_STORAGE_PATH", config.recordings_dir.clone(), Kind::Directory),
    ];
    if let Some(file) = config.database_url.expose_secret().strip_prefix("sqlite://") {
        let file = std::path::Path::new(file.split('?').next().unwrap_or(file));
        if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            paths.push(("DATABASE_URL", parent.to_owned(), Kind::Directory));
        }
        // SQLite gives the files beside its database the mode of the database.
        if !file.as_os_str().is_empty() && file.as_os_str() != ":memory:" {
            paths.push(("DATABASE_URL", file.to_owned(), Kind::File));
        }
    }
    paths
}

fn make(setting: &'static str, path: &std::path::Path, kind: Kind) -> Result<(), StartError> {
    let made = match kind {
        Kind::Directory => private::create_dir_all(path),
        Kind::File => private::create_file(path),
    };
    made.map_err(|source| StartError::Directory { setting, path: path.to_owned(), source })
}

fn make_directories(config: &Config) -> Result<(), StartError> {
    directories(config).iter().try_for_each(|(setting, path, kind)| make(setting, path, *kind))
}
