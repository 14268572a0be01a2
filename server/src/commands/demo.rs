//! `aida demo`: makes the four demo organisations and prints how to sign in and what to call.

use backend::{Backend, demo};

use super::Outcome;

/// What `aida demo` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The owner's password; without it one is made and printed
    #[arg(long, env = "AIDA_DEMO_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

/// Makes what is missing of the demo.
pub async fn run(args: Args) -> Outcome {
    let config = super::config()?;
    let url = config.public_url.clone();
    let backend = Backend::open(config).await?;
    let password = args.password.filter(|password| !password.is_empty());
    eprintln!("Making the demo organisations; speaking their recorded calls takes a moment.");
    let report = demo::seed(&backend, password).await;
    backend.db().close().await;
    let report = report?;

    println!("The demo organisations are ready:\n");
    for organisation in &report.organisations {
        let (name, number) = (&organisation.name, organisation.number.as_str());
        println!("  {name:<18} {number:<14} {url}/admin/{}/dashboard", organisation.slug);
    }
    println!("\nSign in at {url}/login as {}", report.email);
    match &report.password {
        Some(password) => println!("with the password  {password}"),
        None => {
            println!(
                "with the password that was set before; AIDA_DEMO_PASSWORD=… in front of the command sets another"
            );
        }
    }
    // As it was started: whoever built it has it nowhere on the path yet.
    let aida = std::env::args().next().unwrap_or_else(|| "aida".into());
    println!(
        "\nCall one of them, in a second terminal:\n  {aida} call --to +14155550101 --text \"When is the next cookoff?\"\n"
    );
    Ok(())
}
