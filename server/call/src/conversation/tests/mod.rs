//! Scripts of calls.

mod consent;
mod ending;
mod hearing;
mod interrupting;
mod opening;
mod properties;
mod recovery;
pub(crate) mod script;
mod speaking;
mod today;
mod tools;
mod typed;
mod writing;
