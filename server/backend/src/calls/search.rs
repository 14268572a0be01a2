//! Finding calls by the words said in them: the one place where the engines may come to differ.

/// The condition on a call `c` that somebody said the words of the pattern in argument `$8`; without a pattern it holds for all.
macro_rules! said {
    () => {
        r"(cast($8 as text) is null or exists (
             select 1 from utterances u
             where u.org_id = c.org_id and u.call_id = c.id and lower(u.text) like $8 escape '\'))"
    };
}
pub(super) use said;

/// A pattern for `like … escape '\'` that finds `words` anywhere, whatever their case; `None` where there are none.
pub(super) fn pattern(words: Option<&str>) -> Option<String> {
    let words = words?.trim().to_lowercase();
    if words.is_empty() {
        return None;
    }
    let words: String = words.chars().take(200).collect();
    Some(format!("%{}%", escape(&words)))
}

/// Text in which nothing means anything to `like`.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_like_knows_are_taken_literally() {
        assert_eq!(pattern(Some(r" 50%_Off\ ")).as_deref(), Some(r"%50\%\_off\\%"));
        assert_eq!(pattern(Some("  ")), None);
    }
}
