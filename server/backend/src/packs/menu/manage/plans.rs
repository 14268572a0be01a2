//! Subscription plans.

use model::{Member, PlanForm, PlanId, PlanPeriod, PlanRow, Role};
use serde_json::json;
use sqlx::FromRow;

use super::{Check, NO_PRICE, PRICES, missed, note};
use crate::{
    args,
    db::DbResult,
    error::{Result, require},
    org::Org,
    sql,
};

#[derive(FromRow)]
struct Row {
    id: PlanId,
    name: String,
    description: String,
    price_minor: i64,
    period: PlanPeriod,
    active: bool,
    version: i64,
}

/// The plans in order, those included that are not offered.
pub async fn list(org: &Org) -> DbResult<Vec<PlanRow>> {
    let rows: Vec<Row> = org
        .all(
            sql!(
                "select id, name, description, price_minor, period, active, version
                   from subscription_plans where org_id = $1 and deleted_at is null order by sort, name, id"
            ),
            args![],
        )
        .await?;
    let plan = |row: Row| PlanRow {
        id: row.id,
        form: PlanForm {
            name: row.name,
            description: row.description,
            price_minor: row.price_minor,
            period: row.period,
            active: row.active,
            version: row.version,
        },
    };
    Ok(rows.into_iter().map(plan).collect())
}

/// Saves a plan: a new one at the end where `id` is none, else an edit of version `form.version`.
pub async fn save(org: &Org, by: &Member, id: Option<PlanId>, form: &PlanForm) -> Result<PlanId> {
    require(by.role, Role::Manager)?;
    let mut check = Check::default();
    let name = check.text(&form.name, "name", 80, "Write what the plan is called.");
    let description = check.lines(&form.description, "description", 400);
    check.that(PRICES.contains(&form.price_minor), "price", NO_PRICE);
    check.done()?;
    let plan = id.unwrap_or_else(PlanId::new);
    let values = args![plan, &name, description, form.price_minor, form.period, form.active, form.version];
    let mut tx = org.begin().await?;
    let action = if id.is_some() {
        let update = sql!(
            "update subscription_plans
                set name = $3, description = $4, price_minor = $5, period = $6, active = $7, version = version + 1
              where org_id = $1 and id = $2 and version = $8 and deleted_at is null"
        );
        if tx.run(update, values).await? == 0 {
            let known = sql!("select id from subscription_plans where org_id = $1 and id = $2 and deleted_at is null");
            return Err(missed(tx.optional::<(PlanId,)>(known, args![plan]).await?.is_some()));
        }
        "edit"
    } else {
        let insert = sql!(
            "insert into subscription_plans (org_id, id, name, description, price_minor, period, active, version, sort)
             select $1, $2, $3, $4, $5, $6, $7, $8 + 1, coalesce(max(sort), -1) + 1
               from subscription_plans where org_id = $1"
        );
        tx.run(insert, values).await?;
        "add"
    };
    let after = json!({ "name": name, "price_minor": form.price_minor, "period": form.period, "active": form.active });
    note(org, &mut tx, by, action, ("plan", plan.to_string()), Some(after)).await?;
    tx.commit().await?;
    Ok(plan)
}
