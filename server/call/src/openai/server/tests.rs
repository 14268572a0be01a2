use super::*;

#[test]
fn audio_is_read_without_copying_it() {
    let text = r#"{"type":"response.output_audio.delta","event_id":"event_11","response_id":"resp_A1","item_id":"item_A1","output_index":0,"content_index":0,"delta":"////////fn5+fn5+"}"#;

    let event = parse(text).unwrap();

    assert!(matches!(event, ServerEvent::AudioDelta { delta: Cow::Borrowed("////////fn5+fn5+"), .. }));
}

#[test]
fn the_type_may_stand_anywhere() {
    let event = parse(
        r#"{"event_id":"e","item_id":"item_U1","audio_start_ms":5120,"type":"input_audio_buffer.speech_started"}"#,
    );

    assert_eq!(event, Ok(ServerEvent::SpeechStarted { item_id: "item_U1".into(), audio_start_ms: 5_120 }));
}

#[test]
fn a_function_call_is_read_with_its_arguments_as_text() {
    let text = r#"{"type":"response.output_item.done","event_id":"event_20","response_id":"resp_A1","output_index":1,"item":{"id":"item_F1","object":"realtime.item","type":"function_call","status":"completed","call_id":"call_9","name":"create_ticket_order","arguments":"{\"event_id\":\"gala\"","phase":"commentary"}}"#;

    let Ok(ServerEvent::OutputItemDone { item, .. }) = parse(text) else { panic!("not an item") };

    assert_eq!(item.arguments.as_deref(), Some(r#"{"event_id":"gala""#));
    assert_eq!((item.call_id.as_deref(), item.status.as_deref()), (Some("call_9"), Some("completed")));
}

#[test]
fn a_response_outside_the_conversation_is_told_from_one_that_does_not_say() {
    let explicit =
        r#"{"type":"response.created","response":{"id":"r","conversation_id":null,"metadata":{"purpose":"summary"}}}"#;
    let silent = r#"{"type":"response.created","response":{"id":"r","status":"in_progress","metadata":null}}"#;

    let Ok(ServerEvent::ResponseCreated(explicit)) = parse(explicit) else { panic!() };
    let Ok(ServerEvent::ResponseCreated(silent)) = parse(silent) else { panic!() };

    assert!(explicit.without_conversation && explicit.has_metadata);
    assert!(!silent.without_conversation && !silent.has_metadata);
}

#[test]
fn a_failed_response_says_why() {
    let text = r#"{"type":"response.done","event_id":"event_25","response":{"object":"realtime.response","id":"resp_A3","status":"failed","status_details":{"type":"failed","error":{"type":"invalid_request_error","code":"inference_rate_limit_exceeded","message":"Rate limit reached"}},"output":[],"usage":{"total_tokens":0,"input_tokens":0,"output_tokens":0}}}"#;

    let Ok(ServerEvent::ResponseDone(response)) = parse(text) else { panic!() };

    assert_eq!(response.status, "failed");
    assert_eq!(response.error.and_then(|error| error.code).as_deref(), Some("inference_rate_limit_exceeded"));
}

#[test]
fn an_exhausted_limit_tells_when_it_is_free_again() {
    let text = r#"{"type":"rate_limits.updated","rate_limits":[{"name":"requests","limit":5000,"remaining":4999,"reset_seconds":9.0},{"name":"tokens","limit":800000,"remaining":0,"reset_seconds":0.34}]}"#;

    assert_eq!(parse(text), Ok(ServerEvent::RateLimits { reset_ms: Some(340) }));
}

#[test]
fn the_formats_of_a_session_are_read() {
    let text = r#"{"type":"session.updated","session":{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcmu"},"transcription":null},"output":{"format":{"type":"audio/pcm","rate":24000}}}}}"#;

    let Ok(ServerEvent::SessionUpdated(info)) = parse(text) else { panic!() };

    assert_eq!((info.input_format.as_deref(), info.output_format.as_deref()), (Some("audio/pcmu"), Some("audio/pcm")));
}

#[test]
fn an_error_may_leave_out_anything() {
    let text = r#"{"type":"error","event_id":"event_E1","error":{"type":"server_error","code":null,"message":"…","param":null,"event_id":null}}"#;

    let Ok(ServerEvent::Error(error)) = parse(text) else { panic!() };

    assert_eq!((error.kind.as_str(), error.code), ("server_error", None));
    assert_eq!(parse(r#"{"type":"error"}"#), Ok(ServerEvent::Error(ServerError::default())));
}

#[test]
fn unknown_events_are_named_and_broken_ones_refused() {
    assert_eq!(
        parse(r#"{"type":"response.thought.delta","delta":7}"#),
        Ok(ServerEvent::Other { kind: "response.thought.delta".into() })
    );
    for bad in [
        "",
        "nonsense",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"response.thought"#,
        r#"{"type":"input_audio_buffer.committed"}"#,
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}
