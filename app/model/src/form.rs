//! What a form is told when it cannot be taken as it is.

use serde::{Deserialize, Serialize};

/// A field that does not hold what it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What to write instead, as a sentence.
    pub message: String,
}

impl FieldError {
    /// A message for one field.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}
