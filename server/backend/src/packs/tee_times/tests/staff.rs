//! Stories of the tee sheet at the counter.

use model::{Role, TeeBookingForm, TeeSheet};

use super::{super::manage, *};
use crate::error::Error;

async fn day_of(org: &Org) -> TeeSheet {
    manage::sheet(org, None, saturday(org)).await.expect("read").expect("a course")
}

fn at<'a>(sheet: &'a TeeSheet, time: &str) -> &'a model::TeeLine {
    sheet.lines.iter().find(|line| line.time.format("%H:%M").to_string() == time).expect("a time")
}

fn form(time: &str, players: i64) -> TeeBookingForm {
    TeeBookingForm {
        time: time.into(),
        players,
        name: "Nora Whitfield".into(),
        phone: "+1 415 555 0123".into(),
        guests: String::new(),
    }
}

engines! {
    async fn staff_book_move_check_in_and_take_off(world: World) {
        let org = golf(world).await;
        let clerk = world.member(&org, Role::FrontDesk).await;
        let (course, day) = (day_of(&org).await.course, saturday(&org));

        let id = manage::book(&org, &clerk, course, day, &form("08:10", 3)).await.expect("booked");
        let sheet = day_of(&org).await;
        let group = &at(&sheet, "08:10").groups[0];
        assert_eq!((group.id, group.players, group.name.as_str()), (id, 3, "Nora Whitfield"));

        manage::move_to(&org, &clerk, id, group.version, day, "14:00").await.expect("moved");
        let stale = manage::move_to(&org, &clerk, id, group.version, day, "14:10").await;
        assert!(matches!(stale, Err(Error::Stale)), "two people move the same group");
        let sheet = day_of(&org).await;
        assert!(at(&sheet, "08:10").groups.is_empty());
        let group = at(&sheet, "14:00").groups[0].clone();

        manage::check_in(&org, &clerk, id, group.version, true).await.expect("here");
        let sheet = day_of(&org).await;
        assert!(at(&sheet, "14:00").groups[0].checked_in);
        manage::cancel(&org, &clerk, id, group.version + 1).await.expect("taken off");
        assert!(at(&day_of(&org).await, "14:00").groups.is_empty());
        assert_eq!(places(&org, day, "14:00").await, (0, 0));
        assert_eq!(texts(&org).await.len(), 3, "booked, moved, cancelled");
    }

    async fn a_blocked_time_is_neither_offered_nor_booked(world: World) {
        let org = golf(world).await;
        let clerk = world.member(&org, Role::FrontDesk).await;
        let (course, day) = (day_of(&org).await.course, saturday(&org));
        manage::block(&org, &clerk, course, day, "08:10", "Maintenance").await.expect("blocked");

        let mut line = Line::to(&org).await;
        assert_eq!(line.calls("book_tee_time", booking(day, "08:10", 1)).await["code"], "not_available");
        assert!(matches!(manage::book(&org, &clerk, course, day, &form("08:10", 1)).await, Err(Error::Invalid(_))));
        let taken = manage::block(&org, &clerk, course, day, "07:00", "Maintenance").await;
        assert!(matches!(taken, Err(Error::Invalid(_))), "somebody plays then");

        manage::block(&org, &clerk, course, day, "08:10", "").await.expect("on sale again");
        assert_eq!(line.calls("book_tee_time", booking(day, "08:10", 1)).await["status"], "proposed");
    }

    async fn what_does_not_fit_is_told_at_its_field(world: World) {
        let org = golf(world).await;
        let clerk = world.member(&org, Role::FrontDesk).await;
        let (course, day) = (day_of(&org).await.course, saturday(&org));
        for (form, field) in [
            (TeeBookingForm { name: " ".into(), ..form("08:10", 2) }, "name"),
            (TeeBookingForm { phone: "12".into(), ..form("08:10", 2) }, "phone"),
            (form("08:10", 5), "players"),
            (form("08:13", 2), "time"),
            (form("later", 2), "time"),
            (form("07:00", 1), "time"),
        ] {
            match manage::book(&org, &clerk, course, day, &form).await {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, field, "{form:?}"),
                other => panic!("{form:?} gave {other:?}"),
            }
        }
        let reader = world.member(&org, Role::ReadOnly).await;
        assert!(matches!(manage::book(&org, &reader, course, day, &form("08:10", 2)).await, Err(Error::Forbidden(_))));
        let other = world.org("links").await;
        let theirs = world.member(&other, Role::Owner).await;
        assert!(matches!(manage::book(&other, &theirs, course, day, &form("08:10", 2)).await, Err(Error::NotFound)));
    }
}
