//! The today board, from the tap to the ear of a caller who is on the line.

use std::time::Duration;

use backend::{Org, calls, orgs, today, users};
use model::{CallFilter, Lasts, Member, NoticeForm, NoticeKind, Speaker};
use practice::phone::{Utterance, Who};

use crate::world::{World, assert_never_silent, until};

const QUESTION: &str = "How much is a large oat latte?";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_up_during_a_call_is_in_the_next_answer() {
    let world = World::usual().await;
    let org = orgs::named(&world.backend, "mangy-dog").await.expect("readable").expect("seeded");
    let clerk = clerk(&world, &org).await;
    let mut caller = world.caller();
    caller.says = vec![Utterance::Text(QUESTION.into()), Utterance::Text(QUESTION.into())];

    let put = async {
        let looked_up = until(Duration::from_mins(1), async || has_looked_up(&world, &org).await.then_some(())).await;
        looked_up.expect("the first question is looked up");
        let form = NoticeForm {
            kind: NoticeKind::SoldOut,
            subject: "Oat milk".into(),
            time: String::new(),
            sentence: String::new(),
            lasts: Lasts::Today,
        };
        today::put(&world.backend, &org, &clerk, &form).await.expect("put up");
    };
    let (report, ()) = tokio::join!(world.place(caller), put);

    assert_never_silent(&report);
    let said = report.words_of(Who::Assistant).join("\n");
    let (before, after) = said.split_once("We are out of oat milk today.").expect("the second answer says so");
    assert!(before.contains("with oat milk is"), "the first answer has the price: {before}");
    assert!(after.contains("almond milk"), "and what else there is: {after}");
    let stored = world.stored(&report).await;
    assert!(stored.has_event("today"), "staff see on the timeline when the assistant was told");
    assert!(stored.words(Speaker::Assistant).contains("We are out of oat milk today."));
}

/// Whether the call that runs has used a tool.
async fn has_looked_up(world: &World, org: &Org) -> bool {
    let filter = CallFilter { limit: 1, ..CallFilter::default() };
    let Ok(page) = calls::list(org, &filter).await else { return false };
    let Some(newest) = page.calls.first().filter(|call| world.backend.running().contains(call.id)) else {
        return false;
    };
    calls::get(org, newest.id).await.ok().flatten().is_some_and(|call| !call.tool_calls.is_empty())
}

async fn clerk(world: &World, org: &Org) -> Member {
    let user = users::by_email(&world.backend, "demo@aida.test").await.expect("readable").expect("seeded");
    users::member(&world.backend, user, org.slug()).await.expect("readable").expect("a member").1
}
