//! Markdown from people into HTML that cannot do anything: raw HTML stays text, links lead only to the web, mail and telephone.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// HTML for an article's text.
pub fn render(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(text, options).map(harmless);
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events);
    out
}

fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(pulldown_cmark::TagEnd::HtmlBlock) => Event::End(pulldown_cmark::TagEnd::Paragraph),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe(dest_url), title, id })
        }
        // A picture would be loaded from another server, which then knows who reads this; its text is kept.
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(pulldown_cmark::TagEnd::Image) => Event::End(pulldown_cmark::TagEnd::Emphasis),
        other => other,
    }
}

fn safe(address: CowStr<'_>) -> CowStr<'_> {
    let lower = address.trim().to_ascii_lowercase();
    let leads_out = ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme));
    if leads_out { address } else { CowStr::Borrowed("#") }
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn ordinary_text_is_formatted() {
        assert_eq!(
            render("**Open** at [nine](https://example.test)"),
            "<p><strong>Open</strong> at <a href=\"https://example.test\">nine</a></p>\n"
        );
    }

    #[test]
    fn nothing_in_an_article_can_run() {
        let attacks = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "text <b onclick=alert(1)>bold</b>",
            "[x](javascript:alert(1))",
            "[x]( JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](https://evil.test/pixel.png)",
            "<svg/onload=alert(1)>",
            "<https://evil.test/\"onmouseover=alert(1)>",
        ];
        for attack in attacks {
            let html = render(attack);
            let tags: Vec<&str> =
                html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default()).collect();
            for tag in tags {
                let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
                assert!(["p", "a", "em", "strong"].contains(&name), "{attack} gave {html}");
                assert!(!tag.to_lowercase().contains("javascript:") && !tag.contains("data:"), "{attack} gave {html}");
                assert!(!tag.split('"').step_by(2).any(|part| part.contains(" on")), "{attack} gave {html}");
            }
        }
    }
}
