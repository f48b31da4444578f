//! Who asked: the address that limits and logs count by (contract README §6).
//!
//! Words: *hop*, one address of `X-Forwarded-For`.
//! Never: believing a header from a peer that is no trusted proxy.

use std::net::{IpAddr, Ipv6Addr};

use hyper::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's own address, as far as trusted proxies tell it.
    pub address: IpAddr,
    /// Whether it runs on this machine and came without a proxy.
    pub is_local: bool,
}

impl Client {
    /// Reads the right-most hop that is not a trusted proxy; the peer itself if it is none.
    pub(super) fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let peer = peer.to_canonical();
        let is_forwarded = headers.contains_key(FORWARDED_FOR);
        let is_local = peer.is_loopback() && !is_forwarded;
        let mut address = peer;
        let values = headers.get_all(FORWARDED_FOR).iter().collect::<Vec<_>>();
        let hops = values.iter().rev().flat_map(|value| {
            let hops = value.to_str().unwrap_or("not an address").rsplit(',');
            hops.map(|hop| parse_hop(hop.trim()))
        });
        for hop in hops {
            if !is_trusted(address, trusted) {
                break;
            }
            // What is no address was not written by a proxy: the one before stands.
            let Some(hop) = hop else { break };
            address = hop;
        }
        Self { address, is_local }
    }
}

/// Whether the address is one of a trusted proxy.
pub(super) fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// What an address counts as: IPv6 by its first 64 bits, because a client owns all the rest.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            Ipv6Addr::from(network).into()
        }
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let bare = || text.parse::<IpAddr>().ok();
    let with_port = || {
        text.parse::<std::net::SocketAddr>()
            .ok()
            .map(|address| address.ip())
    };
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare()
        .or_else(with_port)
        .or_else(in_brackets)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, hops: &[&str]) -> (String, bool) {
        let trusted =
            ["127.0.0.0/8", "::1/128", "10.0.0.0/8"].map(|net| net.parse().expect("a net"));
        let mut headers = HeaderMap::new();
        for hop in hops {
            headers.append(FORWARDED_FOR, hop.parse().expect("a value"));
        }
        let client = Client::of(peer.parse().expect("an address"), &headers, &trusted);
        (client.address.to_string(), client.is_local)
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, hops, address, is_local) in [
            ("127.0.0.1", &[][..], "127.0.0.1", true),
            ("::1", &[], "::1", true),
            ("::ffff:127.0.0.1", &[], "127.0.0.1", true),
            ("192.0.2.1", &[], "192.0.2.1", false),
            ("192.0.2.1", &["198.51.100.7"], "192.0.2.1", false),
            ("127.0.0.1", &["198.51.100.7"], "198.51.100.7", false),
            (
                "127.0.0.1",
                &["1.1.1.1, 198.51.100.7"],
                "198.51.100.7",
                false,
            ),
            (
                "127.0.0.1",
                &["1.1.1.1", "198.51.100.7"],
                "198.51.100.7",
                false,
            ),
            (
                "127.0.0.1",
                &["198.51.100.7, 10.0.0.3"],
                "198.51.100.7",
                false,
            ),
            ("127.0.0.1", &["198.51.100.7:4711"], "198.51.100.7", false),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1", false),
            ("127.0.0.1", &["[2001:db8::1]"], "2001:db8::1", false),
            ("127.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7", false),
            ("127.0.0.1", &["198.51.100.7, unknown"], "127.0.0.1", false),
            (
                "127.0.0.1",
                &["198.51.100.7, unknown, 10.0.0.3"],
                "10.0.0.3",
                false,
            ),
            ("127.0.0.1", &["127.0.0.1"], "127.0.0.1", false),
            ("127.0.0.1", &["127.0.0.2, 10.0.0.3"], "127.0.0.2", false),
            ("127.0.0.1", &[""], "127.0.0.1", false),
        ] {
            assert_eq!(
                client(peer, hops),
                (address.to_owned(), is_local),
                "{peer} {hops:?}"
            );
        }
    }

    #[test]
    fn an_address_of_version_6_counts_by_its_network() {
        let network = |text: &str| network_of(text.parse().expect("an address")).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
