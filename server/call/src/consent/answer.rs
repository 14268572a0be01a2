//! What an answer means, as far as single words tell it: in the languages in which sentences from memory exist.

/// What a caller said to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A word of agreement.
    Yes,
    /// A refusal, or a plea to wait.
    No,
    /// A question back: not an answer.
    Question,
    /// Words that are neither.
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
];
const NO: &[&str] = &["no", "nope", "nah", "nein", "nee", "non", "not", "never"];
/// These undo a yes beside them.
const STOP: &[&str] = &[
    "wait",
    "stop",
    "cancel",
    "don't",
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

impl Answer {
    pub(super) fn of(words: &str) -> Self {
        let lower = words.to_lowercase().replace('’', "'");
        let tokens: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
        let any = |of: &[&str]| tokens.iter().any(|word| of.contains(word));
        if tokens.is_empty() {
            Self::Nothing
        } else if any(STOP) {
            Self::No
        } else if any(YES) {
            Self::Yes
        } else if any(NO) {
            Self::No
        } else if words.trim_end().ends_with('?') {
            Self::Question
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
            ("How much is that in all?", Answer::Question),
            ("Two of them", Answer::Unclear),
            ("[The caller pressed keypad digits: 1]", Answer::Unclear),
            ("", Answer::Nothing),
            (" … ", Answer::Nothing),
        ] {
            assert_eq!(Answer::of(words), meant, "{words}");
        }
    }
}
