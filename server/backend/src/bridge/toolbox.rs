//! What a call's tools are given: the organisation, the caller and the time, never more than one tenant.

use std::time::Instant;

use call::{ToolOutcome, ToolStatus, consent::Moment};
use model::{CallId, PhoneNumber};

use crate::{
    Org, metrics,
    packs::{self, ToolCall},
};

/// In whose name the tools of a call run.
#[derive(Clone, Debug)]
pub(super) struct Toolbox {
    pub(super) org: Org,
    pub(super) call_id: CallId,
    pub(super) caller: Option<PhoneNumber>,
    /// A typed call: nothing that it changes stays.
    pub(super) rehearsal: bool,
    /// Where links lead.
    pub(super) public_url: String,
}

impl Toolbox {
    /// Runs a tool with arguments as the model wrote them.
    pub(super) async fn run(self, name: String, arguments: String, moment: Moment) -> ToolOutcome {
        let began = Instant::now();
        let call = ToolCall {
            org: &self.org,
            call_id: Some(self.call_id),
            caller: self.caller.as_ref(),
            now: self.org.now(),
            moment: Some(&moment),
            rehearsal: self.rehearsal,
            public_url: &self.public_url,
        };
        let outcome = packs::run(&call, &name, &arguments).await;
        let known = packs::tools_for(&self.org).into_iter().find(|tool| tool.name == name);
        metrics::tool(known.map_or("unknown", |tool| tool.name), word(outcome.status), began.elapsed());
        outcome
    }
}

fn word(status: ToolStatus) -> &'static str {
    match status {
        ToolStatus::Done => "done",
        ToolStatus::Refused => "refused",
        ToolStatus::Failed => "failed",
    }
}
