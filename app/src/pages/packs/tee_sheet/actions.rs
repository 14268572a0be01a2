//! What is done on the tee sheet.

use leptos::prelude::*;

use crate::error::AppError;

/// Who asks, where golf is played; elsewhere there is no such page.
#[cfg(feature = "ssr")]
pub(super) async fn asking(slug: &str) -> Result<crate::session::Asking, AppError> {
    crate::session::member_with_pack(slug, model::PackKey::TeeTimes).await
}

/// An identifier of the page's own forms; another one names nothing.
#[cfg(feature = "ssr")]
pub(super) fn named<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_| crate::session::not_found())
}

#[cfg(feature = "ssr")]
fn day(text: &str) -> Result<chrono::NaiveDate, AppError> {
    text.parse().map_err(|_| backend::error::Error::field("date", "Choose a day.").into())
}

/// Books a time by hand.
#[server(prefix = "/rpc")]
pub async fn book_tee(
    slug: String,
    course: String,
    date: String,
    time: String,
    #[server(default)] players: i64,
    #[server(default)] name: String,
    #[server(default)] phone: String,
    #[server(default)] guests: String,
) -> Result<(), AppError> {
    use backend::packs::tee_times::manage;

    let asking = asking(&slug).await?;
    let form = model::TeeBookingForm { time, players, name, phone, guests };
    manage::book(&asking.org, &asking.member, named(&course)?, day(&date)?, &form).await?;
    Ok(())
}

/// Moves a booking to another time.
#[server(prefix = "/rpc")]
pub async fn move_group(
    slug: String,
    id: String,
    version: i64,
    #[server(default)] date: String,
    #[server(default)] time: String,
) -> Result<(), AppError> {
    use backend::packs::tee_times::manage;

    let asking = asking(&slug).await?;
    manage::move_to(&asking.org, &asking.member, named(&id)?, version, day(&date)?, &time).await?;
    Ok(())
}

/// Takes a booking off the sheet.
#[server(prefix = "/rpc")]
pub async fn cancel_group(slug: String, id: String, version: i64) -> Result<(), AppError> {
    let asking = asking(&slug).await?;
    backend::packs::tee_times::manage::cancel(&asking.org, &asking.member, named(&id)?, version).await?;
    Ok(())
}

/// Marks that a group has come, or that this was a mistake.
#[server(prefix = "/rpc")]
pub async fn check_in_group(slug: String, id: String, version: i64, here: bool) -> Result<(), AppError> {
    let asking = asking(&slug).await?;
    backend::packs::tee_times::manage::check_in(&asking.org, &asking.member, named(&id)?, version, here).await?;
    Ok(())
}

/// Takes a time off sale with a reason, or puts it on sale again without one.
#[server(prefix = "/rpc")]
pub async fn block_tee(
    slug: String,
    course: String,
    date: String,
    time: String,
    #[server(default)] label: String,
) -> Result<(), AppError> {
    use backend::packs::tee_times::manage;

    let asking = asking(&slug).await?;
    manage::block(&asking.org, &asking.member, named(&course)?, day(&date)?, &time, &label).await?;
    Ok(())
}
