//! The organisation in whose name something is done: the only door to tenant rows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use model::{OrgId, PackKey};

use crate::{
    articles::search,
    clock::Clock,
    db::{
        Args, Db, DbResult, Row, Scoped,
        scoped::tenant::{self, OrgTx},
    },
    secret::SecretKey,
};

/// An organisation, and with it the right to reach its rows. It comes from a signed-in member, the called number, an
/// API key or a job row, never from an id in a request.
#[derive(Clone, Debug)]
pub struct Org {
    id: OrgId,
    slug: String,
    name: String,
    time_zone: Tz,
    packs: Vec<PackKey>,
    shared: Shared,
}

/// What the organisations of a server have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) search: search::Cache,
    pub(crate) secret: Arc<SecretKey>,
    #[cfg(any(test, feature = "testing"))]
    pub(crate) breaks: crate::testing::Breaks,
}

impl Org {
    pub(crate) fn new(
        id: OrgId,
        slug: String,
        name: String,
        time_zone: Tz,
        packs: Vec<PackKey>,
        shared: Shared,
    ) -> Self {
        Self { id, slug, name, time_zone, packs, shared }
    }

    /// Its identifier.
    pub fn id(&self) -> OrgId {
        self.id
    }

    /// Its name in URLs.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// Its name as callers hear it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone in which its times are shown and spoken.
    pub fn time_zone(&self) -> Tz {
        self.time_zone
    }

    /// The packs that are on.
    pub fn packs(&self) -> &[PackKey] {
        &self.packs
    }

    /// Whether a pack is on.
    pub fn has_pack(&self, pack: PackKey) -> bool {
        self.packs.contains(&pack)
    }

    /// A point in time as the organisation's clocks show it.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.time_zone)
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Its articles, prepared for searching.
    pub(crate) fn search(&self) -> &search::Cache {
        &self.shared.search
    }

    /// Every row. The organisation's id is bound to `$1`; `args` begin at `$2`.
    pub async fn all<T: Row>(&self, sql: Scoped, args: Args) -> DbResult<Vec<T>> {
        tenant::all(&self.shared.db, self.id, sql, args).await
    }

    /// The row, if there is one. `args` begin at `$2`.
    pub async fn optional<T: Row>(&self, sql: Scoped, args: Args) -> DbResult<Option<T>> {
        tenant::optional(&self.shared.db, self.id, sql, args).await
    }

    /// Runs a writing statement; returns the number of rows it touched. `args` begin at `$2`.
    pub async fn run(&self, sql: Scoped, args: Args) -> DbResult<u64> {
        tenant::run(&self.shared.db, self.id, sql, args).await
    }

    /// Runs a writing statement with `returning`. `args` begin at `$2`.
    pub async fn returning<T: Row>(&self, sql: Scoped, args: Args) -> DbResult<Vec<T>> {
        tenant::returning(&self.shared.db, self.id, sql, args).await
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> DbResult<OrgTx> {
        OrgTx::begin(&self.shared.db, self.id).await
    }
}
