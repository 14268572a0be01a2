//! The REST interface for other systems.

pub mod calls;
pub mod range;
mod records;

use axum::Router;

use crate::Backend;

/// Everything below `/api` that is not an event stream.
pub fn router() -> Router<Backend> {
    calls::router()
}
