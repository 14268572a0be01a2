use super::*;

#[test]
fn heard_text_ends_at_a_word() {
    let text = "We open at nine in the morning.";
    assert_eq!(&text[..heard(text, 0, 4_000)], "");
    assert_eq!(&text[..heard(text, 1_000, 4_000)], "We open");
    assert_eq!(&text[..heard(text, 3_999, 4_000)], "We open at nine in the");
    assert_eq!(&text[..heard(text, 4_000, 4_000)], text);
    assert_eq!(heard(text, 0, 0), 0);
}

#[test]
fn heard_text_ends_at_a_character_in_any_script() {
    let text = "Größe überprüfen: 東京都へ";
    for heard_ms in 0..=100 {
        let bytes = heard(text, heard_ms, 100);
        assert!(text.is_char_boundary(bytes));
    }
}

#[test]
fn a_call_without_end_does_not_fill_the_memory() {
    let mut transcript = Transcript::default();
    for n in 0..5_000 {
        let line = transcript.item(&format!("U{n}"), Speaker::Caller, Ms(n));
        transcript.words(line, &"word ".repeat(2_000));
        transcript.follows(&format!("X{n}"), Some("U1"));
    }

    assert_eq!(transcript.entries.len(), MAX_LINES);
    assert_eq!(transcript.others.len(), MAX_LINES);
    assert!(transcript.entries.iter().map(|entry| entry.text.len()).sum::<usize>() <= MAX_ALL_TEXT);
}

#[test]
fn a_sentence_from_memory_stays_where_it_was_heard() {
    let mut transcript = Transcript::default();
    transcript.item("U1", Speaker::Caller, Ms(0));
    transcript.tool("call_1", Ms(1));
    let filler = transcript.memory("One moment.", 1_000, Ms(2));
    transcript.item("A1", Speaker::Assistant, Ms(3));
    transcript.follows("A1", Some("U1"));

    let order: Vec<_> = transcript.entries.iter().map(|entry| entry.line).collect();
    assert_eq!(order, [1, 2, filler, 4]);
}
