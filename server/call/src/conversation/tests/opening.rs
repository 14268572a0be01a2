//! From the first ring to the greeting.

use super::script::*;

#[test]
fn the_greeting_is_asked_for_word_for_word_once_the_settings_hold() {
    let mut call = Script::new(plan());
    call.phone_starts();
    assert_eq!(call.done(), ["open 1"]);

    call.model_opens();
    assert_eq!(call.done(), ["settings"]);
    call.wait(100);
    call.model_ready();

    assert_eq!(call.done(), ["create greeting"]);
    let create = call.last_sent("response.create");
    assert!(create["response"]["instructions"].as_str().unwrap().contains(&format!("\"{GREETING}\"")));
    assert_eq!(create["response"]["tool_choice"], "none");
}

#[test]
fn no_audio_reaches_the_model_before_its_settings_hold_and_none_is_lost() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.caller_speaks(200);
    call.model_opens();
    call.caller_speaks(200);
    assert_eq!(call.appended_ms(1), 0);

    call.model_ready();
    call.caller_speaks(40);

    assert_eq!(call.appended_ms(1), 440);
    let order: Vec<_> = call.sent.iter().map(|(_, event)| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(order[..2], ["session.update", "input_audio_buffer.append"]);
}

#[test]
fn the_greeting_is_spoken_and_written_down() {
    let mut call = Script::new(plan());
    call.phone_starts();
    call.model_ready();
    call.answers("R0", "A0", 3_000, GREETING);
    call.wait(3_100);

    assert!(call.done().contains(&"plays A0".to_owned()));
    assert_eq!(call.transcript(), [format!("Assistant: {GREETING}")]);
    assert!(call.lines()[0].done);
}
