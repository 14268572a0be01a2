use super::*;
use crate::{engines, testing::World};

fn pine_valley() -> NewOrg {
    NewOrg {
        id: OrgId::from_u128(3),
        slug: "pine-valley".into(),
        name: "Pine Valley Golf".into(),
        time_zone: chrono_tz::America::Denver,
        currency: Currency::Cad,
        packs: vec![PackKey::TeeTimes, PackKey::FrontDesk],
        numbers: vec!["+14155550103".parse().unwrap()],
        demo: true,
    }
}

async fn found(world: &World, number: &str) -> Option<String> {
    by_number(&world.backend, &number.parse().unwrap()).await.expect("read").map(|org| org.slug().to_owned())
}

engines! {
    async fn the_number_that_was_called_says_whose_call_it_is(world: World) {
        add(&world.backend, &pine_valley()).await.expect("added");
        assert_eq!(found(world, "+1 415 555 0103").await.as_deref(), Some("pine-valley"));
        assert_eq!(found(world, "+1 415 555 0199").await, None);
    }

    async fn adding_an_organisation_again_changes_nothing(world: World) {
        let first = add(&world.backend, &pine_valley()).await.expect("added");
        let again = add(&world.backend, &NewOrg { name: "Another".into(), ..pine_valley() }).await.expect("there");
        assert_eq!((again.id(), again.name()), (first.id(), "Pine Valley Golf"));
        assert_eq!(count_real(&world.backend).await.expect("counted"), 0);
        world.org("real").await;
        assert_eq!(count_real(&world.backend).await.expect("counted"), 1);
    }

    async fn an_organisation_is_opened_with_its_zone_its_packs_and_its_currency(world: World) {
        let org = add(&world.backend, &pine_valley()).await.expect("added");
        assert_eq!(org.time_zone(), chrono_tz::America::Denver);
        assert_eq!(org.packs(), [PackKey::FrontDesk, PackKey::TeeTimes]);
        assert_eq!(currency(&org).await.expect("read"), Currency::Cad);
        let settings = settings(&world.backend, &org).await.expect("read");
        assert_eq!(settings.voice_webhook, "http://127.0.0.1:3000/voice");
        assert_eq!(settings.numbers, pine_valley().numbers);
    }
}
