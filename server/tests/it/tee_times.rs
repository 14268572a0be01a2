//! A tee time, from the ring to the text and the sheet.

use std::time::Duration;

use backend::{
    orgs, outbox,
    packs::tee_times::{courses, manage},
};
use chrono::TimeDelta;
use model::OutboxFilter;
use practice::phone::{CallOptions, Utterance, Who};

use crate::world::{World, assert_never_silent, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_golfer_books_a_time_hears_the_code_and_is_on_the_sheet() {
    let world = World::usual().await;
    let org = orgs::named(&world.backend, "pine-valley").await.expect("read").expect("seeded");
    // Four days ahead at one: no regular plays then.
    let date = org.local(org.now()).date_naive() + TimeDelta::days(4);
    let book = format!(
        "I would like to book a tee time on {date} at 1:50 pm for two players under the name Whitfield, please."
    );
    let caller = CallOptions {
        to: "+14155550103".into(),
        says: [book.as_str(), "Yes, please."].map(|it| Utterance::Text(it.into())).to_vec(),
        ..world.caller()
    };

    let report = world.place(caller).await;

    assert_never_silent(&report);
    let said = report.words_of(Who::Assistant).join(" ");
    assert!(said.contains("for two players") && said.contains("one fifty in the afternoon"), "{said}");
    assert!(said.contains("You are booked. Your confirmation code is"), "{said}");
    let course = courses::all(&org).await.expect("read").remove(0);
    let sheet = manage::sheet(&org, Some(course.id), date).await.expect("read").expect("a course");
    let groups: Vec<_> = sheet.lines.into_iter().flat_map(|line| line.groups).filter(|it| it.call.is_some()).collect();
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].name.as_str(), groups[0].players), ("Whitfield", 2));
    let texts = until(Duration::from_secs(30), async || {
        let filter = OutboxFilter { trouble: false, state: None, channel: None, recipient: None, offset: 0, limit: 20 };
        let page = outbox::list(&org, &filter).await.ok()?;
        let found: Vec<_> = page.messages.into_iter().filter(|it| it.body.contains(&groups[0].code)).collect();
        (!found.is_empty()).then_some(found)
    });
    assert_eq!(texts.await.expect("a text").len(), 1, "the details are texted once");
}
