//! `aida user add`: somebody who can sign in.

use backend::{
    Backend, orgs,
    sign_in::generated_password,
    users::{self, NewUser},
};
use clap::Subcommand;
use model::Role;
use secrecy::{ExposeSecret, SecretString};

use super::{Outcome, Problems};

/// What `aida user` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a person, or give one who is there a role in another organisation
    Add(Add),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The address they sign in with
    email: String,
    /// Their name
    #[arg(long)]
    name: Option<String>,
    /// The organisation they work in, by its name in URLs
    #[arg(long)]
    org: String,
    /// owner, manager, `front_desk` or `read_only`
    #[arg(long, default_value = "owner")]
    role: Role,
    /// Their password; without it one is made and printed
    #[arg(long, env = "AIDA_USER_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

/// Does what `aida user` is told.
pub async fn run(args: Args) -> Outcome {
    let What::Add(add) = args.what;
    super::with_backend(async |backend| put(backend, add).await).await
}

async fn put(backend: &Backend, add: Add) -> Outcome {
    let Some(org) = orgs::named(backend, &add.org).await? else {
        return Err(Problems::from(format!("--org: there is no organisation {}", add.org)));
    };
    let user = match users::by_email(backend, &add.email).await? {
        Some(user) => user,
        None => make(backend, &add).await?,
    };
    users::grant(backend, user, org.id(), add.role).await?;
    println!("{} is now “{}” of {}.", add.email, add.role.label(), org.name());
    Ok(())
}

async fn make(backend: &Backend, add: &Add) -> Result<model::UserId, Problems> {
    let name = add.name.clone().unwrap_or_else(|| add.email.split('@').next().unwrap_or_default().to_owned());
    let given = add.password.clone().map(SecretString::from);
    let password = given.clone().unwrap_or_else(generated_password);
    let user = users::add(backend, NewUser { email: add.email.clone(), name, password: password.clone() }).await?;
    if given.is_none() {
        println!("Password (shown once): {}", password.expose_secret());
    }
    Ok(user)
}
