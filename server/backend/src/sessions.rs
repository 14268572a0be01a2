//! Sessions of the browser, on our table. The cookie holds a session's id; the table only its hash.

use chrono::{DateTime, TimeDelta, Utc};
use model::{RefusedForm, UserId};
use sqlx::types::Json;
use tower_sessions::{
    Expiry, Session, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time::OffsetDateTime},
    session::{Id, Record},
    session_store,
};

use crate::{Backend, args, clock::Clock, db::Db, db::DbResult, secret};

/// A session that nobody uses ends after this long.
const IDLE: TimeDelta = TimeDelta::hours(8);
/// A session ends after this long even when it is used all the time.
const ABSOLUTE: TimeDelta = TimeDelta::days(7);
/// How often use of a session is written down, so that a click is not a write.
const TOUCH: TimeDelta = TimeDelta::minutes(5);

/// Under these names a session keeps who signed in, and when.
const USER: &str = "user_id";
const SINCE: &str = "signed_in_at";
/// Under this name it keeps a form that was refused.
const REFUSED: &str = "refused_form";

/// A refused form is kept up to so many bytes; a longer one is only known to have been refused.
const LONGEST_FORM: usize = 64 * 1024;

/// The session store on the table `sessions`.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    clock: Clock,
    /// Whether a request counts as use, and puts off the end of its session.
    touches: bool,
}

/// The layer that gives every request its session.
pub fn layer(backend: &Backend) -> SessionManagerLayer<Store> {
    layer_on(backend, true)
}

/// The same for what a page asks for by itself: a tab that is left open must not keep its session alive.
pub fn watching_layer(backend: &Backend) -> SessionManagerLayer<Store> {
    layer_on(backend, false)
}

fn layer_on(backend: &Backend, touches: bool) -> SessionManagerLayer<Store> {
    let https = backend.config().is_https();
    SessionManagerLayer::new(Store { db: backend.db().clone(), clock: backend.clock().clone(), touches })
        // `__Host-` binds the cookie to this host and to https; plain http on the same machine cannot have it.
        .with_name(if https { "__Host-aida" } else { "aida" })
        .with_secure(https)
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        .with_path("/")
        // The cookie goes with the browser; when a session ends is decided by the table.
        .with_expiry(Expiry::OnSessionEnd)
}

/// Makes the session that of `user`, under a fresh id, so that an id that was planted before is worth nothing.
pub async fn begin(backend: &Backend, session: &Session, user: UserId) -> Result<(), tower_sessions::session::Error> {
    session.clear().await;
    session.insert(USER, user).await?;
    session.insert(SINCE, backend.clock().now()).await?;
    // `flush` would keep the id in the record that is saved next.
    session.cycle_id().await?;
    session.save().await
}

/// Who is signed in.
pub async fn user(session: &Session) -> Result<Option<UserId>, tower_sessions::session::Error> {
    session.get(USER).await
}

/// Keeps what a signed-in person sent in a form that was refused, without what is secret, until [`take_refused`]. One at a time.
pub async fn keep_refused(session: &Session, mut form: RefusedForm) -> Result<(), tower_sessions::session::Error> {
    if user(session).await?.is_none() {
        return Ok(());
    }
    form.fields.retain(|(name, _)| !name.contains("password"));
    for (_, value) in &mut form.fields {
        // The table cannot hold this one.
        value.retain(|letter| letter != '\0');
    }
    if form.fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > LONGEST_FORM {
        form.fields.clear();
    }
    session.insert(REFUSED, form).await
}

/// The form that was refused last, if it was not taken before.
pub async fn take_refused(session: &Session) -> Result<Option<RefusedForm>, tower_sessions::session::Error> {
    session.remove(REFUSED).await
}

/// Ends the session.
pub async fn end(session: &Session) -> Result<(), tower_sessions::session::Error> {
    session.flush().await
}

/// Ends every session of a person.
pub async fn revoke_all(backend: &Backend, user: UserId) -> DbResult<u64> {
    backend.db().system("sessions belong to people").run("delete from sessions where user_id = $1", args![user]).await
}

/// Removes what has ended.
pub async fn remove_expired(backend: &Backend) -> DbResult<u64> {
    backend
        .db()
        .system("sessions belong to people")
        .run("delete from sessions where expires_at < $1", args![backend.clock().now()])
        .await
}

fn hashed(id: Id) -> String {
    secret::sha256(&id.to_string())
}

fn signed_in_at(record: &Record) -> Option<DateTime<Utc>> {
    serde_json::from_value(record.data.get(SINCE)?.clone()).ok()
}

/// When a session that is used at `now` ends.
fn expiry(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let idle = now + IDLE;
    since.map_or(idle, |since| idle.min(since + ABSOLUTE))
}

fn failed(error: impl std::fmt::Display) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

impl Store {
    async fn write(&self, record: &Record, sql: &'static str) -> session_store::Result<()> {
        let user: Option<UserId> = record.data.get(USER).and_then(|user| serde_json::from_value(user.clone()).ok());
        let data = serde_json::to_value(&record.data).map_err(|e| session_store::Error::Encode(e.to_string()))?;
        let values = args![hashed(record.id), user, data, expiry(signed_in_at(record), self.clock.now())];
        self.db.system("sessions belong to people").run(sql, values).await.map_err(failed)?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl SessionStore for Store {
    // 128 random bits do not collide.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.write(record, "insert into sessions (id_hash, user_id, data, expires_at) values ($1, $2, $3, $4)").await
    }

    // A session that was ended meanwhile stays ended.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.write(record, "update sessions set user_id = $2, data = $3, expires_at = $4 where id_hash = $1").await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock.now();
        let system = self.db.system("sessions belong to people");
        let found: Option<(Json<_>, DateTime<Utc>)> = system
            .optional(
                "select s.data, s.expires_at
                 from sessions s left join users u on u.id = s.user_id
                 where s.id_hash = $1 and s.expires_at > $2 and (u.id is null or not u.disabled)",
                args![hashed(*id), now],
            )
            .await
            .map_err(failed)?;
        let Some((Json(data), expires_at)) = found else { return Ok(None) };
        let mut record = Record { id: *id, data, expiry_date: OffsetDateTime::UNIX_EPOCH };
        let extended = expiry(signed_in_at(&record), now);
        if self.touches && extended - expires_at > TOUCH {
            let touch = "update sessions set expires_at = $2 where id_hash = $1";
            system.run(touch, args![hashed(*id), extended]).await.map_err(failed)?;
        }
        record.expiry_date = OffsetDateTime::from_unix_timestamp(extended.timestamp()).map_err(failed)?;
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.db
            .system("sessions belong to people")
            .run("delete from sessions where id_hash = $1", args![hashed(*id)])
            .await
            .map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
