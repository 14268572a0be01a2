//! `aida demo`: four organisations to try everything with, and a week of their calls.

mod calls;
mod content;
mod data;
mod messages;
mod tee_sheet;
mod voices;

use model::{Currency, OrgId, PhoneNumber, Role};
use rand::RngExt;
use secrecy::SecretString;

use crate::{
    Backend,
    db::DbError,
    error::Error,
    orgs::{self, NewOrg},
    users::{self, NewUser},
};

/// The sign-in address of the owner of all four.
pub const EMAIL: &str = "demo@aida.test";

/// What the demo has made, or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoReport {
    /// The organisations, with the numbers that ring them.
    pub organisations: Vec<DemoOrganisation>,
    /// The sign-in address.
    pub email: &'static str,
    /// The password, where it is known: `None` when it was set earlier and stays.
    pub password: Option<String>,
}

/// An organisation of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOrganisation {
    /// Its name.
    pub name: String,
    /// Its name in URLs.
    pub slug: String,
    /// The number that rings it.
    pub number: PhoneNumber,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database is in use by somebody.
    #[error("this database holds organisations that are not the demo's; point DATABASE_URL to an empty one")]
    OtherOrganisations,
    /// The password is not good enough.
    #[error("AIDA_DEMO_PASSWORD: {0}")]
    Password(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Error> for DemoError {
    fn from(error: Error) -> Self {
        match error {
            Error::Db(error) => Self::Db(error),
            other => Self::Password(other.to_string()),
        }
    }
}

/// Makes the four organisations, their owner and a week of calls, as far as they are not there. With a password, sets it.
pub async fn seed(backend: &Backend, password: Option<String>) -> Result<DemoReport, DemoError> {
    seed_with(backend, password, Audio::Spoken).await
}

/// Whether some of the past calls can be listened to. Speaking them takes a few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audio {
    /// They can, as far as this machine can speak.
    Spoken,
    /// They cannot.
    None,
}

/// As [`seed`], with or without audio.
pub async fn seed_with(backend: &Backend, password: Option<String>, audio: Audio) -> Result<DemoReport, DemoError> {
    if orgs::count_real(backend).await? > 0 {
        return Err(DemoError::OtherOrganisations);
    }
    let (owner, password) = owner(backend, password).await?;
    let now = backend.clock().now();
    let mut organisations = Vec::new();
    for (n, (data, calls)) in (1..).zip(data::organisations()) {
        let new = NewOrg {
            id: OrgId::from_u128(FIRST_ORG + n),
            slug: data.slug.clone(),
            name: data.name.clone(),
            time_zone: data.time_zone,
            currency: Currency::Usd,
            packs: data.packs.clone(),
            numbers: vec![data.number.clone()],
            demo: true,
        };
        let org = orgs::add(backend, &new).await?;
        content::write(&org, &data, now).await?;
        calls::write(backend, &org, &data, &calls, audio).await?;
        messages::write(&org, &data, now).await?;
        users::grant(backend, owner, org.id(), Role::Owner).await?;
        if n == 1 {
            users::set_last_org(backend, owner, org.id()).await?;
        }
        organisations.push(DemoOrganisation { name: data.name, slug: data.slug, number: data.number });
    }
    Ok(DemoReport { organisations, email: EMAIL, password })
}

/// The organisations have the same identifiers everywhere, so that two that seed at once make the same four.
const FIRST_ORG: u128 = 0x0193_5a1b_0000_7000_8000_da00_0000_0000;

/// The owner, and the password where it is known.
async fn owner(backend: &Backend, password: Option<String>) -> Result<(model::UserId, Option<String>), DemoError> {
    if let Some(there) = users::by_email(backend, EMAIL).await? {
        if let Some(password) = &password {
            users::set_password(backend, there, SecretString::from(password.clone())).await?;
        }
        return Ok((there, password));
    }
    let password = password.unwrap_or_else(generated);
    let new = NewUser {
        email: EMAIL.to_owned(),
        name: "Dana Demo".to_owned(),
        password: SecretString::from(password.clone()),
    };
    Ok((users::add(backend, new).await?, Some(password)))
}

/// A password that can be typed from the screen: no characters that look alike.
fn generated() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let group = |_| (0..4).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect::<String>();
    (0..4).map(group).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests;
