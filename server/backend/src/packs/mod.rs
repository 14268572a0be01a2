//! Industry packs: what an assistant knows and can do for one kind of organisation.
//!
//! A pack is plain data ([`Pack`]); a tool is one file in its pack's folder (see [`tool`]). To add a tool, write its file
//! and put its name into the pack's `tools![…]`; to add a pack, follow the compiler from [`PackKey`].

pub(crate) mod editing;
pub mod events;
pub mod front_desk;
pub mod heard;
pub mod intake;
pub mod menu;
pub mod tee_times;
pub mod tool;

use std::panic::AssertUnwindSafe;

use call::{ToolOutcome, ToolStatus, io::AfterTool};
use futures_util::FutureExt;
use model::PackKey;
use serde::Serialize;
use serde_json::{Map, Value};

pub use tool::{Answer, Output, Status, Tool, ToolCall, ToolError};

use crate::org::Org;

/// A pack as plain data.
#[derive(Clone, Copy, Debug)]
pub struct Pack {
    /// Its key.
    pub key: PackKey,
    /// Its name on screen.
    pub title: &'static str,
    /// What the assistant is told about its work, in the system prompt.
    pub instructions: &'static str,
    /// Rules that hold whatever an admin writes; they come last in the system prompt.
    pub safety: &'static str,
    /// What the assistant can do.
    pub tools: &'static [Tool],
}

/// The pack of a key.
pub const fn pack(key: PackKey) -> &'static Pack {
    match key {
        PackKey::FrontDesk => &front_desk::PACK,
        PackKey::Events => &events::PACK,
        PackKey::Menu => &menu::PACK,
        PackKey::TeeTimes => &tee_times::PACK,
        PackKey::Intake => &intake::PACK,
    }
}

/// The packs that are on for an organisation. Every organisation has a front desk.
pub fn packs_of(org: &Org) -> impl Iterator<Item = &'static Pack> {
    PackKey::ALL.iter().filter(|&&key| key == PackKey::FrontDesk || org.has_pack(key)).map(|&key| pack(key))
}

/// The tools of an organisation. Where nothing can be changed there is nothing to confirm.
pub fn tools_for(org: &Org) -> Vec<&'static Tool> {
    let changes = can_change(org);
    packs_of(org).flat_map(|pack| pack.tools).filter(|tool| changes || tool.name != front_desk::CONFIRM).collect()
}

/// Whether a caller of this organisation can have anything changed.
pub fn can_change(org: &Org) -> bool {
    packs_of(org).flat_map(|pack| pack.tools).any(|tool| tool.changing.is_some())
}

/// Runs a tool with arguments as the model wrote them. Whatever goes wrong, the model is told what to say.
pub async fn run(call: &ToolCall<'_>, name: &str, arguments: &str) -> ToolOutcome {
    let Some(tool) = tools_for(call.org).into_iter().find(|tool| tool.name == name) else {
        return unavailable_tool(name);
    };
    let running = (tool.run)(arguments, call);
    #[cfg(any(test, feature = "testing"))]
    let running = call.org.shared().breaks.instead_of(tool.name, running);
    settle(call, name, running).await
}

/// Makes an outcome of whatever a tool does, panics included.
async fn settle(
    call: &ToolCall<'_>,
    tool: &str,
    running: impl Future<Output = Result<Answer, ToolError>>,
) -> ToolOutcome {
    match AssertUnwindSafe(running).catch_unwind().await {
        Ok(Ok(answer)) => answered(answer),
        Ok(Err(ToolError::Told { code, say, details })) => {
            let status = if code == "invalid_arguments" { ToolStatus::Failed } else { ToolStatus::Refused };
            error(status, code, &say, details)
        }
        Ok(Err(ToolError::Failed(cause))) => {
            tracing::error!(call.id = call.call_id.map(tracing::field::display), tool, %cause, "a tool failed");
            broken()
        }
        Err(_) => {
            tracing::error!(call.id = call.call_id.map(tracing::field::display), tool, "a tool panicked");
            broken()
        }
    }
}

#[derive(Serialize)]
struct Told<'a> {
    status: &'static str,
    code: &'a str,
    say: &'a str,
    #[serde(flatten)]
    details: Map<String, Value>,
}

#[derive(Serialize)]
struct Answered {
    status: Status,
    #[serde(flatten)]
    output: Map<String, Value>,
}

fn answered(Answer { status, output, then, made }: Answer) -> ToolOutcome {
    let outcome = match status {
        Status::Done | Status::Proposed => ToolStatus::Done,
        Status::Refused => ToolStatus::Refused,
    };
    ToolOutcome { status: outcome, output: json(&Answered { status, output }), then, made }
}

fn error(status: ToolStatus, code: &str, say: &str, details: Map<String, Value>) -> ToolOutcome {
    let output = json(&Told { status: "error", code, say, details });
    ToolOutcome { status, output, then: AfterTool::GoOn, made: None }
}

fn unavailable_tool(name: &str) -> ToolOutcome {
    let known = PackKey::ALL.iter().any(|&key| pack(key).tools.iter().any(|tool| tool.name == name));
    let code = if known { "not_available" } else { "unknown_tool" };
    error(ToolStatus::Refused, code, "I am sorry, I cannot do that on this line.", Map::new())
}

fn broken() -> ToolOutcome {
    let say = "I am sorry, I cannot look that up at the moment. Is there anything else I can help you with?";
    error(ToolStatus::Failed, "unavailable", say, Map::new())
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("maps with text keys serialise")
}

#[cfg(test)]
mod tests;
