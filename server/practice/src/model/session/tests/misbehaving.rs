//! Faults that were planned.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    super::*,
    world::{World, all, decoded, event},
};
use crate::model::FaultSpec;

#[test]
fn faults_of_a_response_happen_where_they_were_planned() {
    for (fault, status) in
        [(Fault::FailedResponse("inference_rate_limit_exceeded".into()), "failed"), (Fault::EmptyResponse, "completed")]
    {
        let mut world = World::configured(&[fault]);
        world.send(&json!({ "type": "response.create" }));
        world.pass(1_000);
        let done = event(&world.events(), "response.done")["response"].clone();
        assert_eq!((&done["status"], &done["output"]), (&json!(status), &json!([])));

        world.send(&json!({ "type": "response.create" }));
        world.pass(20_000);
        assert_eq!(
            event(&world.events(), "response.done")["response"]["output"][0]["status"],
            "completed",
            "only once"
        );
    }
}

#[test]
fn a_planned_error_takes_the_place_of_the_response() {
    let mut world = World::configured(&[Fault::Error("insufficient_quota".into(), 2)]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);
    world.events();

    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);

    assert_eq!(world.error()["code"], "insufficient_quota");
}

#[test]
fn a_planned_break_comes_in_the_middle_of_the_sentence() {
    let mut world = World::configured(&[Fault::DropMidSentence(1)]);
    world.send(&json!({ "type": "response.create" }));
    world.pass(20_000);

    let sent: usize = all(&world.events(), "response.output_audio.delta").map(|it| decoded(&it["delta"]).len()).sum();
    let whole = World::rendered("Hello, how can I help you?");
    assert!((whole / 2..whole * 3 / 4).contains(&sent), "{sent} of {whole}");
    assert_eq!(world.last, Some(Output::Break));
}

#[test]
fn a_planned_silence_holds_everything_back_and_then_lets_it_go() {
    let mut world = World::configured(&[Fault::Silent(10_000)]);
    world.say("Hello!");
    world.pass(9_000);
    assert_eq!(all(&world.events(), "input_audio_buffer.committed").count(), 0);

    world.pass(2_000);
    assert_eq!(all(&world.events(), "response.created").count(), 1);
}

#[test]
fn planned_function_calls_are_wrong_as_planned() {
    for (fault, names, arguments_fit) in [
        (Fault::DuplicateCall, vec!["get_store_hours", "get_store_hours"], true),
        (Fault::BadArguments, vec!["get_store_hours"], false),
        (Fault::UnknownTool, vec!["open_pod_bay_doors"], true),
    ] {
        let mut world = World::configured(&[fault]);
        world.say("Are you open?");
        world.pass(3_000);
        let events = world.events();
        let calls: Vec<&Value> = all(&events, "response.output_item.done").map(|it| &it["item"]).collect();
        assert_eq!(calls.iter().map(|it| it["name"].as_str().unwrap_or("")).collect::<Vec<_>>(), names);
        let json = serde_json::from_str::<Value>(calls[0]["arguments"].as_str().unwrap_or(""));
        assert_eq!(json.is_ok(), arguments_fit);
    }
}

#[test]
fn a_wrong_format_fault_never_confirms_the_session() {
    let mut world = World::new();
    world.session.faults = Arc::new(Faults::new(&[FaultSpec { fault: Fault::WrongFormat, times: None }]));
    world.send(&json!({ "type": "session.update", "session": { "type": "realtime" } }));

    assert_eq!(all(&world.events(), "session.updated").count(), 0);
}

#[test]
fn the_echo_gives_every_frame_back_at_once() {
    let mut world = World::with(&[], true);
    world.send(&json!({ "type": "response.create" }));
    world.append(&[1; 160]);
    let audio = BASE64_STANDARD.encode([2; 160]);
    world.send(&json!({ "type": "input_audio_buffer.append", "event_id": "audio-2", "audio": audio }));

    let events = world.events();
    assert_eq!(all(&events, "response.created").count(), 1);
    assert_eq!(
        all(&events, "response.output_audio.delta").map(|it| decoded(&it["delta"])).collect::<Vec<_>>(),
        [[1; 160], [2; 160]]
    );
}
