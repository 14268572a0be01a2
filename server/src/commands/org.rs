//! `aida org`: organisations, and the numbers that ring them.

use backend::{
    Backend, Org,
    orgs::{self, NewOrg},
    outbox, personas,
};
use clap::Subcommand;
use model::{Currency, OrgId, PackKey, Patience, Persona, PhoneNumber};

use super::{Outcome, Problems};

/// What `aida org` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add an organisation, with a plain greeting to begin with
    Add(Add),
    /// Let one more telephone number ring an organisation
    Number(Number),
    /// Choose which of its numbers an organisation's texts come from
    TextsFrom(Number),
    /// Let an organisation's texts go to another country
    TextsTo(Country),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Its name in URLs: small letters, digits and dashes
    #[arg(value_parser = slug)]
    slug: String,
    /// Its name as callers hear it
    #[arg(long)]
    name: String,
    /// A number that rings it, such as +14155550100; may be repeated
    #[arg(long = "number", required = true)]
    numbers: Vec<PhoneNumber>,
    /// Where it is, such as `America/Los_Angeles`: its times are shown and spoken so
    #[arg(long)]
    zone: String,
    /// What it deals with: events, menu; may be repeated, or separated by commas
    #[arg(long = "pack", value_delimiter = ',')]
    packs: Vec<PackKey>,
}

#[derive(Debug, clap::Args)]
struct Number {
    /// The organisation, by its name in URLs
    org: String,
    /// The number, such as +14155550100
    number: PhoneNumber,
}

#[derive(Debug, clap::Args)]
struct Country {
    /// The organisation, by its name in URLs
    org: String,
    /// The country's calling code, such as 49
    #[arg(value_parser = calling_code)]
    code: String,
}

/// Does what `aida org` is told.
pub async fn run(args: Args) -> Outcome {
    super::with_backend(async |backend| match args.what {
        What::Add(add) => put(backend, add).await,
        What::Number(Number { org, number }) => ring(backend, &org, number).await,
        What::TextsFrom(Number { org, number }) => text_from(backend, &org, number).await,
        What::TextsTo(Country { org, code }) => text_to(backend, &org, &code).await,
    })
    .await
}

async fn put(backend: &Backend, add: Add) -> Outcome {
    if orgs::named(backend, &add.slug).await?.is_some() {
        return Err(Problems::from(format!("there is an organisation {} already", add.slug)));
    }
    for number in &add.numbers {
        refuse_taken(backend, number).await?;
    }
    let zone = &add.zone;
    let new = NewOrg {
        id: OrgId::new(),
        slug: add.slug,
        name: add.name,
        time_zone: zone.parse().map_err(|_| format!("--zone: {zone} is not a time zone such as Europe/Paris"))?,
        currency: Currency::Usd,
        packs: add.packs.into_iter().chain([PackKey::FrontDesk]).collect(),
        numbers: add.numbers,
        demo: false,
    };
    let org = orgs::add(backend, &new).await?;
    personas::seed(&org, first_persona(), "aida org add").await?;
    println!("{} is there. Next: aida user add <e-mail address> --org {}", org.name(), org.slug());
    Ok(())
}

async fn text_from(backend: &Backend, slug: &str, number: PhoneNumber) -> Outcome {
    let org = named(backend, slug).await?;
    if !outbox::send_from(&org, &number).await? {
        return Err(Problems::from(format!("{} does not ring {slug}", number.pretty())));
    }
    println!("Texts of {} come from {}.", org.name(), number.pretty());
    Ok(())
}

async fn text_to(backend: &Backend, slug: &str, code: &str) -> Outcome {
    let org = named(backend, slug).await?;
    outbox::allow_country(&org, code).await?;
    println!("Texts of {} may go to +{code}.", org.name());
    Ok(())
}

async fn named(backend: &Backend, slug: &str) -> Result<Org, Problems> {
    orgs::named(backend, slug).await?.ok_or_else(|| Problems::from(format!("there is no organisation {slug}")))
}

async fn ring(backend: &Backend, slug: &str, number: PhoneNumber) -> Outcome {
    let org = named(backend, slug).await?;
    refuse_taken(backend, &number).await?;
    orgs::give_number(&org, &number).await?;
    println!("{} rings {}.", number.pretty(), org.name());
    Ok(())
}

async fn refuse_taken(backend: &Backend, number: &PhoneNumber) -> Outcome {
    match orgs::by_number(backend, number).await? {
        Some(owner) => Err(Problems::from(format!("{} rings {} already", number.pretty(), owner.slug()))),
        None => Ok(()),
    }
}

fn first_persona() -> Persona {
    Persona {
        assistant_name: "Aida".into(),
        voice: "marin".into(),
        speed_percent: 100,
        language: "en".into(),
        greeting: "Thanks for calling {organisation}. This is {assistant}. {notice} How can I help?".into(),
        instructions: String::new(),
        patience: Patience::Normal,
        interruptible: true,
    }
}

fn calling_code(text: &str) -> Result<String, String> {
    let digits = text.trim_start_matches('+');
    let fits = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(digits.to_owned()) } else { Err("write a calling code such as 49, or 1876 for one behind +1".into()) }
}

fn slug(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(text.to_owned()) } else { Err("use small letters, digits and dashes".into()) }
}
