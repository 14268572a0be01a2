//! What an answer means, as far as single words tell it: in the languages in which sentences from memory exist.

/// What a caller said to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A word of agreement.
    Yes,
    /// A refusal, or a plea to wait.
    No,
    /// A question back, a doubt, or something longer that is neither yes nor no: not an answer.
    Doubt,
    /// A few words that are neither; in a language that is not known here they may be a yes.
    Unclear,
    /// No words at all: a cough, a door.
    Nothing,
}

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "sure",
    "ok",
    "okay",
    "right",
    "correct",
    "fine",
    "perfect",
    "great",
    "absolutely",
    "definitely",
    "exactly",
    "alright",
    "certainly",
    "ahead",
    "agreed",
    "confirm",
    "si",
    "sí",
    "claro",
    "vale",
    "correcto",
    "adelante",
    "ja",
    "genau",
    "klar",
    "gerne",
    "passt",
    "stimmt",
    "richtig",
    "oui",
    "d'accord",
    "exact",
    "parfait",
    "volontiers",
    "good",
    "course",
];
/// These undo a yes beside them: "no, that is not right" agrees to nothing.
const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "not",
    "never",
    "cannot",
    "wrong",
    "nein",
    "nee",
    "nicht",
    "kein",
    "keine",
    "falsch",
    "nunca",
    "tampoco",
    "non",
    "pas",
    "wait",
    "stop",
    "hold",
    "cancel",
    "dont",
    "nevermind",
    "espera",
    "espere",
    "para",
    "cancela",
    "warte",
    "warten",
    "moment",
    "stopp",
    "attendez",
    "attends",
    "annulez",
];
/// Whoever says these has not decided.
const DOUBT: &[&str] = &[
    "maybe",
    "perhaps",
    "think",
    "ask",
    "check",
    "later",
    "hmm",
    "vielleicht",
    "später",
    "überlegen",
    "fragen",
    "quizá",
    "quizás",
    "luego",
    "pensar",
    "pensarlo",
    "peut-être",
    "réfléchir",
    "demander",
];
/// With a word of refusal in them, and meant as agreement.
const AGREEING: &[&str] = &[
    "no problem",
    "not a problem",
    "no worries",
    "why not",
    "don't mind",
    "can't wait",
    "think so",
    "no hay problema",
    "por qué no",
    "kein problem",
    "warum nicht",
    "pas de problème",
    "pourquoi pas",
];
/// Longer answers without a word of agreement are about something else.
const SHORT: usize = 3;
const KEYS: &str = "[The caller pressed keypad digits:";

impl Answer {
    pub(super) fn of(words: &str) -> Self {
        if words.starts_with(KEYS) {
            return Self::Unclear;
        }
        let mut lower = words.to_lowercase().replace('’', "'");
        for phrase in AGREEING {
            lower = lower.replace(phrase, "yes");
        }
        let tokens: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '-'))
            .filter(|word| !word.is_empty())
            .collect();
        let any = |of: &[&str]| tokens.iter().any(|word| of.contains(word));
        if tokens.is_empty() {
            Self::Nothing
        } else if any(NO) || tokens.iter().any(|word| word.ends_with("n't")) {
            Self::No
        } else if any(YES) {
            Self::Yes
        } else if any(DOUBT) || words.trim_end().ends_with('?') || tokens.len() > SHORT {
            Self::Doubt
        } else {
            Self::Unclear
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_agreement_refusal_and_doubt_are_told_apart() {
        for (words, meant) in [
            ("Yes, please.", Answer::Yes),
            ("Go ahead!", Answer::Yes),
            ("No problem, that's fine", Answer::Yes),
            ("Yes, and can you text it to me?", Answer::Yes),
            ("Ja, genau.", Answer::Yes),
            ("Sí", Answer::Yes),
            ("D’accord", Answer::Yes),
            ("No.", Answer::No),
            ("Not yet", Answer::No),
            ("Yes, no, wait a second", Answer::No),
            ("Ok don't do that", Answer::No),
            ("Nein danke", Answer::No),
            ("No, that is not right.", Answer::No),
            ("No thanks, I am okay.", Answer::No),
            ("That isn't correct", Answer::No),
            ("Das ist nicht richtig", Answer::No),
            ("Why not!", Answer::Yes),
            ("I think so", Answer::Yes),
            ("Of course", Answer::Yes),
            ("Let me ask my wife", Answer::Doubt),
            ("Maybe", Answer::Doubt),
            ("What time does it begin", Answer::Doubt),
            ("How much is that in all?", Answer::Doubt),
            ("Two of them", Answer::Unclear),
            ("[The caller pressed keypad digits: 1]", Answer::Unclear),
            ("", Answer::Nothing),
            (" … ", Answer::Nothing),
        ] {
            assert_eq!(Answer::of(words), meant, "{words}");
        }
    }
}
