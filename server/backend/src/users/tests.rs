use model::Role;

use super::*;
use crate::engines;

fn ann() -> NewUser {
    NewUser {
        email: " Ann@Example.org ".into(),
        name: "Ann".into(),
        password: "long enough password".to_owned().into(),
    }
}

engines! {
    async fn an_address_can_be_added_once(world: World) {
        let id = add(&world.backend, ann()).await.expect("added");
        assert_eq!(by_email(&world.backend, "ann@example.org").await.expect("read"), Some(id));

        let again = add(&world.backend, ann()).await.expect_err("taken");
        assert_eq!(again.to_string(), "This address can sign in already.");
    }

    async fn every_field_of_a_new_person_is_checked(world: World) {
        let bad = NewUser { email: "ann".into(), name: " ".into(), password: "short".to_owned().into() };
        let Err(Error::Invalid(errors)) = add(&world.backend, bad).await else { panic!("refused") };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["email", "name", "password"]);
    }

    async fn only_members_reach_an_organisation(world: World) {
        let (ours, theirs) = (world.org("ours").await, world.org("theirs").await);
        let ann = world.member(&ours, Role::Manager).await;

        let (org, member) = member(&world.backend, ann.user_id, "ours").await.expect("read").expect("a member");
        assert_eq!((org.id(), member), (ours.id(), ann.clone()));
        assert!(super::member(&world.backend, ann.user_id, theirs.slug()).await.expect("read").is_none());
        assert!(super::member(&world.backend, ann.user_id, "nowhere").await.expect("read").is_none());
    }

    async fn a_locked_person_reaches_nothing_at_once(world: World) {
        let org = world.org("ours").await;
        let ann = world.member(&org, Role::Owner).await;
        set_disabled(&world.backend, ann.user_id, true).await.expect("locked");
        assert!(member(&world.backend, ann.user_id, "ours").await.expect("read").is_none());
        assert!(profile(&world.backend, ann.user_id).await.expect("read").is_none());
    }

    async fn people_come_back_to_where_they_worked_last(world: World) {
        let (a, b) = (world.org("a").await, world.org("b").await);
        let ann = world.member(&a, Role::Owner).await;
        grant(&world.backend, ann.user_id, b.id(), Role::ReadOnly).await.expect("granted");
        assert_eq!(last_org(&world.backend, ann.user_id).await.expect("read").as_deref(), Some("a"));
        set_last_org(&world.backend, ann.user_id, b.id()).await.expect("kept");
        assert_eq!(last_org(&world.backend, ann.user_id).await.expect("read").as_deref(), Some("b"));
        let rows = orgs::for_user(&world.backend, ann.user_id).await.expect("read");
        assert_eq!(rows.iter().map(|org| (org.slug.as_str(), org.role)).collect::<Vec<_>>(), [("a", Role::Owner), ("b", Role::ReadOnly)]);
    }
}
