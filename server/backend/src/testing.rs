//! Worlds for tests: a whole backend on a database of its own, on either engine.
//!
//! ```ignore
//! engines! {
//!     async fn a_call_is_found_again(world: World) { … }
//! }
//! ```
//! makes two tests of one story: `a_call_is_found_again::sqlite` and `a_call_is_found_again::postgres`.

mod breaks;
pub mod catcher;
mod postgres;

pub(crate) use breaks::Breaks;
pub use breaks::{Break, break_tool};
pub use postgres::{fresh_database, give_back, take_away};

use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use model::{Currency, Member, OrgId, PackKey, Role, UserId};

use crate::{
    Backend, args,
    clock::Clock,
    config::Config,
    db::Db,
    jobs,
    org::Org,
    orgs::{self, NewOrg},
    providers::{Providers, mail, messages, payments},
    users,
};

/// A backend in which nothing has happened, at a fixed time.
#[derive(Debug)]
pub struct World {
    /// The backend.
    pub backend: Backend,
    /// The payment provider of this world.
    pub payments: Arc<payments::stand_in::StandIn>,
    /// Its provider of texts.
    pub messages: Arc<messages::stand_in::StandIn>,
    /// Its mail server.
    pub mail: Arc<mail::stand_in::StandIn>,
    dir: tempfile::TempDir,
}

/// Makes two tests of one story, one on each engine.
#[macro_export]
macro_rules! engines {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a story may need nothing from outside")]
            use super::*;

            async fn story($world: &$crate::testing::World) $body

            #[tokio::test]
            async fn sqlite() {
                let world = $crate::testing::World::sqlite().await;
                story(&world).await;
                world.end().await;
            }

            #[tokio::test]
            async fn postgres() {
                let world = $crate::testing::World::postgres().await;
                story(&world).await;
                world.end().await;
            }
        }
    )*};
}

impl World {
    /// A world on a fresh SQLite file.
    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let url = format!("sqlite://{}", dir.path().join("aida.db").display());
        let db = Db::open(&url).await.expect("SQLite opens");
        db.migrate().await.expect("the schema is made");
        Self::on(dir, &url, db)
    }

    /// A world on a fresh PostgreSQL database, on the server of `AIDA_TEST_POSTGRES_URL` or one that is started here.
    pub async fn postgres() -> Self {
        let url = postgres::fresh_database().await;
        let db = Db::open(&url).await.expect("PostgreSQL opens");
        Self::on(tempfile::tempdir().expect("a temporary directory"), &url, db)
    }

    fn on(dir: tempfile::TempDir, url: &str, db: Db) -> Self {
        let data_dir = dir.path().to_string_lossy().into_owned();
        let config = Config::from_lookup(|name| match name {
            "DATA_DIR" => Some(data_dir.clone()),
            "DATABASE_URL" => Some(url.to_owned()),
            "AIDA_SECRET_KEY" => Some("a secret key for tests, long enough".into()),
            _ => None,
        })
        .expect("the test's configuration is good");
        let (payments, messages, mail) = (Arc::default(), Arc::default(), Arc::default());
        let providers = Providers {
            payments: Arc::clone(&payments) as _,
            messages: Arc::clone(&messages) as _,
            mail: Arc::clone(&mail) as _,
            ..Providers::of(&config).expect("the providers are there")
        };
        let backend = Backend::with_db(config, db, Clock::fixed(start()), providers).expect("the backend starts");
        Self { backend, payments, messages, mail, dir }
    }

    /// A second server on the same data, as after a restart.
    pub fn restarted(&self) -> Backend {
        let (config, db) = (self.backend.config().clone(), self.backend.db().clone());
        let (clock, providers) = (self.backend.clock().clone(), self.backend.providers().clone());
        Backend::with_db(config, db, clock, providers).expect("the backend starts again")
    }

    /// Does all the work that is due.
    pub async fn jobs(&self) -> usize {
        jobs::run_due(&self.backend).await.expect("jobs can be claimed")
    }

    /// The directory of everything that is not in the database.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.backend.clock().now()
    }

    /// Lets time pass.
    pub fn pass(&self, time: chrono::TimeDelta) {
        self.backend.clock().advance(time);
    }

    /// An organisation in New York, with every pack.
    pub async fn org(&self, slug: &str) -> Org {
        let new = NewOrg {
            id: OrgId::new(),
            slug: slug.into(),
            name: slug.replace('-', " "),
            time_zone: chrono_tz::America::New_York,
            currency: Currency::Usd,
            packs: PackKey::ALL.to_vec(),
            numbers: vec![],
            demo: false,
        };
        orgs::add(&self.backend, &new).await.expect("the organisation is added")
    }

    /// Somebody who works there. Nobody can sign in as them; for that see [`users::add`].
    pub async fn member(&self, org: &Org, role: Role) -> Member {
        let user_id = UserId::new();
        let email = format!("{user_id}@example.org");
        self.backend
            .db()
            .system("a test's person")
            .run(
                "insert into users (id, email, name, password_hash, disabled, created_at) values ($1, $2, $3, '', false, $4)",
                args![user_id, &email, role.label(), self.now()],
            )
            .await
            .expect("the person is added");
        users::grant(&self.backend, user_id, org.id(), role).await.expect("the role is given");
        Member { user_id, name: role.label().into(), email, role }
    }

    /// Closes the database.
    pub async fn end(self) {
        self.backend.db().close().await;
    }
}

/// Friday, 20 November 2026, 13:00 in New York.
fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 18, 0, 0).single().expect("a moment")
}
