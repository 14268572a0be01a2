//! Mail through an SMTP server. The dialogue is led step by step, because an error means something else before the letter's last line
//! than after it.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use lettre::{
    Message,
    address::Envelope,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail as From, Rcpt},
        extension::ClientId,
    },
};
use model::{EmailAddress, MessageReason};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

use super::{Letter, Mail, SendError};

/// For everything before the letter itself.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// For the letter: servers look through it before they take it.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// A mail server, and in whose name it is used.
#[derive(Clone, Debug)]
pub struct Smtp {
    server: SmtpServer,
    from: EmailAddress,
}

/// Where a mail server is, and how it is spoken to.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    user: Option<String>,
    password: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// Encrypted from the first byte.
    Tls,
    /// Encrypted before anything is said that matters; without it nothing is sent.
    StartTls,
    /// In the open: only to this machine.
    Open,
}

impl SmtpServer {
    /// Reads `smtp://` or `smtps://`, user, password, host and port.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: http::Uri = url.parse().ok()?;
        let host = uri.host()?.trim_matches(['[', ']']).to_owned();
        let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (security, port) = match uri.scheme_str()? {
            "smtps" => (Security::Tls, 465),
            "smtp" if is_here => (Security::Open, 25),
            "smtp" => (Security::StartTls, 587),
            _ => return None,
        };
        let user = uri.authority()?.as_str().rsplit_once('@').map_or("", |(user, _)| user);
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
        Some(Self {
            host,
            port: uri.port_u16().unwrap_or(port),
            security,
            user: Some(decoded(user)?).filter(|user| !user.is_empty()),
            password: decoded(password)?.into(),
        })
    }

    /// Connects, and is known there.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let name = ClientId::default();
        let tls = || TlsParameters::new_rustls(self.host.clone());
        let first = if self.security == Security::Tls { Some(tls()?) } else { None };
        let place = (self.host.as_str(), self.port);
        let mut server = AsyncSmtpConnection::connect_tokio1(place, Some(READY_WITHIN), &name, first, None).await?;
        if self.security == Security::StartTls {
            server.starttls(tls()?, &name).await?;
        }
        if let Some(user) = &self.user {
            let credentials = Credentials::new(user.clone(), self.password.expose_secret().to_owned());
            server.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(server)
    }
}

impl Smtp {
    /// Letters come from `from`, by the name of the organisation.
    pub fn new(server: SmtpServer, from: EmailAddress) -> Self {
        // The connection takes the process's TLS provider; the second installation of one only says so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { server, from }
    }

    fn written(&self, letter: &Letter) -> Result<Message, lettre::error::Error> {
        let address = |address: &EmailAddress| address.as_str().parse().map_err(|_| lettre::error::Error::MissingTo);
        let domain = self.from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let message = Message::builder()
            .from(Mailbox::new(Some(letter.from_name.clone()), address(&self.from)?))
            .to(Mailbox::new(None, address(&letter.to)?))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{}@{domain}>", letter.message_id)));
        let words = SinglePart::plain(letter.body.clone());
        match &letter.attachment {
            None => message.singlepart(words),
            Some(file) => {
                let kind = ContentType::parse(&file.kind).unwrap_or(ContentType::TEXT_PLAIN);
                let file = Attachment::new(file.name.clone()).body(file.content.clone(), kind);
                message.multipart(MultiPart::mixed().singlepart(words).singlepart(file))
            }
        }
    }
}

#[async_trait]
impl Mail for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), SendError> {
        let refused = |_| SendError::Never(MessageReason::BadAddress, String::new());
        let message = self.written(letter).map_err(refused)?;
        let mut server = within(READY_WITHIN, self.server.connect(), unavailable).await?;
        within(READY_WITHIN, announce(&mut server, message.envelope()), not_taken).await?;
        let taken = within(TAKEN_WITHIN, server.message(&message.formatted()), maybe_taken).await;
        // It was taken or not; a goodbye that fails changes nothing.
        let _ = tokio::time::timeout(Duration::from_secs(1), server.quit()).await;
        taken.map(|_| ())
    }
}

/// Says who writes to whom; the letter itself follows.
async fn announce(server: &mut AsyncSmtpConnection, envelope: &Envelope) -> Result<(), Error> {
    server.command(From::new(envelope.from().cloned(), vec![])).await?;
    for to in envelope.to() {
        server.command(Rcpt::new(to.clone(), vec![])).await?;
    }
    server.command(Data).await.map(|_| ())
}

/// A step of the dialogue; `meaning` tells what its failure means, a missing answer included.
async fn within<T>(
    time: Duration,
    step: impl Future<Output = Result<T, Error>>,
    meaning: fn(Option<&Error>) -> SendError,
) -> Result<T, SendError> {
    match tokio::time::timeout(time, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(meaning(Some(&error))),
        Err(_) => Err(meaning(None)),
    }
}

fn code(error: Option<&Error>) -> String {
    error.and_then(Error::status).map(|code| code.to_string()).unwrap_or_default()
}

/// Nothing was said about a letter yet. Also a password that is refused is tried again: it is the server's owner who mends it.
fn unavailable(error: Option<&Error>) -> SendError {
    SendError::Later(code(error))
}

/// The server was told of the letter and has not got it.
fn not_taken(error: Option<&Error>) -> SendError {
    match error {
        Some(error) if error.is_permanent() => SendError::Never(MessageReason::BadAddress, code(Some(error))),
        error => SendError::Later(code(error)),
    }
}

/// The letter is on its way, and perhaps there: only an answer tells.
fn maybe_taken(error: Option<&Error>) -> SendError {
    match error {
        Some(error) if error.is_permanent() => SendError::Never(MessageReason::Refused, code(Some(error))),
        Some(error) if error.is_transient() => SendError::Later(code(Some(error))),
        error => SendError::Unknown(code(error)),
    }
}

#[cfg(test)]
mod tests;
