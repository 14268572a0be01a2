//! What the practice model answers: by rules, from the words it was given and the tools of the session.
//!
//! It looks for wishes in the caller's last words, makes the function calls for them one after the other, and then speaks
//! the `say` sentences of what came back. It never invents: without words it says how much speech it heard.

use serde_json::Value;

mod arguments;
mod changes;
mod golf;
mod wishes;

/// A function that the session offers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) parameters: Value,
}

impl Tool {
    /// The functions in a `tools` list.
    pub(super) fn list(tools: &Value) -> Vec<Self> {
        let functions = tools.as_array().into_iter().flatten().filter(|it| it["type"] == "function");
        functions
            .filter_map(|it| Some(Self { name: it["name"].as_str()?.to_owned(), parameters: it["parameters"].clone() }))
            .collect()
    }
}

/// Whether functions may be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Choice {
    #[default]
    Auto,
    Never,
    Always,
    This(String),
}

impl Choice {
    pub(super) fn read(choice: &Value) -> Self {
        match (choice.as_str(), choice["name"].as_str()) {
            (Some("none"), _) => Self::Never,
            (Some("required"), _) => Self::Always,
            (None, Some(name)) => Self::This(name.to_owned()),
            _ => Self::Auto,
        }
    }
}

/// A line of the conversation as the brain sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    Caller(Heard),
    /// What the model said, as far as it is in the conversation.
    Assistant(String),
    System(String),
    Call {
        call_id: String,
        name: String,
    },
    Outcome {
        call_id: String,
        output: String,
    },
}

/// What came from the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Words(String),
    /// Speech without words.
    Speech {
        ms: u64,
    },
    /// A turn in which nothing was said.
    Nothing,
}

/// What is to be answered.
#[derive(Clone, Debug)]
pub(super) struct Question<'a> {
    /// Those of this response alone.
    pub(super) instructions: Option<&'a str>,
    pub(super) tools: &'a [Tool],
    pub(super) choice: Choice,
    pub(super) lines: &'a [Line],
}

/// One thing the model does in a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Say(String),
    Call { name: String, arguments: String },
}

const HELLO: &str = "Hello, how can I help you?";

/// What the model does.
pub(super) fn answer(question: &Question<'_>) -> Act {
    if let Some(sentence) = question.instructions.and_then(quoted) {
        return Act::Say(sentence.to_owned());
    }
    let asked = question.lines.iter().rposition(|it| matches!(it, Line::Caller(_)));
    let since = &question.lines[asked.map_or(0, |it| it + 1)..];
    if question.instructions.is_some_and(|it| it.contains(BROKE))
        && let Some(rest) = rest_of_the_answer(since)
    {
        return Act::Say(rest);
    }
    // Nobody waits for an answer: what the response is for decides.
    if !waits(asked, since) {
        match (question.instructions, since.last()) {
            (Some(instructions), _) => return Act::Say(in_general(instructions).to_owned()),
            (None, Some(Line::System(notice))) => return Act::Say(of_notice(notice)),
            (None, Some(Line::Assistant(_))) => return Act::Say("Is there anything else I can do for you?".to_owned()),
            _ => {}
        }
    }
    match asked.map(|it| &question.lines[it]) {
        Some(Line::Caller(Heard::Words(words))) => to_words(question, words, since),
        Some(Line::Caller(Heard::Speech { ms })) => Act::Say(without_words(*ms)),
        Some(Line::Caller(Heard::Nothing)) => Act::Say("Are you still there?".to_owned()),
        _ => Act::Say(HELLO.to_owned()),
    }
}

/// The instructions for an answer that broke off.
const BROKE: &str = "The line broke while you were speaking";

/// What a function brought and the caller has not been told: from the sentence on in which the answer broke off.
fn rest_of_the_answer(since: &[Line]) -> Option<String> {
    let told = since
        .iter()
        .rev()
        .find_map(|it| if let Line::Outcome { output, .. } = it { Some(sentence_of(output)) } else { None })?;
    let said =
        since.iter().rev().find_map(|it| if let Line::Assistant(said) = it { Some(said.as_str()) } else { None })?;
    let said = said.trim().trim_end_matches('…').trim_end();
    let rest = match told.find(said).filter(|_| !said.is_empty()) {
        Some(at) => {
            let end = at + said.len();
            let begins = told[..end].rfind(". ").map_or(0, |dot| dot + 2);
            told.get(begins..)?
        }
        None => &told,
    };
    Some(format!("As I was saying. {rest}"))
}

/// A notice may bring what a function answered late: then its sentence is what matters.
fn of_notice(notice: &str) -> String {
    let document = notice.find('{').zip(notice.rfind('}')).and_then(|(from, to)| notice.get(from..=to));
    let outcome: Option<Value> = document.and_then(|it| serde_json::from_str(it).ok());
    match outcome.as_ref().and_then(|it| it["say"].as_str()) {
        Some(say) => say.to_owned(),
        None => format!("Just so you know: {notice}"),
    }
}

/// Whether the caller asked something that nothing was said about yet.
fn waits(asked: Option<usize>, since: &[Line]) -> bool {
    let answered = since.iter().rposition(|it| matches!(it, Line::Assistant(_)));
    let outcome = since.iter().rposition(|it| matches!(it, Line::Outcome { .. }));
    match (answered, outcome) {
        (None, None) => asked.is_some(),
        (answered, outcome) => outcome > answered,
    }
}

fn to_words(question: &Question<'_>, words: &str, since: &[Line]) -> Act {
    if let Some(keys) = pressed(words) {
        return Act::Say(format!("You pressed {keys}. How can I help you?"));
    }
    let called: Vec<&str> = since
        .iter()
        .filter_map(|it| if let Line::Call { name, .. } = it { Some(name.as_str()) } else { None })
        .collect();
    if question.choice != Choice::Never
        && let Some(act) = changes::answer(question.lines, words, question.tools, &called)
    {
        return act;
    }
    let wanted = match &question.choice {
        Choice::Never => Vec::new(),
        Choice::This(name) => vec![name.clone()],
        Choice::Auto | Choice::Always => wishes::of(words, question.tools),
    };
    let known: Vec<Value> = outcomes(question.lines).filter_map(|(_, it)| serde_json::from_str(it).ok()).collect();
    for wish in wanted.iter().filter(|it| !called.contains(&it.as_str())) {
        for name in wishes::with_preparation(wish, &called, question.tools, &known) {
            let Some(tool) = question.tools.iter().find(|it| it.name == name) else { continue };
            if let Some(arguments) = arguments::fill(tool, words, &known) {
                return Act::Call { name: tool.name.clone(), arguments: arguments.to_string() };
            }
        }
    }
    let told = what_came_back(since, &wanted);
    if told.is_empty() { Act::Say(small_talk(words)) } else { Act::Say(told) }
}

fn outcomes(lines: &[Line]) -> impl Iterator<Item = (&str, &str)> {
    lines.iter().rev().filter_map(|it| match it {
        Line::Outcome { call_id, output } => Some((call_id.as_str(), output.as_str())),
        _ => None,
    })
}

/// The `say` sentences of what was asked for, in the order in which it came back.
fn what_came_back(since: &[Line], wanted: &[String]) -> String {
    let name_of = |id: &str| {
        since.iter().find_map(|it| match it {
            Line::Call { call_id, name } if call_id == id => Some(name),
            _ => None,
        })
    };
    let all: Vec<(bool, String)> = since
        .iter()
        .filter_map(|it| match it {
            Line::Outcome { call_id, output } => {
                Some((name_of(call_id).is_some_and(|it| wanted.contains(it)), sentence_of(output)))
            }
            _ => None,
        })
        .collect();
    // A call made only to prepare another is not told, unless it is all there is.
    let asked_for: Vec<&str> = all.iter().filter(|(asked, _)| *asked).map(|(_, it)| it.as_str()).collect();
    if asked_for.is_empty() {
        all.iter().map(|(_, it)| it.as_str()).collect::<Vec<_>>().join(" ")
    } else {
        asked_for.join(" ")
    }
}

fn sentence_of(output: &str) -> String {
    const LONGEST: usize = 400;
    match serde_json::from_str::<Value>(output) {
        Ok(json) => ["say", "message", "error"]
            .iter()
            .find_map(|it| json[it].as_str().filter(|it| !it.is_empty()))
            .unwrap_or("That is done.")
            .to_owned(),
        Err(_) => output[..output.floor_char_boundary(LONGEST)].to_owned(),
    }
}

/// What lies between the first and the last quotation mark of instructions: to be said word for word.
fn quoted(instructions: &str) -> Option<&str> {
    let mark = |it: char| matches!(it, '"' | '“' | '”');
    let (start, first) = instructions.char_indices().find(|(_, it)| mark(*it))?;
    let end = instructions.rfind(mark)?;
    let text = instructions.get(start + first.len_utf8()..end)?.trim();
    (!text.is_empty()).then_some(text)
}

fn in_general(instructions: &str) -> &'static str {
    let instructions = instructions.to_lowercase();
    let about = |words: &[&str]| words.iter().any(|it| instructions.contains(it));
    if about(&["the line broke while you were speaking"]) {
        "As I was saying. Is there anything else you would like to know?"
    } else if about(&["still there", "silent", "not said anything"]) {
        "Are you still there?"
    } else if about(&["goodbye", "good bye", "say bye"]) {
        "Thank you for calling. Goodbye."
    } else if about(&["greet", "hello", "welcome"]) {
        HELLO
    } else {
        "How can I help you?"
    }
}

fn pressed(words: &str) -> Option<String> {
    let keys = words.strip_prefix("[The caller pressed keypad digits:")?.trim_end_matches(']').trim();
    Some(keys.chars().map(String::from).collect::<Vec<_>>().join(" "))
}

fn without_words(ms: u64) -> String {
    let seconds = match ms.div_ceil(500) / 2 {
        0 | 1 => "a second".to_owned(),
        it @ 2..=12 => format!("{} seconds", NUMBERS[it as usize - 2]),
        it => format!("{it} seconds"),
    };
    format!(
        "I heard about {seconds} of speech, but this practice model does not understand words. \
         You can type to me, press keys, or let the practice telephone send its words along."
    )
}

const NUMBERS: [&str; 11] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

fn small_talk(words: &str) -> String {
    let words = words.to_lowercase();
    let about = |these: &[&str]| words.split(|it: char| !it.is_alphanumeric()).any(|it| these.contains(&it));
    if about(&["thanks", "thank"]) {
        "You are welcome. Is there anything else I can do for you?".to_owned()
    } else if about(&["bye", "goodbye"]) {
        "Thank you for calling. Goodbye.".to_owned()
    } else if about(&["hello", "hi", "hey", "morning", "afternoon", "evening"]) {
        "Hello! How can I help you?".to_owned()
    } else if about(&["yes", "yeah", "no", "okay", "ok", "right"]) {
        "All right. What can I do for you?".to_owned()
    } else {
        "I have no tool to answer that with. Is there anything else?".to_owned()
    }
}

#[cfg(test)]
mod tests;
