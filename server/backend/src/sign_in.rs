//! Signing in by address and password, with limits on guessing.

pub(crate) mod flood;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use model::UserId;
use secrecy::SecretString;

use crate::{
    Backend, args,
    db::{DbError, DbResult},
    passwords::Crowded,
    secret, users,
};

/// How often somebody may be wrong within a span.
struct Limit {
    attempts: i64,
    minutes: i64,
}

/// From one address for one account: a person who mistypes, or a program that guesses.
const PER_IP_AND_ACCOUNT: Limit = Limit { attempts: 5, minutes: 5 };
/// For one account from everywhere: guessing from many addresses.
const PER_ACCOUNT: Limit = Limit { attempts: 10, minutes: 15 };
/// A place from which nobody has signed in for so long is one as any other.
const KNOWN_FOR: TimeDelta = TimeDelta::days(90);

/// After a crowd at the door, in seconds.
const CROWDED_S: u64 = 5;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The address is unknown, or the password is wrong; which of them is not told.
    #[error("this address and password do not fit")]
    Wrong,
    /// Too many wrong attempts.
    #[error("too many attempts; try again in {} minutes", .retry_after_s.div_ceil(60))]
    TooMany {
        /// Seconds until the next attempt is looked at.
        retry_after_s: u64,
    },
    /// The account is locked. Told only to somebody who knows the password.
    #[error("this account is locked; ask the owner of your organisation")]
    Disabled,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Checks an address and a password.
pub async fn sign_in(
    backend: &Backend,
    email: &str,
    password: SecretString,
    peer: IpAddr,
) -> Result<UserId, SignInError> {
    let email = users::normal_email(email);
    let now = backend.clock().now();
    let secret = backend.secret();
    let per_ip = secret.keyed_hash("sign-in from", &format!("{peer} {email}"));
    let per_account = secret.keyed_hash("sign-in to", &email);

    let too_many = |retry_after_s| SignInError::TooMany { retry_after_s };
    backend.flood().pass(peer, now).map_err(too_many)?;
    // Attempts side by side count as wrong for each other while they are looked at, so that none slips through.
    let attempt = backend.flood().begin(&[&per_ip, &per_account]);
    let limits = [(per_ip.as_str(), PER_IP_AND_ACCOUNT), (per_account.as_str(), PER_ACCOUNT)];
    let mut failed_before = false;
    for (key, limit) in &limits {
        match failures(backend, key, limit, attempt.beside(key), now).await? {
            // Whoever guesses from elsewhere must not keep the owner out, who comes from where they always do.
            Failures::TooMany { .. } if *key == per_account && is_known(backend, &per_ip, now).await? => {
                failed_before = true;
            }
            Failures::TooMany { retry_after_s } => return Err(too_many(retry_after_s)),
            Failures::Some => failed_before = true,
            Failures::None => {}
        }
    }
    let found: Option<(UserId, String, bool)> = backend
        .db()
        .system("people are named by their address")
        .optional("select id, password_hash, disabled from users where email = $1", args![email])
        .await?;
    let (hash, account) = match found {
        Some((id, hash, disabled)) => (Some(hash), Some((id, disabled))),
        None => (None, None),
    };
    let right = backend.passwords().verify(password, hash).await.map_err(|Crowded| too_many(CROWDED_S))?;
    match account {
        Some((_, true)) if right => Err(SignInError::Disabled),
        Some((id, false)) if right => {
            if failed_before {
                forget(backend, &[&per_ip, &per_account]).await?;
            }
            // Nobody waits for this: the one who writes may be busy with a call.
            let (backend, place) = (backend.clone(), per_ip.clone());
            tokio::spawn(async move {
                if let Err(error) = learn(&backend, &place, now).await {
                    tracing::warn!(%error, "the place of a sign-in could not be remembered");
                }
            });
            Ok(id)
        }
        _ => {
            remember(backend, &[&per_ip, &per_account], now).await?;
            Err(SignInError::Wrong)
        }
    }
}

/// Wrong attempts of late.
enum Failures {
    None,
    Some,
    TooMany { retry_after_s: u64 },
}

/// Reads how often somebody was wrong; `beside` attempts that are looked at meanwhile count too. Readers do not wait for calls,
/// nor calls for them.
async fn failures(backend: &Backend, key: &str, limit: &Limit, beside: i64, now: DateTime<Utc>) -> DbResult<Failures> {
    let since = now - TimeDelta::minutes(limit.minutes);
    let found: Vec<(DateTime<Utc>,)> = backend
        .db()
        .system("nobody is signed in yet")
        .all(
            "select attempt_at from sign_in_attempts where key = $1 and attempt_at > $2 order by attempt_at desc limit $3",
            args![key, since, limit.attempts],
        )
        .await?;
    let wrong = found.len() as i64;
    Ok(match found.last() {
        Some((oldest,)) if wrong >= limit.attempts => {
            let wait = *oldest + TimeDelta::minutes(limit.minutes) - now;
            Failures::TooMany { retry_after_s: wait.num_seconds().max(1).unsigned_abs() }
        }
        _ if wrong + beside >= limit.attempts => Failures::TooMany { retry_after_s: CROWDED_S },
        Some(_) => Failures::Some,
        None => Failures::None,
    })
}

/// Whether somebody has signed in to the account from there of late.
async fn is_known(backend: &Backend, place: &str, now: DateTime<Utc>) -> DbResult<bool> {
    let found: Option<(DateTime<Utc>,)> = backend
        .db()
        .system("nobody is signed in yet")
        .optional("select last_at from sign_in_places where key = $1 and last_at > $2", args![place, now - KNOWN_FOR])
        .await?;
    Ok(found.is_some())
}

/// Remembers from where somebody has signed in; written once a day.
async fn learn(backend: &Backend, place: &str, now: DateTime<Utc>) -> DbResult<()> {
    let fresh: Option<(DateTime<Utc>,)> = backend
        .db()
        .system("nobody is signed in yet")
        .optional(
            "select last_at from sign_in_places where key = $1 and last_at > $2",
            args![place, now - TimeDelta::days(1)],
        )
        .await?;
    if fresh.is_some() {
        return Ok(());
    }
    let mut tx = backend.db().system("nobody is signed in yet").begin().await?;
    tx.run("delete from sign_in_places where last_at < $1", args![now - KNOWN_FOR]).await?;
    tx.run(
        "insert into sign_in_places (key, last_at) values ($1, $2)
         on conflict (key) do update set last_at = excluded.last_at",
        args![place, now],
    )
    .await?;
    tx.commit().await
}

/// Writes down a wrong attempt, and drops those that count no longer.
async fn remember(backend: &Backend, keys: &[&str], now: DateTime<Utc>) -> DbResult<()> {
    let mut tx = backend.db().system("nobody is signed in yet").begin().await?;
    let longest = TimeDelta::minutes(PER_ACCOUNT.minutes.max(PER_IP_AND_ACCOUNT.minutes));
    tx.run("delete from sign_in_attempts where attempt_at < $1", args![now - longest]).await?;
    for key in keys {
        let id = uuid::Uuid::now_v7().to_string();
        tx.run("insert into sign_in_attempts (id, key, attempt_at) values ($1, $2, $3)", args![id, *key, now]).await?;
    }
    tx.commit().await
}

async fn forget(backend: &Backend, keys: &[&str]) -> DbResult<()> {
    let mut tx = backend.db().system("nobody is signed in yet").begin().await?;
    for key in keys {
        tx.run("delete from sign_in_attempts where key = $1", args![*key]).await?;
    }
    tx.commit().await
}

/// A password that can be read over the telephone, for accounts that a command makes.
pub fn generated_password() -> SecretString {
    use secrecy::ExposeSecret;
    let token = secret::random_token();
    let readable: String = token.expose_secret().chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    readable.into()
}

#[cfg(test)]
mod tests;
