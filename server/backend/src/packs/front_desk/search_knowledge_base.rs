//! `search_knowledge_base`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    articles,
    packs::{Output, ToolCall, ToolError},
};

/// Searches what the organisation has written down for its callers: questions and answers, rules, directions, prices of what
/// no other tool knows. Answer only from what it finds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// What the caller wants to know, as a short question or a few telling words, in the language of the articles (English
    /// unless told otherwise).
    query: String,
}

#[derive(Debug, Serialize)]
pub struct Found {
    say: String,
    passages: Vec<Passage>,
}

#[derive(Debug, Serialize)]
struct Passage {
    title: String,
    text: String,
}

impl Output for Found {}

/// More would cost the model attention, and every later turn of the call their tokens.
const PASSAGES: usize = 3;

impl Arguments {
    pub async fn run(self, call: &ToolCall<'_>) -> Result<Found, ToolError> {
        let query = self.query.trim();
        if query.is_empty() {
            return Err(ToolError::told("empty_query", "What would you like to know?"));
        }
        let found = articles::search(call.org, query, PASSAGES).await?;
        let say = found
            .first()
            .map_or_else(|| "I do not have that information.".to_owned(), |best| articles::search::plain(&best.text));
        let passage =
            |passage: model::Passage| Passage { title: passage.title, text: articles::search::plain(&passage.text) };
        Ok(Found { say, passages: found.into_iter().map(passage).collect() })
    }
}
