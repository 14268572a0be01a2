//! Scripts of calls.

mod opening;
pub(crate) mod script;
