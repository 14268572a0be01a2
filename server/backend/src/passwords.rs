//! Password hashes: argon2id at the cost that OWASP recommends, at most two at a time.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Computes and checks password hashes. One takes 19 MiB and some 20 ms of a core, so a flood of sign-ins must queue
/// here rather than take memory and cores away from calls.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    at_work: Arc<Semaphore>,
    /// Who waits, and who is at work.
    queue: Arc<Semaphore>,
}

/// So many passwords are checked or wait for it; with two at a time the last one waits less than a second.
const QUEUE: usize = 32;

/// More passwords wait to be checked than can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowded;

impl Default for Passwords {
    fn default() -> Self {
        Self { at_work: Arc::new(Semaphore::new(2)), queue: Arc::new(Semaphore::new(QUEUE)) }
    }
}

impl Passwords {
    /// The hash that is stored: m=19456, t=2, p=1 are the defaults of `argon2`.
    pub(crate) async fn hash(&self, password: SecretString) -> String {
        self.work(move || {
            Argon2::default()
                .hash_password(password.expose_secret().as_bytes())
                .expect("argon2 hashes any password that fits in memory")
                .to_string()
        })
        .await
    }

    /// Whether `password` is the one behind `hash`. Without a hash the work is done all the same, so that nobody can
    /// tell by the time taken whether an account exists.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Crowded> {
        let _place = self.queue.try_acquire().map_err(|_| Crowded)?;
        let right = self.work(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let Ok(parsed) = PasswordHash::new(&hash) else { return false };
            Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok() && known
        });
        Ok(right.await)
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let _permit = self.at_work.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(job).await.expect("hashing does not panic")
    }
}

/// The hash of a password that nobody has.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$7ZMbJXZTLfIDRjPK9VdLVlBSWvuHbLDzBqCZGmAVvn8";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned().into()).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(passwords.verify("correct horse".to_owned().into(), Some(hash.clone())).await, Ok(true));
        assert_eq!(passwords.verify("wrong horse".to_owned().into(), Some(hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn without_an_account_the_same_work_is_done_and_the_answer_is_no() {
        PasswordHash::new(NOBODY).expect("a hash that can be verified");
        assert_eq!(Passwords::default().verify("anything".to_owned().into(), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_flood_is_turned_away_instead_of_queueing() {
        let passwords = Passwords::default();
        let flood = (0..QUEUE + 8).map(|_| passwords.verify("anything".to_owned().into(), None));
        let answers = futures_util::future::join_all(flood).await;
        assert_eq!(answers.iter().filter(|answer| **answer == Err(Crowded)).count(), 8);
        assert_eq!(passwords.verify("anything".to_owned().into(), None).await, Ok(false));
    }
}
