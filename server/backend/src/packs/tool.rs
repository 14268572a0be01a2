//! What a tool is: a name, a schema that the model reads, and a function that runs.
//!
//! A tool lives in a file of its own, named like the tool, with a type `Arguments` and a function
//! `async fn run(self, call: &ToolCall<'_>) -> Result<impl Output, ToolError>` on it; [`tools!`] puts it on its pack's list.

use call::{ToolSpec, consent::Moment};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::BoxFuture;
use model::{CallId, PhoneNumber};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    db::{DbError, scoped::tenant::OrgTx},
    org::Org,
    writes::{Agreement, Made, Standing},
};

/// In whose name and when a tool runs. Money, identity and tenant come from here, never from the model's arguments.
#[derive(Clone, Copy, Debug)]
pub struct ToolCall<'a> {
    /// The organisation that was called.
    pub org: &'a Org,
    /// The call, where there is one.
    pub call_id: Option<CallId>,
    /// Who calls, where known.
    pub caller: Option<&'a PhoneNumber>,
    /// The time.
    pub now: DateTime<Utc>,
    /// What had been said when the model called the tool; `None` outside a conversation.
    pub moment: Option<&'a Moment>,
    /// A typed call, to try things out: nothing that it changes stays.
    pub rehearsal: bool,
    /// Where links lead.
    pub public_url: &'a str,
}

impl<'a> ToolCall<'a> {
    /// A call without a conversation: what only reads needs no more.
    pub fn reading(org: &'a Org, now: DateTime<Utc>) -> Self {
        Self { org, call_id: None, caller: None, now, moment: None, rehearsal: false, public_url: "" }
    }

    /// The date on the organisation's calendar.
    pub fn today(&self) -> NaiveDate {
        self.org.local(self.now).date_naive()
    }
}

/// A tool of a pack.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// The name by which the model calls it.
    pub name: &'static str,
    /// How the model is told of it.
    pub spec: fn() -> ToolSpec,
    /// Runs it with arguments as the model wrote them.
    pub run: Run,
    /// What it does with the change that it proposed; `None` where it changes nothing.
    pub changing: Option<Changing>,
}

/// What a tool does with a change that it proposed.
#[derive(Clone, Copy, Debug)]
pub struct Changing {
    /// Makes it.
    pub make: Make,
    /// Gives back what is kept for it.
    pub release: Release,
    /// Says what is left of it after it was made.
    pub standing: StandingOf,
}

/// Runs a tool.
pub type Run = for<'a> fn(&'a str, &'a ToolCall<'a>) -> BoxFuture<'a, Result<Answer, ToolError>>;

/// Makes the change of a proposal, in a transaction.
pub type Make = for<'a> fn(&'a Agreement<'a>, &'a mut OrgTx) -> BoxFuture<'a, Result<Made, ToolError>>;

/// Gives back what is kept for a proposal, in a transaction.
pub type Release = for<'a> fn(&'a Agreement<'a>, &'a mut OrgTx) -> BoxFuture<'a, Result<(), ToolError>>;

/// Says what is left of a change, by the id of its subject.
pub type StandingOf =
    for<'a> fn(&'a str, &'a Agreement<'a>, &'a mut OrgTx) -> BoxFuture<'a, Result<Standing, ToolError>>;

/// How far a tool got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It did what was asked.
    Done,
    /// It would change something, and first the caller has to agree.
    Proposed,
    /// It says why it does not do what was asked.
    Refused,
}

/// What a tool answers. It serialises to an object that has a field `say`: a sentence that the assistant can speak as it is.
pub trait Output: Serialize {
    /// How far the tool got.
    fn status(&self) -> Status {
        Status::Done
    }

    /// What the call does once the answer has been spoken.
    fn then(&self) -> call::io::AfterTool {
        call::io::AfterTool::GoOn
    }

    /// A change that was made, as a sentence that later sessions of the call are told.
    fn made(&self) -> Option<String> {
        None
    }
}

/// An [`Output`] without its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How far the tool got.
    pub status: Status,
    /// The object that the model is given.
    pub output: Map<String, Value>,
    /// What the call does once the answer has been spoken.
    pub then: call::io::AfterTool,
    /// A change that was made, as a sentence that later sessions of the call are told.
    pub made: Option<String>,
}

/// Why a tool has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The caller or the model asked for what does not exist or makes no sense; what to say helps them on.
    #[error("{code}")]
    Told {
        /// A fixed word.
        code: &'static str,
        /// What the assistant can say.
        say: String,
        /// What helps the model to do better (choices, the field that is wrong).
        details: Map<String, Value>,
    },
    /// Something broke; the cause goes to the log and never to the caller.
    #[error(transparent)]
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl ToolError {
    /// An error that tells the caller something.
    pub fn told(code: &'static str, say: impl Into<String>) -> Self {
        Self::Told { code, say: say.into(), details: Map::new() }
    }

    /// Adds something that helps the model to do better.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        if let Self::Told { details, .. } = &mut self {
            details.insert(key.to_owned(), serde_json::to_value(value).unwrap_or_default());
        }
        self
    }
}

impl From<DbError> for ToolError {
    fn from(error: DbError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// The tools of a pack, by the names of their modules: `tools![get_menu, get_store_hours]`, and after a semicolon those that change
/// something ([`crate::writes::Write`]): `tools![get_ticket_pricing; purchase_tickets]`. Refuses to compile when a name is listed
/// twice.
macro_rules! tools {
    ($($tool:ident),* $(,)? $(; $($write:ident),+ $(,)?)?) => {{
        const TOOLS: &[$crate::packs::tool::Tool] = &[
            $($crate::packs::tool::Tool {
                name: stringify!($tool),
                spec: || $crate::packs::tool::spec::<$tool::Arguments>(stringify!($tool)),
                run: |arguments, call| {
                    Box::pin(async move {
                        let arguments: $tool::Arguments = $crate::packs::tool::parse(arguments)?;
                        $crate::packs::tool::answer(&arguments.run(call).await?)
                    })
                },
                changing: None,
            },)*
            $($($crate::packs::tool::Tool {
                name: stringify!($write),
                spec: || $crate::packs::tool::spec::<$write::Arguments>(stringify!($write)),
                run: |arguments, call| {
                    Box::pin(async move {
                        let arguments: $write::Arguments = $crate::packs::tool::parse(arguments)?;
                        let proposed = $crate::writes::propose(call, stringify!($write), &arguments).await?;
                        $crate::packs::tool::answer(&proposed)
                    })
                },
                changing: Some($crate::packs::tool::Changing {
                    make: |agreement, tx| Box::pin($crate::writes::make::<$write::Arguments>(agreement, tx)),
                    release: |agreement, tx| Box::pin($crate::writes::release::<$write::Arguments>(agreement, tx)),
                    standing: |subject, agreement, tx| {
                        Box::pin(<$write::Arguments as $crate::writes::Write>::standing(subject, agreement, tx))
                    },
                }),
            },)+)?
        ];
        const { $crate::packs::tool::refuse_duplicates(TOOLS) }
        TOOLS
    }};
}
pub(super) use tools;

/// Stops the compiler when two tools have the same name.
pub const fn refuse_duplicates(tools: &[Tool]) {
    let mut i = 0;
    while i < tools.len() {
        let mut j = i + 1;
        while j < tools.len() {
            assert!(!same(tools[i].name, tools[j].name), "two tools of a pack have the same name");
            j += 1;
        }
        i += 1;
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Longer arguments are refused unread; no tool needs a tenth of it.
const MAX_ARGUMENTS: usize = 8 * 1024;

/// Reads the arguments as the model wrote them, and says which field does not fit.
pub fn parse<T: DeserializeOwned>(arguments: &str) -> Result<T, ToolError> {
    // A tool without arguments is sometimes called with none at all.
    let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
    if arguments.len() > MAX_ARGUMENTS {
        return Err(misfit("arguments", "longer than 8 kB"));
    }
    let value: Value = serde_json::from_str(arguments).map_err(|_| misfit("arguments", "not valid JSON"))?;
    if !value.is_object() {
        return Err(misfit("arguments", "not a JSON object"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let problem = error.inner().to_string();
        match error.path().to_string() {
            root if root == "." => misfit(named_in(&problem).unwrap_or("arguments"), &problem),
            field => misfit(&field, &problem),
        }
    })
}

/// The field that serde names in "missing field `query`" and "unknown field `x`, expected …".
fn named_in(problem: &str) -> Option<&str> {
    problem.split('`').nth(1)
}

fn misfit(field: &str, problem: &str) -> ToolError {
    ToolError::told("invalid_arguments", "Sorry, I did not get that right. Could you say it once more?")
        .with("field", field)
        .with("problem", problem)
}

/// Takes the type off an output.
pub fn answer<T: Output>(output: &T) -> Result<Answer, ToolError> {
    match serde_json::to_value(output).map_err(|error| ToolError::Failed(Box::new(error)))? {
        Value::Object(fields) => {
            Ok(Answer { status: output.status(), output: fields, then: output.then(), made: output.made() })
        }
        _ => Err(ToolError::Failed("a tool's output is not an object".into())),
    }
}

/// How the model is told of a tool whose arguments have the type `T`: the type's doc comment is the description.
pub fn spec<T: JsonSchema>(name: &str) -> ToolSpec {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let description = schema.get("description").and_then(Value::as_str).map(one_line).unwrap_or_default();
    if let Value::Object(fields) = &mut schema {
        for noise in ["$schema", "title", "description"] {
            fields.remove(noise);
        }
        fields.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    }
    simplify(&mut schema);
    ToolSpec { name: name.to_owned(), description, parameters: schema }
}

/// Takes out of a schema what only costs the model attention: titles, number formats, "or null" of optional fields.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = one_line(text);
            }
            if fields.get("format").is_some_and(Value::is_string) {
                fields.remove("format");
            }
            if let Some(Value::Array(types)) = fields.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(words)) = fields.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            fields.values_mut().for_each(simplify);
        }
        Value::Array(all) => all.iter_mut().for_each(simplify),
        _ => {}
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// Books a table.
    /// Only after the caller gave a time.
    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Book {
        /// How many people.
        party_size: u8,
        /// Inside or outside.
        place: Option<Place>,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    enum Place {
        Inside,
        Outside,
    }

    fn field_of(arguments: &str) -> String {
        match parse::<Book>(arguments) {
            Err(ToolError::Told { code: "invalid_arguments", details, .. }) => {
                details["field"].as_str().expect("the field is text").to_owned()
            }
            other => panic!("{arguments} gave {other:?}"),
        }
    }

    #[test]
    fn arguments_that_fit_are_read() {
        let book: Book = parse(r#"{"partySize":4,"place":"Inside"}"#).expect("fits");
        assert_eq!(book, Book { party_size: 4, place: Some(Place::Inside) });
        let book: Book = parse(r#"{"partySize":4,"place":null}"#).expect("null is absent");
        assert_eq!(book.place, None);
    }

    #[test]
    fn arguments_that_do_not_fit_name_the_field() {
        assert_eq!(field_of(""), "partySize");
        assert_eq!(field_of("{"), "arguments");
        assert_eq!(field_of("[4]"), "arguments");
        assert_eq!(field_of("{}"), "partySize");
        assert_eq!(field_of(r#"{"partySize":"four"}"#), "partySize");
        assert_eq!(field_of(r#"{"partySize":-1}"#), "partySize");
        assert_eq!(field_of(r#"{"partySize":4,"place":"Roof"}"#), "place");
        assert_eq!(field_of(r#"{"partySize":4,"orgId":"other"}"#), "orgId");
        assert_eq!(field_of(&format!(r#"{{"partySize":4,"place":"{}"}}"#, "x".repeat(9_000))), "arguments");
    }

    #[test]
    fn the_schema_has_no_references_and_no_noise() {
        let spec = spec::<Book>("book");
        assert_eq!(spec.description, "Books a table. Only after the caller gave a time.");
        assert_eq!(spec.parameters["additionalProperties"], false);
        assert_eq!(spec.parameters["required"], serde_json::json!(["partySize"]));
        let text = spec.parameters.to_string();
        for noise in ["$ref", "$schema", "$defs", "title", "null", "uint8"] {
            assert!(!text.contains(noise), "{noise} in {text}");
        }
    }
}
