//! `aida load`: many calls at once, and what they cost.

use std::{
    env,
    net::Ipv4Addr,
    path::PathBuf,
    process::Stdio,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use practice::{
    load::{self, LoadOptions, Process, Stamps},
    model::{self, Options, Record, Watcher},
    phone::CallOptions,
};
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// What `aida load` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many calls at once
    #[arg(long, default_value_t = 50)]
    calls: usize,
    /// How many seconds each of them lasts
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// The number to call
    #[arg(long, default_value = "+14155550101")]
    to: String,
    /// Where the server listens
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// Where the server believes to be, when that differs
    #[arg(long, env = "PUBLIC_URL")]
    public_url: Option<String>,
    /// Sign requests with this token
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: Option<String>,
    /// Where the echo model listens: start the server with `OPENAI_BASE_URL=http://127.0.0.1:PORT/v1` and any `OPENAI_API_KEY`
    #[arg(long, default_value_t = 4011)]
    model_port: u16,
    /// The server's process, when it cannot be found by its port
    #[arg(long)]
    pid: Option<u32>,
    /// Milliseconds from the start of one call to that of the next
    #[arg(long, default_value_t = 23)]
    apart_ms: u64,
    /// Seconds after the last call until the memory is looked at again
    #[arg(long, default_value_t = 5)]
    settle: u64,
    /// Start a server for the trial, with its own empty directory and the demo organisations
    #[arg(long)]
    serve: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Places the calls, prints the figures.
pub async fn run(args: Args) -> Result<(), String> {
    if args.calls == 0 || args.seconds < 3 {
        return Err("at least one call of at least three seconds is needed".to_owned());
    }
    let stamps = Stamps::default();
    let stop = CancellationToken::new();
    let model_port = serve_echo(&args, &stamps, stop.clone()).await?;
    let server = if args.serve { Some(Server::start(model_port).await?) } else { None };
    let url = server.as_ref().map_or(args.url.clone(), |it| it.url.clone());

    let report = load::run(options(&args, &url, server.as_ref()), stamps).await;

    stop.cancel();
    if let Some(server) = server {
        server.stop().await;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?);
    } else {
        print!("{report}");
    }
    if report.completed > 0 && report.frames_at_model == 0 {
        return Err(format!(
            "no frame reached the echo model: start the server with OPENAI_BASE_URL=http://127.0.0.1:{model_port}/v1 and any OPENAI_API_KEY, or let --serve do it"
        ));
    }
    if report.completed < report.calls {
        Err(format!("{} calls failed", report.calls - report.completed))
    } else {
        Ok(())
    }
}

fn options(args: &Args, url: &str, server: Option<&Server>) -> LoadOptions {
    let port = url.rsplit(':').next().and_then(|it| it.trim_end_matches('/').parse().ok());
    let id = args.pid.or_else(|| server.and_then(|it| it.child.id()));
    let process = id.and_then(Process::of_id).or_else(|| port.and_then(Process::of_port));
    let call = CallOptions {
        url: url.to_owned(),
        public_url: args.public_url.clone().filter(|_| server.is_none()),
        auth_token: args.auth_token.clone().filter(|_| server.is_none()),
        to: args.to.clone(),
        ..CallOptions::default()
    };
    LoadOptions {
        call,
        calls: args.calls,
        duration: Duration::from_secs(args.seconds),
        apart: Duration::from_millis(args.apart_ms),
        settle: Duration::from_secs(args.settle),
        process,
    }
}

/// The echo model, in this process, so that both ends of a frame's way are timed by one clock.
async fn serve_echo(args: &Args, stamps: &Stamps, stop: CancellationToken) -> Result<u16, String> {
    let wanted = if args.serve { 0 } else { args.model_port };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).await;
    let listener = listener.map_err(|why| format!("port {wanted} cannot be listened on: {why}"))?;
    let port = listener.local_addr().map_err(|why| format!("the address of the echo model is unknown: {why}"))?.port();
    let stamps = stamps.clone();
    let record = Some(Record::Watcher(Watcher::new(move |frame| stamps.at_model(frame))));
    tokio::spawn(model::serve(listener, Options { echo: true, record, ..Options::default() }, stop));
    Ok(port)
}

/// A server of this same program, for the length of the trial.
struct Server {
    child: Child,
    url: String,
    directory: PathBuf,
}

impl Server {
    async fn start(model_port: u16) -> Result<Self, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_millis());
        let directory = env::temp_dir().join(format!("aida-load-{now}"));
        let port = free_port().await?;
        let demo = command(&directory, port, model_port)?.arg("demo").output().await;
        let demo = demo.map_err(|why| format!("the demo data cannot be made: {why}"))?;
        if !demo.status.success() {
            return Err(format!("the demo data cannot be made: {}", String::from_utf8_lossy(&demo.stderr).trim()));
        }
        let child = command(&directory, port, model_port)?.arg("serve").spawn();
        let child = child.map_err(|why| format!("the server cannot be started: {why}"))?;
        let server = Self { child, url: format!("http://127.0.0.1:{port}"), directory };
        server.wait_until_it_listens(port).await?;
        Ok(server)
    }

    async fn wait_until_it_listens(&self, port: u16) -> Result<(), String> {
        const PATIENCE: Duration = Duration::from_secs(20);
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if begin.elapsed() > PATIENCE {
                return Err("the server does not listen".to_owned());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    async fn stop(mut self) {
        // Its data is thrown away: nothing has to be finished properly.
        _ = self.child.kill().await;
        _ = tokio::fs::remove_dir_all(&self.directory).await;
    }
}

fn command(directory: &std::path::Path, port: u16, model_port: u16) -> Result<Command, String> {
    let program = env::current_exe().map_err(|why| format!("this program cannot be found: {why}"))?;
    std::fs::create_dir_all(directory).map_err(|why| format!("{} cannot be made: {why}", directory.display()))?;
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("PORT", port.to_string())
        .env("BIND", "127.0.0.1")
        .env("DATA_DIR", directory)
        .env("DATABASE_URL", format!("sqlite://{}", directory.join("aida.db").display()))
        .env("OPENAI_BASE_URL", format!("http://127.0.0.1:{model_port}/v1"))
        .env("OPENAI_API_KEY", "practice")
        .env("RUST_LOG", "warn")
        .envs([("LOG_FORMAT", "json")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    for name in [
        "PUBLIC_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_SECONDARY",
        "REDIS_URL",
        "RECORDING_STORAGE_PATH",
        "MAX_CALLS",
    ] {
        command.env_remove(name);
    }
    Ok(command)
}

async fn free_port() -> Result<u16, String> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|why| format!("no port is free: {why}"))?;
    listener.local_addr().map(|it| it.port()).map_err(|why| format!("no port is free: {why}"))
}
