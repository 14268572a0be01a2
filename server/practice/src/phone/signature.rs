//! Signs requests the way Twilio does.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// The `X-Twilio-Signature` of a request to this address with these form parameters.
pub fn sign(auth_token: &str, url: &str, parameters: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = parameters.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_come_out() {
        const TOKEN: &str = "7f3c1d9ab2e84506a1c0ffee5eed1234";
        for (token, url, parameters, signature) in [
            (
                TOKEN,
                "https://voice.example.org/twilio/voice",
                &[
                    ("CallSid", "CA0123456789abcdef0123456789abcdef"),
                    ("AccountSid", "ACfedcba9876543210fedcba9876543210"),
                    ("From", "+14155550123"),
                    ("To", "+18885550199"),
                    ("CallStatus", "ringing"),
                    ("ApiVersion", "2010-04-01"),
                    ("Direction", "inbound"),
                    ("CallerName", "JOSÉ ÑANDÚ"),
                    ("FromCity", ""),
                    ("CallToken", "{\"parentCallInfoToken\":\"abc==\"}"),
                ][..],
                "arnE+2NwdNU84Eys/uj8HwzgSxk=",
            ),
            (
                TOKEN,
                "https://voice.example.org/twilio/voice/gather?flow=pay&leg=2&name=A%20B%27s",
                &[("Digits", "1234#"), ("CallSid", "CA0123456789abcdef0123456789abcdef"), ("From", "+14155550123")][..],
                "PTJEhq6Hq2GjBws0nLO22NVnXrs=",
            ),
            (
                TOKEN,
                "https://voice.example.org/twilio/sms",
                &[
                    ("Body", "hi"),
                    ("MediaUrl0", "b"),
                    ("MediaUrl0", "a"),
                    ("MediaUrl0", "b"),
                    ("A", "1"),
                    ("a", "2"),
                    ("Z", "3"),
                ][..],
                "PcMg1Q0g42TUQZ74pn4jGUhlCk8=",
            ),
            (TOKEN, "wss://voice.example.org/twilio/media", &[][..], "/mWK8YPspU/F6OJxiKlMBpRURLI="),
            (
                TOKEN,
                "https://voice.example.org/twilio/sms",
                &[("Body", "  hello  "), ("From", "+14155550123")][..],
                "EeTZK/oM4nvBDw4/gUuRIaVXHKw=",
            ),
            (
                "12345",
                "https://example.com/myapp.php?foo=1&bar=2",
                &[
                    ("Digits", "1234"),
                    ("To", "+18005551212"),
                    ("From", "+14158675310"),
                    ("Caller", "+14158675310"),
                    ("CallSid", "CA1234567890ABCDE"),
                ][..],
                "L/OH5YylLD5NRKLltdqwSvS0BnU=",
            ),
        ] {
            let parameters: Vec<(String, String)> =
                parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            assert_eq!(sign(token, url, &parameters), signature, "{url}");
        }
    }
}
