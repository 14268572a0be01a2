use chrono::TimeDelta;

use super::*;
use crate::{
    engines,
    testing::World,
    users::{self, NewUser},
};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 99));

async fn add_ann(world: &World) -> UserId {
    let ann =
        NewUser { email: "ann@example.org".into(), name: "Ann".into(), password: "correct horse".to_owned().into() };
    users::add(&world.backend, ann).await.expect("added")
}

async fn try_as(world: &World, email: &str, password: &str, from: IpAddr) -> Result<UserId, SignInError> {
    sign_in(&world.backend, email, password.to_owned().into(), from).await
}

engines! {
    async fn the_right_password_signs_in(world: World) {
        let ann = add_ann(world).await;
        assert_eq!(try_as(world, " ANN@example.org", "correct horse", HOME).await.expect("signed in"), ann);
    }

    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(world: World) {
        add_ann(world).await;
        for (email, password) in [("ann@example.org", "wrong"), ("nobody@example.org", "correct horse")] {
            assert!(matches!(try_as(world, email, password, HOME).await, Err(SignInError::Wrong)), "{email}");
        }
    }

    async fn the_sixth_attempt_within_five_minutes_is_not_looked_at(world: World) {
        let ann = add_ann(world).await;
        for _ in 0..5 {
            assert!(matches!(try_as(world, "ann@example.org", "wrong", HOME).await, Err(SignInError::Wrong)));
        }
        let blocked = try_as(world, "ann@example.org", "correct horse", HOME).await;
        assert!(matches!(blocked, Err(SignInError::TooMany { retry_after_s: 300 })), "{blocked:?}");

        // Somebody else's guesses do not lock her out at once.
        assert_eq!(try_as(world, "ann@example.org", "correct horse", ELSEWHERE).await.expect("signed in"), ann);

        world.pass(TimeDelta::minutes(5));
        assert_eq!(try_as(world, "ann@example.org", "correct horse", HOME).await.expect("signed in"), ann);
    }

    async fn guessing_from_many_addresses_is_limited_by_account(world: World) {
        add_ann(world).await;
        for n in 0..10u8 {
            let from = IpAddr::from([198, 51, 100, n]);
            assert!(matches!(try_as(world, "ann@example.org", "wrong", from).await, Err(SignInError::Wrong)));
        }
        let eleventh = try_as(world, "ann@example.org", "correct horse", ELSEWHERE).await;
        assert!(matches!(eleventh, Err(SignInError::TooMany { .. })));
    }

    async fn who_guesses_from_elsewhere_does_not_lock_the_owner_out(world: World) {
        let ann = add_ann(world).await;
        assert_eq!(try_as(world, "ann@example.org", "correct horse", HOME).await.expect("signed in"), ann);
        let home = world.backend.secret().keyed_hash("sign-in from", &format!("{HOME} ann@example.org"));
        while !is_known(&world.backend, &home, world.now()).await.expect("read") {
            tokio::task::yield_now().await;
        }
        for n in 0..10 {
            let from = IpAddr::from([198, 51, 100, n]);
            assert!(matches!(try_as(world, "ann@example.org", "wrong", from).await, Err(SignInError::Wrong)));
        }
        assert!(matches!(try_as(world, "ann@example.org", "correct horse", ELSEWHERE).await, Err(SignInError::TooMany { .. })));
        assert_eq!(try_as(world, "ann@example.org", "correct horse", HOME).await.expect("signed in"), ann);
    }

    async fn success_forgets_the_attempts_before_it(world: World) {
        add_ann(world).await;
        for _ in 0..3 {
            for _ in 0..4 {
                let _ = try_as(world, "ann@example.org", "wrong", HOME).await;
            }
            try_as(world, "ann@example.org", "correct horse", HOME).await.expect("signed in");
        }
    }

    async fn attempts_side_by_side_get_no_more_guesses_than_one_after_the_other(world: World) {
        add_ann(world).await;
        let guesses = (0..12).map(|_| try_as(world, "ann@example.org", "wrong", HOME));
        let answers = futures_util::future::join_all(guesses).await;
        let looked_at = answers.iter().filter(|answer| matches!(answer, Err(SignInError::Wrong))).count();
        assert!(looked_at <= 5, "{looked_at} guesses");
    }

    async fn a_flood_from_one_address_is_turned_away_before_the_database(world: World) {
        let ann = add_ann(world).await;
        for n in 0..200 {
            let _ = try_as(world, &format!("nobody{n}@example.org"), "wrong", HOME).await;
        }
        let written: Vec<(String,)> =
            world.backend.db().system("a test").all("select key from sign_in_attempts", args![]).await.expect("read");
        assert_eq!(written.len(), 2 * 20, "the rest never reached the database");
        assert_eq!(try_as(world, "ann@example.org", "correct horse", ELSEWHERE).await.expect("signed in"), ann);
    }

    async fn who_signs_in_writes_nothing_down(world: World) {
        add_ann(world).await;
        // Whoever writes meanwhile would wait for this transaction.
        let writing = world.backend.db().system("a test").begin().await.expect("begun");
        let signed_in = tokio::time::timeout(std::time::Duration::from_secs(4), try_as(world, "ann@example.org", "correct horse", HOME));
        signed_in.await.expect("did not wait").expect("signed in");
        drop(writing);
    }

    async fn a_locked_account_says_so_only_to_its_owner(world: World) {
        let ann = add_ann(world).await;
        users::set_disabled(&world.backend, ann, true).await.expect("locked");
        assert!(matches!(try_as(world, "ann@example.org", "wrong", HOME).await, Err(SignInError::Wrong)));
        assert!(matches!(try_as(world, "ann@example.org", "correct horse", HOME).await, Err(SignInError::Disabled)));
    }

    async fn the_table_of_attempts_names_nobody(world: World) {
        let _ = try_as(world, "nobody@example.org", "wrong", HOME).await;
        let keys: Vec<(String,)> =
            world.backend.db().system("a test").all("select key from sign_in_attempts", args![]).await.expect("read");
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().all(|(key,)| key.len() == 64 && !key.contains('@')));
    }
}

#[test]
fn a_made_password_is_long_enough_and_readable() {
    use secrecy::ExposeSecret;
    let password = generated_password();
    assert_eq!(password.expose_secret().len(), 16);
    assert!(password.expose_secret().chars().all(|c| c.is_ascii_alphanumeric()));
}
