//! The REST interface for other systems.

pub mod calls;
pub mod range;
mod records;
pub mod sales;

use axum::Router;

use crate::Backend;

/// Everything below `/api` that is not an event stream.
pub fn router() -> Router<Backend> {
    calls::router().merge(sales::router())
}
