//! Times, lengths and amounts as people read them; the same on the server and in the browser.

/// A length of time on a clock: `0:07`, `12:30`, `1:02:03`.
pub fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A short length of time in words: `320 ms`, `1.4 s`.
pub fn short(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

/// How long ago something was, in the largest unit that fits.
pub fn ago(ms: i64) -> String {
    let minutes = ms / 60_000;
    match minutes {
        i64::MIN..=0 => "just now".into(),
        1..=59 => format!("{minutes} min ago"),
        60..=1439 => format!("{} h ago", minutes / 60),
        1440..=2879 => "yesterday".into(),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// What something costs: whole cents from ten cents on, tenths of a cent below.
pub fn dollars(nano_usd: i64) -> String {
    let tenths_of_cents = nano_usd / 1_000_000;
    match tenths_of_cents {
        0 if nano_usd == 0 => "$0.00".into(),
        0 => "under $0.001".into(),
        1..100 => format!("${}.{:03}", tenths_of_cents / 1000, tenths_of_cents % 1000),
        _ => format!("${}.{:02}", tenths_of_cents / 1000, tenths_of_cents % 1000 / 10),
    }
}

/// A number and its noun: `1 call`, `12 calls`.
pub fn count(n: i64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A text for `<textarea>` and `<title>`. The renderer writes what stands in them into the document as it is, so on the server it is
/// escaped here: otherwise a text could close the element and go on as markup.
pub fn raw_text(text: String) -> String {
    if cfg!(feature = "ssr") { text.replace('&', "&amp;").replace('<', "&lt;") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_on_a_clock() {
        assert_eq!([clock(7_900), clock(750_000), clock(3_723_000)], ["0:07", "12:30", "1:02:03"]);
        assert_eq!([short(320), short(1_449)], ["320 ms", "1.4 s"]);
    }

    #[test]
    fn the_past_is_told_in_its_largest_unit() {
        let told: Vec<_> = [0, 59_000, 61_000, 7_200_000, 90_000_000, 400_000_000].map(ago).into();
        assert_eq!(told, ["just now", "just now", "1 min ago", "2 h ago", "yesterday", "4 days ago"]);
    }

    #[test]
    fn small_costs_are_not_rounded_to_nothing() {
        let told: Vec<_> = [0, 400_000, 12_300_000, 184_000_000].map(dollars).into();
        assert_eq!(told, ["$0.00", "under $0.001", "$0.012", "$0.18"]);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_text_cannot_leave_its_field() {
        use leptos::prelude::*;

        let text = super::raw_text("</textarea><img src=x> &lt;".into());
        let html = view! { <textarea>{text}</textarea> }.to_html();

        assert!(html.contains("&lt;/textarea>&lt;img src=x> &amp;lt;"), "{html}");
    }
}
