//! Words as they arrive from a telephone: misheard, half said, run together, in the plural.

/// The words of a text in the form in which they are compared: lower case, without accents, punctuation, plural endings and
/// words that carry nothing ("please", "the"). Numbers and measures take one form ("twelve ounces" is `12 oz`).
pub fn words(text: &str) -> Vec<String> {
    plain(text)
        .split(' ')
        .filter(|word| !word.is_empty() && !EMPTY.contains(word))
        .map(|word| one_form(singular(word)).to_owned())
        .collect()
}

/// Words that say nothing about which thing is meant.
const EMPTY: &[&str] = &[
    "a", "an", "and", "any", "are", "can", "cost", "could", "do", "does", "for", "from", "get", "give", "got", "has",
    "have", "how", "i", "id", "im", "in", "is", "it", "its", "ill", "like", "me", "much", "my", "of", "on", "one",
    "order", "our", "please", "price", "some", "thanks", "the", "there", "to", "um", "uh", "want", "we", "what",
    "whats", "with", "would", "you", "your",
];

/// Lower case, letters without accents, everything else that is not a letter or digit as one space.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let folded = match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            'ñ' => 'n',
            '\'' | '’' | '.' => continue,
            other => other,
        };
        if folded.is_alphanumeric() {
            out.push(folded);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.trim().to_owned()
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 3 && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    }
}

fn one_form(word: &str) -> &str {
    match word {
        "two" => "2",
        "five" => "5",
        "eight" => "8",
        "ten" => "10",
        "twelve" => "12",
        "sixteen" => "16",
        "ounce" => "oz",
        "pound" => "lb",
        other => other,
    }
}

/// How alike two words sound: 1 for the same word, 0 for different ones.
pub fn alike(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let (shorter, longer) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if shorter.len() < 3 || shorter.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0.0;
    }
    if shorter.len() >= 4 && longer.starts_with(shorter) {
        return 0.9;
    }
    let written = strsim::jaro_winkler(a, b);
    let (sound_a, sound_b) = (sound(a), sound(b));
    // Two consonants are too few to tell "mocha" from "matcha"; "lattay" and "latte" begin alike as well.
    let begin_alike = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count() >= 3;
    if sound_a == sound_b && (sound_a.len() >= 3 || begin_alike) {
        return 0.92;
    }
    if written >= 0.9 {
        return written * 0.95;
    }
    if shorter.len() >= 5 && strsim::osa_distance(a, b) == 1 { 0.86 } else { 0.0 }
}

/// The consonants that are heard, in one spelling: "cappuccino" and "capachino" give the same.
fn sound(word: &str) -> String {
    let spelled = word
        .replace("cch", "k")
        .replace("cci", "xi")
        .replace("cce", "xe")
        .replace("sch", "x")
        .replace("tch", "x")
        .replace("ch", "x")
        .replace("sh", "x")
        .replace("ph", "f")
        .replace("ck", "k")
        .replace("qu", "kw")
        .replace("ce", "se")
        .replace("ci", "si")
        .replace(['c', 'q'], "k")
        .replace('z', "s");
    let mut out = String::new();
    for (i, c) in spelled.chars().enumerate() {
        let heard = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' if i == 0 => 'a',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'w' => continue,
            other => other,
        };
        if !out.ends_with(heard) {
            out.push(heard);
        }
    }
    out
}

/// How a name fits what was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// How much of the name was heard, 0 to 1.
    pub covered: f64,
    /// Which of the words heard belong to the name.
    pub used: Vec<bool>,
}

/// Looks for the words of a name in what was heard, also run together or apart ("flatwhite", "cold brew").
pub fn fit(heard: &[String], name: &[String]) -> Fit {
    let mut used = vec![false; heard.len()];
    let mut sum = 0.0;
    let mut i = 0;
    while i < name.len() {
        let together = name.get(i + 1).map(|next| format!("{}{next}", name[i]));
        if let Some(at) = together.and_then(|word| heard.iter().position(|heard| is_same(heard, &word))) {
            used[at] = true;
            sum += 2.0;
            i += 2;
            continue;
        }
        if let Some(at) = heard.windows(2).position(|pair| is_same(&pair.concat(), &name[i])) {
            used[at] = true;
            used[at + 1] = true;
            sum += 1.0;
        } else if let Some((at, score)) = best(heard, &name[i]) {
            used[at] = true;
            sum += score;
        }
        i += 1;
    }
    Fit { covered: if name.is_empty() { 0.0 } else { sum / name.len() as f64 }, used }
}

/// Whether words that were run together or apart are the same: stricter than [`alike`], because long words are alike soon.
fn is_same(a: &str, b: &str) -> bool {
    a.len() >= 4 && a.len().abs_diff(b.len()) <= 1 && strsim::jaro_winkler(a, b) >= 0.95
}

fn best(heard: &[String], word: &str) -> Option<(usize, f64)> {
    heard
        .iter()
        .map(|heard| alike(heard, word))
        .enumerate()
        .filter(|&(_, score)| score > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_what_carries_nothing() {
        assert_eq!(words("I'd like two Crème-brûlée lattes, please!"), ["2", "creme", "brulee", "latte"]);
        assert_eq!(words("A twelve ounce bag"), ["12", "oz", "bag"]);
        assert_eq!(words("the"), Vec::<String>::new());
    }

    #[test]
    fn misheard_words_are_alike_and_different_words_are_not() {
        for (said, heard) in [
            ("cappuccino", "capachino"),
            ("espresso", "expresso"),
            ("latte", "lattay"),
            ("mocha", "mocca"),
            ("macchiato", "mackiato"),
            ("croissant", "crossant"),
            ("americano", "american"),
            ("cortado", "cordado"),
        ] {
            assert!(alike(said, heard) > 0.8, "{said} / {heard}: {}", alike(said, heard));
        }
        for (one, other) in
            [("mocha", "matcha"), ("bagel", "bacon"), ("tea", "toe"), ("oat", "soy"), ("large", "latte")]
        {
            assert!(alike(one, other) < 0.5, "{one} / {other}: {}", alike(one, other));
        }
    }

    #[test]
    fn names_are_found_run_together_and_apart() {
        let heard = words("one large flatwhite");
        let fit = fit(&heard, &words("Flat White"));
        assert!(fit.covered > 0.99);
        assert_eq!(fit.used, [false, true]);

        let heard = words("cold brew");
        assert!(super::fit(&heard, &words("Coldbrew")).covered > 0.99);
    }
}
