//! What the real service refuses.

use super::{
    super::*,
    world::{World, all, event},
};

#[test]
fn what_cannot_be_done_is_refused_with_the_code_of_the_real_service() {
    let user = json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "Hi" }], "id": "item_mine" });
    for (frame, code) in [
        (json!({ "type": "response.cancel" }), "response_cancel_not_active"),
        (json!({ "type": "input_audio_buffer.commit" }), "input_audio_buffer_commit_empty"),
        (json!({ "type": "input_audio_buffer.append", "audio": "not base64!" }), "invalid_value"),
        (
            json!({ "type": "conversation.item.truncate", "item_id": "nope", "content_index": 0, "audio_end_ms": 0 }),
            "item_truncate_invalid_item_id",
        ),
        (
            json!({ "type": "conversation.item.truncate", "item_id": "item_mine", "content_index": 0, "audio_end_ms": 0 }),
            "item_truncate_invalid_item_id",
        ),
        (json!({ "type": "conversation.item.delete", "item_id": "nope" }), "item_delete_invalid_item_id"),
        (json!({ "type": "conversation.item.retrieve", "item_id": "nope" }), "item_retrieve_invalid_item_id"),
        (json!({ "type": "conversation.item.create", "item": user }), "invalid_value"),
        (
            json!({ "type": "conversation.item.create", "previous_item_id": "nope", "item": { "type": "message", "role": "user", "content": [] } }),
            "item_create_invalid_previous_item_id",
        ),
        (
            json!({ "type": "conversation.item.create", "item": { "type": "function_call_output", "call_id": "nope", "output": "" } }),
            "invalid_tool_call_id",
        ),
        (json!({ "type": "session.update", "session": { "type": "transcription" } }), "invalid_value"),
    ] {
        let mut world = World::configured(&[]);
        world.send(&json!({ "type": "conversation.item.create", "item": user }));
        world.events();

        let mut frame = frame;
        frame["event_id"] = json!("mine-7");
        world.send(&frame);

        let error = world.error();
        assert_eq!((error["code"].as_str(), error["event_id"].as_str()), (Some(code), Some("mine-7")), "{frame}");
    }
}

#[test]
fn two_responses_at_once_are_refused_but_one_beside_the_conversation_is_not() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create" }));
    world.events();

    world.send(&json!({ "type": "response.create", "event_id": "second" }));
    assert_eq!(world.error()["code"], "conversation_already_has_active_response");

    world.send(&json!({ "type": "response.create", "response": { "conversation": "none", "output_modalities": ["text"], "input": [],
        "instructions": "Say \"aside\"", "metadata": { "purpose": "summary" } } }));
    world.pass(20_000);
    let events = world.events();
    let aside = all(&events, "response.done")
        .map(|it| &it["response"])
        .find(|it| it["metadata"]["purpose"] == "summary")
        .expect("done");
    assert_eq!(aside["conversation_id"], Value::Null);
    assert_eq!(aside["output"][0]["content"][0], json!({ "type": "output_text", "text": "aside" }));
    assert_eq!(world.session.conversation.items().len(), 1, "only the main answer is in the conversation");
}

#[test]
fn the_voice_is_fixed_once_it_was_heard() {
    let mut world = World::configured(&[]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);
    world.events();

    world.send(&json!({ "type": "session.update", "session": { "type": "realtime", "audio": { "output": { "voice": "cedar" } } } }));
    assert_eq!(world.error()["code"], "cannot_update_voice");

    world.send(&json!({ "type": "session.update", "session": { "type": "realtime", "instructions": "Other." } }));
    assert_eq!(event(&world.events(), "session.updated")["session"]["instructions"], "Other.");
}
