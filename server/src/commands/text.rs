//! `aida text`: a text to a running server, the way Twilio brings it.

use practice::messages::inbound;

/// What `aida text` is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The words: STOP, START, HELP, or anything
    words: String,
    /// The number that is written to
    #[arg(long)]
    to: String,
    /// The number that writes
    #[arg(long, default_value = "+14155550199")]
    from: String,
    /// Where the server listens
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
    /// Where the server believes to be, when that differs; the signature is made for it
    #[arg(long, env = "PUBLIC_URL")]
    public_url: Option<String>,
    /// Sign the request with this token
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: Option<String>,
}

/// Brings the text, prints what is answered.
pub async fn run(args: Args) -> Result<(), String> {
    let text = inbound::Text {
        url: args.url,
        public_url: args.public_url,
        auth_token: args.auth_token,
        from: args.from,
        to: args.to,
        words: args.words,
    };
    match inbound::bring(&text).await? {
        Some(answer) => println!("{answer}"),
        None => println!("(no answer)"),
    }
    Ok(())
}
