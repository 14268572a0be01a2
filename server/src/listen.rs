//! Connections: taken in, counted by address, and given little time to say what they want.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Extension, Router, extract::ConnectInfo};
use backend::{config::Config, metrics};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Layer;
use tower_http::limit::RequestBodyLimitLayer;

/// The head of a request comes in one piece from everybody who means well; one that trickles in holds a connection for nothing.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// The largest request: a knowledge article with room to spare. Webhooks have a smaller bound of their own.
const MAX_BODY: usize = 2 << 20;

/// Told to whoever holds too many connections.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// What one visitor may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long a visitor may take to begin, and then the head of each request.
    pub head_within: Duration,
    /// Connections that one address may hold. What has become a media stream is counted as a call instead.
    pub per_address: usize,
    /// Addresses behind which many visitors stand: they may hold any number.
    pub trusted: Vec<IpAddr>,
}

impl Limits {
    /// The limits of this configuration. This machine is trusted: its reverse proxy is what most servers are reached through.
    pub fn of(config: &Config) -> Self {
        let mut trusted = config.trusted_proxies.clone();
        trusted.extend([IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]);
        Self { head_within: HEAD_WITHIN, per_address: config.max_connections_per_address, trusted }
    }
}

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    serve_until(CancellationToken::new(), listener, router, limits).await;
}

/// Serves until `closing`, and returns when every request that had come by then is answered.
pub async fn serve_until(closing: CancellationToken, listener: TcpListener, router: Router, limits: Limits) {
    let visits = TaskTracker::new();
    tokio::select! {
        () = let_in(&visits, &closing, listener, router, limits) => {}
        () = closing.cancelled() => {}
    }
    visits.close();
    visits.wait().await;
}

async fn let_in(
    visits: &TaskTracker,
    closing: &CancellationToken,
    listener: TcpListener,
    router: Router,
    limits: Limits,
) {
    let router = router.layer(RequestBodyLimitLayer::new(MAX_BODY));
    let porter = Porter::new(limits.per_address, limits.trusted);
    loop {
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        let Some(visit) = porter.let_in(address.ip()) else {
            metrics::connection_refused();
            // Whoever does not take it does not need it.
            let _ = stream.try_write(TOO_MANY);
            continue;
        };
        let (router, closing, head_within) = (router.clone(), closing.clone(), limits.head_within);
        visits.spawn(async move {
            converse(stream, address, router, head_within, closing).await;
            drop(visit);
        });
    }
}

/// Answers the requests of one connection.
async fn converse(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    head_within: Duration,
    closing: CancellationToken,
) {
    // Frames of 20 ms must not wait for the acknowledgement of the one before them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    // The server below counts from the first byte.
    let mut first = [0];
    tokio::select! {
        peeked = tokio::time::timeout(head_within, stream.peek(&mut first)) => if !matches!(peeked, Ok(Ok(1))) {
            return;
        },
        () = closing.cancelled() => return,
    }
    let service = TowerToHyperService::new(Extension(ConnectInfo(address)).layer(router));
    let mut server = Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(head_within);
    let mut connection = pin!(server.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            // The request that is being answered is the last.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended before its time");
    }
}

/// A connection that broke before it was taken is nothing; anything else (no file descriptor is left) passes with time.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "connections cannot be taken in");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Counts who holds how many connections.
#[derive(Clone, Debug)]
struct Porter(Arc<Doors>);

#[derive(Debug)]
struct Doors {
    per_address: usize,
    trusted: Vec<IpAddr>,
    held: Mutex<HashMap<IpAddr, usize>>,
}

impl Porter {
    fn new(per_address: usize, trusted: Vec<IpAddr>) -> Self {
        Self(Arc::new(Doors { per_address, trusted, held: Mutex::default() }))
    }

    /// Lets a connection in, unless its address holds too many.
    fn let_in(&self, address: IpAddr) -> Option<Visit> {
        let address = address.to_canonical();
        if self.0.trusted.contains(&address) {
            return Some(Visit(None));
        }
        let visitor = visitor(address);
        let mut held = self.0.held();
        let count = held.entry(visitor).or_default();
        if *count >= self.0.per_address {
            return None;
        }
        *count += 1;
        Some(Visit(Some((Arc::clone(&self.0), visitor))))
    }
}

impl Doors {
    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who stands behind an address: of IPv6 everybody has a whole network.
fn visitor(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// A connection that is counted until this is dropped; one of a trusted address is not.
#[derive(Debug)]
struct Visit(Option<(Arc<Doors>, IpAddr)>);

impl Drop for Visit {
    fn drop(&mut self) {
        let Some((doors, visitor)) = &self.0 else { return };
        let mut held = doors.held();
        if let Some(count) = held.get_mut(visitor) {
            *count -= 1;
            if *count == 0 {
                held.remove(visitor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_holds_so_many_connections_and_others_are_not_hindered() {
        let porter = Porter::new(2, Vec::new());
        let first = porter.let_in(address("203.0.113.7"));
        let second = porter.let_in(address("203.0.113.7"));
        assert!(first.is_some() && second.is_some());

        assert!(porter.let_in(address("203.0.113.7")).is_none());
        assert!(porter.let_in(address("::ffff:203.0.113.7")).is_none(), "the same, written as IPv6");
        assert!(porter.let_in(address("203.0.113.8")).is_some());

        drop(first);
        assert!(porter.let_in(address("203.0.113.7")).is_some());
        drop(second);
        assert!(porter.0.held().is_empty(), "who has left is forgotten");
    }

    #[test]
    fn a_network_of_ipv6_is_one_visitor() {
        let porter = Porter::new(1, Vec::new());
        let _held = porter.let_in(address("2001:db8:1:2::1")).expect("let in");

        assert!(porter.let_in(address("2001:db8:1:2:ffff::9")).is_none());
        assert!(porter.let_in(address("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn a_trusted_proxy_holds_as_many_as_it_needs() {
        let porter = Porter::new(1, vec![address("10.0.0.2")]);
        let held: Vec<_> = (0..100).map(|_| porter.let_in(address("10.0.0.2"))).collect();
        assert!(held.iter().all(Option::is_some));
    }
}
