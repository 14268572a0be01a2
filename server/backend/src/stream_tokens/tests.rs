use super::*;
use crate::{
    calls::{self, tests::ringing},
    engines,
    testing::World,
};

/// What a process knows that was started after the token was handed out: nothing.
fn forget(world: &World) {
    world.backend.handed().tickets().clear();
}

engines! {
    async fn a_token_opens_one_stream_also_after_a_restart(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let token = issue(&world.backend, &org, call, "CA1").await;
        forget(world);

        assert!(matches!(redeem(&world.backend, &token, "CA2").await, Err(TokenError::OtherCall)));
        let (opened, id) = redeem(&world.backend, &token, "CA1").await.expect("taken");
        assert_eq!((opened.id(), id), (org.id(), call));
        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Used)));
    }

    async fn a_token_that_was_used_stays_used_after_a_restart(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let token = issue(&world.backend, &org, call, "CA1").await;
        redeem(&world.backend, &token, "CA1").await.expect("taken");
        mark_used(&world.backend, &crate::secret::sha256(&token)).await.expect("written");
        forget(world);

        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Used)));
    }

    async fn a_token_opens_one_stream_of_its_call(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let token = issue(&world.backend, &org, call, "CA1").await;

        let other = redeem(&world.backend, &token, "CA2").await;
        assert!(matches!(other, Err(TokenError::OtherCall)));
        let (opened, id) = redeem(&world.backend, &token, "CA1").await.expect("taken");
        assert_eq!((opened.id(), id), (org.id(), call));
        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Used)));
        assert!(matches!(redeem(&world.backend, "made up", "CA1").await, Err(TokenError::Unknown)));
    }

    async fn a_repeated_webhook_gets_the_same_token_until_it_is_used(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let first = issue(&world.backend, &org, call, "CA1").await;
        assert_eq!(issue(&world.backend, &org, call, "CA1").await, first);
        redeem(&world.backend, &first, "CA1").await.expect("taken");

        let late = issue(&world.backend, &org, call, "CA1").await;
        assert!(matches!(redeem(&world.backend, &late, "CA1").await, Err(TokenError::Used)));
    }

    async fn a_token_lives_for_thirty_seconds(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let token = issue(&world.backend, &org, call, "CA1").await;
        world.pass(TimeDelta::seconds(30));
        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Expired)));
        world.pass(TimeDelta::days(2));
        assert_eq!(remove_expired(&world.backend).await.expect("kept"), 0, "its call is not over");
        calls::forgotten::end_forgotten(&world.backend).await.expect("ended");
        assert_eq!(remove_expired(&world.backend).await.expect("removed"), 1);
    }

    async fn the_token_of_a_call_that_is_over_opens_nothing(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let token = issue(&world.backend, &org, call, "CA1").await;
        let ended = calls::ProviderStatus { status: "completed".into(), sequence: None, seconds: None };
        calls::provider_status(&world.backend, "CA1", &ended).await.expect("told");

        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Used)));
        forget(world);
        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Over)));
    }

    async fn a_token_that_was_used_does_not_become_unused_while_its_call_may_last(world: World) {
        let org = world.org("ours").await;
        let call = calls::start(&org, &ringing(world, "CA1")).await.expect("started");
        let token = issue(&world.backend, &org, call, "CA1").await;
        redeem(&world.backend, &token, "CA1").await.expect("taken");
        world.pass(TimeDelta::minutes(55));
        issue(&world.backend, &org, call, "CA1").await;
        assert!(matches!(redeem(&world.backend, &token, "CA1").await, Err(TokenError::Used)));
    }
}
