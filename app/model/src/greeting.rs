//! The first sentence a caller hears.

/// Where a template puts what callers have to be told.
const NOTICE: &str = "{notice}";

/// The admin's template with its names filled in. Callers have to be told that an AI speaks and that the call is recorded: by a fixed
/// sentence, in the language of the call, where the template says `{notice}`, or else at its end. Only a template that holds
/// that very sentence is left as it is; other words are not trusted to tell, whatever they seem to say.
pub fn greeting(template: &str, organisation: &str, assistant: &str, language: &str, recorded: bool) -> String {
    let template = template.trim();
    let [both, ai, recording] = notices(language);
    let told =
        if template.contains(both) { [true; 2] } else { [ai, recording].map(|notice| template.contains(notice)) };
    let notice = match told {
        _ if template.contains(NOTICE) => {
            if recorded {
                both
            } else {
                ai
            }
        }
        [false, false] if recorded => both,
        [false, _] => ai,
        [true, false] if recorded => recording,
        [true, _] => "",
    };
    let whole = if template.contains(NOTICE) {
        template.replace(NOTICE, notice)
    } else if template.is_empty() || notice.is_empty() {
        format!("{template}{notice}")
    } else {
        let stop = if template.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        format!("{template}{stop} {notice}")
    };
    // Last, so that no name can pass for a notice.
    whole.replace("{organisation}", organisation).replace("{assistant}", assistant)
}

/// That an AI speaks and the call is recorded; the former; the latter.
fn notices(language: &str) -> [&'static str; 3] {
    match language {
        "es" => [
            "Le atiende un asistente de inteligencia artificial y esta llamada se graba.",
            "Le atiende un asistente de inteligencia artificial.",
            "Esta llamada se graba.",
        ],
        "fr" => [
            "Vous parlez avec un assistant d'intelligence artificielle et cet appel est enregistré.",
            "Vous parlez avec un assistant d'intelligence artificielle.",
            "Cet appel est enregistré.",
        ],
        "de" => [
            "Sie sprechen mit einem KI-Assistenten, und dieser Anruf wird aufgezeichnet.",
            "Sie sprechen mit einem KI-Assistenten.",
            "Dieser Anruf wird aufgezeichnet.",
        ],
        _ => [
            "You are speaking with an AI assistant, and this call is recorded.",
            "You are speaking with an AI assistant.",
            "This call is recorded.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::greeting;

    const BOTH: &str = "You are speaking with an AI assistant, and this call is recorded.";

    #[test]
    fn what_callers_have_to_be_told_stands_where_the_template_puts_it() {
        let template = "{organisation}, this is {assistant}. {notice} How can I help?";
        assert_eq!(
            greeting(template, "Mangy Dog Coffee", "Biscuit", "en", true),
            format!("Mangy Dog Coffee, this is Biscuit. {BOTH} How can I help?")
        );
        assert_eq!(
            greeting(template, "Mangy Dog Coffee", "Biscuit", "en", false),
            "Mangy Dog Coffee, this is Biscuit. You are speaking with an AI assistant. How can I help?"
        );
    }

    #[test]
    fn the_very_sentence_is_not_said_twice() {
        let said = format!("Hello. {BOTH} How can I help?");
        assert_eq!(greeting(&said, "X", "Aida", "en", true), said);
        let half = "Hello. You are speaking with an AI assistant. How can I help?";
        assert_eq!(greeting(half, "X", "Aida", "en", true), format!("{half} This call is recorded."));
        assert_eq!(greeting(half, "X", "Aida", "en", false), half);
    }

    #[test]
    fn ordinary_words_and_names_do_not_keep_the_notice_away() {
        for (template, organisation) in [
            ("{organisation}, this is {assistant}.", "Vinyl Records"),
            ("Records and tapes, this is the AI of {organisation}.", "X"),
            ("This call is not recorded.", "X"),
            ("{organisation}.", BOTH),
            ("{organisation}.", "{notice}"),
        ] {
            let heard = greeting(template, organisation, "Aida", "en", true);
            assert!(heard.ends_with(&format!(". {BOTH}")), "{heard}");
        }
        let heard = greeting("Oui, j'ai le temps. Enregistrez-vous.", "X", "Aida", "fr", true);
        assert!(
            heard.ends_with("Vous parlez avec un assistant d'intelligence artificielle et cet appel est enregistré.")
        );
    }

    #[test]
    fn what_a_greeting_leaves_out_is_added_in_its_language() {
        for (language, said, recorded, heard) in [
            (
                "en",
                "Hello, Aida here",
                true,
                "Hello, Aida here. You are speaking with an AI assistant, and this call is recorded.",
            ),
            ("en", "Hello, Aida here!", false, "Hello, Aida here! You are speaking with an AI assistant."),
            ("es", "Hola.", true, "Hola. Le atiende un asistente de inteligencia artificial y esta llamada se graba."),
            ("de", "Hier ist Kim.", false, "Hier ist Kim. Sie sprechen mit einem KI-Assistenten."),
            ("fr", "", true, "Vous parlez avec un assistant d'intelligence artificielle et cet appel est enregistré."),
        ] {
            assert_eq!(greeting(said, "X", "Aida", language, recorded), heard);
        }
    }
}
