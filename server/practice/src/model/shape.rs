//! What a client's frame must look like, and the check of it: as strict as the real service, which refuses what it does not know.

use serde_json::{Map, Value};

use super::problem::Problem;

/// The form of a value.
pub(super) enum Shape {
    Any,
    Text,
    Bool,
    Integer(i64, i64),
    Number(f64, f64),
    /// Any object.
    Object,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An object of just these members.
    Fields(&'static [Field]),
    /// An object whose `type` decides its other members.
    Tagged(&'static [(&'static str, &'static [Field])]),
    List(&'static Shape),
    Nullable(&'static Shape),
    /// The first whose JSON kind fits.
    Either(&'static [Shape]),
}

/// A member of an object.
pub(super) struct Field {
    name: &'static str,
    required: bool,
    shape: Shape,
}

pub(super) const fn needs(name: &'static str, shape: Shape) -> Field {
    Field { name, required: true, shape }
}

pub(super) const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, required: false, shape }
}

impl Shape {
    /// Checks a value; `path` names it in the problem, `""` for a whole frame.
    pub(super) fn check(&self, value: &Value, path: &str) -> Result<(), Problem> {
        match (self, value) {
            (Self::Any, _)
            | (Self::Text, Value::String(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Object, Value::Object(_))
            | (Self::Nullable(_), Value::Null) => Ok(()),
            (Self::Integer(min, max), Value::Number(number)) => match number.as_i64() {
                Some(it) if (*min..=*max).contains(&it) => Ok(()),
                Some(it) => {
                    Err(Problem::invalid(path, format!("Invalid '{path}': {it} is not between {min} and {max}.")))
                }
                None => Err(Problem::wrong_type(path, self.expected(), value)),
            },
            (Self::Number(min, max), Value::Number(number)) => match number.as_f64() {
                Some(it) if (*min..=*max).contains(&it) => Ok(()),
                _ => Err(Problem::invalid(path, format!("Invalid '{path}': {number} is not between {min} and {max}."))),
            },
            (Self::Word(words), Value::String(word)) if words.contains(&word.as_str()) => Ok(()),
            (Self::Word(words), Value::String(word)) => Err(Problem::unsupported(path, word, words)),
            (Self::Fields(fields), Value::Object(object)) => check_fields(fields, object, path, false),
            (Self::Tagged(kinds), Value::Object(object)) => check_tagged(kinds, object, path),
            (Self::List(shape), Value::Array(values)) => {
                values.iter().enumerate().try_for_each(|(n, it)| shape.check(it, &format!("{path}[{n}]")))
            }
            (Self::Nullable(shape), _) => shape.check(value, path),
            (Self::Either(shapes), _) => match shapes.iter().find(|it| it.takes(value)) {
                Some(shape) => shape.check(value, path),
                None => Err(Problem::wrong_type(path, self.expected(), value)),
            },
            _ => Err(Problem::wrong_type(path, self.expected(), value)),
        }
    }

    fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Word(words) => value.as_str().is_some_and(|it| words.contains(&it)),
            Self::Bool => value.is_boolean(),
            Self::Integer(..) | Self::Number(..) => value.is_number(),
            Self::Object | Self::Fields(_) | Self::Tagged(_) => value.is_object(),
            Self::List(_) => value.is_array(),
            Self::Nullable(shape) => value.is_null() || shape.takes(value),
            Self::Either(shapes) => shapes.iter().any(|it| it.takes(value)),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "a string",
            Self::Bool => "a boolean",
            Self::Integer(..) => "an integer",
            Self::Number(..) => "a number",
            Self::Object | Self::Fields(_) | Self::Tagged(_) => "an object",
            Self::Word(_) => "one of the supported words",
            Self::List(_) => "an array",
            Self::Nullable(shape) => shape.expected(),
            Self::Either(_) => "one of the supported forms",
        }
    }
}

fn check_tagged(
    kinds: &'static [(&'static str, &'static [Field])],
    object: &Map<String, Value>,
    path: &str,
) -> Result<(), Problem> {
    let tag = join(path, "type");
    let kind = match object.get("type") {
        None => return Err(Problem::missing(&tag)),
        Some(Value::String(kind)) => kind,
        Some(other) => return Err(Problem::wrong_type(&tag, "a string", other)),
    };
    let Some((_, fields)) = kinds.iter().find(|(name, _)| name == kind) else {
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        return Err(Problem::unsupported(&tag, kind, &names));
    };
    check_fields(fields, object, path, true)
}

fn check_fields(fields: &[Field], object: &Map<String, Value>, path: &str, tagged: bool) -> Result<(), Problem> {
    if let Some(field) = fields.iter().find(|it| it.required && !object.contains_key(it.name)) {
        return Err(Problem::missing(&join(path, field.name)));
    }
    for (name, value) in object {
        match fields.iter().find(|it| it.name == name) {
            Some(field) => field.shape.check(value, &join(path, name))?,
            None if tagged && name == "type" => {}
            None => return Err(Problem::unknown(&join(path, name))),
        }
    }
    Ok(())
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
