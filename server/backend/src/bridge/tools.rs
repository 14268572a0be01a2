//! The tools that run for one call.

use std::{
    panic::AssertUnwindSafe,
    task::{Context, Poll},
    time::Duration,
};

use call::{ToolOutcome, ToolStatus, io::AfterTool};
use futures_util::FutureExt;
use tokio::task::JoinSet;

/// The call answers for a slow tool itself, long before; this ends one that hangs for good.
const GIVEN_UP_AFTER: Duration = Duration::from_mins(1);

/// What the model is told of a tool that broke: the words are for the caller.
const BROKEN: &str =
    r#"{"status":"error","code":"unavailable","say":"I am sorry, I cannot look that up at the moment."}"#;

/// The tools that run for one call; dropping it stops them.
#[derive(Debug, Default)]
pub(super) struct Tools {
    running: JoinSet<(String, ToolOutcome)>,
}

impl Tools {
    /// Runs a tool for the model's function call `call_id`. A panic or a hang becomes an outcome like any other.
    pub(super) fn run(&mut self, call_id: String, tool: impl Future<Output = ToolOutcome> + Send + 'static) {
        self.running.spawn(async move {
            let finished = tokio::time::timeout(GIVEN_UP_AFTER, AssertUnwindSafe(tool).catch_unwind()).await;
            let outcome = match finished {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) | Err(_) => {
                    ToolOutcome { status: ToolStatus::Failed, output: BROKEN.into(), then: AfterTool::GoOn, made: None }
                }
            };
            (call_id, outcome)
        });
    }

    /// The next tool that finishes.
    pub(super) fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<(String, ToolOutcome)> {
        match self.running.poll_join_next(cx) {
            // Only an aborted task fails to join, and tasks are aborted only when the call is over.
            Poll::Ready(Some(Ok(finished))) => Poll::Ready(finished),
            Poll::Ready(Some(Err(_)) | None) | Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn done() -> ToolOutcome {
        ToolOutcome { status: ToolStatus::Done, output: "{}".into(), then: AfterTool::GoOn, made: None }
    }

    #[tokio::test(start_paused = true)]
    async fn a_tool_that_panics_or_hangs_is_answered_for_and_the_others_go_on() {
        let mut tools = Tools::default();
        tools.run("panics".into(), async { panic!("a bug") });
        tools.run("hangs".into(), std::future::pending());
        tools.run("works".into(), async { done() });

        let mut finished = Vec::new();
        for _ in 0..3 {
            let (call_id, outcome) = poll_fn(|cx| tools.poll_finished(cx)).await;
            finished.push((call_id, outcome.status));
        }
        finished.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("hangs", ToolStatus::Failed), ("panics", ToolStatus::Failed), ("works", ToolStatus::Done)];
        assert_eq!(finished, expected.map(|(name, status)| (name.to_owned(), status)));
    }
}
