//! `aida practice`: the practice model, Checkout or Messages as a program of its own.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Subcommand;
use practice::{
    checkout,
    fault::Spec,
    messages,
    model::{self, FAULTS_HELP, FaultSpec, Options, Record},
    voice::Voice,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What `aida practice` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = FAULTS_HELP, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    other: Option<Other>,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    bind: std::net::IpAddr,
    /// The key that clients must have; any key does when this is not given
    #[arg(long)]
    key: Option<String>,
    /// Misbehave; see below
    #[arg(long, value_delimiter = ',', value_name = "FAULTS")]
    fault: Vec<FaultSpec>,
    /// Seconds of audio sent in a second
    #[arg(long, default_value_t = 8.0)]
    speed: f64,
    /// Milliseconds from the end of a turn to the first word
    #[arg(long, default_value_t = 150)]
    think_ms: u64,
    /// Seconds after which a session ends
    #[arg(long, default_value_t = 3_600)]
    session_seconds: u64,
    /// Speak in tones even where espeak-ng is installed
    #[arg(long)]
    tones: bool,
    /// Send every frame of the caller back at once and do nothing else
    #[arg(long)]
    echo: bool,
    /// Append every frame that clients send to this file, one JSON document a line
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Other {
    /// Serve Stripe's pay pages, payments and refunds, without money
    Checkout(Checkout),
    /// Serve Twilio's Messages; the texts can be read at its address
    Messages(Messages),
}

#[derive(Debug, clap::Args)]
#[command(after_help = checkout::FAULTS_HELP)]
struct Checkout {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4020)]
    port: u16,
    /// Where events are sent
    #[arg(long, default_value = "http://127.0.0.1:3000/stripe/webhook")]
    webhook: String,
    /// What events are signed with; the server knows it as `STRIPE_WEBHOOK_SECRET`
    #[arg(long, default_value = "whsec_practice")]
    secret: String,
    /// Misbehave; see below
    #[arg(long, value_delimiter = ',', value_name = "FAULTS", value_parser = checkout_fault)]
    fault: Vec<Spec>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = messages::FAULTS_HELP)]
struct Messages {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4030)]
    port: u16,
    /// The account and token that clients must have, separated by a colon; reports are signed with the token
    #[arg(long, value_name = "ACCOUNT:TOKEN")]
    credentials: Option<String>,
    /// Misbehave; see below
    #[arg(long, value_delimiter = ',', value_name = "FAULTS", value_parser = messages_fault)]
    fault: Vec<Spec>,
}

fn checkout_fault(text: &str) -> Result<Spec, String> {
    Spec::read(text, checkout::FAULTS)
}

fn messages_fault(text: &str) -> Result<Spec, String> {
    Spec::read(text, messages::FAULTS)
}

/// Serves until Ctrl-C.
pub async fn run(mut args: Args) -> Result<(), String> {
    match args.other.take() {
        None => serve_model(args).await,
        Some(Other::Checkout(checkout)) => serve_checkout(checkout).await,
        Some(Other::Messages(messages)) => serve_messages(messages).await,
    }
}

async fn serve_checkout(args: Checkout) -> Result<(), String> {
    let (listener, address) = listen(SocketAddr::from(([127, 0, 0, 1], args.port))).await?;
    println!("The practice Checkout listens on http://{address}");
    println!(
        "A server uses it with STRIPE_API_BASE_URL=http://{address}, any STRIPE_SECRET_KEY that begins with sk_test_,"
    );
    println!("and STRIPE_WEBHOOK_SECRET={}", args.secret);
    let webhook = Some(checkout::Webhook { url: args.webhook, secret: args.secret });
    checkout::serve(listener, checkout::Options { key: None, webhook, faults: args.fault }, until_interrupted()).await;
    Ok(())
}

async fn serve_messages(args: Messages) -> Result<(), String> {
    let credentials = match args.credentials {
        None => None,
        Some(text) => {
            let (account, token) =
                text.split_once(':').ok_or("--credentials: write the account, a colon and the token")?;
            Some((account.to_owned(), token.to_owned()))
        }
    };
    let (listener, address) = listen(SocketAddr::from(([127, 0, 0, 1], args.port))).await?;
    println!("The practice Messages listen on http://{address}; open it to read the texts");
    println!("A server uses them with TWILIO_API_BASE_URL=http://{address}, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN");
    messages::serve(listener, messages::Options { credentials, faults: args.fault }, until_interrupted()).await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let listener = TcpListener::bind(address).await.map_err(|why| format!("{address} cannot be listened on: {why}"))?;
    let address = listener.local_addr().map_err(|why| format!("the address of the listener is unknown: {why}"))?;
    Ok((listener, address))
}

fn until_interrupted() -> CancellationToken {
    let stop = CancellationToken::new();
    let interrupted = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    stop
}

async fn serve_model(args: Args) -> Result<(), String> {
    let (listener, address) = listen(SocketAddr::new(args.bind, args.port)).await?;
    println!("The practice model listens on ws://{address}/v1/realtime");
    println!("A server uses it with OPENAI_BASE_URL=http://{address}/v1 and any OPENAI_API_KEY");

    model::serve(listener, options(args), until_interrupted()).await;
    Ok(())
}

fn options(args: Args) -> Options {
    Options {
        key: args.key,
        voice: if args.tones { Voice::Tones } else { Voice::Auto },
        speed: args.speed,
        think: Duration::from_millis(args.think_ms),
        session: Duration::from_secs(args.session_seconds),
        echo: args.echo,
        faults: args.fault,
        record: args.record.map(Record::File),
        ..Options::default()
    }
}
