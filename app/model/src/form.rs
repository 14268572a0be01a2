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

/// A form as it was posted and refused, kept until the page that it leads back to has shown it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedForm {
    /// Where it was posted to.
    pub path: String,
    /// Every field that it held, in order.
    pub fields: Vec<(String, String)>,
}

impl RefusedForm {
    /// What a field held.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}
