//! Arguments of a statement, in a form that both engines take.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use model::{
    ApiKeyId, ArticleId, AuditId, CallEventId, CallId, CallStatus, Channel, ChefId, CourseId, Currency, CustomerId,
    EmailAddress, EventId, HourExceptionId, ItemSizeId, JobId, MenuCategoryId, MenuItemId, MessageReason, MessageState,
    ModifierId, NoticeId, NoticeKind, OpeningHoursId, OrderId, OrderState, OrgId, OutboxId, Outcome, PackKey, Patience,
    PersonaId, PersonaState, PhoneNumber, PlanId, PlanPeriod, ProposalId, ReservationChangeId, ReservationId, Role,
    Scope, Sentiment, Speaker, SponsorId, SponsorInquiryId, SponsorPackageId, TeeRateId, TeeSlotId, TierId, ToolCallId,
    ToolStatus, UserId, UtteranceId, VenueId, WebhookId, WinnerId,
};
use sqlx::{Postgres, Sqlite, postgres::PgArguments, query::Query, query::QueryAs, sqlite::SqliteArguments};

/// One argument. A missing value keeps its type, because PostgreSQL wants to know the type of a null.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Text, an identifier, or the word of an enum.
    Text(Option<String>),
    /// A whole number.
    Int(Option<i64>),
    /// A fraction.
    Float(Option<f64>),
    /// A flag.
    Bool(Option<bool>),
    /// A point in time.
    Time(Option<DateTime<Utc>>),
    /// A JSON document.
    Json(Option<serde_json::Value>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

/// The arguments of one statement, in the order of their placeholders.
pub type Args = Vec<Arg>;

/// PostgreSQL has no way to store the character NUL; it means nothing in any text of ours, and is left out on either engine.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

fn document_without_nul(document: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match document {
        Value::String(text) => Value::String(without_nul(text)),
        Value::Array(items) => items.into_iter().map(document_without_nul).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (without_nul(name), document_without_nul(value))).collect()
        }
        plain => plain,
    }
}

/// Collects arguments: `args![call_id, "active", now]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}

macro_rules! from {
    ($($type:ty => $variant:ident($convert:expr)),* $(,)?) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self { Self::$variant(Some(($convert)(value))) }
        }
        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self { Self::$variant(value.map($convert)) }
        }
    )*};
}

from! {
    String => Text(|v| v),
    &String => Text(|v: &String| v.clone()),
    &str => Text(|v: &str| v.to_owned()),
    // Dates and times of day are stored as ISO 8601 text, which sorts and compares as they do.
    NaiveDate => Text(|v: NaiveDate| v.to_string()),
    NaiveTime => Text(|v: NaiveTime| v.format("%H:%M").to_string()),
    i64 => Int(|v| v),
    i32 => Int(i64::from),
    u32 => Int(i64::from),
    f64 => Float(|v| v),
    bool => Bool(|v| v),
    DateTime<Utc> => Time(|v| v),
    serde_json::Value => Json(|v| v),
    Vec<u8> => Bytes(|v| v),
}

macro_rules! from_text {
    ($($type:ty),* $(,)?) => { from! { $($type => Text(|v: $type| v.to_string()), &$type => Text(|v: &$type| v.to_string())),* } };
}

from_text! {
    OrgId, UserId, CallId, UtteranceId, ToolCallId, CallEventId, PersonaId, ArticleId, EventId, VenueId, TierId,
    SponsorPackageId, WinnerId, MenuCategoryId, MenuItemId, ItemSizeId, ModifierId, PlanId, OpeningHoursId,
    HourExceptionId, AuditId, ApiKeyId, PhoneNumber, CallStatus, Outcome, Sentiment, Speaker, ToolStatus, Patience,
    PersonaState, Role, Scope, PackKey, Currency, OrderId, OutboxId, JobId, WebhookId, Channel, MessageReason,
    MessageState, EmailAddress, ProposalId, SponsorInquiryId, SponsorId, ChefId, OrderState, NoticeId,
    NoticeKind, PlanPeriod, CourseId, TeeRateId, TeeSlotId, CustomerId, ReservationId, ReservationChangeId,
}

macro_rules! bind {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Arg::Text(v) => query.bind(v.map(without_nul)),
                Arg::Int(v) => query.bind(v),
                Arg::Float(v) => query.bind(v),
                Arg::Bool(v) => query.bind(v),
                Arg::Time(v) => query.bind(v),
                Arg::Json(v) => query.bind(v.map(document_without_nul).map(sqlx::types::Json)),
                Arg::Bytes(v) => query.bind(v),
            };
        }
        query
    }};
}

pub(super) fn sqlite(query: Query<'_, Sqlite, SqliteArguments>, args: Args) -> Query<'_, Sqlite, SqliteArguments> {
    bind!(query, args)
}

pub(super) fn postgres(query: Query<'_, Postgres, PgArguments>, args: Args) -> Query<'_, Postgres, PgArguments> {
    bind!(query, args)
}

pub(super) fn sqlite_as<T>(
    query: QueryAs<'_, Sqlite, T, SqliteArguments>,
    args: Args,
) -> QueryAs<'_, Sqlite, T, SqliteArguments> {
    bind!(query, args)
}

pub(super) fn postgres_as<T>(
    query: QueryAs<'_, Postgres, T, PgArguments>,
    args: Args,
) -> QueryAs<'_, Postgres, T, PgArguments> {
    bind!(query, args)
}
