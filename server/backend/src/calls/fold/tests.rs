use super::*;

const CALL: CallId = CallId::from_u128(7);

fn fold(facts: &[(u64, Fact)]) -> Fold {
    let mut fold = Fold::new(CALL, Prices::default());
    for (at, fact) in facts {
        fold.take(Ms(*at), DateTime::UNIX_EPOCH, fact);
    }
    fold
}

fn said(line: u32, speaker: call::Speaker, text: &str, heard: usize) -> Fact {
    let (start, end) = (Ms(u64::from(line) * 1000), Ms(u64::from(line) * 1000 + 500));
    Fact::Line { line, position: line, speaker, text: text.into(), heard, start, end, done: true }
}

fn ended(reason: &str) -> Finished {
    Finished {
        status: CallStatus::Completed,
        outcome: None,
        reason: reason.into(),
        ended_at: DateTime::UNIX_EPOCH,
        duration_ms: 9_000,
        summary: String::new(),
    }
}

fn story() -> Vec<(u64, Fact)> {
    let text = String::from("The caller cut in.");
    vec![
        (0, Fact::Answered),
        (400, said(0, call::Speaker::Assistant, "Hello there", 5)),
        (900, said(1, call::Speaker::Caller, "What", 4)),
        (1200, said(1, call::Speaker::Caller, "What does a ticket cost?", 24)),
        (1300, Fact::ToolStarted { call_id: "fc".into(), name: "get_pricing".into(), arguments: "{\"id\":1}".into() }),
        (
            1400,
            Fact::ToolEnded {
                call_id: "fc".into(),
                status: call::ToolStatus::Done,
                output: "12".into(),
                duration_ms: 100,
            },
        ),
        (1500, Fact::Event { kind: "interrupted", text }),
        (1600, Fact::Latency { at: Ms(1100), latency_ms: 500 }),
        (1700, Fact::Usage(Usage { audio_in: 100, ..Usage::default() })),
        (1800, Fact::Usage(Usage { audio_in: 50, audio_out: 10, ..Usage::default() })),
        (1900, Fact::Summary(Metrics { interruptions: 1, ..Metrics::default() })),
    ]
}

#[test]
fn the_same_facts_give_the_same_rows() {
    assert_eq!(fold(&story()).pending, fold(&story()).pending);
}

#[test]
fn what_is_known_better_replaces_what_was_known() {
    let pending = fold(&story()).pending;
    assert_eq!(pending.lines.len(), 2);
    assert_eq!(pending.lines[&1].text, "What does a ticket cost?");
    assert_eq!(pending.lines[&0].heard, Heard::Part(5));
    let tool = &pending.tools["fc"];
    assert_eq!((tool.status, tool.at_ms, tool.duration_ms), (ToolStatus::Done, 1300, Some(100)));
    // A column of JSON holds objects: a bare number would come back as something else on SQLite.
    assert_eq!(tool.output, Some(serde_json::json!({ "text": "12" })));
}

#[test]
fn costs_are_sums_over_the_whole_call() {
    let costs = fold(&story()).pending.costs;
    let lines: Vec<_> = costs.iter().map(|cost| (cost.kind, cost.quantity, cost.nano_usd)).collect();
    assert_eq!(lines, [("audio_in", 150, 4_800_000), ("audio_out", 10, 640_000)]);
}

#[test]
fn an_end_is_filled_in_from_what_was_said() {
    let mut talked = fold(&story());
    talked.finish(ended("caller_hung_up"));
    let finished = talked.pending.finished.expect("an end");
    assert_eq!((finished.outcome, finished.summary.as_str()), (Some(Outcome::Answered), "What does a ticket cost?"));

    for (reason, outcome) in [
        ("caller_hung_up", Outcome::Abandoned),
        ("silence", Outcome::Silent),
        ("limit", Outcome::LimitReached),
        ("model_lost", Outcome::Technical),
    ] {
        let mut silent = fold(&[]);
        silent.finish(ended(reason));
        assert_eq!(silent.pending.finished.expect("an end").outcome, Some(outcome), "{reason}");
    }
}

#[test]
fn a_summary_ends_with_a_whole_word() {
    let words = "I would like to know whether the tickets that I bought for the soup cookoff last Sunday are valid";
    let short = shorten(words);
    assert!(short.len() <= 83 && short.ends_with("cookoff…"), "{short}");
}

#[test]
fn rows_that_could_not_be_written_wait_behind_newer_ones() {
    let mut fold = fold(&story());
    let unwritten = std::mem::take(&mut fold.pending);
    fold.take(Ms(2000), DateTime::UNIX_EPOCH, &said(1, call::Speaker::Caller, "What does a ticket cost, please?", 32));
    fold.pending.put_back(unwritten);
    assert_eq!(fold.pending.lines[&1].text, "What does a ticket cost, please?");
    assert_eq!((fold.pending.lines.len(), fold.pending.events.len(), fold.pending.costs.len()), (2, 1, 2));
}

#[test]
fn a_fact_survives_the_journal() {
    for (_, fact) in story() {
        let json = serde_json::to_vec(&fact).expect("JSON");
        assert_eq!(serde_json::from_slice::<Fact>(&json).expect("the fact"), fact);
    }
}
