//! People who sign in, and the organisations they work in.

use model::{FieldError, Member, OrgId, Role, UserId};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Backend, args,
    db::DbResult,
    error::{Error, Result},
    org::Org,
    orgs,
};

/// The shortest password that is taken.
const MIN_PASSWORD: usize = 10;

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their sign-in address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password.
    pub password: SecretString,
}

/// Adds a person who can sign in.
pub async fn add(backend: &Backend, new: NewUser) -> Result<UserId> {
    let email = normal_email(&new.email);
    check(&email, &new)?;
    let hash = backend.passwords().hash(new.password).await;
    let id = UserId::new();
    let added = backend
        .db()
        .system("people belong to no single organisation")
        .run(
            "insert into users (id, email, name, password_hash, disabled, created_at)
             values ($1, $2, $3, $4, false, $5)",
            args![id, email, new.name.trim(), hash, backend.clock().now()],
        )
        .await;
    match added {
        Err(error) if error.unique_violation() => Err(Error::field("email", "This address can sign in already.")),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(id),
    }
}

fn check(email: &str, new: &NewUser) -> Result<()> {
    let mut errors = Vec::new();
    let plausible = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !plausible || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        errors.push(FieldError::new("email", "Write a whole e-mail address, for instance ann@example.org."));
    }
    if new.name.trim().is_empty() {
        errors.push(FieldError::new("name", "Write the person's name."));
    }
    if new.password.expose_secret().chars().count() < MIN_PASSWORD {
        errors.push(FieldError::new("password", format!("Use at least {MIN_PASSWORD} characters.")));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Sets a person's password and ends all their sessions.
pub async fn set_password(backend: &Backend, user: UserId, password: SecretString) -> Result<()> {
    if password.expose_secret().chars().count() < MIN_PASSWORD {
        return Err(Error::field("password", format!("Use at least {MIN_PASSWORD} characters.")));
    }
    let hash = backend.passwords().hash(password).await;
    let mut tx = backend.db().system("a person's own row").begin().await?;
    tx.run("update users set password_hash = $2 where id = $1", args![user, hash]).await?;
    tx.run("delete from sessions where user_id = $1", args![user]).await?;
    tx.commit().await?;
    Ok(())
}

/// Locks a person out at once, or lets them in again.
pub async fn set_disabled(backend: &Backend, user: UserId, disabled: bool) -> Result<()> {
    let mut tx = backend.db().system("a person's own row").begin().await?;
    tx.run("update users set disabled = $2 where id = $1", args![user, disabled]).await?;
    if disabled {
        tx.run("delete from sessions where user_id = $1", args![user]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Gives a person a role in an organisation; replaces the one they had.
pub async fn grant(backend: &Backend, user: UserId, org: OrgId, role: Role) -> DbResult<()> {
    backend
        .db()
        .system("a membership joins a person and an organisation")
        .run(
            "insert into memberships (org_id, user_id, role) values ($1, $2, $3)
             on conflict (org_id, user_id) do update set role = excluded.role",
            args![org, user, role],
        )
        .await
        .map(|_| ())
}

/// The person of this address.
pub async fn by_email(backend: &Backend, email: &str) -> DbResult<Option<UserId>> {
    let found: Option<(UserId,)> = backend
        .db()
        .system("people are named by their address")
        .optional("select id from users where email = $1", args![normal_email(email)])
        .await?;
    Ok(found.map(|(id,)| id))
}

/// The organisation of this slug and the person in it; `None` also where it exists but the person has no part in it.
pub async fn member(backend: &Backend, user: UserId, slug: &str) -> DbResult<Option<(Org, Member)>> {
    let Some((org, role)) = orgs::by_slug(backend, user, slug).await? else { return Ok(None) };
    let Some((name, email)) = profile(backend, user).await? else { return Ok(None) };
    Ok(Some((org, Member { user_id: user, name, email, role })))
}

/// A person's name and address.
pub async fn profile(backend: &Backend, user: UserId) -> DbResult<Option<(String, String)>> {
    backend
        .db()
        .system("a person's own row")
        .optional("select name, email from users where id = $1 and not disabled", args![user])
        .await
}

/// Remembers where a person worked last.
pub async fn set_last_org(backend: &Backend, user: UserId, org: OrgId) -> DbResult<()> {
    backend
        .db()
        .system("a person's own row")
        .run("update users set last_org_id = $2 where id = $1 and coalesce(last_org_id, '') <> $2", args![user, org])
        .await
        .map(|_| ())
}

/// The organisation a person worked in last, else the first by name: its slug.
pub async fn last_org(backend: &Backend, user: UserId) -> DbResult<Option<String>> {
    let found: Option<(String,)> = backend
        .db()
        .system("a person's own row")
        .optional(
            "select o.slug
             from memberships m
             join organisations o on o.id = m.org_id
             join users u on u.id = m.user_id
             where m.user_id = $1
             order by case when o.id = u.last_org_id then 0 else 1 end, o.name
             limit 1",
            args![user],
        )
        .await?;
    Ok(found.map(|(slug,)| slug))
}

/// An address in the form in which it is stored and compared.
pub(crate) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
