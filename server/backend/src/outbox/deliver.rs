//! One attempt to send one message.

use chrono::TimeDelta;
use model::{Channel, MessageReason, MessageState, OutboxId};

use super::{
    gate::{self, Gate, Message},
    reports,
};
use crate::{
    Backend, args,
    db::DbResult,
    jobs::{Done, JobError},
    org::Org,
    packs::events::orders,
    providers::{
        mail::Letter,
        messages::{Accepted, SendError, Text},
    },
    sql,
};

/// How long a provider needs, at most, until a text that it took can be found there.
const FOUND_WITHIN: TimeDelta = TimeDelta::seconds(90);

/// How long the provider is asked before a person has to decide.
const ASKED_FOR: TimeDelta = TimeDelta::days(1);

/// Sends a message, or finds out what became of the last attempt.
pub(crate) async fn deliver(org: &Org, backend: &Backend, id: OutboxId) -> Result<Done, JobError> {
    match gate::pass(org, id).await? {
        Gate::Closed => Ok(Done::Finished),
        Gate::Stopped => {
            orders::link_not_sent(backend, org, id).await?;
            Ok(Done::Finished)
        }
        Gate::Go(message) => match message.channel {
            Channel::Text => send_text(org, backend, &message).await,
            Channel::Mail => send_letter(org, backend, &message).await,
        },
        // A mail server cannot be asked: a person decides.
        Gate::Ask(message) if message.channel == Channel::Mail => Ok(Done::Finished),
        Gate::Ask(message) => ask(org, backend, &message).await,
    }
}

async fn send_text(org: &Org, backend: &Backend, message: &Message) -> Result<Done, JobError> {
    let text = text(backend, message)?;
    match backend.providers().messages.send(&text).await {
        Ok(accepted) => {
            taken(org, message, &accepted).await?;
            Ok(Done::Finished)
        }
        Err(SendError::Unknown(code)) => {
            write(org, message, MessageState::Unknown, MessageReason::NoAnswer, &code).await?;
            tracing::warn!(outbox.id = %message.id, code, "nobody knows whether a text was taken; the provider is asked");
            Ok(Done::Again(FOUND_WITHIN))
        }
        Err(error) => not_taken(org, backend, message, error).await,
    }
}

async fn send_letter(org: &Org, backend: &Backend, message: &Message) -> Result<Done, JobError> {
    let letter = Letter {
        message_id: message.id.to_string(),
        from_name: org.name().to_owned(),
        to: message.recipient.parse()?,
        subject: message.subject.clone(),
        body: message.body.clone(),
        attachment: message.attachment.clone().map(|file| file.0),
    };
    match backend.providers().mail.send(&letter).await {
        Ok(()) => {
            let sql = sql!(
                "update outbox set state = 'sent', reason = null, code = '', updated_at = $4
                 where org_id = $1 and id = $2 and attempts = $3 and state in ('sending', 'unknown')"
            );
            org.run(sql, args![message.id, message.attempts, org.now()]).await?;
            Ok(Done::Finished)
        }
        Err(SendError::Unknown(code)) => {
            write(org, message, MessageState::Unknown, MessageReason::NoAnswer, &code).await?;
            tracing::warn!(outbox.id = %message.id, code, "nobody knows whether a letter was taken; a person decides");
            Ok(Done::Finished)
        }
        Err(error) => not_taken(org, backend, message, error).await,
    }
}

/// The provider said no, for now or for good.
async fn not_taken(org: &Org, backend: &Backend, message: &Message, error: SendError) -> Result<Done, JobError> {
    match error {
        SendError::Never(reason, code) => {
            let state = match reason {
                MessageReason::OptedOut => MessageState::Suppressed,
                _ => MessageState::Failed,
            };
            if reason == MessageReason::OptedOut {
                super::suppress(org, &message.recipient, "provider").await?;
            }
            write(org, message, state, reason, &code).await?;
            tracing::warn!(outbox.id = %message.id, code, reason = reason.as_str(), "a message was refused");
            orders::link_not_sent(backend, org, message.id).await?;
            Ok(Done::Finished)
        }
        SendError::Later(code) | SendError::Unknown(code) => {
            write(org, message, MessageState::Waiting, MessageReason::Unreachable, &code).await?;
            Err(JobError::new(format!("the provider did not take the message: {code}")))
        }
    }
}

/// An earlier attempt ended without an answer. What the provider has is not sent again; what it does not have is.
async fn ask(org: &Org, backend: &Backend, message: &Message) -> Result<Done, JobError> {
    let Some(tried_at) = message.tried_at else { return Ok(Done::Finished) };
    let age = org.now() - tried_at;
    if age < FOUND_WITHIN {
        return Ok(Done::Again(FOUND_WITHIN - age));
    }
    if age > ASKED_FOR {
        return Ok(Done::Finished);
    }
    let text = text(backend, message)?;
    let mut found = Vec::new();
    for accepted in backend.providers().messages.find(&text, tried_at).await? {
        if !is_anothers(org, message, &accepted).await? {
            found.push(accepted);
        }
    }
    if let Some(accepted) = found.first() {
        taken(org, message, accepted).await?;
        return Ok(Done::Finished);
    }
    write(org, message, MessageState::Waiting, MessageReason::Unreachable, "").await?;
    Ok(Done::Again(TimeDelta::zero()))
}

/// Two messages may have the same words.
async fn is_anothers(org: &Org, message: &Message, accepted: &Accepted) -> DbResult<bool> {
    let sql = sql!("select id from outbox where org_id = $1 and provider_id = $2 and id <> $3");
    Ok(org.optional::<(OutboxId,)>(sql, args![&accepted.provider_id, message.id]).await?.is_some())
}

fn text(backend: &Backend, message: &Message) -> Result<Text, JobError> {
    let from = message.sender.as_deref().ok_or_else(|| JobError::new("the text has no sender"))?;
    Ok(Text {
        from: from.parse()?,
        to: message.recipient.parse()?,
        body: message.body.clone(),
        report_to: format!("{}/sms/status?message={}", backend.config().public_url, message.id),
    })
}

async fn taken(org: &Org, message: &Message, accepted: &Accepted) -> DbResult<()> {
    let sql = sql!(
        "update outbox set state = 'sent', reason = null, code = '', provider_id = $4, progress = 0, updated_at = $5
         where org_id = $1 and id = $2 and attempts = $3 and state in ('sending', 'unknown')"
    );
    org.run(sql, args![message.id, message.attempts, &accepted.provider_id, org.now()]).await?;
    reports::learn(org, message.id, accepted).await.map(|_| ())
}

/// Writes how an attempt ended, unless another attempt or a report has come further meanwhile.
async fn write(org: &Org, message: &Message, state: MessageState, reason: MessageReason, code: &str) -> DbResult<()> {
    let sql = sql!(
        "update outbox set state = $4, reason = $5, code = $6, updated_at = $7
         where org_id = $1 and id = $2 and attempts = $3 and state in ('sending', 'unknown')"
    );
    let values = args![message.id, message.attempts, state, reason, code, org.now()];
    org.run(sql, values).await.map(|_| ())
}
