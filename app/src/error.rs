//! What went wrong, told to the person who can do something about it.

use std::fmt;

#[cfg(feature = "ssr")]
use leptos::server_fn::{Bytes, Encodes as _};
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use model::FieldError;
use serde::{Deserialize, Serialize};

/// Why a page or an action did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// There is no such thing in this organisation.
    NotFound,
    /// The person's role does not allow it; names the role that does.
    Forbidden(String),
    /// What was entered cannot be kept; says why.
    Invalid(String),
    /// Fields of a form do not hold what they should; says for each what to write instead.
    Fields(Vec<FieldError>),
    /// Somebody else changed the same thing meanwhile; says what.
    Conflict(String),
    /// It was tried too often; says how long to wait.
    TooMany(String),
    /// The server could not be reached.
    Offline,
    /// The server failed; the cause is in its log.
    Trouble,
}

impl AppError {
    /// A short heading.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::SignedOut => "Please sign in again",
            Self::NotFound => "There is nothing here",
            Self::Forbidden(_) => "Your role does not allow this",
            Self::Invalid(_) | Self::Fields(_) => "Please check what you entered",
            Self::Conflict(_) => "Somebody else was faster",
            Self::TooMany(_) => "Please wait a little",
            Self::Offline => "No connection to the server",
            Self::Trouble => "Something went wrong on our side",
        }
    }

    /// What is wrong with one field, if that is why.
    pub fn of_field(&self, name: &str) -> Option<String> {
        let Self::Fields(errors) = self else { return None };
        let messages: Vec<&str> =
            errors.iter().filter(|error| error.field == name).map(|error| error.message.as_str()).collect();
        (!messages.is_empty()).then(|| messages.join(" "))
    }

    /// What a program is told.
    #[cfg(feature = "ssr")]
    pub const fn status(&self) -> axum::http::StatusCode {
        use axum::http::StatusCode;
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Invalid(_) | Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Offline | Self::Trouble => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut => f.write_str("Your session has ended. Sign in and you will be back where you were."),
            Self::NotFound => f.write_str("The address may be wrong, or it belongs to another organisation."),
            Self::Forbidden(role) => write!(f, "Ask somebody with the role \u{201c}{role}\u{201d} to do it."),
            Self::Invalid(why) | Self::Conflict(why) | Self::TooMany(why) => f.write_str(why),
            Self::Fields(errors) => {
                let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
                f.write_str(&messages.join(" "))
            }
            Self::Offline => f.write_str("Check your connection and try again. Calls are answered all the same."),
            Self::Trouble => f.write_str("Try again in a moment. Calls are answered all the same."),
        }
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Offline,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::Invalid("Some of the fields could not be read.".into())
            }
            _ => Self::Trouble,
        }
    }

    // Every error of a server function passes here on its way out, those of arguments that cannot be read included.
    #[cfg(feature = "ssr")]
    fn ser(&self) -> Bytes {
        crate::session::answer_with(self.status());
        JsonEncoding::encode(self).unwrap_or_default()
    }
}

#[cfg(feature = "ssr")]
impl From<backend::error::Error> for AppError {
    fn from(error: backend::error::Error) -> Self {
        use backend::error::Error;
        match error {
            Error::NotFound => crate::session::not_found(),
            Error::Forbidden(role) => Self::Forbidden(role.label().to_owned()),
            Error::Invalid(errors) => Self::Fields(errors),
            Error::Stale => Self::Conflict(
                "This was changed since you opened it. Copy what you wrote, reload the page, and put it in again."
                    .into(),
            ),
            other => crate::session::trouble(other),
        }
    }
}

#[cfg(feature = "ssr")]
impl From<backend::db::DbError> for AppError {
    fn from(error: backend::db::DbError) -> Self {
        crate::session::trouble(error)
    }
}
