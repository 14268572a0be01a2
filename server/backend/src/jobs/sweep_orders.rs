//! Looks after orders that nothing looks after any more: those whose job was given up after the seats were to be free again, and those
//! of an event that staff took away.

use std::time::Duration;

use model::OrderState;
use serde::{Deserialize, Serialize};

use super::{
    Done, Job, JobError, Work, open_checkout::OpenCheckout, watch_charge::WatchCharge, watch_checkout::WatchCheckout,
};
use crate::{jobs, orgs, packs::events::orders};

/// The sweep.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepOrders {}

impl Job for SweepOrders {
    const KIND: &'static str = "sweep_orders";
    const EVERY: Option<Duration> = Some(Duration::from_mins(1));

    async fn run(self, work: &Work) -> Result<Done, JobError> {
        for left in orders::left_alone(&work.backend).await? {
            let Some(org) = orgs::by_id(&work.backend, left.org_id).await? else { continue };
            let (order, key, now) = (left.id, left.id.to_string(), org.now());
            let mut tx = org.begin().await?;
            match (left.has_page, left.state) {
                (true, _) => jobs::put(&mut tx, &WatchCheckout { order }, &key, now).await?,
                (false, OrderState::Pending) => jobs::put(&mut tx, &WatchCharge { order }, &key, now).await?,
                (false, _) => jobs::put(&mut tx, &OpenCheckout { order }, &key, now).await?,
            }
            tx.commit().await?;
        }
        Ok(Done::Finished)
    }
}
