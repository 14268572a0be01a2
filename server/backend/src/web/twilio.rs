//! Twilio's webhooks: a call arrives, its status changes, something of ours could not be reached.

use std::time::{Duration, Instant};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use model::{CallId, LiveKind, PersonaVersion, PhoneNumber};

use super::{
    form::Form,
    sentences::Sentence,
    signed::{self, Signed},
    twiml::Twiml,
};
use crate::{
    Backend, Org,
    calls::{self, Channel, NewCall, ProviderStatus},
    db::DbError,
    metrics, orgs, personas,
    running::{Arriving, Refusal},
    stream_tokens,
};

/// Twilio's forms have a few kilobytes.
const MAX_BODY: usize = 64 << 10;

/// A caller hears ringing meanwhile, and a sentence after that. Twilio itself gives up after 15 seconds, with words that nobody understands.
const ANSWER_WITHIN: Duration = Duration::from_millis(1_800);

/// `/voice` and what belongs to it.
pub fn router() -> Router<Backend> {
    Router::new()
        .route("/voice", post(voice))
        .route("/voice/status", post(status))
        .route("/voice/fallback", post(fallback))
        .layer(middleware::from_fn(timed))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Counts how long Twilio waits for us.
async fn timed(request: Request, next: Next) -> Response {
    let route = match request.uri().path() {
        "/voice" => "voice",
        "/voice/status" => "status",
        _ => "fallback",
    };
    let began = Instant::now();
    let response = next.run(request).await;
    metrics::webhook(route, response.status().as_u16(), began.elapsed());
    response
}

/// A call arrives.
async fn voice(State(backend): State<Backend>, Signed(form): Signed) -> Response {
    let Some(arrival) = Arrival::read(&form) else {
        return (StatusCode::BAD_REQUEST, "CallSid or To is missing or malformed").into_response();
    };
    match tokio::time::timeout(ANSWER_WITHIN, answer(&backend, arrival)).await {
        Ok(Ok(twiml)) => twiml.into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "a call could not be answered");
            apology(Sentence::Technical).into_response()
        }
        Err(_) => {
            tracing::error!("a call could not be answered in time");
            apology(Sentence::Technical).into_response()
        }
    }
}

/// What stands in `From` when a caller's number is not known: words typed on a telephone's keys (ANONYMOUS, RESTRICTED, BLOCKED,
/// UNKNOWN, UNAVAILABLE).
const WITHHELD: [&str; 5] = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"];

struct Arrival {
    call_sid: String,
    called: Option<PhoneNumber>,
    /// Anything may stand in `From`: `anonymous`, `client:name`, nothing.
    caller: Option<PhoneNumber>,
}

impl Arrival {
    fn read(form: &Form) -> Option<Self> {
        let call_sid = form.get("CallSid").filter(|sid| is_sid(sid))?.to_owned();
        Some(Self {
            call_sid,
            called: form.get("To")?.parse().ok(),
            caller: form.get("From").filter(|from| !WITHHELD.contains(from)).and_then(|from| from.parse().ok()),
        })
    }
}

/// Sids go into URLs of requests that we make; their letters are checked once, here.
fn is_sid(sid: &str) -> bool {
    (3..=64).contains(&sid.len()) && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

async fn answer(backend: &Backend, arrival: Arrival) -> Result<Twiml, DbError> {
    if backend.running().is_draining() {
        return Ok(apology(Sentence::Restarting));
    }
    let org = match &arrival.called {
        Some(number) => orgs::by_number(backend, number).await?,
        None => None,
    };
    let Some(org) = org else {
        tracing::warn!("a call came for a number that belongs to nobody here");
        return Ok(apology(Sentence::NotInService));
    };
    let persona = personas::published(&org).await?;
    let id = start(&org, &arrival, persona.as_ref()).await?;
    let language = persona.as_ref().map_or("en", |version| version.persona.language.as_str());
    // A webhook that is sent again after its call opens nothing: no line, no card, no session that costs money.
    if calls::is_over(&org, id).await? {
        tracing::warn!(call.id = %id, "a webhook came for a call that is over");
        return Ok(Twiml::default().say(language, Sentence::CutOff.text(language)).hang_up());
    }
    match backend.running().expect(id, arrival.caller.as_ref()) {
        Ok(Arriving::First) => announce(backend, &org, id, &arrival),
        Ok(Arriving::Again) => {}
        Err(refusal) => return Ok(refuse(backend, &org, id, refusal, language).await),
    }
    let (token, ()) = tokio::join!(
        stream_tokens::issue(backend, &org, id, &arrival.call_sid),
        // The caller has begun to hear something by the time the stream opens; what it needs is ready then.
        backend.plans().prepare(backend, &org, id, arrival.caller.as_ref(), persona.as_ref()),
    );
    tracing::info!(call.id = %id, org = org.slug(), "a call arrived");
    let url = signed::public_socket_url(backend, super::media::PATH);
    let (token, call) = (token, id.to_string());
    let parameters = [("token", token.as_str()), ("call", call.as_str())];
    // What follows the stream runs when its socket closes, whoever closes it: also when this process is gone.
    Ok(Twiml::default().stream(&url, &parameters).say(language, Sentence::CutOff.text(language)).hang_up())
}

async fn start(org: &Org, arrival: &Arrival, persona: Option<&PersonaVersion>) -> Result<CallId, DbError> {
    let new = NewCall {
        provider_id: Some(arrival.call_sid.clone()),
        channel: Channel::Phone,
        caller: arrival.caller.clone(),
        called: arrival.called.clone(),
        persona: persona.map(|version| (version.id, version.version)),
        language: persona.map_or_else(|| "en".into(), |version| version.persona.language.clone()),
        started_at: org.now(),
    };
    calls::start(org, &new).await
}

fn announce(backend: &Backend, org: &Org, id: CallId, arrival: &Arrival) {
    let started = LiveKind::CallStarted { caller: arrival.caller.clone(), started_at: org.now() };
    backend.live().publish(org.id(), id, started);
}

async fn refuse(backend: &Backend, org: &Org, id: CallId, refusal: Refusal, language: &str) -> Twiml {
    let (sentence, reason) = match refusal {
        Refusal::Full => (Sentence::Busy, "full"),
        Refusal::CallerFull => (Sentence::CallerBusy, "caller_full"),
        Refusal::Draining => (Sentence::Restarting, "shutdown"),
    };
    tracing::warn!(call.id = %id, reason, "a call was refused");
    crate::bridge::refused(backend, org, id, reason).await;
    Twiml::default().say(language, sentence.text(language)).hang_up()
}

/// The status of a call changed. These requests come in any order, several times, and long after.
async fn status(State(backend): State<Backend>, Signed(form): Signed) -> Response {
    let Some(call_sid) = form.get("CallSid").filter(|sid| is_sid(sid)) else {
        return (StatusCode::BAD_REQUEST, "CallSid is missing or malformed").into_response();
    };
    let Some(status) = form.get("CallStatus") else {
        return (StatusCode::BAD_REQUEST, "CallStatus is missing").into_response();
    };
    let status = ProviderStatus {
        status: status.to_owned(),
        sequence: form.get("SequenceNumber").and_then(|number| number.parse().ok()),
        seconds: form.get("CallDuration").and_then(|seconds| seconds.parse().ok()),
    };
    match tokio::time::timeout(ANSWER_WITHIN, calls::provider_status(&backend, call_sid, &status)).await {
        // A call that nobody here knows may be another program's; asking again would not help.
        Ok(Ok(_)) => return StatusCode::NO_CONTENT.into_response(),
        Ok(Err(error)) => tracing::error!(%error, "a status could not be stored"),
        Err(_) => tracing::error!("a status could not be stored in time"),
    }
    // Twilio does not ask again by itself; it notes the failure where its owner can see it.
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// Twilio could not use what `/voice` answered, or did not get an answer.
async fn fallback(Signed(form): Signed) -> Twiml {
    tracing::error!(twilio.error = form.get("ErrorCode").unwrap_or("unknown"), "Twilio went to the fallback");
    apology(Sentence::Technical)
}

fn apology(sentence: Sentence) -> Twiml {
    Twiml::default().say("en", sentence.text("en")).hang_up()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_who_withholds_the_number_has_none() {
        let caller = |from: &str| {
            let form = Form::parse(format!("CallSid=CA1&To=%2B14155550101&From={from}").as_bytes()).expect("a form");
            Arrival::read(&form).expect("an arrival").caller
        };
        for from in ["%2B266696687", "%2B7378742833", "%2B2562533", "%2B8656696", "%2B86282452253", "anonymous", ""] {
            assert_eq!(caller(from), None, "{from}");
        }
        assert!(caller("%2B14155550123").is_some());
    }

    #[test]
    fn only_what_looks_like_a_sid_is_taken_for_one() {
        assert!(is_sid("CA0123456789abcdef0123456789abcdef"));
        for bad in ["", "CA", "CA1/../2", "CA 1", "CA1?x=1"] {
            assert!(!is_sid(bad), "{bad}");
        }
    }
}
