//! Who may be called: classes of addresses, and the parsed address of a webhook.
//!
//! Words: *class* = what an address is good for; *target* = a `payload_uri`, parsed once.
//! Never: name lookup; connecting.

mod target;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

pub use target::Target;

/// What an address is good for, by the registries of special addresses of IANA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Reachable by everybody: may always be called.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own.
    Private,
    /// The cable itself: never called.
    LinkLocal,
    /// Tells a cloud machine its secrets: never called.
    Metadata,
    /// Any other purpose: the word for it.
    Special(&'static str),
}

impl fmt::Display for Class {
    /// A noun with its article: `a private address`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("a public address"),
            Self::Loopback => f.write_str("a loopback address"),
            Self::Private => f.write_str("a private address"),
            Self::LinkLocal => f.write_str("a link-local address"),
            Self::Metadata => f.write_str("a cloud metadata address"),
            Self::Special(purpose) => write!(f, "an address for {purpose}"),
        }
    }
}

impl Class {
    /// Whether no setting can allow it.
    pub fn is_never_called(self) -> bool {
        match self {
            Self::LinkLocal | Self::Metadata => true,
            Self::Public | Self::Loopback | Self::Private | Self::Special(_) => false,
        }
    }

    /// The sentences for an owner whose target is, or leads to, an address of this class.
    pub fn refusal(self, subject: &str) -> String {
        if self.is_never_called() {
            format!("{subject} {self}, which is never called. Choose another address.")
        } else {
            format!("{subject} {self}. Add it to delivery.allow_networks to allow it.")
        }
    }
}

/// The class of an address; one that carries an IPv4 address inside is looked into.
///
/// A mapped address and the well-known NAT64 prefix are what they carry. Old tunnels (6to4,
/// Teredo, ISATAP, SIIT, IPv4-compatible, local NAT64) are never public; if they carry something
/// that is not public either, they are that. Of two carried addresses the worse counts.
pub fn classify(ip: IpAddr) -> Class {
    match ip.to_canonical() {
        IpAddr::V4(ip) => classify_v4(ip),
        IpAddr::V6(ip) => classify_v6(ip),
    }
}

/// Whether an address may be called; `Err` is its class.
///
/// Public always, link-local and metadata never, everything else only if a network of the list
/// holds the address as it is connected to: the carried one for a mapped address, else its own.
pub fn is_allowed(ip: IpAddr, allowed: &[IpNet]) -> Result<(), Class> {
    let class = classify(ip);
    match class {
        Class::Public => Ok(()),
        Class::LinkLocal | Class::Metadata => Err(class),
        Class::Loopback | Class::Private | Class::Special(_) => {
            if is_listed(ip, allowed) {
                Ok(())
            } else {
                Err(class)
            }
        }
    }
}

/// Whether a network of the list holds the address: the caps per host do not apply to it.
pub fn is_listed(ip: IpAddr, networks: &[IpNet]) -> bool {
    let ip = ip.to_canonical();
    networks.iter().any(|network| network.contains(&ip))
}

/// Refuses a target whose host is an IP literal that may not be called; names pass.
pub fn check_literal(target: &Target, allowed: &[IpNet]) -> Result<(), String> {
    let Some(ip) = target.literal_ip() else {
        return Ok(());
    };
    is_allowed(ip, allowed).map_err(|class| class.refusal(&format!("{ip} is")))
}

type RangeV4 = (Ipv4Addr, u32, Class);
type RangeV6 = (Ipv6Addr, u32, Class);

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

/// The two halves of an address.
const fn v6(high: u128, low: u128) -> Ipv6Addr {
    Ipv6Addr::from_bits((high << 64) | low)
}

/// First address, length of the prefix, class. The first range that holds an address counts.
/// IANA IPv4 Special-Purpose Address Registry; the addresses of cloud metadata go before it.
const V4: &[RangeV4] = &[
    (v4(169, 254, 169, 254), 32, Class::Metadata),
    (v4(169, 254, 170, 2), 32, Class::Metadata),
    (v4(100, 100, 100, 200), 32, Class::Metadata),
    (v4(168, 63, 129, 16), 32, Class::Metadata),
    (v4(192, 0, 0, 192), 32, Class::Metadata),
    (v4(0, 0, 0, 0), 8, Class::Special("this network")),
    (v4(10, 0, 0, 0), 8, Class::Private),
    (v4(100, 64, 0, 0), 10, Class::Special("a carrier's network")),
    (v4(127, 0, 0, 0), 8, Class::Loopback),
    (v4(169, 254, 0, 0), 16, Class::LinkLocal),
    (v4(172, 16, 0, 0), 12, Class::Private),
    (v4(192, 0, 0, 0), 24, Class::Special("protocols")),
    (v4(192, 0, 2, 0), 24, Class::Special("documentation")),
    (v4(192, 31, 196, 0), 24, Class::Special("name servers")),
    (v4(192, 52, 193, 0), 24, Class::Special("multicast tunnels")),
    (v4(192, 88, 99, 0), 24, Class::Special("tunnels")),
    (v4(192, 168, 0, 0), 16, Class::Private),
    (v4(192, 175, 48, 0), 24, Class::Special("name servers")),
    (v4(198, 18, 0, 0), 15, Class::Special("benchmarks")),
    (v4(198, 51, 100, 0), 24, Class::Special("documentation")),
    (v4(203, 0, 113, 0), 24, Class::Special("documentation")),
    (v4(224, 0, 0, 0), 4, Class::Special("multicast")),
    (v4(240, 0, 0, 0), 4, Class::Special("future use")),
];

/// As `V4`, by the IANA IPv6 Special-Purpose Address Registry. What is not in it and lies
/// outside `2000::/3` was never handed out to anybody.
const V6: &[RangeV6] = &[
    (v6(0xfd00_0ec2_0000_0000, 0x254), 128, Class::Metadata),
    (v6(0xfd20_00ce_0000_0000, 0x254), 128, Class::Metadata),
    (v6(0xfd00_0042_0000_0000, 0x42), 128, Class::Metadata),
    (v6(0, 0), 128, Class::Special("this network")),
    (v6(0, 1), 128, Class::Loopback),
    (v6(0xfe80_0000_0000_0000, 0), 10, Class::LinkLocal),
    (v6(0xfec0_0000_0000_0000, 0), 10, Class::Private),
    (v6(0xfc00_0000_0000_0000, 0), 7, Class::Private),
    (v6(0xff00_0000_0000_0000, 0), 8, Class::Special("multicast")),
    (
        v6(0x2001_0db8_0000_0000, 0),
        32,
        Class::Special("documentation"),
    ),
    (
        v6(0x2001_0000_0000_0000, 0),
        23,
        Class::Special("protocols"),
    ),
    (v6(0x2002_0000_0000_0000, 0), 16, Class::Special("tunnels")),
    (
        v6(0x2620_004f_8000_0000, 0),
        48,
        Class::Special("name servers"),
    ),
    (
        v6(0x3fff_0000_0000_0000, 0),
        20,
        Class::Special("documentation"),
    ),
    (v6(0x2000_0000_0000_0000, 0), 3, Class::Public),
    (v6(0, 0), 0, Class::Special("future use")),
];

fn classify_v4(ip: Ipv4Addr) -> Class {
    let number = ip.to_bits();
    let holds =
        |(first, prefix, _): &&RangeV4| (number ^ first.to_bits()).leading_zeros() >= *prefix;
    V4.iter()
        .find(holds)
        .map_or(Class::Public, |(_, _, class)| *class)
}

fn classify_v6(ip: Ipv6Addr) -> Class {
    let carried = carried_by(ip).into_iter().flatten().map(classify_v4);
    if is_nat64(ip) {
        return carried
            .max_by_key(|class| severity(*class))
            .unwrap_or(Class::Public);
    }
    let number = ip.to_bits();
    let holds =
        |(first, prefix, _): &&RangeV6| (number ^ first.to_bits()).leading_zeros() >= *prefix;
    let own = V6
        .iter()
        .find(holds)
        .map_or(Class::Public, |(_, _, class)| *class);
    carried
        .map(as_tunnel)
        .chain([own])
        .max_by_key(|class| severity(*class))
        .unwrap_or(own)
}

/// A tunnel is nobody's public address, even if what it carries is.
fn as_tunnel(carried: Class) -> Class {
    if carried == Class::Public {
        Class::Special("tunnels")
    } else {
        carried
    }
}

/// How bad it would be to call it; the larger, the worse.
fn severity(class: Class) -> u8 {
    match class {
        Class::Public => 0,
        Class::Special(_) => 1,
        Class::Private => 2,
        Class::Loopback => 3,
        Class::LinkLocal => 4,
        Class::Metadata => 5,
    }
}

/// The well-known prefix of RFC 6052: `64:ff9b::/96`.
fn is_nat64(ip: Ipv6Addr) -> bool {
    ip.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0]
}

/// The IPv4 addresses that an IPv6 address carries, by the tunnel or translation it belongs to.
/// The unspecified address and `::1` carry nothing.
fn carried_by(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 4] {
    let number = ip.to_bits();
    let at = |bit: u32| Some(Ipv4Addr::from_bits(low_32(number >> (96 - bit))));
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None; 4],
        // IPv4-compatible (RFC 4291 §2.5.5.1), SIIT (RFC 2765), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0 | 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            [at(96), None, None, None]
        }
        // Local NAT64 (RFC 8215): the place depends on a prefix that only that network knows.
        [0x64, 0xff9b, 1, ..] => {
            let places = [split_48(number), split_56(number), split_64(number)];
            let [a, b, c] = places.map(Some);
            [at(96), a, b, c]
        }
        // Teredo (RFC 4380): the server, and the client's address with all bits turned.
        [0x2001, 0, ..] => [
            at(32),
            Some(Ipv4Addr::from_bits(!low_32(number))),
            None,
            None,
        ],
        // 6to4 (RFC 3056).
        [0x2002, ..] => [at(16), None, None, None],
        // ISATAP (RFC 5214), under any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => [at(96), None, None, None],
        _ => [None; 4],
    }
}

/// RFC 6052 §2.2: bits 64 to 71 are left out of a carried address.
fn split_48(number: u128) -> Ipv4Addr {
    let (high, low) = (low_32(number >> 64) & 0xffff, low_32(number >> 40) & 0xffff);
    Ipv4Addr::from_bits((high << 16) | low)
}

fn split_56(number: u128) -> Ipv4Addr {
    let (high, low) = (
        low_32(number >> 64) & 0xff,
        low_32(number >> 32) & 0x00ff_ffff,
    );
    Ipv4Addr::from_bits((high << 24) | low)
}

fn split_64(number: u128) -> Ipv4Addr {
    Ipv4Addr::from_bits(low_32(number >> 24))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low 32 bits are what is wanted"
)]
fn low_32(number: u128) -> u32 {
    number as u32
}
