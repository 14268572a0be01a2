//! The knowledge base: articles with history, searched by callers' questions.

pub mod search;

use chrono::{DateTime, Utc};
use model::{Answer, Article, ArticleForm, ArticleId, ArticleRow, FieldError, Member, Passage, Role};

use crate::{
    args,
    audit::{self, Actor},
    db::DbResult,
    error::{Error, Result, require},
    org::Org,
    packs::editing::one_line,
    sql,
};

#[derive(sqlx::FromRow)]
struct Selected {
    id: ArticleId,
    title: String,
    category: String,
    body: String,
    version: i64,
    author: String,
    hits: i64,
    last_used_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

impl From<Selected> for Article {
    fn from(row: Selected) -> Self {
        Self {
            row: ArticleRow {
                id: row.id,
                title: row.title,
                category: row.category,
                hits: row.hits,
                last_used_at: row.last_used_at,
                updated_at: row.updated_at,
            },
            body: row.body,
            version: row.version,
            author: row.author,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "select id, title, category, body, version, author, hits, last_used_at, updated_at
             from articles where org_id = $1 ",
            $rest
        ))
    };
}

/// An older or deleted version of an article.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
pub struct ArticleVersion {
    /// Counts edits.
    pub version: i64,
    /// Its title then.
    pub title: String,
    /// Its shelf then.
    pub category: String,
    /// Its text then.
    pub body: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub updated_at: DateTime<Utc>,
}

/// Every article, by shelf and title.
pub async fn list(org: &Org) -> DbResult<Vec<ArticleRow>> {
    let rows: Vec<Selected> = org.all(select!("and deleted_at is null order by category, title, id"), args![]).await?;
    Ok(rows.into_iter().map(|row| Article::from(row).row).collect())
}

/// One article.
pub async fn get(org: &Org, id: ArticleId) -> DbResult<Option<Article>> {
    let row: Option<Selected> = org.optional(select!("and id = $2 and deleted_at is null"), args![id]).await?;
    Ok(row.map(Article::from))
}

/// Saves an article: a new one where `id` is none, else an edit of version `form.version`, refused as [`Error::Stale`]
/// when somebody has edited it meanwhile.
pub async fn save(org: &Org, by: &Member, id: Option<ArticleId>, form: ArticleForm) -> Result<Article> {
    require(by.role, Role::Manager)?;
    write(org, Actor::Member(by), &by.name, id, form).await
}

/// As [`save`], for the demo and imports.
pub async fn write(
    org: &Org,
    actor: Actor<'_>,
    author: &str,
    id: Option<ArticleId>,
    form: ArticleForm,
) -> Result<Article> {
    let form = check(&form)?;
    let now = org.now();
    let known = id.is_some() && form.version > 0;
    let id = id.unwrap_or_else(ArticleId::new);
    let values = args![id, &form.title, &form.category, &form.body, form.version + 1, author, now];
    let mut tx = org.begin().await?;
    let before: Option<Selected> = tx.optional(select!("and id = $2 and deleted_at is null"), args![id]).await?;
    if known {
        let update = sql!(
            "update articles set title = $3, category = $4, body = $5, version = $6, author = $7, updated_at = $8
             where org_id = $1 and id = $2 and version = $6 - 1 and deleted_at is null"
        );
        if tx.run(update, values.clone()).await? == 0 {
            return Err(if before.is_some() { Error::Stale } else { Error::NotFound });
        }
    } else {
        let insert = sql!(
            "insert into articles (org_id, id, title, category, body, version, author, hits, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8)
             on conflict (id) do nothing"
        );
        if tx.run(insert, values.clone()).await? == 0 {
            return Err(Error::Stale);
        }
    }
    let keep = sql!(
        "insert into article_versions (org_id, article_id, title, category, body, version, author, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)"
    );
    tx.run(keep, values).await?;
    let entry = audit::Entry {
        actor,
        action: if known { "edit" } else { "add" },
        subject: "article",
        subject_id: id.to_string(),
        before: before.map(|row| serde_json::json!({ "title": row.title, "category": row.category, "body": row.body })),
        after: Some(serde_json::json!({ "title": form.title, "category": form.category, "body": form.body })),
    };
    audit::record(&mut tx, now, entry).await?;
    let after: Option<Selected> = tx.optional(select!("and id = $2"), args![id]).await?;
    tx.commit().await?;
    org.search().forget(org.id());
    after.map(Article::from).ok_or(Error::NotFound)
}

/// Takes an article away; [`restore`] brings it back.
pub async fn delete(org: &Org, by: &Member, id: ArticleId) -> Result<()> {
    set_deleted(org, by, id, true).await
}

/// Brings a deleted article back.
pub async fn restore(org: &Org, by: &Member, id: ArticleId) -> Result<()> {
    set_deleted(org, by, id, false).await
}

async fn set_deleted(org: &Org, by: &Member, id: ArticleId, deleted: bool) -> Result<()> {
    require(by.role, Role::Manager)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let update = sql!(
        "update articles set deleted_at = $3, updated_at = $4
         where org_id = $1 and id = $2 and (deleted_at is null) = $5"
    );
    if tx.run(update, args![id, deleted.then_some(now), now, deleted]).await? == 0 {
        return Err(Error::NotFound);
    }
    let entry = audit::Entry {
        actor: Actor::Member(by),
        action: if deleted { "delete" } else { "restore" },
        subject: "article",
        subject_id: id.to_string(),
        before: None,
        after: None,
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    org.search().forget(org.id());
    Ok(())
}

/// Every version of an article, the newest first.
pub async fn history(org: &Org, id: ArticleId) -> DbResult<Vec<ArticleVersion>> {
    org.all(
        sql!(
            "select version, title, category, body, author, updated_at
             from article_versions where org_id = $1 and article_id = $2 order by version desc"
        ),
        args![id],
    )
    .await
}

/// The pieces that answer a question best, at most `n`, best first; counts as use of their articles.
pub async fn search(org: &Org, query: &str, n: usize) -> DbResult<Vec<Passage>> {
    let passages = look_up(org, query, n).await?;
    if let Some(best) = passages.first() {
        let used = sql!("update articles set hits = hits + 1, last_used_at = $3 where org_id = $1 and id = $2");
        org.run(used, args![best.article_id, org.now()]).await?;
    }
    Ok(passages)
}

/// What a caller who asks this would be told; does not count as use.
pub async fn ask(org: &Org, question: &str) -> DbResult<Answer> {
    let passages = look_up(org, question, 3).await?;
    let say = match passages.first() {
        Some(best) => search::plain(&best.text),
        None => "I do not have that information.".to_owned(),
    };
    Ok(Answer { passages, say })
}

async fn look_up(org: &Org, query: &str, n: usize) -> DbResult<Vec<Passage>> {
    // What is asked of the table on every search is small: other instances may have edited it.
    let mark: Option<search::Mark> = org
        .optional(
            sql!("select count(*), max(updated_at) from articles where org_id = $1 and deleted_at is null"),
            args![],
        )
        .await?;
    let mark = mark.unwrap_or((0, None));
    let index = if let Some(index) = org.search().get(org.id(), mark) {
        index
    } else {
        let rows: Vec<Selected> = org.all(select!("and deleted_at is null order by id"), args![]).await?;
        let articles: Vec<Article> = rows.into_iter().map(Article::from).collect();
        org.search().put(org.id(), mark, search::Index::new(&articles))
    };
    Ok(index.search(query, n))
}

fn check(form: &ArticleForm) -> Result<ArticleForm> {
    let form = ArticleForm {
        title: one_line(&form.title),
        category: one_line(&form.category),
        body: form.body.replace("\r\n", "\n").trim().to_owned(),
        version: form.version.max(0),
    };
    let mut errors = Vec::new();
    if !(1..=200).contains(&form.title.chars().count()) {
        errors.push(FieldError::new(
            "title",
            "Write a title of at most 200 characters, best as the question a caller asks.",
        ));
    }
    if form.category.chars().count() > 60 {
        errors.push(FieldError::new("category", "Keep the category below 60 characters."));
    }
    if !(1..=20_000).contains(&form.body.chars().count()) {
        errors.push(FieldError::new("body", "Write the answer, in at most 20,000 characters."));
    }
    if errors.is_empty() { Ok(form) } else { Err(Error::Invalid(errors)) }
}

#[cfg(test)]
mod tests;
