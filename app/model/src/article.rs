//! The knowledge base.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ArticleId;

/// An article as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArticleRow {
    /// Its identifier.
    pub id: ArticleId,
    /// What it is about, best as the question a caller asks.
    pub title: String,
    /// The shelf it stands on.
    pub category: String,
    /// How many calls have used it.
    pub hits: i64,
    /// When a call last used it.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A whole article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Its row in the list.
    pub row: ArticleRow,
    /// The text, in Markdown.
    pub body: String,
    /// Counts edits; an edit of an older version is refused, so that two editors cannot overwrite each other.
    pub version: i64,
    /// Who edited it last.
    pub author: String,
}

/// What an editor sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArticleForm {
    /// What it is about, best as the question a caller asks.
    pub title: String,
    /// The shelf it stands on.
    pub category: String,
    /// The text, in Markdown.
    pub body: String,
    /// The version that was edited; 0 for a new article.
    pub version: i64,
}

/// A piece of an article that answers a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// The article it comes from.
    pub article_id: ArticleId,
    /// That article's title.
    pub title: String,
    /// The text.
    pub text: String,
    /// How well it fits; only comparable within one search.
    pub score: f64,
}

/// What "ask it now" shows: what the assistant would be given, and what it would be told to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The passages found, best first.
    pub passages: Vec<Passage>,
    /// The sentence that the tool hands to the assistant.
    pub say: String,
}
