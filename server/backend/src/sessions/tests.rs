use std::sync::Arc;

use model::Role;

use super::*;
use crate::{engines, testing::World, users};

fn store(world: &World) -> Arc<Store> {
    Arc::new(Store { db: world.backend.db().clone(), clock: world.backend.clock().clone(), touches: true })
}

fn session(world: &World, id: Option<Id>) -> Session {
    Session::new(id, store(world), None)
}

async fn signed_in(world: &World) -> (UserId, Id) {
    let org = world.org("ours").await;
    let ann = world.member(&org, Role::Owner).await.user_id;
    let session = session(world, None);
    begin(&world.backend, &session, ann).await.expect("begun");
    (ann, session.id().expect("an id"))
}

async fn who(world: &World, id: Id) -> Option<UserId> {
    user(&session(world, Some(id))).await.expect("read")
}

engines! {
    async fn a_session_knows_who_signed_in(world: World) {
        let (ann, id) = signed_in(world).await;
        assert_eq!(who(world, id).await, Some(ann));
        end(&session(world, Some(id))).await.expect("ended");
        assert_eq!(who(world, id).await, None);
    }

    async fn an_id_that_was_planted_before_signing_in_is_worth_nothing(world: World) {
        let (ann, _) = signed_in(world).await;
        let planted = session(world, None);
        planted.insert("x", 1).await.expect("kept");
        planted.save().await.expect("saved");
        let known_to_the_attacker = planted.id().expect("an id");

        begin(&world.backend, &planted, ann).await.expect("begun");
        assert_ne!(planted.id(), Some(known_to_the_attacker));
        assert_eq!(who(world, known_to_the_attacker).await, None);
    }

    async fn a_refused_form_is_given_back_once_without_what_is_secret(world: World) {
        let (_, id) = signed_in(world).await;
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = |fields| RefusedForm { path: "/rpc/save_venue".into(), fields };
        let here = session(world, Some(id));
        keep_refused(&here, form(vec![field("name", "Pier\0 27"), field("new_password", "hunter2")])).await.expect("kept");
        here.save().await.expect("saved");

        let next = session(world, Some(id));
        assert_eq!(take_refused(&next).await.expect("read"), Some(form(vec![field("name", "Pier 27")])));
        next.save().await.expect("saved");
        assert_eq!(take_refused(&session(world, Some(id))).await.expect("read"), None);

        let flood = session(world, Some(id));
        keep_refused(&flood, form(vec![field("name", &"x".repeat(100_000))])).await.expect("kept");
        assert_eq!(take_refused(&flood).await.expect("read"), Some(form(vec![])));
    }

    async fn who_is_not_signed_in_leaves_nothing_behind(world: World) {
        let stranger = session(world, None);
        let form = RefusedForm { path: "/rpc/sign_in".into(), fields: vec![("email".into(), "ann@example.org".into())] };
        keep_refused(&stranger, form).await.expect("nothing to keep");
        assert_eq!(take_refused(&stranger).await.expect("read"), None);
    }

    async fn a_session_that_was_ended_is_not_written_again(world: World) {
        let (_, id) = signed_in(world).await;
        let slow = session(world, Some(id));
        slow.insert("x", 1).await.expect("kept");
        end(&session(world, Some(id))).await.expect("ended");
        slow.save().await.expect("nothing to save");
        assert_eq!(who(world, id).await, None);
    }

    async fn the_table_holds_no_id_that_opens_a_session(world: World) {
        let (_, id) = signed_in(world).await;
        let rows: Vec<(String,)> =
            world.backend.db().system("a test").all("select id_hash from sessions", args![]).await.expect("read");
        assert_eq!(rows.len(), 1);
        assert_ne!(rows[0].0, id.to_string());
        assert_eq!(rows[0].0.len(), 64);
    }

    async fn a_tab_that_is_left_open_does_not_keep_its_session_alive(world: World) {
        let (ann, id) = signed_in(world).await;
        let watching = Store { touches: false, ..Store::clone(&store(world)) };
        for _ in 0..7 {
            world.pass(TimeDelta::hours(1));
            let looked = Session::new(Some(id), Arc::new(watching.clone()), None);
            assert_eq!(user(&looked).await.expect("read"), Some(ann));
        }
        world.pass(TimeDelta::minutes(61));
        let looked = Session::new(Some(id), Arc::new(watching), None);
        assert_eq!(user(&looked).await.expect("read"), None);
    }

    async fn an_unused_session_ends_after_eight_hours_and_a_used_one_after_seven_days(world: World) {
        let (ann, id) = signed_in(world).await;
        world.pass(TimeDelta::hours(7));
        assert_eq!(who(world, id).await, Some(ann));
        world.pass(TimeDelta::hours(7));
        assert_eq!(who(world, id).await, Some(ann));
        world.pass(TimeDelta::hours(9));
        assert_eq!(who(world, id).await, None);

        let session = session(world, None);
        begin(&world.backend, &session, ann).await.expect("begun");
        let id = session.id().expect("an id");
        for _ in 0..23 {
            world.pass(TimeDelta::hours(7));
            assert_eq!(who(world, id).await, Some(ann));
        }
        world.pass(TimeDelta::hours(7));
        assert_eq!(who(world, id).await, None);
    }

    async fn a_locked_person_loses_their_sessions(world: World) {
        let (ann, id) = signed_in(world).await;
        users::set_disabled(&world.backend, ann, true).await.expect("locked");
        assert_eq!(who(world, id).await, None);
    }

    async fn all_sessions_of_a_person_can_be_ended_and_old_ones_removed(world: World) {
        let (ann, id) = signed_in(world).await;
        assert_eq!(revoke_all(&world.backend, ann).await.expect("ended"), 1);
        assert_eq!(who(world, id).await, None);

        begin(&world.backend, &session(world, None), ann).await.expect("begun");
        world.pass(TimeDelta::days(1));
        assert_eq!(remove_expired(&world.backend).await.expect("removed"), 1);
    }
}
