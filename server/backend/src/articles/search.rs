//! Search over an organisation's articles: BM25 over passages, forgiving about word forms, small words and typing errors.

mod words;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use model::{Article, ArticleId, OrgId, Passage};

use words::{near, stems};

/// Tells one state of the articles from another: how many there are, and when the last was edited.
pub(crate) type Mark = (i64, Option<DateTime<Utc>>);

/// The indexes of the organisations that were asked for; articles fit in memory many times over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cache(Arc<Mutex<HashMap<OrgId, Indexed>>>);

/// An index, and the state of the articles that it was made of.
type Indexed = (Mark, Arc<Index>);

impl Cache {
    pub(super) fn get(&self, org: OrgId, mark: Mark) -> Option<Arc<Index>> {
        let indexes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        indexes.get(&org).filter(|(known, _)| *known == mark).map(|(_, index)| Arc::clone(index))
    }

    pub(super) fn put(&self, org: OrgId, mark: Mark, index: Index) -> Arc<Index> {
        let index = Arc::new(index);
        let mut indexes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        indexes.insert(org, (mark, Arc::clone(&index)));
        index
    }

    pub(super) fn forget(&self, org: OrgId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&org);
    }
}

/// Passages of at most this many characters are told to the assistant; longer paragraphs stay whole.
const PASSAGE: usize = 600;
/// BM25's usual constants: how soon repetition stops to count, and how much length is held against a passage.
const K1: f64 = 1.2;
const B: f64 = 0.75;
/// A word of the title says more of what an article is about than one of its text.
const TITLE_WEIGHT: f64 = 2.5;
/// What a near miss (a typing error, the beginning of a word) is worth against the word itself.
const NEAR: f64 = 0.6;
/// Passages below this share of the best one's score are noise.
const KEEP: f64 = 0.35;
/// A passage that holds less of the question than this, by the weight of its words, is about something else.
const ABOUT: f64 = 0.25;

/// The passages of an organisation's articles and where each word occurs.
#[derive(Debug)]
pub(crate) struct Index {
    passages: Vec<Piece>,
    /// Word -> passages that hold it, with how often (a word of the title counts [`TITLE_WEIGHT`] times).
    words: BTreeMap<String, Vec<(usize, f64)>>,
    mean_length: f64,
}

#[derive(Debug)]
struct Piece {
    article_id: ArticleId,
    title: String,
    text: String,
    length: f64,
}

impl Index {
    pub(super) fn new(articles: &[Article]) -> Self {
        let mut index = Self { passages: Vec::new(), words: BTreeMap::new(), mean_length: 1.0 };
        for article in articles {
            for text in split(&article.body) {
                index.add(article, text);
            }
        }
        let total: f64 = index.passages.iter().map(|passage| passage.length).sum();
        index.mean_length = (total / index.passages.len().max(1) as f64).max(1.0);
        index
    }

    fn add(&mut self, article: &Article, text: String) {
        let number = self.passages.len();
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        let body = stems(&text);
        let length = body.len() as f64;
        for word in body {
            *counts.entry(word).or_default() += 1.0;
        }
        for word in stems(&article.row.title).into_iter().chain(stems(&article.row.category)) {
            *counts.entry(word).or_default() += TITLE_WEIGHT;
        }
        for (word, count) in counts {
            self.words.entry(word).or_default().push((number, count));
        }
        self.passages.push(Piece { article_id: article.row.id, title: article.row.title.clone(), text, length });
    }

    /// The best passages for a question, at most one per article, best first.
    pub(super) fn search(&self, query: &str, n: usize) -> Vec<Passage> {
        let mut scores = vec![0.0; self.passages.len()];
        let mut covered = vec![0.0; self.passages.len()];
        let mut asked = 0.0;
        for alternatives in words::expand(query) {
            asked += self.score_word(&alternatives, &mut scores, &mut covered);
        }
        let about = |number: usize| covered[number] >= asked * ABOUT;
        let mut ranked: Vec<(usize, f64)> =
            scores.into_iter().enumerate().filter(|(number, score)| *score > 0.0 && about(*number)).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let floor = ranked.first().map_or(0.0, |(_, best)| best * KEEP);

        let mut found: Vec<Passage> = Vec::new();
        for (number, score) in ranked {
            let piece = &self.passages[number];
            if found.len() == n || score < floor {
                break;
            }
            if found.iter().all(|passage| passage.article_id != piece.article_id) {
                found.push(Passage {
                    article_id: piece.article_id,
                    title: piece.title.clone(),
                    text: piece.text.clone(),
                    score,
                });
            }
        }
        found
    }

    /// Adds to every passage the score of the best of a word's alternatives that it holds, and how much of the question that covers.
    /// Answers how much of the question the word is: a word that no article has weighs as much as one that a single passage has.
    fn score_word(&self, alternatives: &[String], scores: &mut [f64], covered: &mut [f64]) -> f64 {
        let mut best: HashMap<usize, f64> = HashMap::new();
        let mut held: HashMap<usize, f64> = HashMap::new();
        let mut weighs: Option<f64> = None;
        for word in alternatives {
            for (known, weight) in self.matches(word) {
                let places = &self.words[known];
                let rarity = self.rarity(places.len());
                weighs = Some(weighs.map_or(rarity, |most| most.max(rarity)));
                for (number, count) in places {
                    let holds = held.entry(*number).or_default();
                    *holds = holds.max(weight * rarity);
                    let length = self.passages[*number].length / self.mean_length;
                    let score = weight * rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length));
                    let entry = best.entry(*number).or_default();
                    *entry = entry.max(score);
                }
            }
        }
        for (number, score) in best {
            scores[number] += score;
        }
        for (number, holds) in held {
            covered[number] += holds;
        }
        weighs.unwrap_or_else(|| self.rarity(1))
    }

    /// How much it tells that a passage has a word that so many have.
    fn rarity(&self, with: usize) -> f64 {
        let (all, with) = (self.passages.len() as f64, with as f64);
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }

    /// The word itself where it is known; else words that it may have been meant as.
    fn matches<'a>(&'a self, word: &'a str) -> Vec<(&'a str, f64)> {
        if self.words.contains_key(word) {
            return vec![(word, 1.0)];
        }
        self.words.keys().filter(|known| near(word, known)).map(|known| (known.as_str(), NEAR)).collect()
    }
}

/// An article's text in pieces that can be read out: paragraphs, short ones joined.
fn split(body: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for paragraph in body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        match pieces.last_mut() {
            Some(last) if last.len() + paragraph.len() <= PASSAGE || last.starts_with('#') && !last.contains('\n') => {
                last.push_str("\n\n");
                last.push_str(paragraph);
            }
            _ => pieces.push(paragraph.to_owned()),
        }
    }
    pieces
}

/// Markdown as it is spoken: without marks.
pub(crate) fn plain(markdown: &str) -> String {
    let mut spoken = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        let line = line.trim().trim_start_matches(['#', '-', '*', '>', ' ']);
        if line.is_empty() {
            continue;
        }
        if !spoken.is_empty() {
            spoken.push(' ');
        }
        spoken.push_str(&line.replace(['*', '`'], "").replace("__", ""));
    }
    spoken
}

#[cfg(test)]
mod tests;
