//! `aida call`: a telephone call to a running server, the way Twilio places it.

use std::{net::Ipv4Addr, path::PathBuf, time::Duration};

use practice::{
    phone::{self, CallOptions, PHONE_FAULTS_HELP, PhoneFault, Utterance, rest},
    sound,
    voice::Voice,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What `aida call` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = PHONE_FAULTS_HELP)]
pub struct Args {
    /// The number to call
    #[arg(long)]
    to: String,
    /// The number that calls
    #[arg(long, default_value = "+14155550199")]
    from: String,
    /// Where the server listens
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// Where the server believes to be, when that differs; signatures are made for it
    #[arg(long, env = "PUBLIC_URL")]
    public_url: Option<String>,
    /// A recording to say: a WAV file of any rate
    #[arg(long, value_name = "FILE")]
    wav: Option<PathBuf>,
    /// A sentence to say; several are said one after the other, each when the answer to the last is over
    #[arg(long)]
    text: Vec<String>,
    /// Keys to press after that; w waits half a second
    #[arg(long, value_name = "KEYS")]
    dtmf: Option<String>,
    /// Say nothing and wait until the server ends the call
    #[arg(long)]
    silent: bool,
    /// Speak so many milliseconds into what the assistant is saying
    #[arg(long, value_name = "MS")]
    interrupt_at: Option<u64>,
    /// Begin to speak so many milliseconds after the call was answered, whatever the assistant does
    #[arg(long, value_name = "MS")]
    speak_at: Option<u64>,
    /// Hang up so many seconds after the call was answered
    #[arg(long, value_name = "SECONDS")]
    hangup_after: Option<f64>,
    /// Write what the caller heard to this WAV file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Sign requests with this token
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: Option<String>,
    /// The account that the call belongs to
    #[arg(long, env = "TWILIO_ACCOUNT_SID", default_value = "AC00000000000000000000000000000000")]
    account_sid: String,
    /// Serve Twilio's REST interface for this call on this port: a server with `TWILIO_API_BASE_URL=http://127.0.0.1:PORT` hangs up by it
    #[arg(long, value_name = "PORT")]
    rest_port: Option<u16>,
    /// The path to ask when the voice webhook fails
    #[arg(long, value_name = "PATH")]
    fallback: Option<String>,
    /// How a transfer turns out: completed, busy, no-answer or failed
    #[arg(long, default_value = "no-answer")]
    dial: String,
    /// Misbehave; see below
    #[arg(long, value_delimiter = ',', value_name = "FAULTS")]
    fault: Vec<PhoneFault>,
    /// Speak in tones even where espeak-ng is installed
    #[arg(long)]
    tones: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Places the call, prints what it was like.
pub async fn run(args: Args) -> Result<(), String> {
    let stop = CancellationToken::new();
    let rest = match args.rest_port {
        Some(port) => Some(serve_rest(port, &args, stop.clone()).await?),
        None => None,
    };
    let report = phone::place(options(&args, rest).await?).await.map_err(|why| why.to_string());
    stop.cancel();
    let report = report?;
    if let Some(path) = &args.out {
        let file = sound::wav_of_mulaw(&report.sound);
        tokio::fs::write(path, file).await.map_err(|why| format!("{} cannot be written: {why}", path.display()))?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|why| why.to_string())?);
    } else {
        print!("{report}");
    }
    Ok(())
}

async fn serve_rest(port: u16, args: &Args, stop: CancellationToken) -> Result<rest::Calls, String> {
    let calls = rest::Calls::default();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|why| format!("port {port} cannot be listened on: {why}"))?;
    let credentials = args.auth_token.clone().map(|token| (args.account_sid.clone(), token));
    tokio::spawn(rest::serve(listener, calls.clone(), credentials, stop));
    Ok(calls)
}

async fn options(args: &Args, rest: Option<rest::Calls>) -> Result<CallOptions, String> {
    let mut says = Vec::new();
    if let Some(path) = &args.wav {
        let file = tokio::fs::read(path).await.map_err(|why| format!("{} cannot be read: {why}", path.display()))?;
        let audio = sound::mulaw_of_wav(&file).map_err(|why| format!("{}: {why}", path.display()))?;
        says.push(Utterance::Sound(audio.into()));
    }
    says.extend(args.text.iter().cloned().map(Utterance::Text));
    let valid = |it: char| it.is_ascii_digit() || "*#abcdABCDwW".contains(it);
    if let Some(keys) = args.dtmf.as_deref().filter(|it| !it.chars().all(valid)) {
        return Err(format!("--dtmf {keys}: keys are 0-9, *, #, A-D, and w for half a second"));
    }
    let hangup_after = match args.hangup_after.map(Duration::try_from_secs_f64) {
        Some(Err(_)) => return Err("--hangup-after: the seconds must not be negative".to_owned()),
        Some(Ok(after)) => Some(after),
        None => None,
    };
    Ok(CallOptions {
        url: args.url.clone(),
        public_url: args.public_url.clone(),
        to: args.to.clone(),
        from: args.from.clone(),
        auth_token: args.auth_token.clone(),
        account_sid: args.account_sid.clone(),
        silent: args.silent || (says.is_empty() && args.dtmf.is_none()),
        says,
        keys: args.dtmf.clone(),
        voice: if args.tones { Voice::Tones } else { Voice::Auto },
        interrupt_at: args.interrupt_at.map(Duration::from_millis),
        start_at: args.speak_at.map(Duration::from_millis),
        hangup_after,
        keep_sound: args.out.is_some(),
        faults: args.fault.clone(),
        rest,
        fallback_path: args.fallback.clone(),
        dial_status: args.dial.clone(),
        ..CallOptions::default()
    })
}
