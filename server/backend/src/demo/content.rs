//! What a demo organisation knows: persona, hours, articles, events, menu. Written once, in one transaction.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use model::{
    ArticleId, EventId, HourExceptionId, ItemSizeId, MenuCategoryId, MenuItemId, ModifierId, OpeningHoursId, PersonaId,
    PersonaState, PlanId, SponsorId, SponsorPackageId, TierId, VenueId, WinnerId,
};
use serde_json::json;

use super::data::{EventData, ItemData, Organisation};
use crate::{
    args,
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    org::Org,
    packs::menu::holidays,
    sql,
};

/// Who the demo's rows are from.
const AUTHOR: &str = "Demo";

/// Writes everything, unless that was done before: what people have changed since stays as they left it.
pub(super) async fn write(org: &Org, data: &Organisation, now: DateTime<Utc>) -> DbResult<bool> {
    let mut tx = org.begin().await?;
    let done = sql!("select subject_id from audit_log where org_id = $1 and action = 'seed' and subject = 'demo'");
    if tx.optional::<(String,)>(done, args![]).await?.is_some() {
        return Ok(false);
    }
    let mut content = Content { org, data, now, tx };
    content.personas().await?;
    content.hours().await?;
    content.articles().await?;
    content.events().await?;
    content.packages().await?;
    content.menu().await?;
    content.courses().await?;
    let entry = audit::Entry {
        actor: Actor::Machine(AUTHOR),
        action: "seed",
        subject: "demo",
        subject_id: org.id().to_string(),
        before: None,
        after: None,
    };
    audit::record(&mut content.tx, now, entry).await?;
    content.tx.commit().await?;
    Ok(true)
}

pub(super) struct Content<'a> {
    org: &'a Org,
    pub(super) data: &'a Organisation,
    pub(super) now: DateTime<Utc>,
    pub(super) tx: OrgTx,
}

impl Content<'_> {
    pub(super) fn today(&self) -> NaiveDate {
        self.org.local(self.now).date_naive()
    }

    /// A time on a day of the organisation's calendar.
    pub(super) fn moment(&self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let local = self.org.time_zone().from_local_datetime(&day.and_time(time));
        local.earliest().map_or(self.now, |moment| moment.to_utc())
    }

    async fn personas(&mut self) -> DbResult<()> {
        let (now, before) = (&self.data.persona, &self.data.persona_before);
        let weeks = TimeDelta::weeks;
        let versions = [
            (1, PersonaState::Retired, &before.voice, &before.greeting, &before.instructions, "The first version", 6),
            (2, PersonaState::Published, &now.voice, &now.greeting, &now.instructions, "More like us", 3),
        ];
        for (version, state, voice, greeting, instructions, note, ago) in versions {
            let at = self.now - weeks(ago);
            let insert = sql!(
                "insert into personas (org_id, id, version, state, assistant_name, voice, speed_percent, language,
                                       greeting, instructions, patience, interruptible, note, author, updated_at,
                                       published_at)
                 values ($1, $2, $3, $4, $5, $6, 100, $7, $8, $9, $10, true, $11, $12, $13, $13)"
            );
            let values = args![
                PersonaId::new(),
                i64::from(version),
                state,
                &now.assistant_name,
                voice,
                &now.language,
                greeting,
                instructions.trim(),
                now.patience,
                note,
                AUTHOR,
                at
            ];
            self.tx.run(insert, values).await?;
        }
        Ok(())
    }

    async fn hours(&mut self) -> DbResult<()> {
        for hours in &self.data.week {
            for day in &hours.days {
                for (opens, closes) in hours.open.iter().filter_map(|open| open.split_once('-')) {
                    let insert = sql!(
                        "insert into opening_hours (org_id, id, weekday, opens, closes) values ($1, $2, $3, $4, $5)"
                    );
                    let weekday = i64::from(day.number_from_monday());
                    self.tx.run(insert, args![OpeningHoursId::new(), weekday, opens, closes]).await?;
                }
            }
        }
        let today = self.today();
        for holiday in &self.data.holidays {
            let Some(day) = holidays::next_called(&holiday.name, today) else { continue };
            let insert = sql!(
                "insert into hour_exceptions (org_id, id, day, name, opens, closes) values ($1, $2, $3, $4, $5, $6)"
            );
            let mut open: Vec<_> = holiday.open.iter().filter_map(|open| open.split_once('-')).map(Some).collect();
            if open.is_empty() {
                open.push(None);
            }
            for interval in open {
                let (opens, closes) = interval.unzip();
                let values = args![HourExceptionId::new(), day, &holiday.name, opens, closes];
                self.tx.run(insert, values).await?;
            }
        }
        Ok(())
    }

    async fn articles(&mut self) -> DbResult<()> {
        for (n, article) in (0..).zip(&self.data.articles) {
            let id = ArticleId::new();
            let written = self.now - TimeDelta::days(40 - 3 * n) - TimeDelta::minutes(37 * n);
            let insert = sql!(
                "insert into articles (org_id, id, title, category, body, version, author, hits, created_at, updated_at)
                 values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $8)"
            );
            let values = args![id, &article.title, &article.category, &article.body, AUTHOR, article.hits, written];
            self.tx.run(insert, values).await?;
            let keep = sql!(
                "insert into article_versions (org_id, article_id, version, title, category, body, author, updated_at)
                 values ($1, $2, 1, $3, $4, $5, $6, $7)"
            );
            let values = args![id, &article.title, &article.category, &article.body, AUTHOR, written];
            self.tx.run(keep, values).await?;
        }
        Ok(())
    }

    async fn events(&mut self) -> DbResult<()> {
        let mut venues = HashMap::new();
        for venue in &self.data.venues {
            let id = VenueId::new();
            venues.insert(venue.key.as_str(), id);
            let insert = sql!(
                "insert into venues (org_id, id, name, street, city, region, directions)
                 values ($1, $2, $3, $4, $5, $6, $7)"
            );
            let values = args![id, &venue.name, &venue.street, &venue.city, &venue.region, &venue.directions];
            self.tx.run(insert, values).await?;
        }
        for event in &self.data.events {
            self.event(event, venues.get(event.venue.as_str()).copied()).await?;
        }
        Ok(())
    }

    async fn event(&mut self, event: &EventData, venue: Option<VenueId>) -> DbResult<()> {
        let id = EventId::new();
        let earliest = self.today() + TimeDelta::days(event.days);
        let wait = (7 + event.weekday.num_days_from_monday() - earliest.weekday().num_days_from_monday()) % 7;
        let day = earliest.checked_add_days(Days::new(wait.into())).unwrap_or(earliest);
        let insert = sql!(
            "insert into events (org_id, id, venue_id, title, series, description, starts_at, ends_at, active,
                                 created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $9)"
        );
        let (from, to) = (self.moment(day, event.from), self.moment(day, event.to));
        let values = args![id, venue, &event.title, &event.series, &event.description, from, to, self.now];
        self.tx.run(insert, values).await?;
        for (sort, tier) in (0..).zip(&event.tiers) {
            let insert = sql!(
                "insert into ticket_tiers (org_id, id, event_id, kind, description, price_minor, gate_price_minor,
                                           capacity, sold, held, sort)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)"
            );
            let sort: i64 = sort;
            let (price, gate, capacity, sold) = (tier.price, tier.gate, tier.capacity, tier.sold);
            let values = args![TierId::new(), id, &tier.kind, &tier.description, price, gate, capacity, sold, sort];
            self.tx.run(insert, values).await?;
        }
        for (name, level) in &event.sponsors {
            let insert = sql!("insert into sponsors (org_id, id, event_id, name, level) values ($1, $2, $3, $4, $5)");
            self.tx.run(insert, args![SponsorId::new(), id, name, level]).await?;
        }
        for (place, category, chef, restaurant, dish) in &event.winners {
            let insert = sql!(
                "insert into winners (org_id, id, event_id, place, category, chef, restaurant, dish)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)"
            );
            let values = args![WinnerId::new(), id, *place, category, chef, restaurant, dish];
            self.tx.run(insert, values).await?;
        }
        Ok(())
    }

    async fn packages(&mut self) -> DbResult<()> {
        for (sort, package) in (0..).zip(&self.data.packages) {
            let insert = sql!(
                "insert into sponsor_packages (org_id, id, level, price_minor, benefits, slots_left, sort)
                 values ($1, $2, $3, $4, $5, $6, $7)"
            );
            let sort: i64 = sort;
            let values = args![
                SponsorPackageId::new(),
                &package.level,
                package.price,
                json!(package.benefits),
                package.slots,
                sort
            ];
            self.tx.run(insert, values).await?;
        }
        Ok(())
    }

    async fn menu(&mut self) -> DbResult<()> {
        let mut modifiers: HashMap<&str, Vec<ModifierId>> = HashMap::new();
        let mut sort: i64 = 0;
        for (group, members) in &self.data.modifiers {
            for modifier in members {
                let id = ModifierId::new();
                modifiers.entry(group).or_default().push(id);
                sort += 1;
                let insert = sql!(
                    "insert into modifiers (org_id, id, name, price_minor, allergens, active, sort)
                     values ($1, $2, $3, $4, $5, true, $6)"
                );
                let values = args![id, &modifier.name, modifier.price, json!(modifier.allergens), sort];
                self.tx.run(insert, values).await?;
            }
        }
        for (sort, category) in (0..).zip(&self.data.categories) {
            let id = MenuCategoryId::new();
            let insert = sql!("insert into menu_categories (org_id, id, slug, name, sort) values ($1, $2, $3, $4, $5)");
            let sort: i64 = sort;
            self.tx.run(insert, args![id, &category.slug, &category.name, sort]).await?;
            for (sort, item) in (0..).zip(&category.items) {
                self.item(id, sort, item, &modifiers).await?;
            }
        }
        for (sort, plan) in (0..).zip(&self.data.plans) {
            let insert = sql!(
                "insert into subscription_plans (org_id, id, name, description, price_minor, period, active, sort)
                 values ($1, $2, $3, $4, $5, $6, true, $7)"
            );
            let sort: i64 = sort;
            let values = args![PlanId::new(), &plan.name, &plan.about, plan.price, &plan.period, sort];
            self.tx.run(insert, values).await?;
        }
        Ok(())
    }

    async fn item(
        &mut self,
        category: MenuCategoryId,
        sort: i64,
        item: &ItemData,
        modifiers: &HashMap<&str, Vec<ModifierId>>,
    ) -> DbResult<()> {
        let id = MenuItemId::new();
        let insert = sql!(
            "insert into menu_items (org_id, id, category_id, slug, name, description, allergens, active, sort)
             values ($1, $2, $3, $4, $5, $6, $7, true, $8)"
        );
        let slug = crate::packs::heard::plain(&item.name).replace(' ', "-");
        let values = args![id, category, slug, &item.name, &item.about, json!(item.allergens), sort];
        self.tx.run(insert, values).await?;
        for (sort, (name, price)) in (0..).zip(item.sizes()) {
            let insert = sql!(
                "insert into item_sizes (org_id, id, item_id, name, price_minor, sort) values ($1, $2, $3, $4, $5, $6)"
            );
            let sort: i64 = sort;
            self.tx.run(insert, args![ItemSizeId::new(), id, name, price, sort]).await?;
        }
        for modifier in item.with.iter().filter_map(|group| modifiers.get(group.as_str())).flatten() {
            let insert = sql!("insert into item_modifiers (org_id, item_id, modifier_id) values ($1, $2, $3)");
            self.tx.run(insert, args![id, *modifier]).await?;
        }
        Ok(())
    }
}
