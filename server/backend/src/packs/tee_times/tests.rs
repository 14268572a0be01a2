//! Stories of tee times.

mod staff;

use chrono::{NaiveDate, TimeDelta};
use model::{CourseId, PhoneNumber};
use serde_json::{Value, json};

use super::{
    code,
    courses::{self, Course},
    reservations::{self, Reservation},
    sheet,
};
use crate::{Org, demo, engines, orgs, testing::World, writes::tests::Line};

async fn golf(world: &World) -> Org {
    demo::seed_with(&world.backend, None, demo::Audio::None).await.expect("seeded");
    orgs::named(&world.backend, "pine-valley").await.expect("read").expect("there")
}

async fn course(org: &Org) -> Course {
    courses::all(org).await.expect("read").into_iter().next().expect("a course")
}

/// The next Saturday that is not today.
fn saturday(org: &Org) -> NaiveDate {
    let mut day = org.local(org.now()).date_naive() + TimeDelta::days(1);
    while day.format("%a").to_string() != "Sat" {
        day += TimeDelta::days(1);
    }
    day
}

/// Places taken and held at a time.
async fn places(org: &Org, date: NaiveDate, time: &str) -> (i64, i64) {
    let (course, conditions) = (course(org).await, sheet::Conditions::default());
    let lines = sheet::day(org, &course, date, &conditions).await.expect("read");
    let line = lines.into_iter().find(|line| line.time.format("%H:%M").to_string() == time).expect("a time");
    (line.taken, line.held)
}

/// Proposes, reads back, says yes, confirms.
async fn agreed(line: &mut Line, tool: &str, arguments: Value) -> Value {
    let proposed = line.calls(tool, arguments).await;
    assert_eq!(proposed["status"], "proposed", "{proposed}");
    line.assistant(proposed["readBack"].as_str().expect("a sentence"));
    line.caller("Yes, please.");
    line.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await
}

fn booking(date: NaiveDate, time: &str, players: i64) -> Value {
    json!({ "date": date, "time": time, "players": players, "name": "Nora Whitfield" })
}

async fn booked(line: &mut Line, date: NaiveDate, time: &str, players: i64) -> Reservation {
    let done = agreed(line, "book_tee_time", booking(date, time, players)).await;
    assert_eq!(done["status"], "done", "{done}");
    let code = code::heard(done["reference"].as_str().expect("a code")).expect("a code of ours");
    reservations::by_code(&line.org, &code).await.expect("read").expect("there")
}

async fn texts(org: &Org) -> Vec<String> {
    let filter =
        model::OutboxFilter { trouble: false, state: None, channel: None, recipient: None, offset: 0, limit: 50 };
    let page = crate::outbox::list(org, &filter).await.expect("read");
    page.messages.into_iter().filter(|it| it.recipient == "+14155550123").map(|it| it.body).collect()
}

engines! {
    async fn free_times_are_told_with_their_price_and_full_ones_are_not(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let day = saturday(&org);

        let found = line.calls("search_tee_times", json!({ "date": day, "from": "07:00", "to": "08:30", "players": 2 })).await;

        let times: Vec<&str> = found["times"].as_array().expect("a list").iter().filter_map(|it| it["time"].as_str()).collect();
        assert_eq!(times, ["07:30", "08:10", "08:20"], "the others have four players already, and at half past eight three: {found}");
        let say = found["say"].as_str().expect("a sentence");
        assert!(say.contains("seven thirty in the morning") && say.contains("eighty-two dollars a player"), "{say}");
    }

    async fn a_window_without_room_brings_what_is_nearest(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;

        let wish = json!({ "date": saturday(&org), "from": "07:00", "to": "07:20", "players": 1 });
        let found = line.calls("search_tee_times", wish).await;

        assert_eq!((&found["nearest"], &found["times"][0]["time"]), (&json!(true), &json!("07:30")), "{found}");
        assert!(found["say"].as_str().expect("a sentence").contains("Nothing is free then"), "{found}");
    }

    async fn a_booking_is_read_back_agreed_to_texted_and_on_the_sheet(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let day = saturday(&org);

        let proposed = line.calls("book_tee_time", booking(day, "8:10 am", 3)).await;
        let read_back = proposed["readBack"].as_str().expect("a sentence");
        assert!(read_back.contains("for three players tomorrow at"), "{read_back}");
        assert!(read_back.contains("eight ten in the morning, eighteen holes at eighty-two dollars each"), "{read_back}");
        assert_eq!(places(&org, day, "08:10").await, (0, 3), "kept while the caller decides");

        let unheard = line.calls("confirm", json!({ "proposalId": proposed["proposalId"] })).await;
        assert_eq!(unheard["code"], "not_heard");

        let it = booked(&mut line, day, "08:10", 3).await;
        assert_eq!((it.name.as_str(), it.players, it.price.minor), ("Nora Whitfield", 3, 8_200));
        assert_eq!(places(&org, day, "08:10").await, (3, 0));
        let texts = texts(&org).await;
        assert_eq!(texts.len(), 1);
        assert!(texts[0].contains(&code::written(&it.code)) && texts[0].contains("8:10 AM"), "{texts:?}");
        let past = reservations::history(&org, it.id).await.expect("read");
        assert_eq!(past.iter().map(|it| it.2.as_str()).collect::<Vec<_>>(), ["booked"]);
    }

    async fn a_booking_that_is_not_agreed_to_is_given_back(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let day = saturday(&org);
        line.calls("book_tee_time", booking(day, "08:10", 4)).await;
        assert_eq!(places(&org, day, "08:10").await, (0, 4));

        line.calls("book_tee_time", booking(day, "08:20", 4)).await;
        assert_eq!((places(&org, day, "08:10").await, places(&org, day, "08:20").await), ((0, 0), (0, 4)), "the first gives way");

        world.pass(TimeDelta::minutes(11));
        world.jobs().await;
        assert_eq!(places(&org, day, "08:20").await, (0, 0), "and the second runs out");
    }

    async fn a_move_swaps_both_times_or_neither(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let day = saturday(&org);
        let it = booked(&mut line, day, "08:10", 3).await;
        let code = code::spoken(&it.code);

        let full = line.calls("modify_reservation", json!({ "confirmationCode": code, "time": "07:40" })).await;
        assert_eq!(full["code"], "not_available", "{full}");

        let done = agreed(&mut line, "modify_reservation", json!({ "confirmationCode": code, "time": "14:00", "players": 4 })).await;
        assert_eq!(done["status"], "done", "{done}");
        assert_eq!((places(&org, day, "08:10").await, places(&org, day, "14:00").await), ((0, 0), (4, 0)));
        let more = line.calls("modify_reservation", json!({ "confirmationCode": code, "players": 5 })).await;
        assert_eq!(more["code"], "players", "five do not fit: {more}");

        let fewer = agreed(&mut line, "modify_reservation", json!({ "confirmationCode": code, "players": 2 })).await;
        assert_eq!(fewer["status"], "done", "{fewer}");
        assert_eq!(places(&org, day, "14:00").await, (2, 0));
        let past = reservations::history(&org, it.id).await.expect("read");
        assert_eq!(past.iter().map(|it| it.2.as_str()).collect::<Vec<_>>(), ["booked", "moved", "players"]);
    }

    async fn a_cancellation_frees_the_places_and_says_what_is_due(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let day = saturday(&org);
        let it = booked(&mut line, day, "08:10", 2).await;
        world.pass(it.starts_at - TimeDelta::hours(3) - world.now());

        let proposed = line.calls("cancel_reservation", json!({ "confirmationCode": it.code })).await;
        let read_back = proposed["readBack"].as_str().expect("a sentence");
        assert!(read_back.contains("eighty-two dollars is due"), "half of two green fees: {read_back}");

        let done = agreed(&mut line, "cancel_reservation", json!({ "confirmationCode": it.code })).await;
        assert_eq!(done["status"], "done", "{done}");
        assert_eq!(places(&org, day, "08:10").await, (0, 0));
        let again = line.calls("cancel_reservation", json!({ "confirmationCode": it.code })).await;
        assert_eq!(again["code"], "cancelled", "{again}");
        assert_eq!(texts(&org).await.len(), 2);
    }

    async fn somebody_elses_code_needs_their_name(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let it = booked(&mut line, saturday(&org), "08:10", 2).await;
        let mut other = Line::to(&org).await;
        other.caller = Some("+14155550199".parse::<PhoneNumber>().expect("a number"));

        for wish in [json!({ "confirmationCode": it.code }), json!({ "confirmationCode": it.code, "name": "Brandt" })] {
            assert_eq!(other.calls("cancel_reservation", wish).await["code"], "unknown_code");
        }
        let named = other.calls("cancel_reservation", json!({ "confirmationCode": it.code, "name": "Whitfield" })).await;
        assert_eq!(named["status"], "proposed", "{named}");
        assert_eq!(other.calls("cancel_reservation", json!({ "confirmationCode": "HR 1" })).await["code"], "code");
    }

    async fn another_club_does_not_know_the_code(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let it = booked(&mut line, saturday(&org), "08:10", 2).await;
        let other = world.org("links").await;
        assert_eq!(reservations::by_code(&other, &it.code).await.expect("read"), None);
        assert_eq!(reservations::get(&other, it.id).await.expect("read"), None);
        assert!(courses::all(&other).await.expect("read").is_empty());
    }

    async fn wishes_that_cannot_be_get_a_sentence_that_helps(world: World) {
        let org = golf(world).await;
        let mut line = Line::to(&org).await;
        let day = saturday(&org);
        let far = org.local(org.now()).date_naive() + TimeDelta::days(40);
        for (wish, code) in [
            (booking(day, "08:10", 0), "players"),
            (booking(day, "08:10", 5), "players"),
            (booking(day, "08:13", 2), "not_available"),
            (booking(day, "soonish", 2), "unknown_time"),
            (booking(far, "08:10", 2), "too_far_ahead"),
            (booking(day - TimeDelta::days(60), "08:10", 2), "past_day"),
            (json!({ "date": "Blursday", "time": "08:10", "players": 2, "name": "Nora" }), "unknown_day"),
            (json!({ "date": day, "time": "08:10", "players": 2, "name": "-" }), "name"),
        ] {
            let told = line.calls("book_tee_time", wish).await;
            assert_eq!(told["code"], code, "{told}");
            assert!(told["say"].as_str().is_some_and(|say| say.len() > 15), "{told}");
        }
        assert_eq!(texts(&org).await.len(), 0);
    }

    async fn sixty_four_golfers_get_the_last_places_and_not_one_more(world: World) {
        let org = golf(world).await;
        let day = saturday(&org);
        let mut golfers = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let org = org.clone();
            golfers.spawn(async move {
                let mut line = Line::to(&org).await;
                let wish = booking(day, "08:10", 1);
                let mut proposed = line.calls("book_tee_time", wish.clone()).await;
                while proposed["code"] == "unavailable" {
                    proposed = line.calls("book_tee_time", wish.clone()).await;
                }
                if proposed["status"] != "proposed" {
                    return 0;
                }
                line.assistant(proposed["readBack"].as_str().expect("a sentence"));
                line.caller("Yes.");
                let confirm = json!({ "proposalId": proposed["proposalId"] });
                let mut done = line.calls("confirm", confirm.clone()).await;
                while done["code"] == "unavailable" {
                    done = line.calls("confirm", confirm.clone()).await;
                }
                i64::from(done["status"] == "done")
            });
        }
        let booked: i64 = golfers.join_all().await.into_iter().sum();

        assert_eq!((booked, places(&org, day, "08:10").await), (4, (4, 0)));
    }

    /// The control: golfers who look first and write then, as the guard forbids, are all promised the place.
    async fn without_the_guard_they_are_overbooked(world: World) {
        let org = golf(world).await;
        let (id, day) = (course(&org).await.id, saturday(&org));
        let starts_at = sheet::midnight(&org, day) + TimeDelta::hours(8);
        let promised = overbooked(&org, id, starts_at).await;
        assert!(promised > 4, "{promised} of 4: the race does not happen, so that the other test proves nothing");
    }
}

async fn overbooked(org: &Org, course: CourseId, starts_at: chrono::DateTime<chrono::Utc>) -> i64 {
    let mut tx = org.begin().await.expect("begun");
    let slot = super::slots::row(&mut tx, course, starts_at, 4).await.expect("written");
    tx.run(crate::sql!("update tee_slots set taken = 0 where org_id = $1 and id = $2"), crate::args![slot])
        .await
        .expect("emptied");
    tx.commit().await.expect("committed");
    let (all_have_looked, mut golfers) =
        (std::sync::Arc::new(tokio::sync::Barrier::new(16)), tokio::task::JoinSet::new());
    for _ in 0..16 {
        let (org, all_have_looked) = (org.clone(), std::sync::Arc::clone(&all_have_looked));
        golfers.spawn(async move {
            let look = crate::sql!("select capacity - taken, taken from tee_slots where org_id = $1 and id = $2");
            let (left, taken) =
                org.optional::<(i64, i64)>(look, crate::args![slot]).await.expect("read").expect("there");
            all_have_looked.wait().await;
            if left <= 0 {
                return 0;
            }
            let write = crate::sql!("update tee_slots set taken = $3 where org_id = $1 and id = $2");
            org.run(write, crate::args![slot, taken + 1]).await.expect("written");
            1
        });
    }
    golfers.join_all().await.into_iter().sum()
}
