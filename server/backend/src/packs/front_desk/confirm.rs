//! `confirm`.

use model::ProposalId;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    packs::{ToolCall, ToolError},
    writes::{self, Answered},
};

/// Makes a change that another tool has proposed. Call it only after you have read the proposal's `readBack` to the caller and
/// the caller has then said yes; never in the same breath as the proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Arguments {
    /// The `proposalId` of the tool that proposed the change.
    proposal_id: String,
}

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Answered, ToolError> {
        match self.proposal_id.trim().parse::<ProposalId>() {
            Ok(id) => writes::confirm(call, id).await,
            Err(_) => Ok(writes::unknown()),
        }
    }
}
