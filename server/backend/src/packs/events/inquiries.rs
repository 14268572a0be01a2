//! People who would like to sponsor.

use chrono::{DateTime, Utc};
use model::{CallId, EmailAddress, Member, PhoneNumber, Role, SponsorInquiry, SponsorInquiryId};
use sqlx::FromRow;

use super::orders::{self, reference};
use crate::{
    args,
    audit::{self, Actor},
    db::{DbResult, scoped::tenant::OrgTx},
    error::{Error, Result, require},
    org::Org,
    outbox::{self, NewMessage, PutError, Recipient},
    sql,
};

/// What somebody leaves.
#[derive(Clone, Debug)]
pub struct NewInquiry {
    /// Who.
    pub name: String,
    /// For which company; may be empty.
    pub company: String,
    /// Bronze, Silver, ...; empty when it is open.
    pub level: String,
    /// Where to write.
    pub email: Option<EmailAddress>,
    /// Where to call back.
    pub phone: Option<PhoneNumber>,
    /// What else they said.
    pub message: String,
    /// The call.
    pub call_id: Option<CallId>,
}

/// Keeps an inquiry and writes to the organisers, in the transaction of whoever agreed to it.
pub async fn add(
    org: &Org,
    tx: &mut OrgTx,
    now: DateTime<Utc>,
    new: &NewInquiry,
) -> std::result::Result<(SponsorInquiryId, String), PutError> {
    let (id, number) = (SponsorInquiryId::new(), reference::written(&reference::fresh()));
    let insert = sql!(
        "insert into sponsor_inquiries (org_id, id, call_id, reference, name, company, level, phone, email, message, state,
                                        created_at, answered_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'new', $11, '')"
    );
    let values = args![
        id,
        new.call_id,
        &number,
        &new.name,
        &new.company,
        &new.level,
        new.phone.as_ref(),
        new.email.as_ref(),
        &new.message,
        now
    ];
    tx.run(insert, values).await?;
    for email in orders::owners(tx).await? {
        let message = NewMessage {
            subject: orders::one_line(&format!("{} would like to sponsor", new.name)),
            body: letter(org, new, &number),
            attachment: None,
            about: ("sponsor_inquiry", id.to_string()),
            call_id: new.call_id,
            dedupe_key: format!("sponsor inquiry {id} mail {email}"),
            to: Recipient::Mail(email),
        };
        outbox::put(tx, now, message).await?;
    }
    Ok((id, number))
}

fn letter(org: &Org, new: &NewInquiry, number: &str) -> String {
    let or_open = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let phone = new.phone.as_ref().map_or("-".to_owned(), PhoneNumber::pretty);
    let email = new.email.as_ref().map_or("-".to_owned(), ToString::to_string);
    format!(
        "Somebody called {} and would like to sponsor.\n\nName: {}\nCompany: {}\nPackage: {}\nTelephone: {phone}\nE-mail: {email}\n\
         Message: {}\nNumber: {number}\n",
        org.name(),
        new.name,
        or_open(&new.company),
        or_open(&new.level),
        or_open(&new.message),
    )
}

#[derive(FromRow)]
struct Row {
    id: SponsorInquiryId,
    reference: String,
    name: String,
    company: String,
    level: String,
    phone: Option<PhoneNumber>,
    email: Option<EmailAddress>,
    message: String,
    call_id: Option<CallId>,
    created_at: DateTime<Utc>,
    answered_by: String,
    answered_at: Option<DateTime<Utc>>,
}

/// The inquiries, those that wait first, then the newest.
pub async fn list(org: &Org) -> DbResult<Vec<SponsorInquiry>> {
    let rows: Vec<Row> = org
        .all(
            sql!(
                "select id, reference, name, company, level, phone, email, message, call_id, created_at, answered_by, answered_at
                   from sponsor_inquiries
                  where org_id = $1
                  order by (answered_at is not null), created_at desc, id desc
                  limit 500"
            ),
            args![],
        )
        .await?;
    let inquiry = |row: Row| SponsorInquiry {
        id: row.id,
        reference: row.reference,
        name: row.name,
        company: row.company,
        level: row.level,
        phone: row.phone,
        email: row.email,
        message: row.message,
        call_id: row.call_id,
        created_at: row.created_at,
        answered: row.answered_at.map(|at| (row.answered_by, at)),
    };
    Ok(rows.into_iter().map(inquiry).collect())
}

/// Marks an inquiry as answered, or as waiting again.
pub async fn set_answered(org: &Org, by: &Member, id: SponsorInquiryId, answered: bool) -> Result<()> {
    require(by.role, Role::FrontDesk)?;
    let now = org.now();
    let mut tx = org.begin().await?;
    let update = sql!(
        "update sponsor_inquiries set state = $3, answered_by = $4, answered_at = $5 where org_id = $1 and id = $2"
    );
    let (state, name) = if answered { ("answered", by.name.as_str()) } else { ("new", "") };
    if tx.run(update, args![id, state, name, answered.then_some(now)]).await? == 0 {
        return Err(Error::NotFound);
    }
    let entry = audit::Entry {
        actor: Actor::Member(by),
        action: if answered { "answer" } else { "reopen" },
        subject: "sponsor_inquiry",
        subject_id: id.to_string(),
        before: None,
        after: None,
    };
    audit::record(&mut tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
