//! Reads settings one by one and collects what is wrong with them.

use std::{net::IpAddr, path::PathBuf, str::FromStr};

use call::usage::Prices;
use http::Uri;
use secrecy::{ExposeSecret, SecretString};

use super::{LogFormat, Problem};
use crate::providers::mail::smtp::SmtpServer;

/// The model whose prices stand in for unknown ones.
const REFERENCE: &str = "gpt-realtime-2.1";

const PRICES_WANTED: &str = "must be like text_in=4,text_cached=0.4,text_out=24,audio_in=32,audio_cached=0.4,audio_out=64,\
                             image_in=5,image_cached=0.5,transcription_minute=0.006: US dollars per million tokens, \
                             per minute of transcription";

/// Reads settings and collects problems.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new(), warnings: Vec::new() }
    }

    /// Hands out the configuration, or everything that is wrong with it.
    pub(super) fn finish<T>(self, config: T) -> Result<T, Vec<Problem>> {
        if self.problems.is_empty() { Ok(config) } else { Err(self.problems) }
    }

    pub(super) fn problem(&mut self, name: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { name, message: message.into() });
    }

    pub(super) fn warn(&mut self, name: &'static str, message: impl Into<String>) {
        self.warnings.push(Problem { name, message: message.into() });
    }

    pub(super) fn take_warnings(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.warnings)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    pub(super) fn secrets(&self, name: &str) -> Vec<SecretString> {
        let list = self.text(name).unwrap_or_default();
        list.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| SecretString::from(part.to_owned()))
            .collect()
    }

    /// A secret that we choose ourselves, so that it can be asked to be long.
    pub(super) fn long_secret(&mut self, name: &'static str, min_length: usize) -> Option<SecretString> {
        let value = self.text(name)?;
        if value.len() < min_length {
            self.problem(name, format!("must have at least {min_length} characters"));
        }
        Some(value.into())
    }

    pub(super) fn parsed<T: FromStr>(&mut self, name: &'static str, wanted: &str) -> Option<T> {
        let value = self.text(name)?;
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.problem(name, format!("must be {wanted}"));
        }
        parsed
    }

    /// A list of IP addresses.
    pub(super) fn addresses(&mut self, name: &'static str) -> Vec<IpAddr> {
        let list = self.text(name).unwrap_or_default();
        let parsed: Result<Vec<IpAddr>, _> =
            list.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect();
        parsed.unwrap_or_else(|_| {
            self.problem(name, "must be IP addresses such as 10.0.0.2, separated by commas");
            Vec::new()
        })
    }

    pub(super) fn whole_number(&mut self, name: &'static str, default: u64, min: u64, max: u64) -> u64 {
        let wanted = format!("a whole number from {min} to {max}");
        match self.text(name).map(|value| value.parse::<u64>()) {
            None => default,
            Some(Ok(number)) if (min..=max).contains(&number) => number,
            Some(_) => {
                self.problem(name, format!("must be {wanted}"));
                default
            }
        }
    }

    /// A sum of money in US dollars, as nano-dollars.
    pub(super) fn dollars(&mut self, name: &'static str, default: f64, min: f64, max: f64) -> u64 {
        let asked = self.text(name).map(|value| value.parse::<f64>().ok().filter(|sum| (min..=max).contains(sum)));
        if let Some(None) = asked {
            self.problem(name, format!("must be an amount of US dollars from {min} to {max}"));
        }
        (asked.flatten().unwrap_or(default) * 1e9).round() as u64
    }

    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        match self.text(name).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.problem(name, "must be true or false");
                false
            }
        }
    }

    /// What the model costs: what is published for it, and over that what the setting says.
    pub(super) fn prices(&mut self, name: &'static str, model: &str) -> Prices {
        let published = Prices::of(model);
        let mut prices = published.unwrap_or_default();
        let Some(list) = self.text(name) else {
            if published.is_none() {
                let message =
                    format!("the prices of OPENAI_REALTIME_MODEL are not known; those of {REFERENCE} are counted");
                self.warn(name, message);
            }
            return prices;
        };
        for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if set_price(&mut prices, part).is_none() {
                self.problem(name, PRICES_WANTED);
            }
        }
        prices
    }

    /// An origin: scheme, host and port, nothing behind them; https unless it is this machine.
    pub(super) fn origin(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name)?;
        let origin = value.trim_end_matches('/').to_owned();
        let bare = http_uri(&origin).is_some_and(|uri| uri.path() == "/" && uri.query().is_none());
        if !bare || value.contains('@') {
            self.problem(name, "must be an origin such as https://phone.example.org, without a path");
        } else if !origin.starts_with("https://") && !is_loopback(&origin) {
            self.problem(name, "must begin with https://, because callers' words pass through it");
        }
        Some(origin)
    }

    pub(super) fn http_url(&mut self, name: &'static str, default: &str) -> String {
        self.optional_http_url(name).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn optional_http_url(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name)?.trim_end_matches('/').to_owned();
        if http_uri(&value).is_none() {
            self.problem(name, "must be an address that begins with https:// or http://");
        }
        Some(value)
    }

    pub(super) fn database_url(&mut self, data_dir: &std::path::Path) -> SecretString {
        let url =
            self.text("DATABASE_URL").unwrap_or_else(|| format!("sqlite://{}", data_dir.join("aida.db").display()));
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            self.problem("DATABASE_URL", "must begin with sqlite:// or postgres://");
        }
        url.into()
    }

    pub(super) fn recordings_dir(&mut self, data_dir: &std::path::Path) -> PathBuf {
        match self.text("RECORDING_STORAGE_PATH") {
            None => data_dir.join("recordings"),
            Some(path) => {
                if path.contains("://") {
                    let message = "object stores are not supported in this version; name a directory";
                    self.problem("RECORDING_STORAGE_PATH", message);
                }
                path.into()
            }
        }
    }

    pub(super) fn account_sid(&mut self) -> Option<String> {
        let sid = self.text("TWILIO_ACCOUNT_SID")?;
        if !sid.starts_with("AC") || !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.problem("TWILIO_ACCOUNT_SID", "must be the account's identifier, which begins with AC");
        }
        Some(sid)
    }

    pub(super) fn stripe_key(&mut self) -> Option<SecretString> {
        let key = self.text("STRIPE_SECRET_KEY")?;
        if !["sk_test_", "sk_live_", "rk_test_", "rk_live_"].iter().any(|start| key.starts_with(start)) {
            self.problem("STRIPE_SECRET_KEY", "must be a secret or restricted key, which begins with sk_ or rk_");
        }
        Some(key.into())
    }

    pub(super) fn stripe_webhook_secrets(&mut self) -> Vec<SecretString> {
        let secrets = self.secrets("STRIPE_WEBHOOK_SECRET");
        if secrets.iter().any(|secret| !secret.expose_secret().starts_with("whsec_")) {
            let message =
                "must be the endpoint's signing secret, which begins with whsec_; several are separated by commas";
            self.problem("STRIPE_WEBHOOK_SECRET", message);
        }
        secrets
    }

    pub(super) fn smtp_server(&mut self) -> Option<SmtpServer> {
        let url = self.text("SMTP_URL")?;
        let server = SmtpServer::parse(&url);
        if server.is_none() {
            self.problem(
                "SMTP_URL",
                "must be smtp:// or smtps:// with user, password and host: smtps://user:password@mail.example.org",
            );
        }
        if self.text("MAIL_FROM").is_none() {
            self.problem("MAIL_FROM", "needed when SMTP_URL is set: the address that mail comes from");
        }
        server
    }

    pub(super) fn log_format(&mut self) -> Option<LogFormat> {
        match self.text("LOG_FORMAT")?.as_str() {
            "pretty" => Some(LogFormat::Pretty),
            "json" => Some(LogFormat::Json),
            _ => {
                self.problem("LOG_FORMAT", "must be pretty or json");
                None
            }
        }
    }

    /// A setting that this version has no use for, and whose absence changes nothing.
    pub(super) fn unused(&mut self, name: &'static str, message: &str) {
        if self.text(name).is_some() {
            self.warn(name, message);
        }
    }

    /// A setting that this version cannot honour is refused rather than ignored.
    pub(super) fn refuse(&mut self, name: &'static str, message: &str) {
        if self.text(name).is_some() {
            self.problem(name, message);
        }
    }
}

/// Takes one price; `None` where it is none.
fn set_price(prices: &mut Prices, part: &str) -> Option<()> {
    let (kind, value) = part.split_once('=')?;
    let dollars: f64 = value.trim().parse().ok().filter(|price| (0.0..=10_000.0).contains(price))?;
    // A dollar for a million tokens is 1,000 nano-dollars for one.
    let per_token = (dollars * 1_000.0).round() as u64;
    match kind.trim() {
        "text_in" => prices.text_in = per_token,
        "text_cached" => prices.text_cached = per_token,
        "text_out" => prices.text_out = per_token,
        "audio_in" => prices.audio_in = per_token,
        "audio_cached" => prices.audio_cached = per_token,
        "audio_out" => prices.audio_out = per_token,
        "image_in" => prices.image_in = per_token,
        "image_cached" => prices.image_cached = per_token,
        "transcription_minute" => prices.transcription_second = (dollars * 1e9 / 60.0).round() as u64,
        _ => return None,
    }
    Some(())
}

fn http_uri(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    (web && uri.host().is_some_and(|host| !host.is_empty())).then_some(uri)
}

/// Whether an address names this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let Some(uri) = http_uri(url) else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
