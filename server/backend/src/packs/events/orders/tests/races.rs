//! Many buyers for few seats.

use std::sync::Arc;

use tokio::sync::Barrier;

use super::*;

/// Buyers at once, and what they compete for.
const BUYERS: usize = 64;
const LEFT: i64 = 10;

/// How often somebody tries for a seat; `make bench` asks for 100,000.
fn attempts() -> usize {
    std::env::var("SEAT_ATTEMPTS").ok().and_then(|it| it.parse().ok()).unwrap_or(2_000)
}

/// One try: the seats are kept in one transaction and, where somebody got them, sold or given back in another.
async fn attempt(org: &crate::Org, tier: TierId, wanted: i64, buys: bool) -> DbResult<i64> {
    let mut tx = org.begin().await?;
    if !seats::hold(&mut tx, tier, wanted, org.now()).await? {
        return Ok(0);
    }
    tx.commit().await?;
    let mut tx = org.begin().await?;
    if buys {
        seats::sell_held(&mut tx, tier, wanted).await?;
    } else {
        seats::release(&mut tx, tier, wanted).await?;
    }
    tx.commit().await?;
    Ok(if buys { wanted } else { 0 })
}

async fn almost_sold_out(world: &World) -> (Line, TierId, EventId) {
    let line = Line::open(world).await;
    let event = chowder(&line.org).await;
    let tier = tiers::list(&line.org, event.id)
        .await
        .expect("read")
        .into_iter()
        .find(|it| it.form.kind == "VIP")
        .expect("there");
    let ann = owner(world, &line.org).await;
    let form = model::TierForm { capacity: tier.sold + LEFT, ..tier.form };
    tiers::save(&line.org, &ann, event.id, Some(tier.id), &form).await.expect("saved");
    (line, tier.id, event.id)
}

engines! {
    async fn sixty_four_callers_get_the_last_ten_seats_and_not_one_more(world: World) {
        let (first, _, event) = almost_sold_out(world).await;
        let wish = json!({ "eventId": event, "ticketType": "VIP", "quantity": 1 });
        let mut callers = tokio::task::JoinSet::new();
        for number in 0..BUYERS {
            let (org, wish) = (first.org.clone(), wish.clone());
            callers.spawn(async move {
                let mut line = Line::to(&org).await;
                line.caller = format!("+14155551{number:03}").parse().ok();
                let mut proposed = line.calls("purchase_tickets", wish.clone()).await;
                // A database that is busy with the others says so, and is asked again.
                while proposed["code"] == "unavailable" {
                    proposed = line.calls("purchase_tickets", wish.clone()).await;
                }
                if proposed["status"] != "proposed" {
                    assert_eq!(proposed["code"], "sold_out", "{proposed}");
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
        let sold: i64 = callers.join_all().await.into_iter().sum();

        assert_eq!((sold, vip(&first.org).await), (LEFT, (97, LEFT)));
        assert_eq!(page(&first.org, &of(event)).await.expect("read").total, LEFT);
    }

    async fn payments_and_expiries_at_once_leave_every_seat_counted_once(world: World) {
        let (line, tier, event) = almost_sold_out(world).await;
        let mut orders = Vec::new();
        for _ in 0..LEFT {
            let mut tx = line.org.begin().await.expect("begun");
            assert!(seats::hold(&mut tx, tier, 1, world.now()).await.expect("kept"));
            let unit = Money::usd(8_500);
            let new = NewOrder {
                event_id: event,
                tier_id: tier,
                call_id: None,
                phone: None,
                quantity: 1,
                unit,
                payment_method: None,
                customer: None,
            };
            orders.push(place(&mut tx, world.now(), &new).await.expect("placed"));
            tx.commit().await.expect("committed");
        }
        let mut facts = tokio::task::JoinSet::new();
        for order in &orders {
            for (key, fact) in [("e1", PaymentFact::Expired), ("e2", paid(8_500)), ("e2", paid(8_500)), ("e3", PaymentFact::Pending)] {
                let (backend, org, id) = (world.backend.clone(), line.org.clone(), order.id);
                facts.spawn(async move { learn(&backend, &org, id, key, &fact).await.expect("learned") });
            }
        }
        facts.join_all().await;

        assert_eq!(vip(&line.org).await, (97 + LEFT, 0));
        for sale in page(&line.org, &of(event)).await.expect("read").sales {
            assert_eq!(sale.state, OrderState::Paid);
        }
    }

    async fn seats_kept_given_back_and_sold_all_day_long_are_never_more_than_there_are(world: World) {
        let (line, tier, _) = almost_sold_out(world).await;
        let mut buyers = tokio::task::JoinSet::new();
        for buyer in 0..BUYERS {
            let org = line.org.clone();
            buyers.spawn(async move {
                let mut bought = 0;
                for number in 0..attempts().div_ceil(BUYERS) {
                    let wanted = 1 + ((buyer + number) % 3) as i64;
                    // One buyer in eight takes the first seats they get; the others change their minds every time.
                    let buys = bought == 0 && buyer % 8 == 0;
                    bought += attempt(&org, tier, wanted, buys).await.expect("the database answers");
                }
                bought
            });
        }
        let bought: i64 = buyers.join_all().await.into_iter().sum();

        let (sold, held) = vip(&line.org).await;
        assert_eq!((sold - 97, held), (bought, 0));
        assert!((1..=LEFT).contains(&bought), "{bought} of {LEFT}");
    }

    /// The control: buyers who look first and write then, as the guard forbids, are all promised a seat.
    async fn without_the_guard_they_are_oversold(world: World) {
        let (line, tier, _) = almost_sold_out(world).await;
        let (all_have_looked, mut buyers) = (Arc::new(Barrier::new(BUYERS)), tokio::task::JoinSet::new());
        for _ in 0..BUYERS {
            let (org, all_have_looked) = (line.org.clone(), Arc::clone(&all_have_looked));
            buyers.spawn(async move {
                let look = sql!("select capacity - sold - held, held from ticket_tiers where org_id = $1 and id = $2");
                let (left, held) = org.optional::<(i64, i64)>(look, args![tier]).await.expect("read").expect("there");
                all_have_looked.wait().await;
                if left <= 0 {
                    return 0;
                }
                let write = sql!("update ticket_tiers set held = $3 where org_id = $1 and id = $2");
                org.run(write, args![tier, held + 1]).await.expect("written");
                1
            });
        }
        let promised: i64 = buyers.join_all().await.into_iter().sum();

        assert!(promised > LEFT, "{promised} of {LEFT}: the race does not happen, so that the other tests prove nothing");
    }
}
