//! `X-Twilio-Signature`: whether a request really comes from Twilio.
//!
//! Twilio signs the URL it was configured to request followed by the sorted form parameters. The URL is rebuilt from
//! `PUBLIC_URL`, never from `Host` or `X-Forwarded-*`, which anybody can send.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The secrets of one account.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The auth token, and while it is being rotated the secondary one.
    pub tokens: Vec<SecretString>,
    /// Shared keys by the name that `X-Twilio-Webhooks-Signature-Settings` gives them.
    pub shared: BTreeMap<String, SecretString>,
}

impl Keys {
    /// The keys of an account that has only auth tokens.
    pub fn of_tokens(tokens: impl IntoIterator<Item = SecretString>) -> Self {
        Self { tokens: tokens.into_iter().collect(), shared: BTreeMap::new() }
    }

    /// Whether there is nothing to check signatures with.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.shared.is_empty()
    }
}

/// What came with a request besides its URL and signature.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// A form, decoded and in order; also for requests without a body.
    Form(&'a [(String, String)]),
    /// Anything else: covered by the `bodySHA256` of the URL.
    Raw(&'a [u8]),
}

/// A request that claims to come from Twilio.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The URL as Twilio was configured to request it: public origin, then path and query as they came.
    pub url: &'a str,
    /// Its body.
    pub content: Content<'a>,
    /// `X-Twilio-Signature`.
    pub signature: &'a str,
    /// `X-Twilio-Webhooks-Signature-Settings`.
    pub settings: Option<&'a str>,
}

/// Whether one of the keys signed the request.
pub fn verify(keys: &Keys, claim: &Claim<'_>) -> bool {
    let params = match claim.content {
        Content::Form(params) => sorted(params),
        Content::Raw(body) => {
            if !body_matches(claim.url, body) {
                return false;
            }
            String::new()
        }
    };
    let Some(signers) = signers(keys, claim.settings) else { return false };
    // Every candidate is computed, whichever matches: the time taken tells nothing about the keys.
    let mut valid = subtle::Choice::from(0);
    for url in accepted_urls(claim.url) {
        for signer in &signers {
            let expected = signer.sign(&url, &params);
            valid |= expected.as_bytes().ct_eq(claim.signature.as_bytes());
        }
    }
    valid.into()
}

enum Signer<'a> {
    Sha1(&'a SecretString),
    Sha256(&'a SecretString),
}

impl Signer<'_> {
    fn sign(&self, url: &str, params: &str) -> String {
        match self {
            Self::Sha1(key) => BASE64_STANDARD.encode(mac::<Hmac<Sha1>>(key, url, params)),
            Self::Sha256(key) => BASE64_STANDARD.encode(mac::<Hmac<Sha256>>(key, url, params)),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &SecretString, url: &str, params: &str) -> Vec<u8> {
    let mut mac =
        <M as KeyInit>::new_from_slice(key.expose_secret().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(url.as_bytes());
    mac.update(params.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The keys that may have signed. A settings header that is not understood leaves none: it must not be able to
/// choose a weaker algorithm.
fn signers<'a>(keys: &'a Keys, settings: Option<&str>) -> Option<Vec<Signer<'a>>> {
    let Some(settings) = settings else {
        return Some(keys.tokens.iter().map(Signer::Sha1).collect());
    };
    let setting = |name: &str| {
        settings.split(',').filter_map(|part| part.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    };
    match setting("algorithm")? {
        "HMAC_SHA256" => Some(vec![Signer::Sha256(keys.shared.get(setting("key")?)?)]),
        "HMAC_SHA1" => Some(keys.tokens.iter().map(Signer::Sha1).collect()),
        _ => None,
    }
}

/// Names in byte order; of a name that comes several times each different value once, in byte order.
fn sorted(params: &[(String, String)]) -> String {
    let mut params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    params.sort_unstable();
    params.dedup();
    params.into_iter().flat_map(|(name, value)| [name, value]).collect()
}

fn body_matches(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let Some(claimed) = query.split('&').find_map(|pair| pair.strip_prefix("bodySHA256=")) else { return false };
    let digest = Sha256::digest(body).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    digest.as_bytes().ct_eq(claimed.to_ascii_lowercase().as_bytes()).into()
}

/// The forms under which Twilio may have signed this URL: with and without its port, and a stream's also with and
/// without a slash at the end.
fn accepted_urls(url: &str) -> Vec<String> {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let Some((scheme, rest)) = url.split_once("://") else { return vec![url.to_owned()] };
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = split_port(authority);
    let default_port = if scheme == "https" { "443" } else { "80" };
    let with_port = format!("{host}:{}", port.unwrap_or(default_port));

    let mut tails = vec![Cow::Borrowed(tail)];
    if scheme.starts_with("ws") && !tail.contains('?') {
        tails.push(tail.strip_suffix('/').map_or_else(|| Cow::Owned(format!("{tail}/")), Cow::Borrowed));
    }
    if let Some(bare) = tail.strip_suffix('?') {
        tails.push(Cow::Borrowed(bare));
    }
    tails
        .iter()
        .flat_map(|tail| [format!("{scheme}://{host}{tail}"), format!("{scheme}://{with_port}{tail}")])
        .collect()
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// Made with Twilio's Python SDK and confirmed with its Node SDK.
    const VECTORS: &str = include_str!("../../../fixtures/twilio_signatures.json");

    #[derive(Deserialize)]
    struct Vector {
        id: String,
        key: String,
        algorithm: Option<String>,
        accept_url: Option<String>,
        signed_url: String,
        params: Vec<(String, String)>,
        body: Option<String>,
        sig: String,
    }

    impl Vector {
        fn url(&self) -> &str {
            self.accept_url.as_deref().unwrap_or(&self.signed_url)
        }

        fn accepted(&self, url: &str, params: &[(String, String)], body: Option<&str>, sig: &str) -> bool {
            let content = body.map_or(Content::Form(params), |body| Content::Raw(body.as_bytes()));
            let settings = self.algorithm.as_ref().map(|name| format!("key=webhooks_sharedkey_1,algorithm={name}"));
            verify(&self.keys(), &Claim { url, content, signature: sig, settings: settings.as_deref() })
        }

        fn keys(&self) -> Keys {
            let key = SecretString::from(self.key.clone());
            if self.algorithm.is_some() {
                Keys { tokens: vec![], shared: BTreeMap::from([("webhooks_sharedkey_1".into(), key)]) }
            } else {
                Keys::of_tokens([key])
            }
        }
    }

    fn vectors() -> Vec<Vector> {
        serde_json::from_str(VECTORS).expect("the fixture is JSON")
    }

    fn vector(id: &str) -> Vector {
        vectors().into_iter().find(|vector| vector.id == id).expect("a vector of this name")
    }

    #[test]
    fn every_signature_of_twilios_own_library_is_accepted() {
        for vector in vectors() {
            assert!(
                vector.accepted(vector.url(), &vector.params, vector.body.as_deref(), &vector.sig),
                "{}",
                vector.id
            );
        }
    }

    #[test]
    fn a_change_of_any_part_is_refused() {
        for vector in vectors() {
            let body = vector.body.as_deref();
            let altered_url = vector.url().replace("example", "exemple");
            assert!(!vector.accepted(&altered_url, &vector.params, body, &vector.sig), "{} url", vector.id);

            let altered_body = body.map(|body| format!("{body} "));
            let mut altered = vector.params.clone();
            altered.push(("Extra".into(), String::new()));
            assert!(
                !vector.accepted(vector.url(), &altered, altered_body.as_deref(), &vector.sig),
                "{} content",
                vector.id
            );

            for at in 0..vector.sig.len() {
                let mut sig = vector.sig.clone().into_bytes();
                sig[at] ^= 1;
                let sig = String::from_utf8_lossy(&sig).into_owned();
                assert!(!vector.accepted(vector.url(), &vector.params, body, &sig), "{} byte {at}", vector.id);
            }
            assert!(!vector.accepted(vector.url(), &vector.params, body, ""), "{} empty", vector.id);
        }
    }

    #[test]
    fn a_stream_is_not_signed_as_https() {
        let stream = vector("V5a");
        let https = stream.signed_url.replace("wss://", "https://");
        assert!(!stream.accepted(&https, &[], None, &stream.sig));
    }

    #[test]
    fn a_stream_may_be_signed_with_a_slash_at_the_end_and_a_webhook_may_not() {
        let with_slash = vector("V5b");
        assert!(with_slash.accepted("wss://voice.example.org/twilio/media", &[], None, &with_slash.sig));
        let webhook = vector("V1");
        assert!(!webhook.accepted("https://voice.example.org/twilio/voice/", &webhook.params, None, &webhook.sig));
    }

    #[test]
    fn values_that_come_twice_count_once_and_blanks_are_kept() {
        assert_eq!(
            sorted(&[
                ("b".into(), "2".into()),
                ("b".into(), "1".into()),
                ("b".into(), "2".into()),
                ("A".into(), String::new())
            ]),
            "Ab1b2"
        );
    }

    #[test]
    fn the_port_may_be_there_or_not() {
        assert_eq!(
            accepted_urls("https://a.example/x?y=1"),
            ["https://a.example/x?y=1", "https://a.example:443/x?y=1"]
        );
        assert_eq!(
            accepted_urls("https://u:p@a.example:8443/x#ct=1"),
            ["https://a.example/x", "https://a.example:8443/x"]
        );
        assert_eq!(
            accepted_urls("wss://[::1]/m"),
            ["wss://[::1]/m", "wss://[::1]:80/m", "wss://[::1]/m/", "wss://[::1]:80/m/"]
        );
    }

    #[test]
    fn both_tokens_are_accepted_while_one_replaces_the_other() {
        let vector = vector("V1");
        let keys = Keys::of_tokens(["next".to_owned().into(), vector.key.clone().into()]);
        let claim = Claim {
            url: &vector.signed_url,
            content: Content::Form(&vector.params),
            signature: &vector.sig,
            settings: None,
        };
        assert!(verify(&keys, &claim));
        assert!(!verify(&Keys::of_tokens(["next".to_owned().into()]), &claim));
        assert!(!verify(&Keys::default(), &claim));
    }

    #[test]
    fn a_settings_header_cannot_choose_a_weaker_or_unknown_way() {
        let vector = vector("V8");
        for settings in [
            "algorithm=HMAC_MD5,key=webhooks_sharedkey_1",
            "key=webhooks_sharedkey_1",
            "",
            "algorithm=HMAC_SHA256,key=other",
        ] {
            let claim = Claim {
                url: &vector.signed_url,
                content: Content::Form(&vector.params),
                signature: &vector.sig,
                settings: Some(settings),
            };
            assert!(!verify(&vector.keys(), &claim), "{settings}");
        }
    }

    #[test]
    fn a_raw_body_without_its_hash_in_the_url_is_refused() {
        let vector = vector("V1");
        assert!(!vector.accepted(&vector.signed_url, &[], Some("{}"), &vector.sig));
    }
}
