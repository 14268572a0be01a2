//! What the model answers to a frame it cannot accept.

use serde_json::{Value, json};

/// An `error` event in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    kind: &'static str,
    code: String,
    message: String,
    param: Option<String>,
}

impl Problem {
    pub(super) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: "invalid_request_error", code: code.into(), message: message.into(), param: None }
    }

    pub(super) fn server(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: "server_error", ..Self::new(code, message) }
    }

    pub(super) fn at(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::new("missing_required_parameter", format!("Missing required parameter: '{param}'.")).at(param)
    }

    pub(super) fn unknown(param: &str) -> Self {
        Self::new("unknown_parameter", format!("Unknown parameter: '{param}'.")).at(param)
    }

    pub(super) fn wrong_type(param: &str, expected: &str, got: &Value) -> Self {
        let got = kind_of(got);
        let message = format!("Invalid type for '{param}': expected {expected}, but got {got} instead.");
        Self::new("invalid_type", message).at(param)
    }

    pub(super) fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new("invalid_value", message).at(param)
    }

    pub(super) fn unsupported(param: &str, got: &str, supported: &[&str]) -> Self {
        let supported: Vec<String> = supported.iter().map(|it| format!("'{it}'")).collect();
        let message = format!("Invalid value: '{got}'. Supported values are: {}.", supported.join(", "));
        Self::invalid(param, message)
    }

    /// The `error` member of the event; `event_id` is that of the client's frame.
    pub(super) fn to_json(&self, event_id: Option<&str>) -> Value {
        json!({
            "type": self.kind, "code": self.code, "message": self.message, "param": self.param, "event_id": event_id,
        })
    }

    /// The error of a failed response, which has no parameter.
    pub(super) fn to_status(&self) -> Value {
        json!({ "type": self.kind, "code": self.code, "message": self.message })
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    #[cfg(test)]
    pub(super) fn param(&self) -> Option<&str> {
        self.param.as_deref()
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
