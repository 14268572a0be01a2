//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};

use crate::Backend;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Who asks: the other end of the connection, or, where that is a proxy which the configuration trusts, whoever the proxy says.
/// What anybody else says about this is not believed.
pub fn address(backend: &Backend, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = connected(extensions).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    behind(peer, headers, &backend.config().trusted_proxies)
}

/// Whether a program on this machine asks for itself: a proxy that speaks for others says so.
pub fn is_local(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let forwarded = ["forwarded", FORWARDED_FOR, "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];
    connected(extensions).is_some_and(|peer| peer.is_loopback())
        && !forwarded.iter().any(|name| headers.contains_key(*name))
}

fn connected(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical())
}

/// Each proxy adds whom it heard from at the end: the last one that is not a proxy of ours is the one who asks.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let said = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !trusted.contains(&nearest) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn asked_by(peer: &str, forwarded: &[&'static str]) -> IpAddr {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, http::HeaderValue::from_static(value));
        }
        behind(ip(peer), &headers, &[ip("10.0.0.2"), ip("10.0.0.3")])
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(asked_by("198.51.100.7", &["192.0.2.1"]), ip("198.51.100.7"));
        assert_eq!(asked_by("10.0.0.2", &["192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(asked_by("10.0.0.2", &["192.0.2.1, 10.0.0.3"]), ip("192.0.2.1"));
        assert_eq!(asked_by("10.0.0.2", &["1.1.1.1, 192.0.2.1"]), ip("192.0.2.1"), "the first may be made up");
        assert_eq!(asked_by("10.0.0.2", &["1.1.1.1", "192.0.2.1"]), ip("192.0.2.1"));
        assert_eq!(asked_by("10.0.0.2", &["192.0.2.1, nonsense"]), ip("10.0.0.2"));
        assert_eq!(asked_by("10.0.0.2", &[]), ip("10.0.0.2"));
    }
}
