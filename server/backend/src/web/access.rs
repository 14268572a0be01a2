//! Who asks: a signed-in member, or another system with a key.

use std::fmt;

use axum::extract::{FromRequestParts, Query};
use http::{header, request::Parts};
use model::{Role, Scope, UserId};
use serde::Deserialize;
use tower_sessions::Session;

use super::problem::Problem;
use crate::{Backend, Org, api_keys, sessions, users};

/// The organisation that is asked about, and what the one who asks may do there.
#[derive(Clone)]
pub struct Access {
    /// The organisation.
    pub org: Org,
    who: Who,
}

#[derive(Clone)]
enum Who {
    Member { user: UserId, role: Role, session: Session },
    Key { secret: String, scopes: Vec<Scope> },
}

#[derive(Deserialize)]
struct OrgQuery {
    org: Option<String>,
}

impl Access {
    /// Refuses unless a key has this scope or a member at least this role.
    pub fn require(&self, scope: Scope, role: Role) -> Result<(), Problem> {
        let allowed = match &self.who {
            Who::Member { role: has, .. } => has.allows(role),
            Who::Key { scopes, .. } => scopes.contains(&scope),
        };
        if allowed { Ok(()) } else { Err(Problem::forbidden("This needs another role, or a key with another scope.")) }
    }

    /// Refuses everybody but a member with at least this role: what is for people's eyes, whatever a key may do.
    pub fn require_member(&self, role: Role) -> Result<(), Problem> {
        match &self.who {
            Who::Member { role: has, .. } if has.allows(role) => Ok(()),
            _ => Err(Problem::forbidden("This needs a person with another role.")),
        }
    }

    /// Whether the one who asked may still do so: sessions end, people leave, keys are withdrawn.
    pub async fn still_holds(&self, backend: &Backend) -> bool {
        match &self.who {
            Who::Member { user, session, .. } => {
                let signed_in = session.load().await.is_ok()
                    && matches!(sessions::user(session).await, Ok(Some(found)) if found == *user);
                signed_in && matches!(users::member(backend, *user, self.org.slug()).await, Ok(Some(_)))
            }
            Who::Key { secret, .. } => matches!(api_keys::find(backend, secret).await, Ok(Some(_))),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("org", &self.org.slug()).finish_non_exhaustive()
    }
}

impl FromRequestParts<Backend> for Access {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, backend: &Backend) -> Result<Self, Problem> {
        let asked = Query::<OrgQuery>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::bad_request("The query cannot be read."))?;
        if let Some(secret) = bearer(parts) {
            let (org, key) = api_keys::find(backend, secret).await?.ok_or_else(Problem::unauthorized)?;
            if asked.0.org.is_some_and(|slug| slug != org.slug()) {
                return Err(Problem::not_found("organisation"));
            }
            let secret = secret.to_owned();
            return Ok(Self { org, who: Who::Key { secret, scopes: key.scopes } });
        }
        let session = Session::from_request_parts(parts, backend).await.map_err(|_| Problem::unauthorized())?;
        let user =
            sessions::user(&session).await.map_err(|_| Problem::unavailable())?.ok_or_else(Problem::unauthorized)?;
        let slug = match asked.0.org {
            Some(slug) => slug,
            None => users::last_org(backend, user).await?.ok_or_else(|| Problem::not_found("organisation"))?,
        };
        let (org, member) =
            users::member(backend, user, &slug).await?.ok_or_else(|| Problem::not_found("organisation"))?;
        Ok(Self { org, who: Who::Member { user, role: member.role, session } })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}
