//! The telephone: frames, gaps, keys, and a telephone that breaks the rules.

use serde_json::json;

use super::script::*;
use crate::{Ms, Track, audio::mulaw};

#[test]
fn the_callers_audio_passes_to_the_model_as_it_came() {
    let mut call = Script::greeted();
    call.phone(&json!({"event":"media","media":{"timestamp":"0","payload":"//79/Pv6"}}));

    assert_eq!(call.last_sent("input_audio_buffer.append")["audio"], "//79/Pv6");
}

#[test]
fn a_gap_in_the_audio_is_filled_for_the_model_and_left_out_of_the_recording() {
    let mut call = Script::greeted();
    call.caller_speaks(100);
    call.audio_is_lost(300);
    call.caller_speaks(100);

    assert_eq!(call.appended_ms(1), 500);
    let caller: Vec<_> = call.records.iter().filter(|(track, ..)| *track == Track::Caller).collect();
    let begun = caller[0].1;
    let times: Vec<_> = caller.iter().map(|(_, at, _)| at.since(begun)).collect();
    assert_eq!(times, [0, 20, 40, 60, 80, 400, 420, 440, 460, 480]);
    call.hangs_up();
    assert_eq!((call.metrics().frames_in, call.metrics().padded_ms), (10, 300));
}

#[test]
fn silence_is_made_up_when_audio_stalls_while_the_caller_speaks() {
    let mut call = Script::greeted();
    call.speech_starts("U1");
    call.caller_speaks(400);
    call.wait(700);
    assert_eq!(call.appended_ms(1), 400);

    call.wait(60);

    assert_eq!(call.appended_ms(1), 1_400);
    let silence = call.last_sent("input_audio_buffer.append")["audio"].as_str().unwrap().to_owned();
    assert!(silence.starts_with("////"), "it is the byte {:#x}", mulaw::SILENCE);
}

#[test]
fn the_recording_has_both_voices_in_order_and_without_overlap() {
    let mut call = Script::greeted();
    call.caller_says("U1", "A0", "Hello?");
    call.answers("R1", "A1", 3_000, "A long sentence.");
    call.caller_speaks(1_000);
    call.speech_starts("U2");
    call.caller_speaks(500);
    call.hangs_up();

    for track in [Track::Caller, Track::Assistant] {
        let mut heard_until = Ms(0);
        for (_, at, audio) in call.records.iter().filter(|(it, ..)| *it == track) {
            assert!(*at >= heard_until, "{track:?} overlaps at {at}");
            heard_until = at.plus(audio.len() as u64 / 8);
        }
    }
    let assistant: usize =
        call.records.iter().filter(|(it, ..)| *it == Track::Assistant).map(|(_, _, a)| a.len() / 8).sum();
    // What was heard of the answer: what was thrown away is not kept.
    assert_eq!(assistant, 1_000);
    assert_eq!(call.metrics().assistant_talk_ms, 1_800);
}

/// A call in which the greeting, which tells of the recording, is being heard.
fn being_greeted() -> Script {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_ready();
    call.answers("R0", "A0", 2_000, GREETING);
    call.caller_is_quiet(1_500);
    call
}

#[test]
fn a_caller_who_hangs_up_during_the_notice_is_not_recorded() {
    let mut call = being_greeted();
    call.hangs_up();

    assert!(call.records.is_empty());
}

#[test]
fn the_recording_begins_when_the_notice_was_heard() {
    let mut call = being_greeted();
    call.caller_is_quiet(500);
    assert!(call.records.is_empty());
    call.caller_says("U1", "A0", "Hello?");
    call.answers("R1", "A1", 500, "Yes?");
    call.caller_is_quiet(1_000);

    assert!(call.records.iter().all(|(_, at, _)| *at >= Ms(2_000)));
    assert!([Track::Caller, Track::Assistant].iter().all(|track| call.records.iter().any(|(it, ..)| it == track)));
}

#[test]
fn the_mark_decides_when_the_notice_was_heard() {
    let mut call = Script::new(plan());
    call.returns_marks = false;
    call.phone_starts();
    call.model_ready();
    call.answers("R0", "A0", 2_000, GREETING);
    call.caller_is_quiet(5_000);

    assert!(call.records.is_empty());
}

#[test]
fn a_notice_that_was_cut_is_said_again_before_anything_is_recorded() {
    let mut call = being_greeted();
    call.speech_starts("U1");
    call.caller_speaks(500);
    call.speech_ends("U1", "A0");
    call.answers("R1", "A1", 500, "Yes, we are open.");
    call.done();
    call.caller_is_quiet(600);
    assert_eq!(call.done(), ["plays RecordingNotice"]);
    assert!(call.records.is_empty());
    call.caller_is_quiet(6_000);

    assert!(!call.records.is_empty());
    assert_eq!(call.events(), ["interrupted", "notice"]);
}

#[test]
fn nothing_is_recorded_where_nothing_may_be() {
    let mut plan = plan();
    plan.record = false;
    let mut call = Script::greeted_with(plan);
    call.caller_speaks(200);
    call.hangs_up();

    assert!(call.records.is_empty());
}

#[test]
fn keys_are_told_to_the_model_after_a_pause_and_to_nobody_else() {
    let mut call = Script::greeted();
    call.presses("42");
    call.wait(2_300);
    assert!(call.done().is_empty());
    call.wait(200);

    assert_eq!(call.done(), ["user: [The caller pressed keypad digits: 42]", "create"]);
    call.hangs_up();
    assert!(call.events().contains(&"keypad"));
    assert!(!format!("{:?}", call.facts).contains("42"));
}

#[test]
fn a_card_number_reaches_neither_the_model_nor_the_record() {
    let mut call = Script::greeted();
    call.presses("4242424242424242");
    call.wait(2_500);

    let done = call.done();
    assert!(done[0].starts_with("system: The caller has keyed in what looks like a payment card"), "{done:?}");
    assert_eq!(done[1], "create");
    call.hangs_up();
    assert!(!format!("{:?}{:?}", call.facts, call.sent).contains("4242"));
}

#[test]
fn a_card_number_keyed_in_groups_is_taken_back_from_the_model_and_its_successor() {
    let mut call = Script::greeted();
    call.presses("3782");
    call.wait(2_500);
    assert_eq!(call.done(), ["user: [The caller pressed keypad digits: 3782]", "create"]);
    call.answers("R1", "A1", 500, "Go on.");
    call.presses("82246310005#");
    let done = call.done();
    assert_eq!(done[..2], ["plays A1", "delete keys_2"], "{done:?}");
    assert!(done[2].starts_with("system: The caller has keyed in"), "{done:?}");

    call.answers("R2", "A2", 500, "I cannot take cards.");
    call.wait(1_000);
    let before = call.sent.len();
    call.model_drops();
    call.in_session(2);
    call.model_ready();

    let told = format!("{:?}", &call.sent[before..]);
    assert!(told.contains("Go on.") && !told.contains("3782"), "{told}");
}

#[test]
fn a_telephone_that_breaks_the_protocol_is_handed_to_the_rescue_verbs() {
    let mut media_first = Script::new(plan());
    media_first.phone(&json!({"event":"media","media":{"timestamp":"0","payload":"////"}}));
    assert_eq!(media_first.done(), ["Rescue(PhoneProtocol)"]);

    let mut stop_first = Script::new(plan());
    stop_first.hangs_up();
    assert_eq!(stop_first.done(), ["Rescue(PhoneProtocol)"]);

    let mut twice = Script::greeted();
    twice.phone_starts();
    assert_eq!(twice.done(), ["close 1", "Rescue(PhoneProtocol)"]);

    let mut wideband = Script::new(plan());
    wideband.phone(&json!({"event":"start","start":{"mediaFormat":{"encoding":"audio/l16","sampleRate":16000}}}));
    assert_eq!(wideband.done(), ["Rescue(PhoneProtocol)"]);

    let mut silent = Script::new(plan());
    silent.wait(10_000);
    assert_eq!(silent.done(), ["Rescue(PhoneProtocol)"]);
}

#[test]
fn fifty_bad_frames_are_forgiven() {
    let mut call = Script::greeted();
    for _ in 0..25 {
        call.phone(&json!({"event":"media","media":{"timestamp":"0","payload":"not base64!"}}));
        call.phone(&json!({"event":"mark"}));
        call.phone(&json!({"event":"an_event_of_tomorrow"}));
    }
    assert!(call.done().is_empty());

    call.phone(&json!({"event":"dtmf","dtmf":{"digit":"?"}}));

    assert_eq!(call.done(), ["close 1", "Rescue(PhoneProtocol)"]);
    assert_eq!(call.metrics().bad_frames, 51);
}

#[test]
fn a_repeated_frame_is_heard_once() {
    let mut call = Script::greeted();
    for _ in 0..3 {
        call.phone(&json!({"event":"media","media":{"timestamp":"40","payload":"////////////////////////"}}));
    }

    assert_eq!(call.appended_ms(1), 2);
}
