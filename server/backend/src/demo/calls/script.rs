//! The scripts in which the demo's calls are written.

use serde_json::Value;

/// A line of a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// `C: words`
    Caller(String),
    /// `A: words`, or `A~40: words` when the caller cut in after 40 percent of them.
    Assistant { text: String, heard: Option<usize> },
    /// `T: name {"argument": "value"}`
    Tool { name: String, arguments: Value },
    /// `E: kind what happened`
    Event { kind: String, text: String },
}

/// The lines of a script. What is not understood is a mistake in the data, found by the test below.
pub(super) fn steps(script: &str) -> Vec<Step> {
    script.lines().filter(|line| !line.trim().is_empty()).filter_map(step).collect()
}

fn step(line: &str) -> Option<Step> {
    let (who, what) = line.split_once(": ")?;
    let what = what.trim();
    match who {
        "C" => Some(Step::Caller(what.to_owned())),
        "A" => Some(Step::Assistant { text: what.to_owned(), heard: None }),
        "T" => {
            let (name, arguments) = what.split_once(' ')?;
            Some(Step::Tool { name: name.to_owned(), arguments: serde_json::from_str(arguments).ok()? })
        }
        "E" => {
            let (kind, text) = what.split_once(' ')?;
            Some(Step::Event { kind: kind.to_owned(), text: text.to_owned() })
        }
        _ => {
            let percent = who.strip_prefix("A~")?.parse().ok().filter(|percent| *percent <= 100)?;
            Some(Step::Assistant { text: what.to_owned(), heard: Some(percent) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_line_by_line() {
        let script = "C: Hi: there\nT: get_menu {}\nA~40: {say}\nE: line_lost It broke.\n";
        assert_eq!(
            steps(script),
            [
                Step::Caller("Hi: there".into()),
                Step::Tool { name: "get_menu".into(), arguments: serde_json::json!({}) },
                Step::Assistant { text: "{say}".into(), heard: Some(40) },
                Step::Event { kind: "line_lost".into(), text: "It broke.".into() },
            ]
        );
    }

    #[test]
    fn every_line_of_the_demos_scripts_is_understood() {
        for (organisation, calls) in crate::demo::data::organisations() {
            for line in calls.iter().flat_map(|call| call.script.lines()).filter(|line| !line.is_empty()) {
                assert!(step(line).is_some(), "{}: {line}", organisation.name);
            }
        }
    }
}
