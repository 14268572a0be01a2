//! Forms as Twilio posts them: every parameter, in order, blank and repeated ones too.

use percent_encoding::percent_decode_str;

/// A body that is not a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a form in UTF-8")]
pub struct NotAForm;

/// The parameters of a form, decoded, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(body: &[u8]) -> Result<Self, NotAForm> {
        let body = std::str::from_utf8(body).map_err(|_| NotAForm)?;
        body.split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Every parameter, for the signature.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of this name, unless it is blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str) -> Result<String, NotAForm> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(Into::into).map_err(|_| NotAForm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_repetitions_and_order_are_kept() {
        let form = Form::parse(b"From=%2B1415+555&FromCity=&A=2&A=1&flag").unwrap();
        let all: Vec<(&str, &str)> = form.all().iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(all, [("From", "+1415 555"), ("FromCity", ""), ("A", "2"), ("A", "1"), ("flag", "")]);
        assert_eq!(form.get("A"), Some("2"));
        assert_eq!(form.get("FromCity"), None);
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        assert_eq!(Form::parse(b"a=%FF"), Err(NotAForm));
        assert_eq!(Form::parse(b"a=\xff"), Err(NotAForm));
        assert_eq!(Form::parse(b""), Ok(Form::default()));
    }
}
