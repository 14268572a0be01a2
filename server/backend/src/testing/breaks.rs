//! Tools that break on purpose.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;

use crate::{
    Backend,
    packs::{Answer, ToolError},
};

/// How a tool breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// It panics.
    Panics,
    /// It never answers.
    Hangs,
    /// It answers as usual, so much later.
    Takes(Duration),
}

/// From here on every run of this tool breaks like this.
pub fn break_tool(backend: &Backend, tool: &'static str, how: Break) {
    backend.shared().breaks.0.lock().unwrap_or_else(PoisonError::into_inner).insert(tool, how);
}

/// The tools that break.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaks(Arc<Mutex<HashMap<&'static str, Break>>>);

impl Breaks {
    /// What runs in the place of a tool.
    pub(crate) fn instead_of<'a>(
        &self,
        tool: &str,
        running: BoxFuture<'a, Result<Answer, ToolError>>,
    ) -> BoxFuture<'a, Result<Answer, ToolError>> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).get(tool).copied() {
            None => running,
            Some(Break::Panics) => Box::pin(async { panic!("this tool panics on purpose") }),
            Some(Break::Hangs) => Box::pin(std::future::pending()),
            Some(Break::Takes(time)) => Box::pin(async move {
                tokio::time::sleep(time).await;
                running.await
            }),
        }
    }
}
