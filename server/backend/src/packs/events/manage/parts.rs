//! Taking away what belongs to events, and bringing it back.

use model::{EventPart, Member, Role};

use super::note;
use crate::{
    args,
    db::Scoped,
    error::{Error, Result, require},
    org::Org,
    sql,
};

/// The statements on one of the tables.
struct Statements {
    /// What the record is called, as long as it is there.
    name: Scoped,
    set_deleted: Scoped,
}

macro_rules! statements {
    ($table:literal, $name:literal) => {
        statements!($table, $name, "")
    };
    // `$unused` is what must hold besides, so that the record may be taken away.
    ($table:literal, $name:literal, $unused:literal) => {
        Statements {
            name: sql!(concat!(
                "select ",
                $name,
                " from ",
                $table,
                " where org_id = $1 and id = $2 and deleted_at is null"
            )),
            set_deleted: sql!(concat!(
                "update ",
                $table,
                " set deleted_at = $3, version = version + 1
                  where org_id = $1 and id = $2 and (deleted_at is null) = $4",
                $unused
            )),
        }
    };
}

const fn statements(part: EventPart) -> Statements {
    match part {
        EventPart::Venue => statements!(
            "venues",
            "name",
            " and (not $4 or not exists (select 1 from events e
                                          where e.org_id = $1 and e.venue_id = venues.id and e.deleted_at is null))"
        ),
        EventPart::Tier => statements!(
            "ticket_tiers",
            "kind",
            " and (not $4 or sold = 0 and held = 0
                             and not exists (select 1 from ticket_orders o where o.org_id = $1 and o.tier_id = ticket_tiers.id))"
        ),
        EventPart::Package => statements!("sponsor_packages", "level"),
        EventPart::Sponsor => statements!("sponsors", "name"),
        EventPart::Chef => statements!("chefs", "name"),
        EventPart::Winner => statements!("winners", "chef"),
    }
}

const fn subject(part: EventPart) -> &'static str {
    match part {
        EventPart::Venue => "venue",
        EventPart::Tier => "ticket_tier",
        EventPart::Package => "sponsor_package",
        EventPart::Sponsor => "sponsor",
        EventPart::Chef => "chef",
        EventPart::Winner => "winner",
    }
}

/// Takes something away: a kind of ticket only if none was ever ordered, a venue only if nothing takes place there. Answers with what
/// it was called.
pub async fn delete(org: &Org, by: &Member, part: EventPart, id: &str) -> Result<String> {
    require(by.role, Role::Manager)?;
    let (name,): (String,) = org.optional(statements(part).name, args![id]).await?.ok_or(Error::NotFound)?;
    set_deleted(org, by, part, id, true).await.map_err(|error| match (error, part) {
        (Error::NotFound, EventPart::Tier) => {
            Error::field("capacity", "Some were ordered. Set how many there are to what is sold instead.")
        }
        (Error::NotFound, EventPart::Venue) => {
            Error::field("venue", "Events take place here: move them to another venue first.")
        }
        (error, _) => error,
    })?;
    Ok(name)
}

/// Brings back what was taken away.
pub async fn restore(org: &Org, by: &Member, part: EventPart, id: &str) -> Result<()> {
    require(by.role, Role::Manager)?;
    set_deleted(org, by, part, id, false).await
}

async fn set_deleted(org: &Org, by: &Member, part: EventPart, id: &str, deleted: bool) -> Result<()> {
    let mut tx = org.begin().await?;
    let values = args![id, deleted.then(|| org.now()), deleted];
    if tx.run(statements(part).set_deleted, values).await? == 0 {
        return Err(Error::NotFound);
    }
    let action = if deleted { "delete" } else { "restore" };
    note(org, &mut tx, by, action, (subject(part), id.to_owned()), None).await?;
    tx.commit().await?;
    Ok(())
}
