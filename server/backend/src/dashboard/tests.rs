use model::{CallId, Role};

use super::*;
use crate::{
    calls::{Finished, tests::ringing},
    engines,
    testing::World,
};

async fn call(world: &World, org: &Org, sid: &str, status: CallStatus, minutes: i64) -> CallId {
    let id = calls::start(org, &ringing(world, sid)).await.expect("started");
    let finished = Finished {
        status,
        outcome: None,
        reason: "caller_hung_up".into(),
        ended_at: world.now(),
        duration_ms: minutes * 60_000,
        summary: String::new(),
    };
    calls::finish(org, id, &finished).await.expect("ended");
    id
}

engines! {
    async fn today_is_shown_against_the_usual_day_up_to_the_same_hour(world: World) {
        let org = world.org("ours").await;
        for day in 0..2 {
            for n in 0..3 {
                call(world, &org, &format!("CA{day}{n}"), CallStatus::Completed, 2).await;
            }
            world.pass(TimeDelta::hours(5));
            call(world, &org, &format!("late {day}"), CallStatus::Completed, 30).await;
            world.pass(TimeDelta::hours(19));
        }
        call(world, &org, "CA today", CallStatus::Completed, 4).await;

        let board = dashboard(&org, world.now()).await.expect("read");
        let tiles: Vec<_> = board.tiles.iter().map(|tile| (tile.value.as_str(), tile.usual.as_str())).collect();
        assert_eq!(tiles, [("1", "3"), ("1", "3"), ("4", "6"), ("–", "–"), ("$0.00", "$0.00")]);
        assert_eq!(board.recent.len(), 6);
    }

    async fn broken_calls_wait_for_somebody_until_there_is_a_note(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::FrontDesk).await;
        let cut = call(world, &org, "CA1", CallStatus::Interrupted, 1).await;
        call(world, &org, "CA2", CallStatus::Failed, 0).await;
        call(world, &org, "CA3", CallStatus::Completed, 1).await;
        let texts = |board: &Dashboard| board.attention.iter().map(|line| line.text.clone()).collect::<Vec<_>>();

        let board = dashboard(&org, world.now()).await.expect("read");
        assert_eq!(texts(&board), ["+1 415 555 0123 did not get through", "+1 415 555 0123 was cut off"]);
        assert!(board.attention[0].urgent);

        calls::set_notes(&org, &ann, cut, "Called back.").await.expect("kept");
        assert_eq!(texts(&dashboard(&org, world.now()).await.expect("read")).len(), 1);
        assert_eq!(texts(&dashboard(&org, world.now() + TimeDelta::days(2)).await.expect("read")).len(), 0);
    }

    async fn another_organisations_day_is_not_counted(world: World) {
        let (ours, theirs) = (world.org("ours").await, world.org("theirs").await);
        call(world, &theirs, "CA1", CallStatus::Failed, 0).await;
        let board = dashboard(&ours, world.now()).await.expect("read");
        assert!(board.attention.is_empty() && board.recent.is_empty());
        assert_eq!(board.tiles[0].value, "0");
        assert_eq!(board.upcoming_title, "Upcoming events");
    }
}
