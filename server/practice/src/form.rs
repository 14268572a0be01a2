//! Forms as the other sides post them, read and written.

/// The parameters of a form, decoded, in order.
pub(crate) fn read(body: &str) -> Vec<(String, String)> {
    reqwest::Url::parse(&format!("form:?{body}")).map(|it| it.query_pairs().into_owned().collect()).unwrap_or_default()
}

/// The first value of a name.
pub(crate) fn get<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// The text with what HTML would read as its own taken apart.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Letters and digits nobody has had before.
pub(crate) fn fresh(prefix: &str) -> String {
    format!("{prefix}{:032x}", rand::random::<u128>())
}
