//! Voice and persona in versions: at most one draft, exactly one that callers hear.

use chrono::{DateTime, Utc};
use model::{FieldError, Member, Patience, Persona, PersonaId, PersonaState, PersonaVersion, Role, VOICES};

use crate::{
    args,
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    packs::editing::{lines, one_line},
    sql,
};

/// Languages in which a call can begin.
pub const LANGUAGES: &[&str] = &["en", "es", "fr", "de"];

#[derive(sqlx::FromRow)]
struct Selected {
    id: PersonaId,
    version: i64,
    state: PersonaState,
    assistant_name: String,
    voice: String,
    speed_percent: i64,
    language: String,
    greeting: String,
    instructions: String,
    patience: Patience,
    interruptible: bool,
    note: String,
    author: String,
    updated_at: DateTime<Utc>,
    published_at: Option<DateTime<Utc>>,
}

impl From<Selected> for PersonaVersion {
    fn from(row: Selected) -> Self {
        Self {
            id: row.id,
            version: row.version,
            state: row.state,
            persona: Persona {
                assistant_name: row.assistant_name,
                voice: row.voice,
                speed_percent: row.speed_percent,
                language: row.language,
                greeting: row.greeting,
                instructions: row.instructions,
                patience: row.patience,
                interruptible: row.interruptible,
            },
            note: row.note,
            author: row.author,
            updated_at: row.updated_at,
            published_at: row.published_at,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        sql!(concat!(
            "select id, version, state, assistant_name, voice, speed_percent, language, greeting, instructions,
                    patience, interruptible, note, author, updated_at, published_at
             from personas where org_id = $1 ",
            $rest
        ))
    };
}

/// What callers hear; `None` only in an organisation that was never set up.
pub async fn published(org: &Org) -> DbResult<Option<PersonaVersion>> {
    let row: Option<Selected> = org.optional(select!("and state = 'published'"), args![]).await?;
    Ok(row.map(PersonaVersion::from))
}

/// The draft, where somebody is at work on one.
pub async fn draft(org: &Org) -> DbResult<Option<PersonaVersion>> {
    let row: Option<Selected> = org.optional(select!("and state = 'draft'"), args![]).await?;
    Ok(row.map(PersonaVersion::from))
}

/// One version.
pub async fn get(org: &Org, version: i64) -> DbResult<Option<PersonaVersion>> {
    let row: Option<Selected> = org.optional(select!("and version = $2"), args![version]).await?;
    Ok(row.map(PersonaVersion::from))
}

/// Every version, the newest first.
pub async fn history(org: &Org) -> DbResult<Vec<PersonaVersion>> {
    let rows: Vec<Selected> = org.all(select!("order by version desc"), args![]).await?;
    Ok(rows.into_iter().map(PersonaVersion::from).collect())
}

/// Saves the draft: the one there is, or a new one. No caller hears it. `seen` is when the draft that the editor had before them was written,
/// `None` if there was none; what somebody else wrote since then is not overwritten.
pub async fn save_draft(
    org: &Org,
    by: &Member,
    persona: Persona,
    seen: Option<DateTime<Utc>>,
) -> Result<PersonaVersion> {
    require(by.role, Role::Manager)?;
    let persona = check(persona)?;
    let mut tx = org.begin().await?;
    let note = unchanged_draft(&mut tx, seen).await?.map_or_else(String::new, |draft| draft.note);
    let row = put_draft(&mut tx, org.now(), &by.name, &persona, &note).await?;
    tx.commit().await?;
    Ok(row)
}

/// Makes the draft what the next caller hears, if it still is the one written at `seen`. The note says why, for the history.
pub async fn publish(org: &Org, by: &Member, seen: DateTime<Utc>, note: &str) -> Result<PersonaVersion> {
    require(by.role, Role::Manager)?;
    if note.chars().count() > 300 {
        return Err(Error::field("note", "Say why in at most 300 characters."));
    }
    let mut tx = org.begin().await?;
    let draft = unchanged_draft(&mut tx, Some(seen)).await?.ok_or(Error::Stale)?;
    put_draft(&mut tx, draft.updated_at, &draft.author, &draft.persona, note).await?;
    let published = publish_draft(&mut tx, org.now(), Actor::Member(by), "publish").await?;
    tx.commit().await?;
    Ok(published)
}

/// The draft, if there is one, as long as it is the one written at `seen`.
async fn unchanged_draft(tx: &mut OrgTx, seen: Option<DateTime<Utc>>) -> Result<Option<PersonaVersion>> {
    let draft: Option<Selected> = tx.optional(select!("and state = 'draft'"), args![]).await?;
    let draft = draft.map(PersonaVersion::from);
    if draft.as_ref().map(|draft| draft.updated_at) == seen { Ok(draft) } else { Err(Error::Stale) }
}

/// Makes a copy of an older version what the next caller hears. A draft that somebody is at work on stays.
pub async fn roll_back(org: &Org, by: &Member, version: i64) -> Result<PersonaVersion> {
    require(by.role, Role::Manager)?;
    let old = get(org, version).await?.ok_or(Error::NotFound)?;
    if old.state == PersonaState::Draft {
        return Err(Error::NotFound);
    }
    let kept = draft(org).await?;
    let now = org.now();
    let mut tx = org.begin().await?;
    tx.run(sql!("delete from personas where org_id = $1 and state = 'draft'"), args![]).await?;
    put_draft(&mut tx, now, &by.name, &old.persona, &format!("Back to version {version}")).await?;
    let published = publish_draft(&mut tx, now, Actor::Member(by), "roll_back").await?;
    if let Some(kept) = kept {
        put_draft(&mut tx, kept.updated_at, &kept.author, &kept.persona, &kept.note).await?;
    }
    tx.commit().await?;
    Ok(published)
}

/// Gives an organisation its first persona; one that callers hear already stays. For the demo and the first set-up.
pub async fn seed(org: &Org, persona: Persona, author: &str) -> Result<PersonaVersion> {
    if let Some(there) = published(org).await? {
        return Ok(there);
    }
    let persona = check(persona)?;
    let mut tx = org.begin().await?;
    put_draft(&mut tx, org.now(), author, &persona, "The first version").await?;
    let published = publish_draft(&mut tx, org.now(), Actor::Machine(author), "publish").await?;
    tx.commit().await?;
    Ok(published)
}

async fn put_draft(
    tx: &mut OrgTx,
    at: DateTime<Utc>,
    author: &str,
    persona: &Persona,
    note: &str,
) -> DbResult<PersonaVersion> {
    let values = args![
        &persona.assistant_name,
        &persona.voice,
        persona.speed_percent,
        &persona.language,
        &persona.greeting,
        &persona.instructions,
        persona.patience,
        persona.interruptible,
        note.trim(),
        author,
        at
    ];
    let update = sql!(
        "update personas
         set assistant_name = $2, voice = $3, speed_percent = $4, language = $5, greeting = $6, instructions = $7,
             patience = $8, interruptible = $9, note = $10, author = $11, updated_at = $12
         where org_id = $1 and state = 'draft'"
    );
    if tx.run(update, values.clone()).await? == 0 {
        let insert = sql!(
            "insert into personas (org_id, assistant_name, voice, speed_percent, language, greeting, instructions,
                                   patience, interruptible, note, author, updated_at, id, state, version)
             select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'draft',
                    (select coalesce(max(version), 0) + 1 from personas where org_id = $1)"
        );
        tx.run(insert, [values, args![PersonaId::new()]].concat()).await?;
    }
    let row: Option<Selected> = tx.optional(select!("and state = 'draft'"), args![]).await?;
    Ok(row.map(PersonaVersion::from).ok_or(sqlx::Error::RowNotFound)?)
}

async fn publish_draft(
    tx: &mut OrgTx,
    at: DateTime<Utc>,
    actor: Actor<'_>,
    action: &'static str,
) -> Result<PersonaVersion> {
    let before: Option<Selected> = tx.optional(select!("and state = 'published'"), args![]).await?;
    tx.run(sql!("update personas set state = 'retired' where org_id = $1 and state = 'published'"), args![]).await?;
    let name = match actor {
        Actor::Member(member) => &member.name,
        Actor::Machine(name) => name,
    };
    let publish = sql!(
        "update personas set state = 'published', published_at = $2, updated_at = $2, author = $3
         where org_id = $1 and state = 'draft'"
    );
    if tx.run(publish, args![at, name]).await? == 0 {
        return Err(Error::NotFound);
    }
    let after: Option<Selected> = tx.optional(select!("and state = 'published'"), args![]).await?;
    let after = PersonaVersion::from(after.ok_or(Error::NotFound)?);
    let entry = audit::Entry {
        actor,
        action,
        subject: "persona",
        subject_id: after.version.to_string(),
        before: before.map(|row| serde_json::json!(PersonaVersion::from(row).persona)),
        after: Some(serde_json::json!(after.persona)),
    };
    audit::record(tx, at, entry).await?;
    Ok(after)
}

/// The persona with its texts trimmed, or everything that is wrong with it.
fn check(mut persona: Persona) -> Result<Persona> {
    persona.assistant_name = one_line(&persona.assistant_name);
    for text in [&mut persona.greeting, &mut persona.instructions] {
        *text = lines(text);
    }
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: &str| errors.push(FieldError::new(field, message));
    if !(1..=40).contains(&persona.assistant_name.chars().count()) {
        refuse("assistant_name", "Give the assistant a name of at most 40 characters.");
    }
    if !VOICES.iter().any(|voice| voice.key == persona.voice) {
        refuse("voice", "Choose one of the voices.");
    }
    if !(70..=130).contains(&persona.speed_percent) {
        refuse("speed_percent", "Choose a speed from 70 to 130 percent.");
    }
    if !LANGUAGES.contains(&persona.language.as_str()) {
        refuse("language", "Choose English, Spanish, French or German.");
    }
    if !(1..=300).contains(&persona.greeting.chars().count()) {
        refuse("greeting", "Write a greeting of at most 300 characters; callers wait while it is spoken.");
    }
    if persona.instructions.chars().count() > 8_000 {
        refuse("instructions", "Keep the instructions below 8,000 characters; put facts into the knowledge base.");
    }
    if errors.is_empty() { Ok(persona) } else { Err(Error::Invalid(errors)) }
}

#[cfg(test)]
mod tests;
