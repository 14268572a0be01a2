//! `aida practice`: the practice model as a program of its own.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use practice::{
    model::{self, FAULTS_HELP, FaultSpec, Options, Record},
    voice::Voice,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What `aida practice` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = FAULTS_HELP)]
pub struct Args {
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

/// Serves until Ctrl-C.
pub async fn run(args: Args) -> Result<(), String> {
    let address = SocketAddr::new(args.bind, args.port);
    let listener = TcpListener::bind(address).await.map_err(|why| format!("{address} cannot be listened on: {why}"))?;
    let address = listener.local_addr().map_err(|why| format!("the address of the listener is unknown: {why}"))?;
    println!("The practice model listens on ws://{address}/v1/realtime");
    println!("A server uses it with OPENAI_BASE_URL=http://{address}/v1 and any OPENAI_API_KEY");

    let stop = CancellationToken::new();
    let interrupted = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    model::serve(listener, options(args), stop).await;
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
