//! Stories of changes, on a call whose words the test makes up.

use call::{
    Ms,
    consent::{Moment, Said},
};
use model::{PackKey, PhoneNumber};
use serde_json::{Value, json};

use super::*;
use crate::{
    args,
    calls::{self, Channel, NewCall},
    demo, engines, orgs, packs, sql,
    testing::World,
};

/// A call to an organisation, and what was said on it.
pub(crate) struct Line {
    pub(crate) org: Org,
    pub(crate) call: CallId,
    pub(crate) caller: Option<PhoneNumber>,
    pub(crate) said: Vec<Said>,
    pub(crate) at: u64,
    pub(crate) rehearsal: bool,
}

impl Line {
    /// A call to the Soup Cookoff of the demo.
    pub(crate) async fn open(world: &World) -> Self {
        demo::seed_with(&world.backend, None, demo::Audio::None).await.expect("seeded");
        let org = orgs::named(&world.backend, "soup-cookoff").await.expect("read").expect("there");
        Self::to(&org).await
    }

    pub(crate) async fn to(org: &Org) -> Self {
        let caller: PhoneNumber = "+14155550123".parse().expect("a number");
        let new = NewCall {
            provider_id: None,
            channel: Channel::Phone,
            caller: Some(caller.clone()),
            called: None,
            persona: None,
            language: "en".into(),
            started_at: org.now(),
        };
        let call = calls::start(org, &new).await.expect("started");
        Self { org: org.clone(), call, caller: Some(caller), said: Vec::new(), at: 1_000, rehearsal: false }
    }

    /// The model calls a tool; what it is told.
    pub(crate) async fn calls(&mut self, tool: &str, arguments: Value) -> Value {
        self.at += 1_000;
        let moment = Moment { at: Ms(self.at), said: self.said.clone() };
        let call = ToolCall {
            org: &self.org,
            call_id: Some(self.call),
            caller: self.caller.as_ref(),
            now: self.org.now(),
            moment: Some(&moment),
            rehearsal: self.rehearsal,
            public_url: "https://aida.test",
        };
        let outcome = packs::run(&call, tool, &arguments.to_string()).await;
        serde_json::from_str(&outcome.output).expect("JSON")
    }

    /// The assistant says something and is heard to the end.
    pub(crate) fn assistant(&mut self, text: &str) {
        let total_ms = text.len() as u64 * 60;
        self.said.push(Said::Assistant { text: text.into(), start: Ms(self.at + 100), heard_ms: total_ms, total_ms });
        self.at += total_ms + 500;
    }

    pub(crate) fn caller(&mut self, words: &str) {
        self.said.push(Said::Caller { words: Some(words.into()), start: Ms(self.at), end: Ms(self.at + 700) });
        self.at += 1_000;
    }

    /// Proposes, reads it back, hears yes, confirms.
    pub(crate) async fn agrees_to(&mut self, tool: &str, arguments: Value) -> Value {
        let proposed = self.calls(tool, arguments).await;
        assert_eq!(proposed["status"], "proposed", "{proposed}");
        self.assistant(proposed["readBack"].as_str().expect("a sentence"));
        self.caller("Yes, please.");
        self.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await
    }

    pub(crate) async fn count(&self, of: Counted) -> i64 {
        let sql = match of {
            Counted::Inquiries => sql!("select count(*) from sponsor_inquiries where org_id = $1"),
            Counted::Messages => {
                sql!("select count(*) from outbox where org_id = $1 and about_kind = 'sponsor_inquiry'")
            }
            Counted::Audits => sql!("select count(*) from audit_log where org_id = $1 and action = 'commit'"),
        };
        self.org.optional::<(i64,)>(sql, args![]).await.expect("read").expect("a number").0
    }
}

pub(crate) enum Counted {
    Inquiries,
    Messages,
    Audits,
}

fn inquiry() -> Value {
    json!({ "name": "Priya Raman", "company": "Lumen Foods", "level": "gold" })
}

engines! {
    async fn an_inquiry_is_left_when_the_caller_heard_it_and_said_yes(world: World) {
        let mut line = Line::open(world).await;
        let proposed = line.calls("leave_sponsor_inquiry", inquiry()).await;
        let read_back = "I will tell the organiser that Priya Raman of Lumen Foods would like to talk about the Gold sponsorship, and to \
                         get back to you at the number you are calling from. Shall I pass that on?";
        assert_eq!((&proposed["status"], &proposed["readBack"], &proposed["say"]), (&json!("proposed"), &json!(read_back), &json!(read_back)));

        let confirm = json!({ "proposalId": proposed["proposalId"] });
        let early = line.calls("confirm", confirm.clone()).await;
        assert_eq!((&early["status"], &early["code"], &early["say"]), (&json!("refused"), &json!("not_heard"), &json!(read_back)));
        line.assistant(read_back);
        assert_eq!(line.calls("confirm", confirm.clone()).await["code"], "not_answered");
        line.caller("Yes, please.");
        let done = line.calls("confirm", confirm.clone()).await;
        assert_eq!(done["status"], "done", "{done}");
        assert!(done["reference"].as_str().is_some_and(|it| it.len() == 8), "{done}");

        assert_eq!(line.calls("confirm", confirm).await, done, "a second confirmation answers the first outcome");
        assert_eq!(line.calls("leave_sponsor_inquiry", inquiry()).await, done, "so does the same request");
        let counted = (line.count(Counted::Inquiries).await, line.count(Counted::Messages).await, line.count(Counted::Audits).await);
        assert_eq!(counted, (1, 1, 1));
        let ledger = ledger(&line.org, line.call).await.expect("read");
        assert_eq!(ledger.len(), 1);
        assert_eq!(ledger[0].title, "Sponsor inquiry of Priya Raman of Lumen Foods");
        let Said::Caller { start, end, .. } = &line.said[1] else { panic!("the caller spoke") };
        assert_eq!((ledger[0].agreed_from_ms, ledger[0].agreed_to_ms), (start.0 as i64, end.0 as i64));
    }

    async fn a_caller_who_says_no_or_something_else_changes_nothing(world: World) {
        let mut line = Line::open(world).await;
        let first = line.calls("leave_sponsor_inquiry", inquiry()).await;
        line.assistant(first["readBack"].as_str().expect("a sentence"));
        line.caller("No, wait, make it silver.");
        assert_eq!(line.calls("confirm", json!({ "proposalId": first["proposalId"] })).await["code"], "declined");

        let second = line.calls("leave_sponsor_inquiry", json!({ "name": "Priya Raman", "level": "silver" })).await;
        line.assistant(second["readBack"].as_str().expect("a sentence"));
        line.caller("Yes.");
        assert_eq!(line.calls("confirm", json!({ "proposalId": first["proposalId"] })).await["code"], "superseded");
        assert_eq!(line.count(Counted::Inquiries).await, 0);
        assert_eq!(line.calls("confirm", json!({ "proposalId": second["proposalId"] })).await["status"], "done");
        assert_eq!(line.count(Counted::Inquiries).await, 1);
    }

    async fn an_offer_runs_out_and_can_be_made_again(world: World) {
        let mut line = Line::open(world).await;
        let old = line.calls("leave_sponsor_inquiry", inquiry()).await;
        line.assistant(old["readBack"].as_str().expect("a sentence"));
        line.caller("Yes.");
        world.pass(TimeDelta::minutes(11));
        assert_eq!(line.calls("confirm", json!({ "proposalId": old["proposalId"] })).await["code"], "expired");

        assert_eq!(line.agrees_to("leave_sponsor_inquiry", inquiry()).await["status"], "done");
    }

    async fn a_proposal_is_worth_nothing_on_another_call_or_with_another_organisation(world: World) {
        let mut line = Line::open(world).await;
        let proposed = line.calls("leave_sponsor_inquiry", inquiry()).await;
        let confirm = json!({ "proposalId": proposed["proposalId"] });
        let other_org = world.org("others").await;
        for org in [line.org.clone(), other_org] {
            let mut other = Line::to(&org).await;
            other.assistant(proposed["readBack"].as_str().expect("a sentence"));
            other.caller("Yes.");
            assert_eq!(other.calls("confirm", confirm.clone()).await["code"], "unknown_proposal");
        }
        for nonsense in [json!({ "proposalId": "1" }), json!({ "proposalId": "" }), json!({ "proposalId": ProposalId::new() })] {
            assert_eq!(line.calls("confirm", nonsense).await["code"], "unknown_proposal");
        }
        assert_eq!(line.count(Counted::Inquiries).await, 0);
    }

    async fn in_a_rehearsal_all_is_as_on_a_call_and_nothing_stays(world: World) {
        let mut line = Line::open(world).await;
        (line.rehearsal, line.caller) = (true, None);
        let done = line.agrees_to("leave_sponsor_inquiry", inquiry()).await;

        assert_eq!((&done["status"], &done["rehearsal"]), (&json!("done"), &json!(true)));
        assert!(done["say"].as_str().is_some_and(|say| say.contains("rehearsal")), "{done}");
        let counted = (line.count(Counted::Inquiries).await, line.count(Counted::Messages).await, line.count(Counted::Audits).await);
        assert_eq!(counted, (0, 0, 0));
        assert!(ledger(&line.org, line.call).await.expect("read")[0].rehearsal);
    }

    async fn words_that_no_sponsor_would_leave_are_asked_for_again(world: World) {
        let mut line = Line::open(world).await;
        for (arguments, code) in [
            (json!({ "name": "  " }), "name"),
            (json!({ "name": "Priya", "email": "priya at lumen" }), "email"),
            (json!({ "name": "Priya", "phone": "five" }), "phone"),
            (json!({ "name": "Priya", "level": "platinum" }), "unknown_level"),
            (json!({ "name": "Priya", "org_id": "other" }), "invalid_arguments"),
            (json!({}), "invalid_arguments"),
        ] {
            let told = line.calls("leave_sponsor_inquiry", arguments.clone()).await;
            assert_eq!(told["code"], code, "{arguments}: {told}");
            assert!(told["say"].as_str().is_some_and(|say| !say.is_empty()));
        }
        line.caller = None;
        assert_eq!(line.calls("leave_sponsor_inquiry", json!({ "name": "Priya" })).await["code"], "no_contact");
    }
}

#[tokio::test]
async fn where_nothing_can_be_changed_there_is_nothing_to_confirm() {
    let world = World::sqlite().await;
    demo::seed_with(&world.backend, None, demo::Audio::None).await.expect("seeded");
    let names = |org: &Org| packs::tools_for(org).iter().map(|tool| tool.name).collect::<Vec<_>>();
    let all = world.org("all").await;
    assert!(names(&all).contains(&"confirm"));
    assert!(all.has_pack(PackKey::Events));
    let coffee = orgs::named(&world.backend, "mangy-dog").await.expect("read").expect("there");
    assert!(!names(&coffee).contains(&"confirm"));
    world.end().await;
}
