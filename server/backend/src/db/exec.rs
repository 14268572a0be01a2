//! Running a statement on whichever engine is behind [`Db`].

use sqlx::{FromRow, Postgres, Sqlite, Transaction, postgres::PgRow, sqlite::SqliteRow};

use super::{Args, Db, DbResult, Engine, arg};

/// A type that can be read from a row of either engine: derive `sqlx::FromRow`, or use a tuple.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

impl Db {
    pub(super) async fn all<T: Row>(&self, sql: &'static str, args: Args) -> DbResult<Vec<T>> {
        Ok(match &self.0 {
            Engine::Sqlite { read, .. } => arg::sqlite_as(sqlx::query_as(sql), args).fetch_all(read).await?,
            Engine::Postgres(pool) => arg::postgres_as(sqlx::query_as(sql), args).fetch_all(pool).await?,
        })
    }

    pub(super) async fn optional<T: Row>(&self, sql: &'static str, args: Args) -> DbResult<Option<T>> {
        Ok(match &self.0 {
            Engine::Sqlite { read, .. } => arg::sqlite_as(sqlx::query_as(sql), args).fetch_optional(read).await?,
            Engine::Postgres(pool) => arg::postgres_as(sqlx::query_as(sql), args).fetch_optional(pool).await?,
        })
    }

    /// Runs a writing statement; returns the number of rows it touched.
    pub(super) async fn run(&self, sql: &'static str, args: Args) -> DbResult<u64> {
        Ok(match &self.0 {
            Engine::Sqlite { write, .. } => arg::sqlite(sqlx::query(sql), args).execute(write).await?.rows_affected(),
            Engine::Postgres(pool) => arg::postgres(sqlx::query(sql), args).execute(pool).await?.rows_affected(),
        })
    }

    /// Runs a writing statement with `returning`.
    pub(super) async fn returning<T: Row>(&self, sql: &'static str, args: Args) -> DbResult<Vec<T>> {
        Ok(match &self.0 {
            Engine::Sqlite { write, .. } => arg::sqlite_as(sqlx::query_as(sql), args).fetch_all(write).await?,
            Engine::Postgres(pool) => arg::postgres_as(sqlx::query_as(sql), args).fetch_all(pool).await?,
        })
    }

    pub(super) async fn begin(&self) -> DbResult<Tx> {
        Ok(match &self.0 {
            // IMMEDIATE takes the write lock at once; a deferred transaction that reads first and then writes fails
            // under contention whatever the busy timeout.
            Engine::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }
}

/// A transaction; dropped without [`Tx::commit`] it changes nothing.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite's one writing connection.
    Sqlite(Transaction<'static, Sqlite>),
    /// On a PostgreSQL connection.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(super) async fn all<T: Row>(&mut self, sql: &'static str, args: Args) -> DbResult<Vec<T>> {
        Ok(match self {
            Self::Sqlite(tx) => arg::sqlite_as(sqlx::query_as(sql), args).fetch_all(&mut **tx).await?,
            Self::Postgres(tx) => arg::postgres_as(sqlx::query_as(sql), args).fetch_all(&mut **tx).await?,
        })
    }

    pub(super) async fn run(&mut self, sql: &'static str, args: Args) -> DbResult<u64> {
        Ok(match self {
            Self::Sqlite(tx) => arg::sqlite(sqlx::query(sql), args).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => arg::postgres(sqlx::query(sql), args).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Makes everything since the beginning of the transaction happen at once.
    pub async fn commit(self) -> DbResult<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
