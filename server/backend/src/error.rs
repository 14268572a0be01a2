//! What a service function can refuse, in the words of who asked.

use model::{FieldError, Role};

use crate::db::DbError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this organisation.
    #[error("there is no such thing here")]
    NotFound,
    /// The person's role does not allow it.
    #[error("this needs the role “{}”", .0.label())]
    Forbidden(Role),
    /// Fields of a form do not hold what they should.
    #[error("{}", .0.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<FieldError>),
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed this meanwhile; reload to see their version")]
    Stale,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A file of ours could not be read or written.
    #[error("a stored file failed: {0}")]
    Io(#[from] std::io::Error),
}

/// Result of a service function.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// One field that does not hold what it should.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}

/// Refuses unless `role` may do what `needed` may.
pub(crate) fn require(role: Role, needed: Role) -> Result<()> {
    if role.allows(needed) { Ok(()) } else { Err(Error::Forbidden(needed)) }
}
