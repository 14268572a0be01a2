//! The first sentence a caller hears.

use model::Persona;

/// The admin's greeting with its names filled in. What a caller has to be told and it does not tell (that an AI speaks, that
/// the call is recorded) is added, in its language.
pub(super) fn greeting(organisation: &str, persona: &Persona, recorded: bool) -> String {
    let greeting =
        persona.greeting.trim().replace("{organisation}", organisation).replace("{assistant}", &persona.assistant_name);
    let notice = notice(&persona.language, !tells_of_ai(&greeting), recorded && !tells_of_recording(&greeting));
    match (greeting.is_empty(), notice) {
        (_, None) => greeting,
        (true, Some(notice)) => notice.to_owned(),
        (false, Some(notice)) => {
            let stop = if greeting.ends_with(['.', '!', '?', '…']) { "" } else { "." };
            format!("{greeting}{stop} {notice}")
        }
    }
}

fn notice(language: &str, ai: bool, recorded: bool) -> Option<&'static str> {
    let [both, ai_only, recorded_only] = match language {
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
    };
    match (ai, recorded) {
        (true, true) => Some(both),
        (true, false) => Some(ai_only),
        (false, true) => Some(recorded_only),
        (false, false) => None,
    }
}

fn tells_of_ai(greeting: &str) -> bool {
    let text = greeting.to_lowercase().replace("a.i.", "ai");
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    // As words: "Aida", "said" and "Kim" disclose nothing.
    words.any(|word| matches!(word, "ai" | "ia" | "ki"))
        || ["artificial", "artificielle", "künstliche", "automated assistant", "virtual assistant", "asistente virtual"]
            .iter()
            .chain(&["assistant virtuel", "assistante virtuelle", "virtuelle assistent", "virtueller assistent"])
            .any(|phrase| text.contains(phrase))
}

fn tells_of_recording(greeting: &str) -> bool {
    let text = greeting.to_lowercase();
    ["record", "graba", "grabe", "enregistr", "aufgezeichnet", "aufgenommen"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use model::Patience;

    use super::*;

    fn persona(language: &str, greeting: &str) -> Persona {
        Persona {
            assistant_name: "Aida".into(),
            voice: "marin".into(),
            speed_percent: 100,
            language: language.into(),
            greeting: greeting.into(),
            instructions: String::new(),
            patience: Patience::Normal,
            interruptible: true,
        }
    }

    #[test]
    fn a_greeting_that_says_everything_stays_as_it_is() {
        let said = "Hi, {assistant}, the AI assistant of {organisation}. This call is recorded. How can I help?";
        assert_eq!(
            greeting("Mangy Dog Coffee", &persona("en", said), true),
            "Hi, Aida, the AI assistant of Mangy Dog Coffee. This call is recorded. How can I help?"
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
            ("en", "Your A.I. assistant speaking.", true, "Your A.I. assistant speaking. This call is recorded."),
            ("es", "Hola.", true, "Hola. Le atiende un asistente de inteligencia artificial y esta llamada se graba."),
            (
                "de",
                "Guten Tag, hier ist Kim.",
                false,
                "Guten Tag, hier ist Kim. Sie sprechen mit einem KI-Assistenten.",
            ),
            ("fr", "", true, "Vous parlez avec un assistant d'intelligence artificielle et cet appel est enregistré."),
        ] {
            assert_eq!(greeting("X", &persona(language, said), recorded), heard);
        }
    }
}
