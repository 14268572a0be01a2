//! The demo's golf course: what a round costs, and who plays in the coming two weeks.

use chrono::{Datelike, TimeDelta};
use model::{CourseId, Currency, Money, TeeRateId};

use super::{content::Content, data::CourseData};
use crate::{
    args,
    db::DbResult,
    packs::tee_times::{
        reservations::{self, NewReservation},
        slots,
    },
    sql,
};

impl Content<'_> {
    pub(super) async fn courses(&mut self) -> DbResult<()> {
        for (course, sort) in self.data.courses.iter().zip(1_i64..) {
            let id = CourseId::new();
            let insert = sql!(
                "insert into courses (org_id, id, name, holes, first_tee, last_tee, interval_min, max_players, book_ahead_days,
                                      free_hours, late_percent, sort)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            );
            let values = args![
                id,
                &course.name,
                course.holes,
                &course.first_tee,
                &course.last_tee,
                course.interval_min,
                course.max_players,
                course.book_ahead_days,
                course.free_hours,
                course.late_percent,
                sort
            ];
            self.tx.run(insert, values).await?;
            for (rate, sort) in course.rates.iter().zip(1_i64..) {
                let insert = sql!(
                    "insert into tee_rates (org_id, id, course_id, name, weekdays, from_time, to_time, price_minor, currency, sort)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                );
                let weekdays: i64 = rate.days.iter().map(|day| 1 << day.num_days_from_monday()).sum();
                let (id_, currency) = (TeeRateId::new(), Currency::Usd);
                let values = args![id_, id, &rate.name, weekdays, &rate.from, &rate.to, rate.price, currency, sort];
                self.tx.run(insert, values).await?;
            }
            self.groups(id, course).await?;
        }
        Ok(())
    }

    /// Who plays every week, for as long as the course can be booked.
    async fn groups(&mut self, id: CourseId, course: &CourseData) -> DbResult<()> {
        for ahead in 0..course.book_ahead_days {
            let date = self.today() + TimeDelta::days(ahead);
            for (time, players, name, phone) in course.groups.get(&date.weekday().to_string()).into_iter().flatten() {
                let weekend = date.weekday().num_days_from_monday() >= 4;
                let price = course
                    .rates
                    .iter()
                    .find(|rate| rate.from <= *time && *time < rate.to && rate.days.contains(&date.weekday()));
                let Some(price) = price else { continue };
                // Regulars sign up for the weekend early, and for a weekday within the week.
                if ahead > 7 && !weekend {
                    continue;
                }
                let Ok(at) = time.parse() else { continue };
                let starts_at = self.moment(date, at);
                if starts_at <= self.now {
                    continue;
                }
                let slot = slots::row(&mut self.tx, id, starts_at, course.max_players).await?;
                slots::take(&mut self.tx, slot, *players).await?;
                let new = NewReservation {
                    slot,
                    call: None,
                    name: name.clone(),
                    phone: Some(phone.clone()),
                    players: *players,
                    guests: String::new(),
                    price: Money::usd(price.price),
                };
                reservations::add(&mut self.tx, self.now - TimeDelta::days(3), "Karen Whitfield", &new).await?;
            }
        }
        Ok(())
    }
}
