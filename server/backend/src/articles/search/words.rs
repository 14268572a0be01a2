//! Words in a form in which a question meets an answer.

/// Words that say nothing of what is asked.
const STOP: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "get", "give", "go", "got", "had", "has", "have", "he", "hello", "her", "hi", "how", "i",
    "if", "im", "in", "is", "it", "its", "just", "know", "let", "like", "may", "me", "might", "my", "need", "no",
    "not", "of", "oh", "ok", "okay", "on", "or", "our", "please", "s", "shall", "she", "should", "so", "some", "t",
    "tell", "thank", "thanks", "that", "the", "their", "them", "there", "they", "this", "to", "uh", "um", "us", "want",
    "was", "we", "well", "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will", "with",
    "would", "yes", "you", "your",
];

/// Words that callers use for each other.
const SAME: &[&[&str]] = &[
    &["price", "cost", "fee", "charge", "rate", "pay"],
    &["open", "hour", "close", "time"],
    &["park", "car", "garage", "lot"],
    &["dog", "pet", "animal"],
    &["kid", "child", "children", "family", "stroller"],
    &["wheelchair", "accessible", "accessibility", "disabled", "ramp"],
    &["refund", "money", "return", "cancel"],
    &["address", "location", "direction"],
    &["wifi", "internet", "wireless"],
    &["vegan", "vegetarian", "plant"],
    &["doctor", "physician", "provider", "clinician"],
    &["appointment", "visit", "booking", "reservation"],
    &["buy", "purchase", "order"],
    &["phone", "telephone", "call", "number"],
    &["rain", "weather", "storm"],
    &["ticket", "pass", "admission"],
    &["clothes", "dress", "attire", "wear"],
    &["medication", "medicine", "prescription", "refill"],
];

/// The words of a text that say something, in their stems, in order.
pub(super) fn stems(text: &str) -> Vec<String> {
    let joined = text.to_lowercase().replace("wi-fi", "wifi").replace(['\'', '’'], "");
    joined
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !STOP.contains(word))
        .map(stem)
        .collect()
}

/// Each word of a question with the words that may stand for it.
pub(super) fn expand(question: &str) -> Vec<Vec<String>> {
    let mut words = stems(question);
    words.sort_unstable();
    words.dedup();
    words
        .into_iter()
        .map(|word| {
            let mut alternatives = vec![word];
            for group in SAME {
                let group: Vec<String> = group.iter().map(|other| stem(other)).collect();
                if group.contains(&alternatives[0]) {
                    alternatives
                        .extend(group.into_iter().filter(|other| *other != alternatives[0]).collect::<Vec<_>>());
                }
            }
            alternatives
        })
        .collect()
}

/// A word without its ending. Cruder than Porter's rules, and the same for question and answer, which is all that counts.
fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let cut = |word: &str, ending: &str, least: usize| {
        word.strip_suffix(ending).filter(|rest| rest.len() >= least).map(str::to_owned)
    };
    let mut word = match () {
        () if word.ends_with("ies") && word.len() > 4 => format!("{}y", &word[..word.len() - 3]),
        () if ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) => word.to_owned(),
        () => ["xes", "ches", "shes", "sses"]
            .iter()
            .find(|ending| word.ends_with(**ending))
            .map(|_| word[..word.len() - 2].to_owned())
            .or_else(|| cut(word, "s", 3))
            .unwrap_or_else(|| word.to_owned()),
    };
    for ending in ["ing", "ed"] {
        if let Some(mut rest) = cut(&word, ending, 3).filter(|rest| rest.contains(['a', 'e', 'i', 'o', 'u', 'y'])) {
            let doubled = rest.as_bytes()[rest.len() - 1] == rest.as_bytes()[rest.len() - 2];
            if doubled && !rest.ends_with(['l', 's', 'z']) {
                rest.pop();
            }
            word = rest;
            break;
        }
    }
    // "price" and "pric(ing)", "close" and "clos(ed)" meet without the last e.
    if word.len() > 4 && word.ends_with('e') { word[..word.len() - 1].to_owned() } else { word }
}

/// Whether a word that nobody wrote may have been meant as one that somebody wrote: the beginning of it, or one letter off.
pub(super) fn near(asked: &str, known: &str) -> bool {
    let (short, long) = if asked.len() <= known.len() { (asked, known) } else { (known, asked) };
    (short.len() >= 4 && long.starts_with(short) && long.len() - short.len() <= 4)
        || (asked.chars().count() >= 5 && one_edit(asked, known))
}

/// Whether one letter was added, lost or mistaken, or two neighbours were exchanged.
fn one_edit(asked: &str, known: &str) -> bool {
    let (asked, known): (Vec<char>, Vec<char>) = (asked.chars().collect(), known.chars().collect());
    let front = asked.iter().zip(&known).take_while(|(a, k)| a == k).count();
    let (asked, known) = (&asked[front..], &known[front..]);
    let back = asked.iter().rev().zip(known.iter().rev()).take_while(|(a, k)| a == k).count();
    match (&asked[..asked.len() - back], &known[..known.len() - back]) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for group in [
            &["price", "prices", "pricing", "priced"][..],
            &["park", "parks", "parking", "parked"],
            &["stop", "stopping", "stopped"],
            &["allergy", "allergies"],
            &["refund", "refunds", "refunded"],
            &["box", "boxes"],
            &["close", "closed", "closing"],
        ] {
            let stems: Vec<_> = group.iter().map(|word| stem(word)).collect();
            assert!(stems.iter().all(|found| *found == stems[0]), "{group:?} -> {stems:?}");
        }
    }

    #[test]
    fn small_words_say_nothing() {
        assert_eq!(stems("Where is the parking, please?"), ["park"]);
        assert_eq!(stems("Do you have Wi-Fi?"), ["wifi"]);
    }

    #[test]
    fn one_slip_of_the_finger_is_forgiven_in_long_words() {
        for (asked, known) in
            [("refnud", "refund"), ("allergn", "allergen"), ("wheelchar", "wheelchair"), ("vegitarian", "vegetarian")]
        {
            assert!(near(asked, known), "{asked} {known}");
        }
        for (asked, known) in [("tea", "tee"), ("park", "dark"), ("refund", "return")] {
            assert!(!near(asked, known), "{asked} {known}");
        }
    }
}
