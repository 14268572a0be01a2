//! The transcript.

use serde_json::json;

use super::script::*;
use crate::Fact;

#[test]
fn a_late_transcript_finds_its_place_before_the_answer() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    call.speech_ends("U1", "A0");
    call.answers("R1", "A1", 500, "At nine.");
    call.wait(1_000);
    assert_eq!(call.transcript().len(), 2);
    call.transcribed("U1", "When do you open?");

    assert_eq!(call.transcript()[1..], ["Caller: When do you open?", "Assistant: At nine."]);
}

#[test]
fn lines_keep_their_numbers_when_their_places_change() {
    let mut call = Script::greeted();
    call.answers("R1", "A1", 500, "First told.");
    call.wait(1_000);
    let number = call.lines()[1].number;
    // It turns out that the caller had spoken before.
    call.transcribed("U1", "First said.");
    call.model(&json!({"type":"conversation.item.added","previous_item_id":"A0","item":{"id":"U1","type":"message","role":"user"}}));
    call.model(&json!({"type":"conversation.item.added","previous_item_id":"U1","item":{"id":"A1","type":"message","role":"assistant"}}));
    call.wait(1_000);

    assert_eq!(call.transcript()[1..], ["Caller: First said.", "Assistant: First told."]);
    assert_eq!(call.lines()[2].number, number);
}

#[test]
fn a_failed_transcription_is_an_event_and_no_line() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    call.speech_ends("U1", "A0");
    call.model(
        &json!({"type":"conversation.item.input_audio_transcription.failed","item_id":"U1","error":{"code":"x"}}),
    );

    assert_eq!(call.transcript().len(), 1);
    assert_eq!(call.events(), ["transcription_failed"]);
}

#[test]
fn the_words_of_the_caller_stream() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    let delta =
        |text: &str| json!({"type":"conversation.item.input_audio_transcription.delta","item_id":"U1","delta":text});
    call.model(&delta("Two "));
    assert_eq!(call.transcript()[1], "Caller: Two ");
    call.model(&delta("tickets"));
    call.wait(600);
    assert_eq!(call.transcript()[1], "Caller: Two tickets");
    call.speech_ends("U1", "A0");
    call.transcribed("U1", "Two tickets, please.");

    assert_eq!(call.transcript()[1], "Caller: Two tickets, please.");
}

#[test]
fn a_line_that_grows_is_not_told_with_every_word() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    let before = call.facts.len();
    call.response_begins("R1");
    for _ in 0..50 {
        call.goes_on("R1", "A1", 100, "word ");
        call.wait(20);
    }

    let told = call.facts[before..].iter().filter(|(_, fact)| matches!(fact, Fact::Line { .. })).count();
    assert!((2..=5).contains(&told), "{told} times");
}

#[test]
fn a_line_tells_when_it_was_spoken() {
    let mut call = Script::greeted();
    call.caller_speaks(3_000);
    call.speech_starts("U1");
    call.caller_speaks(1_000);
    call.speech_ends("U1", "A0");
    call.transcribed("U1", "Hello?");
    let answered = call.now;
    call.answers("R1", "A1", 700, "Yes?");
    call.wait(1_000);

    let lines = call.lines();
    assert_eq!((lines[1].start, lines[1].end), (answered - 1_000, answered));
    assert_eq!((lines[2].start, lines[2].end), (answered, answered + 700));
    assert!(lines[2].done);
}

#[test]
fn usage_is_told_of_responses_and_transcriptions() {
    let mut call = Script::greeted();
    call.model(
        &json!({"type":"conversation.item.input_audio_transcription.completed","item_id":"U1","transcript":"Hi",
        "usage":{"type":"duration","seconds":2.2}}),
    );
    call.model(&json!({"type":"response.done","response":{"id":"R1","status":"cancelled",
        "usage":{"output_token_details":{"audio_tokens":30,"text_tokens":10}}}}));

    let used: Vec<_> =
        call.facts
            .iter()
            .filter_map(|(_, fact)| {
                if let Fact::Usage(usage) = fact { Some((usage.transcription_ms, usage.audio_out)) } else { None }
            })
            .collect();
    assert_eq!(used, [(2_200, 0), (0, 30)]);
}
