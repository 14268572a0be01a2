//! Whether an event really comes from the payment provider: an HMAC over the raw bytes, with the time in it.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// An older event is a replay, and one from the future was not made by a clock that can be believed.
const TOLERANCE_SECONDS: i64 = 300;

/// Why an event is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is not of the form `t=…,v1=…`.
    #[error("the signature's header cannot be read")]
    Header,
    /// No signature in it was made with a secret of ours.
    #[error("the signature is wrong")]
    Signature,
    /// It was made too long ago, or will be.
    #[error("the signature is too old or too new")]
    Time,
}

/// Checks `Stripe-Signature`. Any `v1` by any secret will do: while a secret is rolled there are two of each.
pub fn verify(secrets: &[SecretString], header: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), SignatureError> {
    let mut time = None;
    let mut given = Vec::new();
    for part in header.split(',') {
        match part.split_once('=') {
            Some(("t", seconds)) => time = Some(seconds),
            Some(("v1", signature)) => given.push(signature),
            // v0 is made for tests of theirs and proves nothing.
            _ => {}
        }
    }
    let time = time.ok_or(SignatureError::Header)?;
    let seconds: i64 = time.parse().map_err(|_| SignatureError::Header)?;
    let mut good = Choice::from(0);
    for secret in secrets {
        let expected = sign(secret, time, body);
        for signature in &given {
            good |= expected.as_bytes().ct_eq(signature.as_bytes());
        }
    }
    if !bool::from(good) {
        return Err(SignatureError::Signature);
    }
    if now.timestamp().abs_diff(seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(SignatureError::Time);
    }
    Ok(())
}

fn sign(secret: &SecretString, time: &str, body: &[u8]) -> String {
    let key = secret.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    crate::secret::hex(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};

    use super::*;

    const SECRET: &str = "whsec_9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    const PAID: &str = r#"{"id":"evt_1TicketA","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_a1","object":"checkout.session"}}}"#;
    const V1: &str = "69571611a92d64012cbdd56a7836db76ffab021751b7f2a062114e2195b63e50";
    const V0: &str = "6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39";

    fn signed_at() -> DateTime<Utc> {
        Utc.timestamp_opt(1_795_168_800, 0).single().expect("a moment")
    }

    fn check(body: &str, header: &str) -> Result<(), SignatureError> {
        verify(&[SECRET.to_owned().into()], header, body.as_bytes(), signed_at())
    }

    #[test]
    fn the_published_vectors_are_judged_as_the_official_package_does() {
        let unicode = "{\n  \"id\": \"evt_2Ünïcode\",\n  \"object\": \"event\",\n  \"note\": \"café ☕\"\n}";
        let unicode_v1 = "ac0931827ffddab4e62bf5fb4a43ac2f2d6c2404cad146172bd808b2f198a4e8";
        let zeros = "0".repeat(64);
        let wrong = Err(SignatureError::Signature);
        for (name, body, header, verdict) in [
            ("S1", PAID.to_owned(), format!("t=1795168800,v1={V1}"), Ok(())),
            ("S2", unicode.to_owned(), format!("t=1795168800,v1={unicode_v1}"), Ok(())),
            ("S3-rotation", PAID.to_owned(), format!("t=1795168800,v1={zeros},v1={V1},v0={V0}"), Ok(())),
            ("S4a-altered", format!("{PAID} "), format!("t=1795168800,v1={V1}"), wrong),
            ("S4b-v0-only", PAID.to_owned(), format!("t=1795168800,v0={V1}"), wrong),
            ("S4c-spaces", PAID.to_owned(), format!("t=1795168800, v1={V1}"), wrong),
        ] {
            assert_eq!(check(&body, &header), verdict, "{name}");
        }
    }

    #[test]
    fn a_signature_counts_for_five_minutes_before_and_after() {
        let header = format!("t=1795168800,v1={V1}");
        let at = |seconds: i64| {
            let now = signed_at() + TimeDelta::seconds(seconds);
            verify(&[SECRET.to_owned().into()], &header, PAID.as_bytes(), now)
        };
        assert_eq!([at(300), at(-300)], [Ok(()), Ok(())]);
        // S5: the official package takes what comes from the future; we do not.
        assert_eq!([at(301), at(-301), at(-4_000)], [Err(SignatureError::Time); 3]);
    }

    #[test]
    fn any_secret_of_several_will_do_and_none_never_does() {
        let header = format!("t=1795168800,v1={V1}");
        let both = ["whsec_new".to_owned().into(), SECRET.to_owned().into()];
        assert_eq!(verify(&both, &header, PAID.as_bytes(), signed_at()), Ok(()));
        assert_eq!(verify(&both[..1], &header, PAID.as_bytes(), signed_at()), Err(SignatureError::Signature));
        assert_eq!(verify(&[], &header, PAID.as_bytes(), signed_at()), Err(SignatureError::Signature));
    }

    #[test]
    fn headers_that_cannot_be_read_are_refused() {
        for header in ["", "v1=abc", "t=now,v1=abc", "t=", "nonsense"] {
            assert_eq!(check(PAID, header), Err(SignatureError::Header), "{header}");
        }
        assert_eq!(check(PAID, "t=1795168800"), Err(SignatureError::Signature));
    }
}
