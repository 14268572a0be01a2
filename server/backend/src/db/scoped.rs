//! Statements that cannot be written without a tenant, and the few that belong to none.

use super::{Args, Db, DbResult, Row, Tx};

/// A statement on tenant rows. [`sql!`](crate::sql) makes one at compile time and refuses text that does not bind the organisation.
#[derive(Clone, Copy, Debug)]
pub struct Scoped(&'static str);

impl Scoped {
    /// Checks that `sql` binds the organisation to `$1`: it says `org_id = $1`, or it is an insert that begins with
    /// the organisation (`values ($1`).
    #[must_use]
    pub const fn new(sql: &'static str) -> Self {
        assert!(
            contains(sql, "org_id = $1")
                || (contains(sql, "insert into") && contains(sql, "(org_id,") && contains(sql, "$1")),
            "a statement on tenant rows must say `org_id = $1`, or insert with `org_id` as its first column"
        );
        Self(sql)
    }

    /// The statement's text.
    pub const fn text(self) -> &'static str {
        self.0
    }
}

const fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut i = 0;
        while i < part.len() && text[start + i] == part[i] {
            i += 1;
        }
        if i == part.len() {
            return true;
        }
        start += 1;
    }
    false
}

/// A statement on tenant rows, checked when the program is compiled.
///
/// ```compile_fail
/// // Every tenant's calls: refused by the compiler.
/// let _ = backend::sql!("select id from calls");
/// ```
/// ```
/// let _ = backend::sql!("select id from calls where org_id = $1");
/// ```
#[macro_export]
macro_rules! sql {
    ($text:expr) => {
        const { $crate::db::Scoped::new($text) }
    };
}

/// The door to rows that belong to no tenant; made by [`Db::system`].
#[derive(Clone, Copy, Debug)]
pub struct System<'a>(&'a Db);

impl<'a> System<'a> {
    pub(super) fn new(db: &'a Db, _why: &'static str) -> Self {
        Self(db)
    }

    /// Every row.
    pub async fn all<T: Row>(self, sql: &'static str, args: Args) -> DbResult<Vec<T>> {
        self.0.all(sql, args).await
    }

    /// The row, if there is one.
    pub async fn optional<T: Row>(self, sql: &'static str, args: Args) -> DbResult<Option<T>> {
        self.0.optional(sql, args).await
    }

    /// Runs a writing statement; returns the number of rows it touched.
    pub async fn run(self, sql: &'static str, args: Args) -> DbResult<u64> {
        self.0.run(sql, args).await
    }

    /// Runs a writing statement with `returning`.
    pub async fn returning<T: Row>(self, sql: &'static str, args: Args) -> DbResult<Vec<T>> {
        self.0.returning(sql, args).await
    }

    /// Begins a transaction.
    pub async fn begin(self) -> DbResult<SystemTx> {
        Ok(SystemTx(self.0.begin().await?))
    }
}

/// A transaction on rows that belong to no tenant.
#[derive(Debug)]
pub struct SystemTx(Tx);

impl SystemTx {
    /// Every row.
    pub async fn all<T: Row>(&mut self, sql: &'static str, args: Args) -> DbResult<Vec<T>> {
        self.0.all(sql, args).await
    }

    /// Runs a writing statement; returns the number of rows it touched.
    pub async fn run(&mut self, sql: &'static str, args: Args) -> DbResult<u64> {
        self.0.run(sql, args).await
    }

    /// Makes everything since the beginning happen at once.
    pub async fn commit(self) -> DbResult<()> {
        self.0.commit().await
    }
}

/// Runs statements of one tenant: its id is always the first argument.
pub(crate) mod tenant {
    use model::OrgId;

    use super::{Args, Db, DbResult, Row, Scoped, Tx};
    use crate::db::Arg;

    fn with(org: OrgId, args: Args) -> Args {
        let mut all = Vec::with_capacity(args.len() + 1);
        all.push(Arg::from(org));
        all.extend(args);
        all
    }

    pub(crate) async fn all<T: Row>(db: &Db, org: OrgId, sql: Scoped, args: Args) -> DbResult<Vec<T>> {
        db.all(sql.text(), with(org, args)).await
    }

    pub(crate) async fn optional<T: Row>(db: &Db, org: OrgId, sql: Scoped, args: Args) -> DbResult<Option<T>> {
        db.optional(sql.text(), with(org, args)).await
    }

    pub(crate) async fn run(db: &Db, org: OrgId, sql: Scoped, args: Args) -> DbResult<u64> {
        db.run(sql.text(), with(org, args)).await
    }

    pub(crate) async fn returning<T: Row>(db: &Db, org: OrgId, sql: Scoped, args: Args) -> DbResult<Vec<T>> {
        db.returning(sql.text(), with(org, args)).await
    }

    /// A transaction of one tenant.
    #[derive(Debug)]
    pub struct OrgTx {
        tx: Tx,
        org: OrgId,
    }

    impl OrgTx {
        pub(crate) async fn begin(db: &Db, org: OrgId) -> DbResult<Self> {
            Ok(Self { tx: db.begin().await?, org })
        }

        /// Every row.
        pub async fn all<T: Row>(&mut self, sql: Scoped, args: Args) -> DbResult<Vec<T>> {
            self.tx.all(sql.text(), with(self.org, args)).await
        }

        /// The first row, if there is one. Also for writing statements with `returning`.
        pub async fn optional<T: Row>(&mut self, sql: Scoped, args: Args) -> DbResult<Option<T>> {
            Ok(self.all(sql, args).await?.into_iter().next())
        }

        /// Runs a writing statement; returns the number of rows it touched.
        pub async fn run(&mut self, sql: Scoped, args: Args) -> DbResult<u64> {
            self.tx.run(sql.text(), with(self.org, args)).await
        }

        /// Makes everything since the beginning happen at once.
        pub async fn commit(self) -> DbResult<()> {
            self.tx.commit().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn the_tenant_predicate_is_looked_for_literally() {
        assert!(contains("select 1 from t where org_id = $1 and id = $2", "org_id = $1"));
        assert!(!contains("select 1 from t where id = $1", "org_id = $1"));
    }
}
