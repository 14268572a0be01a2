//! What goes wrong on request in the middle of a stream.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{CLOSING, FRAME_MS, Stream, socket::connect};
use crate::phone::PhoneFault;

/// When faults of the stream happen: it has settled by then.
const FAULTS_AT_FRAME: u64 = 50;

impl Stream<'_> {
    /// Faults in the middle of a stream; true when one broke it.
    pub(super) async fn misbehave(&mut self) -> bool {
        let faults = self.call.options.faults.clone();
        for fault in faults {
            let sent = match fault {
                PhoneFault::Drop(ms) if self.frames * FRAME_MS >= ms => return true,
                _ if self.frames != FAULTS_AT_FRAME => Ok(()),
                PhoneFault::Garbage => self.send_many("this is not JSON {", 5).await,
                PhoneFault::BadBase64 => {
                    let text = format!(
                        r#"{{"event":"media","sequenceNumber":"1","streamSid":"{}","media":{{"track":"inbound","chunk":"1","timestamp":"1","payload":"%%%"}}}}"#,
                        self.sid
                    );
                    self.send_many(&text, 5).await
                }
                PhoneFault::HugeFrame => {
                    let text =
                        json!({ "event": "media", "streamSid": self.sid, "media": { "payload": "/".repeat(2 << 20) } });
                    self.send_raw(text.to_string()).await
                }
                PhoneFault::Replay => {
                    self.replay().await;
                    Ok(())
                }
                _ => Ok(()),
            };
            if sent.is_err() {
                // What the server thinks of it is read as the next frame.
                return false;
            }
        }
        false
    }

    async fn send_many(&mut self, text: &str, times: usize) -> Result<(), Error> {
        for _ in 0..times {
            self.send_raw(text.to_owned()).await?;
        }
        Ok(())
    }

    /// A second socket with the same token.
    async fn replay(&mut self) {
        let start = json!({ "event": "start", "sequenceNumber": "1", "streamSid": self.sid, "start": self.start });
        let tried = timeout(CLOSING, async {
            let mut socket = connect(&self.address, self.signature.clone()).await?;
            socket.send(Message::Text(r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#.into())).await?;
            socket.send(Message::Text(start.to_string().into())).await?;
            while let Some(frame) = socket.next().await {
                if let Message::Close(close) = frame? {
                    return Ok(close.map_or("closed".to_owned(), |it| format!("closed with {} {}", it.code, it.reason)));
                }
            }
            Ok::<String, Error>("closed".to_owned())
        });
        self.call.report.replay = Some(match tried.await {
            Ok(Ok(how)) => format!("refused: {how}"),
            Ok(Err(why)) => format!("refused: {why}"),
            Err(_) => "accepted".to_owned(),
        });
    }
}
