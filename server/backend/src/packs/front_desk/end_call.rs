//! `end_call`.

use call::io::AfterTool;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::packs::{Output, ToolCall, ToolError};

/// Ends the telephone call. Call it only when the caller has said goodbye or has clearly said that they need nothing
/// more. The line closes after your goodbye has been heard.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// Why the call ends, in a few words, for the staff.
    reason: String,
}

#[derive(Debug, Serialize)]
pub struct Ended {
    say: &'static str,
    reason: String,
}

impl Output for Ended {
    fn then(&self) -> AfterTool {
        AfterTool::EndCall
    }
}

impl Arguments {
    /// The registry awaits every tool; this one has nothing to wait for.
    #[allow(clippy::unused_async)]
    pub async fn run(self, _call: &ToolCall<'_>) -> Result<Ended, ToolError> {
        Ok(Ended { say: "Thank you for calling. Goodbye.", reason: self.reason })
    }
}
