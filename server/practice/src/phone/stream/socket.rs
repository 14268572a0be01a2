//! Opens the socket of a stream.

use std::time::Duration;

use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Error, client::IntoClientRequest as _, http::HeaderValue, protocol::WebSocketConfig},
};

use crate::phone::{CallError, call::InProgress};

/// Twilio gives up opening a stream after about this.
pub(super) const OPENING: Duration = Duration::from_secs(10);

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The socket, and where it really leads.
pub(super) async fn open(call: &InProgress, url: &str) -> Result<(Socket, String), CallError> {
    let failed = |why: String| CallError::Stream { url: url.to_owned(), why };
    let public = call.server.public(url)?;
    let address = call.server.reach(&public).to_string();
    let socket = timeout(OPENING, connect(&address, call.server.signature(url, &[])));
    Ok((
        socket.await.map_err(|_| failed("it took too long".to_owned()))?.map_err(|why| failed(why.to_string()))?,
        address,
    ))
}

pub(super) async fn connect(address: &str, signature: Option<String>) -> Result<Socket, Error> {
    let mut request = address.into_client_request()?;
    if let Some(signature) = signature.and_then(|it| HeaderValue::from_str(&it).ok()) {
        request.headers_mut().insert("x-twilio-signature", signature);
    }
    // Small frames, many calls: the library's 128 kB of buffer for each are not needed.
    let config = WebSocketConfig::default().read_buffer_size(8 * 1024).write_buffer_size(0);
    connect_async_with_config(request, Some(config), true).await.map(|(socket, _)| socket)
}
