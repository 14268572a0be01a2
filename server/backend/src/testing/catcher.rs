//! A mail server that keeps what it gets, in every manner that mail servers have.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it should.
    Usual,
    /// It takes nobody in.
    Busy,
    /// It does not know the recipient.
    NoSuchRecipient,
    /// It asks to come back later.
    Greylisting,
    /// The line goes dead before the letter.
    HangUpBeforeData,
    /// It takes the letter, and the line goes dead before it says so.
    HangUpAfterLetter,
    /// It reads the letter and does not like it.
    RefuseLetter,
}

/// A letter that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Who wrote, by the envelope.
    pub from: String,
    /// For whom, by the envelope.
    pub to: String,
    /// The letter with its headers.
    pub text: String,
}

/// The server.
#[derive(Debug)]
pub struct Catcher {
    address: std::net::SocketAddr,
    letters: Arc<Mutex<Vec<Caught>>>,
}

impl Catcher {
    /// Listens on this machine.
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&letters);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    // A client that leaves in the middle is none of a test's concern.
                    let _ = talk(stream, manner, &kept).await;
                });
            }
        });
        Self { address, letters }
    }

    /// Where it is, for `SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What it was given.
    pub fn letters(&self) -> Vec<Caught> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn talk(stream: TcpStream, manner: Manner, kept: &Mutex<Vec<Caught>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    if manner == Manner::Busy {
        return write.write_all(b"421 too many of you\r\n").await;
    }
    write.write_all(b"220 catcher\r\n").await?;
    let mut caught = Caught { from: String::new(), to: String::new(), text: String::new() };
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "EHLO" | "HELO" => b"250 catcher\r\n",
            "MAIL" => {
                caught.from = address(&line);
                b"250 ok\r\n"
            }
            "RCPT" => {
                caught.to = address(&line);
                match manner {
                    Manner::NoSuchRecipient => b"550 nobody of that name\r\n",
                    Manner::Greylisting => b"451 come back later\r\n",
                    _ => b"250 ok\r\n",
                }
            }
            "DATA" if manner == Manner::HangUpBeforeData => return Ok(()),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    caught.text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    caught.text.push('\n');
                }
                if manner == Manner::RefuseLetter {
                    b"554 not this\r\n"
                } else {
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push(caught.clone());
                    if manner == Manner::HangUpAfterLetter {
                        return Ok(());
                    }
                    b"250 kept\r\n"
                }
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => b"502 no\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
