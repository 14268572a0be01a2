//! Table: what was said, and whether that is an agreement.

use super::*;

const READ_BACK: &str = "Two VIP tickets for the Chowder on the Bay, at eighty-five dollars each, one hundred and seventy \
                         dollars in all. Shall I go ahead?";

/// A line of the assistant that is heard at 15 letters a second, cut after `heard_ms`.
fn assistant(start: u64, text: &str, heard_ms: Option<u64>) -> Said {
    let total_ms = text.len() as u64 * 66;
    let heard_ms = heard_ms.unwrap_or(total_ms);
    Said::Assistant { text: text.into(), start: Ms(start), heard_ms, total_ms }
}

fn caller(start: u64, words: &str) -> Said {
    Said::Caller { words: Some(words.into()), start: Ms(start), end: Ms(start + 600) }
}

fn agreed(said: Vec<Said>) -> Result<Agreed, NotAgreed> {
    Moment { at: Ms(60_000), said }.agreed(READ_BACK, Ms(1_000))
}

#[test]
fn a_yes_after_the_sentence_was_heard_is_an_agreement_and_its_seconds_are_known() {
    let yes = Ok(Agreed { from: Ms(11_000), to: Ms(11_600) });

    assert_eq!(agreed(vec![assistant(2_000, READ_BACK, None), caller(11_000, "Yes please.")]), yes);
    assert_eq!(agreed(vec![assistant(2_000, READ_BACK, None), caller(11_000, "Genau so.")]), yes);
    let unknown = Said::Caller { words: None, start: Ms(11_000), end: Ms(11_600) };
    assert_eq!(agreed(vec![assistant(2_000, READ_BACK, None), unknown]), yes, "the words may come later");
}

#[test]
fn what_was_not_heard_is_not_agreed_to() {
    for (why, said) in [
        ("nothing was read", vec![caller(11_000, "Yes.")]),
        ("read before it was proposed", vec![assistant(900, READ_BACK, None), caller(11_000, "Yes.")]),
        ("cut after three seconds", vec![assistant(2_000, READ_BACK, Some(3_000)), caller(5_000, "Yes.")]),
        (
            "other amounts",
            vec![
                assistant(2_000, "Two VIP tickets for Chowder on the Bay, a dollar in all?", None),
                caller(11_000, "Yes."),
            ],
        ),
        ("still playing", vec![assistant(59_000, READ_BACK, None), caller(59_500, "Yes.")]),
    ] {
        assert_eq!(agreed(said), Err(NotAgreed::NotHeard), "{why}");
    }
}

#[test]
fn words_that_run_ahead_of_their_sound_are_not_taken_for_heard() {
    // All words are known, but only the first second of sound has been made, and heard.
    let ahead = Said::Assistant { text: READ_BACK.into(), start: Ms(2_000), heard_ms: 1_000, total_ms: 1_000 };

    assert_eq!(agreed(vec![ahead, caller(11_000, "Yes.")]), Err(NotAgreed::NotHeard));
}

#[test]
fn a_caller_who_said_yes_into_the_sentence_has_not_answered_it() {
    let said = vec![assistant(2_000, READ_BACK, None), caller(3_000, "Yes yes.")];

    assert_eq!(agreed(said), Err(NotAgreed::NotAnswered));
}

#[test]
fn a_yes_over_the_last_question_is_an_agreement_because_all_amounts_were_heard() {
    let heard_ms = (READ_BACK.len() as u64 - 10) * 66;
    let said = vec![assistant(2_000, READ_BACK, Some(heard_ms)), caller(2_000 + heard_ms, "Yes.")];

    assert!(agreed(said).is_ok());
}

#[test]
fn a_sentence_told_in_two_parts_counts_as_one() {
    let (first, second) = READ_BACK.split_at(44);
    let said = vec![
        assistant(2_000, first, None),
        caller(5_000, "Mhm."),
        assistant(7_000, second, None),
        caller(16_000, "Okay."),
    ];

    assert_eq!(agreed(said), Ok(Agreed { from: Ms(16_000), to: Ms(16_600) }));
}

#[test]
fn the_last_clear_answer_decides() {
    let heard = || assistant(2_000, READ_BACK, None);
    for (answers, expected) in [
        (vec!["No."], Err(NotAgreed::Declined)),
        (vec!["Yes.", "Wait, no, stop."], Err(NotAgreed::Declined)),
        (vec!["No.", "Well, yes."], Ok(Ms(12_000))),
        (vec!["Yes.", "What time does it start?"], Ok(Ms(11_000))),
        (vec!["How much is that?"], Err(NotAgreed::NotAnswered)),
        (vec![""], Err(NotAgreed::NotAnswered)),
        (vec![], Err(NotAgreed::NotAnswered)),
    ] {
        let mut said = vec![heard()];
        said.extend(answers.iter().zip([11_000, 12_000]).map(|(words, at)| caller(at, words)));
        assert_eq!(agreed(said).map(|agreed| agreed.from), expected, "{answers:?}");
    }
}

#[test]
fn one_who_reads_agrees_to_what_is_shown() {
    let shown = Said::Shown { text: READ_BACK.into(), at: Ms(2_000) };

    assert!(agreed(vec![shown.clone(), caller(2_000, "Yes")]).is_ok());
    assert_eq!(agreed(vec![caller(1_500, "Yes"), shown]), Err(NotAgreed::NotAnswered));
}
