//! The database: SQLite by default, PostgreSQL by URL, one text of SQL for both.
//!
//! A statement is written once, with `$1` placeholders and types that both engines know, and its arguments are collected
//! in [`Arg`]s; [`Db`] dispatches to the engine's typed pool. Rows of a tenant are reached only through
//! [`Org`](crate::org::Org), whose statements must name `org_id = $1` (see [`sql!`](crate::sql)); what belongs to no tenant (sign-in, the called
//! number, jobs) goes through [`Db::system`].

mod arg;
mod exec;
pub mod scoped;

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use arg::{Arg, Args};
pub use exec::{Row, Tx};
pub use scoped::{Scoped, System, SystemTx};

/// Every step of the schema, in order.
pub(crate) static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// What can go wrong between the program and its database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine refused the statement or could not be reached.
    #[error("the database failed: {0}")]
    Sqlx(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// `DATABASE_URL` names neither engine.
    #[error("DATABASE_URL must begin with sqlite:// or postgres://")]
    Url,
    /// The SQLite library has the WAL-reset bug that corrupts databases (fixed in 3.51.3).
    #[error("SQLite {0} is too old: 3.51.3 or later is needed")]
    OldSqlite(String),
}

impl DbError {
    /// The name of the constraint that refused the row, where one did: `table.column` on SQLite, the index on PostgreSQL.
    pub fn unique_violation(&self) -> bool {
        matches!(self, Self::Sqlx(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// Whether the engine answered that these rows cannot be, as against not answering or not being what it should be.
    pub fn refuses_the_rows(&self) -> bool {
        let Self::Sqlx(sqlx::Error::Database(error)) = self else { return false };
        // PostgreSQL's classes 22 (data exception), 23 (integrity constraint) and 54 (too large); SQLite's codes are shorter.
        let class = |code: &str| code.len() == 5 && ["22", "23", "54"].iter().any(|class| code.starts_with(class));
        !matches!(error.kind(), sqlx::error::ErrorKind::Other) || error.code().is_some_and(|code| class(&code))
    }
}

/// Result of a storage function.
pub type DbResult<T> = Result<T, DbError>;

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db(Engine);

#[derive(Clone, Debug)]
pub(crate) enum Engine {
    /// SQLite locks the whole file for a writer, so there is exactly one writing connection and it queues fairly;
    /// several writers with `busy_timeout` starve each other for a second and more.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    /// Opens (and for SQLite creates) the database at `url`.
    pub async fn open(url: &str) -> DbResult<Self> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?;
            // A pool that cannot connect only says that it timed out; one connection says why.
            options.connect().await?.close().await?;
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(5))
                .connect_with(options)
                .await?;
            Ok(Self(Engine::Postgres(pool)))
        } else {
            Err(DbError::Url)
        }
    }

    async fn open_sqlite(url: &str) -> DbResult<Self> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: a booking that was confirmed to a caller survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.clone())
            .await?;
        let (version,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(&write).await?;
        if !at_least(&version, [3, 51, 3]) {
            return Err(DbError::OldSqlite(version));
        }
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self(Engine::Sqlite { read, write }))
    }

    /// What [`Db::engine`] calls SQLite.
    pub const SQLITE: &str = "SQLite";

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> DbResult<()> {
        match &self.0 {
            Engine::Sqlite { write, .. } => MIGRATOR.run(write).await?,
            Engine::Postgres(pool) => MIGRATOR.run(pool).await?,
        }
        Ok(())
    }

    /// The door to rows that belong to no tenant. `why` names the reason for a reader; it is not stored.
    pub fn system(&self, why: &'static str) -> System<'_> {
        System::new(self, why)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> DbResult<()> {
        self.run("select 1", Args::new()).await.map(|_| ())
    }

    /// The engine's name, for messages.
    pub fn engine(&self) -> &'static str {
        match self.0 {
            Engine::Sqlite { .. } => Self::SQLITE,
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// Closes every connection; for SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

fn at_least(version: &str, needed: [u32; 3]) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found: [u32; 3] = std::array::from_fn(|_| parts.next().unwrap_or(0));
    found >= needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_versions_with_the_corruption_bug_are_recognised() {
        assert!(!at_least("3.40.1", [3, 51, 3]));
        assert!(!at_least("3.51.2", [3, 51, 3]));
        assert!(at_least("3.51.3", [3, 51, 3]));
        assert!(at_least("4.0", [3, 51, 3]));
    }
}
