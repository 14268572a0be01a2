use call::Metrics;
use chrono::{NaiveDate, TimeDelta};
use model::{
    CallFilter, CallStatus, Heard, Sentiment, Speaker, TimelineEvent, ToolCall, ToolStatus, TurnLatency, Utterance,
};
use proptest::{
    strategy::{Just, Strategy, ValueTree},
    test_runner::TestRunner,
};

use super::*;
use crate::{engines, testing::World};

pub(crate) fn ringing(world: &World, provider_id: &str) -> NewCall {
    NewCall {
        provider_id: Some(provider_id.into()),
        channel: Channel::Phone,
        caller: "+14155550123".parse().ok(),
        called: "+14155550101".parse().ok(),
        persona: None,
        language: "en".into(),
        started_at: world.now(),
    }
}

fn completed(world: &World) -> Finished {
    Finished {
        status: CallStatus::Completed,
        outcome: Some(Outcome::Answered),
        reason: "caller_hung_up".into(),
        ended_at: world.now(),
        duration_ms: 12_000,
        summary: "Asked for tickets".into(),
    }
}

fn line(call: CallId, number: u32, speaker: Speaker, text: &str) -> Utterance {
    let id = utterance_id(call, number);
    let (start_ms, end_ms) = (i64::from(number) * 1000, i64::from(number) * 1000 + 900);
    Utterance { id, position: i64::from(number), speaker, text: text.into(), heard: Heard::All, start_ms, end_ms }
}

async fn begin(world: &World, org: &Org, provider_id: &str) -> CallId {
    start(org, &ringing(world, provider_id)).await.expect("started")
}

async fn status(org: &Org, id: CallId) -> (CallStatus, Option<Outcome>) {
    let row = get(org, id).await.expect("read").expect("there").row;
    (row.status, row.outcome)
}

fn told(status: &str, sequence: i64) -> ProviderStatus {
    let seconds = (status == "completed").then_some(12);
    ProviderStatus { status: status.into(), sequence: Some(sequence), seconds }
}

engines! {
    async fn a_repeated_webhook_finds_the_call_of_the_first(world: World) {
        let org = world.org("ours").await;
        let first = begin(world, &org, "CA1").await;
        assert_eq!(begin(world, &org, "CA1").await, first);
        let (owner, id) = by_provider_id(&world.backend, "CA1").await.expect("read").expect("there");
        assert_eq!((owner.id(), id), (org.id(), first));
        assert!(by_provider_id(&world.backend, "CA2").await.expect("read").is_none());
    }

    async fn another_organisations_call_is_not_there(world: World) {
        let (ours, theirs) = (world.org("ours").await, world.org("theirs").await);
        let by = world.member(&ours, Role::Owner).await;
        let id = begin(world, &theirs, "CA1").await;
        put_utterance(&theirs, id, &line(id, 0, Speaker::Caller, "secret")).await.expect("put");

        assert_eq!(get(&ours, id).await.expect("read"), None);
        assert_eq!(list(&ours, &CallFilter { limit: 10, ..CallFilter::default() }).await.expect("read").total, 0);
        assert!(live_calls(&ours).await.expect("read").is_empty());
        assert!(matches!(set_notes(&ours, &by, id, "mine now").await, Err(Error::NotFound)));
        assert!(!finish(&ours, id, &completed(world)).await.expect("nothing ended"));
        answered(&ours, id, world.now(), Some("MZ1")).await.expect("nothing touched");
        // A foreign row with the same identifier is left as it is.
        let mine = begin(world, &ours, "CA9").await;
        let stolen = Utterance { text: "overwritten".into(), ..line(id, 0, Speaker::Caller, "") };
        put_utterance(&ours, mine, &stolen).await.expect("ignored");
        let kept = get(&theirs, id).await.expect("read").expect("there");
        assert_eq!((kept.row.status, kept.utterances[0].text.as_str()), (CallStatus::Ringing, "secret"));
    }

    async fn an_end_is_final(world: World) {
        let org = world.org("ours").await;
        let id = begin(world, &org, "CA1").await;
        answered(&org, id, world.now(), Some("MZ1")).await.expect("answered");
        assert_eq!(status(&org, id).await.0, CallStatus::Active);
        assert!(finish(&org, id, &completed(world)).await.expect("ended"));

        let late = Finished { status: CallStatus::Interrupted, reason: "crash".into(), ..completed(world) };
        assert!(!finish(&org, id, &late).await.expect("ended before"));
        answered(&org, id, world.now(), None).await.expect("too late");
        assert_eq!(status(&org, id).await, (CallStatus::Completed, Some(Outcome::Answered)));
    }

    async fn callbacks_end_the_same_in_any_order_and_however_often_they_come(world: World) {
        let org = world.org("ours").await;
        let story = [told("initiated", 0), told("ringing", 1), told("in-progress", 2), told("completed", 3)];
        let orders = Just([&story[..], &story[..]].concat()).prop_shuffle();
        let mut runner = TestRunner::deterministic();
        for n in 0..12 {
            let sid = format!("CA{n}");
            let id = begin(world, &org, &sid).await;
            answered(&org, id, world.now(), None).await.expect("answered");
            let order = orders.new_tree(&mut runner).expect("an order").current();
            for callback in &order {
                assert!(provider_status(&world.backend, &sid, callback).await.expect("taken"));
            }
            let kept: Option<(String, i64, i64, CallStatus)> = org
                .optional(
                    sql!("select provider_status, provider_sequence, provider_seconds, status from calls where org_id = $1 and id = $2"),
                    args![id],
                )
                .await
                .expect("read");
            assert_eq!(kept, Some(("completed".into(), 3, 12, CallStatus::Active)), "{order:?}");
        }
        assert!(!provider_status(&world.backend, "CA-unknown", &story[0]).await.expect("unknown"));
    }

    async fn a_call_that_never_connected_has_failed_unless_audio_flows_after_all(world: World) {
        let org = world.org("ours").await;
        let id = begin(world, &org, "CA1").await;
        provider_status(&world.backend, "CA1", &told("busy", 1)).await.expect("taken");
        assert_eq!(status(&org, id).await, (CallStatus::Failed, Some(Outcome::Technical)));

        // The database was slow: the callback overtook what the stream had to tell.
        answered(&org, id, world.now(), None).await.expect("answered");
        assert_eq!(status(&org, id).await, (CallStatus::Active, None));
        assert!(finish(&org, id, &completed(world)).await.expect("ended"));
        provider_status(&world.backend, "CA1", &told("completed", 2)).await.expect("taken");
        assert_eq!(status(&org, id).await, (CallStatus::Completed, Some(Outcome::Answered)));
    }

    async fn a_call_page_holds_everything_that_was_put_and_putting_it_again_changes_nothing(world: World) {
        let org = world.org("ours").await;
        let id = begin(world, &org, "CA1").await;
        let tool = ToolCall {
            id: tool_call_id(id, "fc_1"),
            name: "get_menu".into(),
            arguments: serde_json::json!({ "category": "tea" }),
            output: None,
            status: ToolStatus::Running,
            at_ms: 1500,
            duration_ms: None,
        };
        let done = ToolCall { output: Some(serde_json::json!({ "items": [] })), status: ToolStatus::Done, duration_ms: Some(42), ..tool.clone() };
        let event = TimelineEvent { id: event_id(id, 3), kind: "interrupted".into(), text: "The caller cut in.".into(), at_ms: 2500 };
        let partly = Utterance { heard: Heard::Part(7), ..line(id, 2, Speaker::Assistant, "Grüße, we have tea") };
        let turns = [TurnLatency { at_ms: 900, latency_ms: 600 }];
        let costs = [Cost { kind: "audio_in", quantity: 100, nano_usd: 3_200_000, estimated: false }];
        for _ in 0..2 {
            put_utterance(&org, id, &partly).await.expect("put");
            put_utterance(&org, id, &line(id, 1, Speaker::Caller, "What tea?")).await.expect("put");
            put_tool_call(&org, id, "fc_1", &tool).await.expect("put");
            put_tool_call(&org, id, "fc_1", &done).await.expect("put");
            put_event(&org, id, &event).await.expect("put");
            put_metrics(&org, id, &Metrics { caller_talk_ms: 900, ..Metrics::default() }, &turns).await.expect("put");
            put_costs(&org, id, &costs).await.expect("put");
        }
        // A late repetition of "running" does not undo what is known.
        put_tool_call(&org, id, "fc_1", &tool).await.expect("put");

        let call = get(&org, id).await.expect("read").expect("there");
        assert_eq!(call.utterances, [line(id, 1, Speaker::Caller, "What tea?"), partly]);
        assert_eq!(call.tool_calls, [done]);
        assert_eq!(call.events, [event]);
        assert_eq!(call.latencies, turns);
        assert_eq!(call.row.cost_nano_usd, 3_200_000);
        assert_eq!(call.costs[0].label, "audio heard");
        assert_eq!(call.recording, None);
    }

    async fn what_was_heard_never_splits_a_character(world: World) {
        let org = world.org("ours").await;
        let id = begin(world, &org, "CA1").await;
        put_utterance(&org, id, &Utterance { heard: Heard::Part(3), ..line(id, 0, Speaker::Assistant, "Grüße") }).await.expect("put");
        assert_eq!(get(&org, id).await.expect("read").expect("there").utterances[0].heard, Heard::Part(2));
    }

    async fn calls_are_paged_newest_first_and_each_knows_its_neighbours(world: World) {
        let org = world.org("ours").await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(begin(world, &org, &format!("CA{n}")).await);
            world.pass(TimeDelta::minutes(1));
        }
        let page = list(&org, &CallFilter { offset: 1, limit: 2, ..CallFilter::default() }).await.expect("read");
        assert_eq!(page.calls.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[3], ids[2]]);
        assert_eq!((page.total, page.has_more), (5, true));
        let last = list(&org, &CallFilter { offset: 4, limit: 2, ..CallFilter::default() }).await.expect("read");
        assert_eq!((last.calls.len(), last.has_more), (1, false));

        let middle = get(&org, ids[2]).await.expect("read").expect("there");
        assert_eq!((middle.previous, middle.next), (Some(ids[1]), Some(ids[3])));
        let first = get(&org, ids[0]).await.expect("read").expect("there");
        assert_eq!((first.previous, first.next), (None, Some(ids[1])));
    }

    async fn every_filter_finds_its_calls_and_no_others(world: World) {
        let org = world.org("ours").await;
        let tea = begin(world, &org, "CA1").await;
        put_utterance(&org, tea, &line(tea, 0, Speaker::Caller, "Is there 100% Green_Tea?")).await.expect("put");
        finish(&org, tea, &completed(world)).await.expect("ended");
        org.run(sql!("update calls set sentiment = $3 where org_id = $1 and id = $2"), args![tea, Sentiment::Positive]).await.expect("set");
        // Half past eleven in the evening in New York, the next day in UTC.
        world.pass(TimeDelta::minutes(10 * 60 + 30));
        let late = start(&org, &NewCall { caller: "+13125550199".parse().ok(), ..ringing(world, "CA2") }).await.expect("started");

        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day);
        let none = CallFilter { limit: 10, ..CallFilter::default() };
        let cases = [
            (CallFilter { caller: Some("415 555".into()), ..none.clone() }, vec![tea]),
            (CallFilter { caller: Some("%".into()), ..none.clone() }, vec![]),
            (CallFilter { status: Some(CallStatus::Ringing), ..none.clone() }, vec![late]),
            (CallFilter { outcome: Some(Outcome::Answered), ..none.clone() }, vec![tea]),
            (CallFilter { sentiment: Some(Sentiment::Positive), ..none.clone() }, vec![tea]),
            (CallFilter { from: day(20), to: day(20), ..none.clone() }, vec![late, tea]),
            (CallFilter { from: day(21), ..none.clone() }, vec![]),
            (CallFilter { to: day(19), ..none.clone() }, vec![]),
            (CallFilter { words: Some("green_tea".into()), ..none.clone() }, vec![tea]),
            (CallFilter { words: Some("100% GREEN".into()), ..none.clone() }, vec![tea]),
            (CallFilter { words: Some("greenXtea".into()), ..none.clone() }, vec![]),
            (CallFilter { words: Some("' or '1'='1".into()), ..none.clone() }, vec![]),
            (CallFilter { words: Some("  ".into()), ..none.clone() }, vec![late, tea]),
        ];
        for (filter, expected) in cases {
            let page = list(&org, &filter).await.expect("read");
            assert_eq!(page.calls.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{filter:?}");
            assert_eq!(page.total, expected.len() as i64, "{filter:?}");
        }
    }

    async fn running_calls_show_what_was_said_and_what_is_being_done(world: World) {
        let org = world.org("ours").await;
        let id = begin(world, &org, "CA1").await;
        let over = begin(world, &org, "CA2").await;
        finish(&org, over, &completed(world)).await.expect("ended");
        answered(&org, id, world.now(), None).await.expect("answered");
        put_utterance(&org, id, &line(id, 0, Speaker::Caller, "Hello")).await.expect("put");
        let tool = ToolCall {
            id: tool_call_id(id, "fc_1"),
            name: "get_menu".into(),
            arguments: serde_json::json!({}),
            output: None,
            status: ToolStatus::Running,
            at_ms: 1500,
            duration_ms: None,
        };
        put_tool_call(&org, id, "fc_1", &tool).await.expect("put");
        let live = live_calls(&org).await.expect("read");
        assert_eq!(live.len(), 1);
        assert_eq!((live[0].id, live[0].status, live[0].doing.as_str()), (id, CallStatus::Active, "get menu"));
        assert_eq!(live[0].utterances.len(), 1);
    }

    async fn notes_are_for_those_who_work_with_calls(world: World) {
        let org = world.org("ours").await;
        let id = begin(world, &org, "CA1").await;
        let (clerk, guest) = (world.member(&org, Role::FrontDesk).await, world.member(&org, Role::ReadOnly).await);
        set_notes(&org, &clerk, id, "Called back.").await.expect("kept");
        assert!(matches!(set_notes(&org, &guest, id, "x").await, Err(Error::Forbidden(Role::FrontDesk))));
        assert!(matches!(set_notes(&org, &clerk, CallId::new(), "x").await, Err(Error::NotFound)));
        assert!(matches!(set_notes(&org, &clerk, id, &"x".repeat(10_001)).await, Err(Error::Invalid(_))));
        assert_eq!(get(&org, id).await.expect("read").expect("there").notes, "Called back.");
    }
}
