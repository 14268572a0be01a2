//! `/api/events/sales.csv`: the sales of tickets as a file for a spreadsheet.

use axum::{
    Router,
    extract::{Query, rejection::QueryRejection},
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use model::{PackKey, Role, Sale, SaleFilter};
use serde::Deserialize;

use crate::{
    Backend, Org,
    packs::events::orders,
    web::{access::Access, problem::Problem},
};

/// Rows at most; a spreadsheet takes about a million.
const ROWS: i64 = 500_000;

/// The routes.
pub fn router() -> Router<Backend> {
    Router::new().route("/api/events/sales.csv", get(file))
}

/// What the file may be asked for, as the page has it in its address; what makes no sense there is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    event: String,
    state: String,
}

async fn file(access: Access, asked: Result<Query<Asked>, QueryRejection>) -> Result<Response, Problem> {
    access.require_member(Role::ReadOnly)?;
    let org = &access.org;
    if !org.has_pack(PackKey::Events) {
        return Err(Problem::not_found("page"));
    }
    let Query(asked) = asked.map_err(|error| Problem::bad_request(error.body_text()))?;
    let filter = SaleFilter {
        event: asked.event.parse().ok(),
        state: asked.state.parse().ok(),
        trouble: asked.state == "trouble",
        offset: 0,
        limit: ROWS,
    };
    let sales = orders::page(org, &filter).await?.sales;
    let name = format!("attachment; filename=\"{}-sales.csv\"", org.slug());
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, written(org, &sales)).into_response())
}

const HEADINGS: [&str; 12] = [
    "Order",
    "Ordered",
    "Event",
    "Ticket",
    "Quantity",
    "Total",
    "Given back",
    "Currency",
    "State",
    "Telephone",
    "E-mail",
    "Confirmed",
];

/// The file (RFC 4180).
fn written(org: &Org, sales: &[Sale]) -> String {
    let mut file = line(HEADINGS.map(str::to_owned));
    for sale in sales {
        let at = |at| org.local(at).format("%Y-%m-%d %H:%M").to_string();
        file += &line([
            sale.reference.clone(),
            at(sale.created_at),
            sale.event.clone(),
            sale.kind.clone(),
            sale.quantity.to_string(),
            sale.total.written(),
            sale.refunded.written(),
            sale.total.currency.as_str().to_uppercase(),
            sale.state.label().to_owned(),
            sale.phone.as_ref().map(ToString::to_string).unwrap_or_default(),
            sale.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            sale.confirmed_at.map(at).unwrap_or_default(),
        ]);
    }
    file
}

fn line<const N: usize>(cells: [String; N]) -> String {
    format!("{}\r\n", cells.map(|text| cell(&text)).join(","))
}

/// A spreadsheet takes a cell that begins like a formula for one, and runs it: an apostrophe makes it text.
fn cell(text: &str) -> String {
    let tame = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if tame.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", tame.replace('"', "\"\"")) } else { tame }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_looks_like_a_formula_stays_a_title() {
        let cells = ["=1+1", "+1415", "-2", "@sum", "\tx", "\rx", "soup", "a \"b\", c"].map(cell);
        assert_eq!(cells, ["'=1+1", "'+1415", "'-2", "'@sum", "'\tx", "\"'\rx\"", "soup", "\"a \"\"b\"\", c\""]);
    }
}
