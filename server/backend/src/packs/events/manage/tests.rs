//! Stories of staff who edit events.

use chrono::{Datelike as _, NaiveDate, TimeDelta};
use model::{
    ChefForm, EventForm, EventId, EventPart, Member, PackageForm, Role, SponsorForm, TierForm, VenueForm, WinnerForm,
};

use super::*;
use crate::{engines, error::Error, org::Org, packs::events::store, testing::World};

fn form(title: &str) -> EventForm {
    let day = NaiveDate::from_ymd_opt(2026, 12, 5).expect("a day");
    EventForm {
        title: title.into(),
        series: String::new(),
        description: "Soup.".into(),
        venue_id: None,
        starts: day.and_hms_opt(11, 0, 0).expect("a time"),
        ends: day.and_hms_opt(15, 0, 0).expect("a time"),
        active: true,
        version: 0,
    }
}

fn vip(capacity: i64) -> TierForm {
    TierForm {
        kind: "VIP".into(),
        description: "Chairs".into(),
        price_minor: 8_500,
        gate_price_minor: 10_000,
        capacity,
        sort: 1,
        version: 0,
    }
}

/// An organisation, its manager, and an event with VIP tickets.
async fn kitchen(world: &World) -> (Org, Member, EventId) {
    let org = world.org("ours").await;
    let ann = world.member(&org, Role::Manager).await;
    let event = events::save(&org, &ann, None, &form("Chowder Day")).await.expect("saved");
    tiers::save(&org, &ann, event, None, &vip(10)).await.expect("saved");
    (org, ann, event)
}

fn fields(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other}"),
    }
}

engines! {
    async fn an_event_is_made_edited_copied_taken_away_and_brought_back(world: World) {
        let (org, ann, event) = kitchen(world).await;
        let whole = events::get(&org, event).await.expect("read").expect("there");
        assert_eq!((whole.form.version, whole.row.capacity, whole.tiers[0].left), (1, 10, 10));
        assert_eq!(whole.form.starts, form("").starts, "as the clocks on the wall show it");

        let edit = EventForm { title: "Chowder Night".into(), ..whole.form.clone() };
        events::save(&org, &ann, Some(event), &edit).await.expect("saved");
        let stale = events::save(&org, &ann, Some(event), &edit).await.expect_err("somebody else was faster");
        assert!(matches!(stale, Error::Stale), "{stale}");

        let copy = events::duplicate(&org, &ann, event).await.expect("copied");
        let copied = events::get(&org, copy).await.expect("read").expect("there");
        assert_eq!((copied.form.title.as_str(), copied.form.active, copied.tiers.len()), ("Chowder Night", false, 1));

        events::delete(&org, &ann, event).await.expect("deleted");
        assert!(events::get(&org, event).await.expect("read").is_none());
        assert!(store::events(&org).await.expect("read").is_empty(), "callers are not told of it");
        events::restore(&org, &ann, event).await.expect("restored");
        assert_eq!(events::list(&org).await.expect("read").len(), 2);
    }

    async fn every_field_that_is_wrong_has_its_own_message(world: World) {
        let (org, ann, event) = kitchen(world).await;
        let wrong = EventForm { title: " ".into(), ends: form("").starts, ..form("") };
        assert_eq!(fields(events::save(&org, &ann, None, &wrong).await.expect_err("wrong")), ["title", "ends"]);
        let spring = NaiveDate::from_ymd_opt(2027, 3, 14).expect("a day");
        let gap = EventForm {
            starts: spring.and_hms_opt(2, 30, 0).expect("a time"),
            ends: spring.and_hms_opt(5, 0, 0).expect("a time"),
            ..form("Never o'clock")
        };
        assert_eq!(fields(events::save(&org, &ann, None, &gap).await.expect_err("no such time")), ["starts"]);

        let wrong = TierForm { kind: String::new(), price_minor: -1, gate_price_minor: -1, capacity: -1, ..vip(1) };
        let errors = fields(tiers::save(&org, &ann, event, None, &wrong).await.expect_err("wrong"));
        assert_eq!(errors, ["kind", "price", "gate_price", "capacity"]);
        assert_eq!(fields(tiers::save(&org, &ann, event, None, &vip(3)).await.expect_err("taken")), ["kind"]);
        assert_eq!(fields(venues::save(&org, &ann, None, &VenueForm::default()).await.expect_err("wrong")), ["name", "city"]);
        assert_eq!(fields(packages::save(&org, &ann, None, &PackageForm::default()).await.expect_err("wrong")), ["level", "benefits"]);
        let winner = people::save_winner(&org, &ann, event, None, &WinnerForm::default()).await.expect_err("wrong");
        assert_eq!(fields(winner), ["place", "category", "chef"]);
    }

    async fn a_wrong_year_is_told_at_its_field_but_an_old_event_can_be_copied(world: World) {
        let (org, ann, event) = kitchen(world).await;
        let at = |year: i32| form("").starts.with_year(year).expect("a day");
        let of = |year: i32| EventForm { starts: at(year), ends: at(year) + TimeDelta::hours(2), ..form("Slip") };
        for (year, wrong) in [(1, true), (9_999, true), (2_040, true), (2_030, false)] {
            let saved = events::save(&org, &ann, None, &of(year)).await;
            assert_eq!(saved.err().map(fields), wrong.then(|| vec!["starts".to_owned(), "ends".to_owned()]), "{year}");
        }

        world.pass(TimeDelta::days(800));
        let whole = events::get(&org, event).await.expect("read").expect("there");
        events::save(&org, &ann, Some(event), &EventForm { title: "Long ago".into(), ..whole.form }).await.expect("its times are as they were");
        events::duplicate(&org, &ann, event).await.expect("copied");
    }

    async fn a_name_that_was_taken_away_is_free_again(world: World) {
        let (org, ann, event) = kitchen(world).await;
        let old = tiers::list(&org, event).await.expect("read").remove(0);
        parts::delete(&org, &ann, EventPart::Tier, &old.id.to_string()).await.expect("deleted");
        let new = tiers::save(&org, &ann, event, None, &vip(3)).await.expect("saved");
        assert_eq!(tiers::list(&org, event).await.expect("read").iter().map(|tier| tier.id).collect::<Vec<_>>(), [new]);
        let back = parts::restore(&org, &ann, EventPart::Tier, &old.id.to_string()).await;
        assert!(matches!(back, Err(Error::NotFound)), "its place is taken");

        let gold = PackageForm { level: "Gold".into(), benefits: vec!["Logo\u{7}".into()], ..PackageForm::default() };
        let first = packages::save(&org, &ann, None, &gold).await.expect("saved");
        parts::delete(&org, &ann, EventPart::Package, &first.to_string()).await.expect("deleted");
        packages::save(&org, &ann, None, &gold).await.expect("saved again");
        assert_eq!(packages::list(&org).await.expect("read")[0].form.benefits, ["Logo"]);
    }

    async fn there_are_never_fewer_seats_than_are_sold_or_kept(world: World) {
        let (org, ann, event) = kitchen(world).await;
        let tier = tiers::list(&org, event).await.expect("read").remove(0);
        let mut tx = org.begin().await.expect("begun");
        assert!(crate::packs::events::orders::seats::hold(&mut tx, tier.id, 4, world.now()).await.expect("kept"));
        tx.commit().await.expect("committed");

        let fewer = TierForm { capacity: 3, ..tier.form.clone() };
        assert_eq!(fields(tiers::save(&org, &ann, event, Some(tier.id), &fewer).await.expect_err("four are kept")), ["capacity"]);
        let same = TierForm { capacity: 4, ..tier.form.clone() };
        tiers::save(&org, &ann, event, Some(tier.id), &same).await.expect("saved");
        assert!(matches!(tiers::save(&org, &ann, event, Some(tier.id), &same).await, Err(Error::Stale)));
        let kept = parts::delete(&org, &ann, EventPart::Tier, &tier.id.to_string()).await.expect_err("some are kept");
        assert_eq!(fields(kept), ["capacity"]);
        let row = tiers::list(&org, event).await.expect("read").remove(0);
        assert_eq!((row.form.capacity, row.held, row.left), (4, 4, 0));
    }

    async fn what_belongs_to_an_event_is_saved_edited_and_comes_back_after_an_undo(world: World) {
        let (org, ann, event) = kitchen(world).await;
        let venue_form = VenueForm { name: "Pier 27".into(), city: "San Francisco".into(), ..VenueForm::default() };
        let venue = venues::save(&org, &ann, None, &venue_form).await.expect("saved");
        let sponsor = SponsorForm { name: "Harbor Bank".into(), level: "Gold".into(), version: 0 };
        let sponsor_id = people::save_sponsor(&org, &ann, event, None, &sponsor).await.expect("saved");
        let chef = ChefForm { name: "Ana".into(), restaurant: "Casa".into(), dish: "Caldo".into(), version: 0 };
        let chef_id = people::save_chef(&org, &ann, event, None, &chef).await.expect("saved");
        let winner = WinnerForm { place: 1, category: "Golden Ladle".into(), chef: "Ana".into(), ..WinnerForm::default() };
        let winner_id = people::save_winner(&org, &ann, event, None, &winner).await.expect("saved");
        let package = PackageForm { level: "Gold".into(), price_minor: 400_000, benefits: vec!["Logo".into()], ..PackageForm::default() };
        let package_id = packages::save(&org, &ann, None, &package).await.expect("saved");

        let edited = EventForm { venue_id: Some(venue), version: 1, ..form("Chowder Day") };
        events::save(&org, &ann, Some(event), &edited).await.expect("saved");
        assert_eq!(fields(parts::delete(&org, &ann, EventPart::Venue, &venue.to_string()).await.expect_err("an event is there")), ["venue"]);
        let whole = events::get(&org, event).await.expect("read").expect("there");
        assert_eq!((whole.row.venue.as_str(), whole.sponsors.len(), whole.chefs.len(), whole.winners.len()), ("Pier 27", 1, 1, 1));

        let belongs = [
            (EventPart::Sponsor, sponsor_id.to_string(), "Harbor Bank"),
            (EventPart::Chef, chef_id.to_string(), "Ana"),
            (EventPart::Winner, winner_id.to_string(), "Ana"),
            (EventPart::Package, package_id.to_string(), "Gold"),
            (EventPart::Tier, whole.tiers[0].id.to_string(), "VIP"),
        ];
        for (part, id, name) in &belongs {
            assert_eq!(parts::delete(&org, &ann, *part, id).await.expect("deleted"), *name);
            assert!(matches!(parts::delete(&org, &ann, *part, id).await, Err(Error::NotFound)), "{part} is gone");
        }
        let bare = events::get(&org, event).await.expect("read").expect("there");
        assert_eq!((bare.tiers.len(), bare.sponsors.len(), bare.chefs.len(), bare.winners.len()), (0, 0, 0, 0));
        assert!(store::packages(&org).await.expect("read").is_empty(), "callers are not told of it");
        assert!(store::events(&org).await.expect("read")[0].tiers.is_empty(), "callers cannot buy it");
        for (part, id, _) in &belongs {
            parts::restore(&org, &ann, *part, id).await.expect("brought back");
        }
        let back = events::get(&org, event).await.expect("read").expect("there");
        assert_eq!((back.tiers.len(), back.sponsors.len(), back.chefs.len(), back.winners.len()), (1, 1, 1, 1));
        assert_eq!(store::packages(&org).await.expect("read").len(), 1);
    }

    async fn what_belongs_to_others_is_not_there_and_a_clerk_may_not_edit(world: World) {
        let (org, _, event) = kitchen(world).await;
        let (other, zoe) = (world.org("others").await, world.org("others-too").await);
        let zoe = world.member(&zoe, Role::Owner).await;
        let edit = EventForm { version: 1, ..form("Mine") };
        assert!(matches!(events::save(&other, &zoe, Some(event), &edit).await, Err(Error::NotFound)));
        assert!(matches!(tiers::save(&other, &zoe, event, None, &vip(1)).await, Err(Error::NotFound)));
        assert!(matches!(events::delete(&other, &zoe, event).await, Err(Error::NotFound)));
        assert!(events::get(&other, event).await.expect("read").is_none());
        let tier = tiers::list(&org, event).await.expect("read").remove(0).id.to_string();
        assert!(matches!(parts::delete(&other, &zoe, EventPart::Tier, &tier).await, Err(Error::NotFound)));

        let clerk = world.member(&org, Role::FrontDesk).await;
        assert!(matches!(events::save(&org, &clerk, None, &form("Mine")).await, Err(Error::Forbidden(_))));
        assert!(matches!(events::delete(&org, &clerk, event).await, Err(Error::Forbidden(_))));
        assert!(matches!(parts::delete(&org, &clerk, EventPart::Tier, &tier).await, Err(Error::Forbidden(_))));
        assert!(matches!(parts::restore(&org, &clerk, EventPart::Tier, &tier).await, Err(Error::Forbidden(_))));
    }
}
