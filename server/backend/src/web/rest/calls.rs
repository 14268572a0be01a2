//! `/api/calls`: the list, a call, its audio, its notes.

use std::ops::Range;

use axum::{
    Json, Router,
    body::Body,
    extract::{
        Path, Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{Stream, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{CallFilter, CallId, Role, Scope, Sentiment};
use serde::Deserialize;

use super::{
    range::{Wanted, wanted},
    records::{DetailsJson, PageJson},
};
use crate::{
    Backend, Org, calls,
    error::Error,
    recordings::Wav,
    web::{access::Access, problem::Problem},
};

/// How many calls a page has when nobody says.
const PAGE: i64 = 20;

/// The routes.
pub fn router() -> Router<Backend> {
    Router::new()
        .route("/api/calls", get(list))
        .route("/api/calls/{id}", get(show))
        .route("/api/calls/{id}/recording", get(recording))
        .route("/api/calls/{id}/notes", post(notes))
}

/// What the list may be asked for; blank values count as absent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    limit: Option<String>,
    offset: Option<String>,
    caller: Option<String>,
    /// The assistant is the organisation's; its slug is what tells agents apart.
    agent: Option<String>,
    sentiment: Option<String>,
    status: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    q: Option<String>,
}

impl Asked {
    fn filter(self, org: &Org) -> Result<CallFilter, Problem> {
        let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(CallFilter {
            caller: filled(self.caller),
            status: parsed(filled(self.status), "status")?,
            outcome: None,
            sentiment: parsed::<Sentiment>(filled(self.sentiment), "sentiment")?,
            from: filled(self.start_date).map(|text| day(org, &text, "startDate")).transpose()?,
            to: filled(self.end_date).map(|text| day(org, &text, "endDate")).transpose()?,
            words: filled(self.q),
            offset: number(filled(self.offset), "offset", 0, 0, i64::from(u32::MAX))?,
            limit: number(filled(self.limit), "limit", PAGE, 1, 100)?,
        })
    }
}

fn parsed<T: std::str::FromStr<Err = String>>(text: Option<String>, name: &str) -> Result<Option<T>, Problem> {
    text.map(|text| text.parse().map_err(|error| Problem::bad_request(format!("{name}: {error}.")))).transpose()
}

fn number(text: Option<String>, name: &str, absent: i64, least: i64, most: i64) -> Result<i64, Problem> {
    let Some(text) = text else { return Ok(absent) };
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Problem::bad_request(format!("{name}: expected a whole number from {least} to {most}.")))
}

/// A day in the organisation's zone, or a moment, of which the day counts.
fn day(org: &Org, text: &str, name: &str) -> Result<NaiveDate, Problem> {
    let of_moment = || text.parse::<DateTime<Utc>>().map(|moment| org.local(moment).date_naive());
    text.parse()
        .or_else(|_| of_moment())
        .map_err(|_| Problem::bad_request(format!("{name}: expected a date such as 2026-11-20.")))
}

async fn list(access: Access, asked: Result<Query<Asked>, QueryRejection>) -> Result<Json<PageJson>, Problem> {
    access.require(Scope::CallsRead, Role::ReadOnly)?;
    let Query(asked) = asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    let foreign =
        asked.agent.as_deref().is_some_and(|agent| !agent.trim().is_empty() && agent.trim() != access.org.slug());
    let filter = asked.filter(&access.org)?;
    if foreign {
        return Ok(Json(model::CallPage { calls: Vec::new(), total: 0, has_more: false }.into()));
    }
    Ok(Json(calls::list(&access.org, &filter).await?.into()))
}

async fn show(access: Access, Path(id): Path<String>) -> Result<Json<DetailsJson>, Problem> {
    access.require(Scope::CallsRead, Role::ReadOnly)?;
    Ok(Json(find(&access.org, &id).await?.into()))
}

async fn find(org: &Org, id: &str) -> Result<model::Call, Problem> {
    calls::get(org, call_id(id)?).await?.ok_or_else(|| Problem::not_found("call"))
}

/// What cannot be an identifier names no call.
fn call_id(text: &str) -> Result<CallId, Problem> {
    text.parse().map_err(|_| Problem::not_found("call"))
}

#[derive(Debug, Deserialize)]
struct Notes {
    notes: String,
}

async fn notes(
    access: Access,
    Path(id): Path<String>,
    body: Result<Json<Notes>, JsonRejection>,
) -> Result<Json<DetailsJson>, Problem> {
    access.require(Scope::CallsWrite, Role::FrontDesk)?;
    let Json(Notes { notes }) = body.map_err(|error| match error.status() {
        StatusCode::UNPROCESSABLE_ENTITY => Problem::unprocessable("Send {\"notes\": \"…\"}."),
        status if status == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(status, "too_large", "The notes are too long.")
        }
        _ => Problem::bad_request("Send JSON: {\"notes\": \"…\"}."),
    })?;
    if notes.chars().count() > 10_000 {
        return Err(Problem::unprocessable("Keep notes below 10,000 characters."));
    }
    let call = call_id(&id)?;
    calls::write_notes(&access.org, call, &notes).await.map_err(problem)?;
    Ok(Json(find(&access.org, &id).await?.into()))
}

fn problem(error: Error) -> Problem {
    match error {
        Error::NotFound => Problem::not_found("call"),
        Error::Forbidden(_) => Problem::forbidden(error.to_string()),
        Error::Invalid(_) => Problem::unprocessable(error.to_string()),
        Error::Stale => Problem::new(StatusCode::CONFLICT, "stale", error.to_string()),
        Error::Db(error) => error.into(),
        Error::Io(error) => {
            tracing::error!(%error, "a stored file failed");
            Problem::unavailable()
        }
    }
}

/// The audio: PCM of 16 bits at 16 kHz, the caller left, the assistant right.
async fn recording(
    State(backend): State<Backend>,
    access: Access,
    Path(id): Path<String>,
    query: Result<Query<Download>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    access.require(Scope::CallsRead, Role::ReadOnly)?;
    let id = call_id(&id)?;
    let Query(Download { download }) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let wav = backend.recordings().wav(&access.org, id).await.map_err(problem)?;
    let wav = wav.ok_or_else(|| Problem::not_found("recording"))?;
    let length = wav.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let (status, part) = match wanted(asked, length) {
        Wanted::All => (StatusCode::OK, 0..length),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Nothing => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response());
        }
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let mut say = |name, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    };
    say(header::CONTENT_TYPE, "audio/wav".into());
    say(header::ACCEPT_RANGES, "bytes".into());
    say(header::CONTENT_LENGTH, (part.end - part.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        say(header::CONTENT_RANGE, format!("bytes {}-{}/{length}", part.start, part.end - 1));
    }
    let shown = if matches!(download.as_deref(), Some("true" | "1")) { "attachment" } else { "inline" };
    say(header::CONTENT_DISPOSITION, format!("{shown}; filename=\"call-{id}.wav\""));
    // What is not read, as for HEAD, is not decoded.
    *response.body_mut() = Body::from_stream(pieces(wav, part));
    Ok(response)
}

#[derive(Debug, Deserialize)]
struct Download {
    download: Option<String>,
}

/// A second or so of audio at a time.
const PIECE: u64 = 64 << 10;

fn pieces(wav: Wav, part: Range<u64>) -> impl Stream<Item = std::io::Result<Vec<u8>>> {
    stream::try_unfold((wav, part), |(wav, left)| async move {
        if left.start >= left.end {
            return Ok(None);
        }
        let next = (left.start + PIECE).min(left.end);
        let bytes = wav.read(left.start..next).await?;
        Ok(Some((bytes, (wav, next..left.end))))
    })
}
