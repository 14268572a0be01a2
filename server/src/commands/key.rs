//! `aida key add`: a key for another system.

use backend::{Backend, api_keys, audit::Actor, orgs};
use clap::Subcommand;
use model::Scope;
use secrecy::ExposeSecret;

use super::{Outcome, Problems};

/// What `aida key` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key and print it, once
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The organisation it opens, by its name in URLs
    org: String,
    /// What it may do: calls:read, calls:write, events:read, tools:run; may be repeated, or separated by commas
    #[arg(long = "scope", required = true, value_delimiter = ',')]
    scopes: Vec<Scope>,
    /// What it is for
    #[arg(long, default_value = "made on the command line")]
    name: String,
}

/// Does what `aida key` is told.
pub async fn run(args: Args) -> Outcome {
    let What::Add(add) = args.what;
    super::with_backend(async |backend| put(backend, add).await).await
}

async fn put(backend: &Backend, add: Add) -> Outcome {
    let Some(org) = orgs::named(backend, &add.org).await? else {
        return Err(Problems::from(format!("there is no organisation {}", add.org)));
    };
    let key = api_keys::add(&org, Actor::Machine("aida key add"), &add.name, &add.scopes).await?;
    // Alone on its line, so that a script can take it.
    println!("{}", key.secret.expose_secret());
    Ok(())
}
