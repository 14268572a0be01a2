use chrono::TimeDelta;
use model::{JobId, OutboxId};

use super::{
    table::{self, Written},
    *,
};
use crate::{engines, jobs::deliver_message::DeliverMessage, testing::World};

engines! {
    async fn work_of_the_same_name_is_put_once_and_done_once(world: World) {
        for _ in 0..2 {
            put_system(&world.backend, &sweep_expired::SweepExpired {}, "by hand").await.unwrap();
        }
        let claimed = table::claim(&world.backend, 10).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert!(table::claim(&world.backend, 10).await.unwrap().is_empty(), "it is leased");
    }

    async fn of_two_runners_each_job_is_claimed_by_one(world: World) {
        for number in 0..20 {
            put_system(&world.backend, &message(), &number.to_string()).await.unwrap();
        }
        let other = world.restarted();
        let (a, b, c) = tokio::join!(
            table::claim(&world.backend, 8),
            table::claim(&other, 8),
            table::claim(&world.backend, 8)
        );
        let mut ids: Vec<JobId> = [a, b, c].into_iter().flat_map(Result::unwrap).map(|job| job.id).collect();
        let claims = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), claims, "a job was claimed twice");
        assert_eq!(claims, 20);
    }

    async fn a_runner_that_stood_still_cannot_write_what_became_of_a_job(world: World) {
        put_system(&world.backend, &message(), "a").await.unwrap();
        let slow = table::claim(&world.backend, 1).await.unwrap().remove(0);

        world.pass(table::LEASE);
        let quick = table::claim(&world.restarted(), 1).await.unwrap().remove(0);
        assert_eq!((quick.id, quick.attempts), (slow.id, 2));

        assert_eq!(table::finish(&world.backend, &slow, &Ok(Done::Finished)).await.unwrap(), Written::LeaseLost);
        assert_eq!(table::finish(&world.backend, &quick, &Ok(Done::Finished)).await.unwrap(), Written::Done);
        world.pass(TimeDelta::days(1));
        assert!(table::claim(&world.backend, 1).await.unwrap().is_empty());
    }

    async fn what_fails_comes_back_later_and_later_until_it_is_given_up(world: World) {
        put_system(&world.backend, &message(), "a").await.unwrap();
        let failed = || Err(JobError::new("the other side is down"));
        let mut waits = Vec::new();
        for attempt in 1..=DeliverMessage::ATTEMPTS {
            let began = world.now();
            let job = loop {
                match table::claim(&world.backend, 1).await.unwrap().pop() {
                    Some(job) => break job,
                    None => world.pass(TimeDelta::milliseconds(200)),
                }
                if world.now() - began > TimeDelta::seconds(10) {
                    world.pass(TimeDelta::hours(1));
                }
            };
            waits.push(world.now() - began);
            let written = table::finish(&world.backend, &job, &failed()).await.unwrap();
            let last = attempt == DeliverMessage::ATTEMPTS;
            assert_eq!(written, if last { Written::Dead } else { Written::Later });
        }
        assert!(waits[1] >= TimeDelta::milliseconds(200) && waits[5] > waits[2], "{waits:?}");
        world.pass(TimeDelta::days(2));
        assert!(table::claim(&world.backend, 1).await.unwrap().is_empty(), "the dead do not come back");

        // A person sends it again.
        put_system(&world.backend, &message(), "a").await.unwrap();
        assert_eq!(table::claim(&world.backend, 1).await.unwrap()[0].attempts, 1);
    }

    async fn periodic_work_comes_back_by_itself_also_after_a_failure(world: World) {
        assert_eq!(world.jobs().await, periodic().count());
        assert_eq!(world.jobs().await, 0);
        world.pass(TimeDelta::minutes(1));
        assert!(world.jobs().await >= 1);

        world.pass(TimeDelta::minutes(1));
        let job = table::claim(&world.backend, 1).await.unwrap().remove(0);
        let failed = Err(JobError::new("no"));
        assert_eq!(table::finish(&world.backend, &job, &failed).await.unwrap(), Written::Later);
        world.pass(TimeDelta::minutes(1));
        assert!(world.jobs().await >= 1);
    }

    async fn the_runner_does_what_is_put_and_stops_when_told(world: World) {
        let stop = tokio_util::sync::CancellationToken::new();
        let runner = tokio::spawn(run(world.backend.clone(), stop.clone()));
        put_system(&world.backend, &sweep_expired::SweepExpired {}, "by hand").await.unwrap();
        let gone = async {
            while !table_is_without(world, "by hand").await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.expect("the job is done");
        stop.cancel();
        runner.await.expect("the runner stops");
    }
}

async fn table_is_without(world: &World, key: &str) -> bool {
    let system = world.backend.db().system("a test looks");
    system.optional::<(JobId,)>("select id from jobs where key = $1", args![key]).await.unwrap().is_none()
}

fn message() -> DeliverMessage {
    DeliverMessage { id: OutboxId::from_u128(7) }
}
