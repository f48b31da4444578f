//! Every special range at its ends, and random addresses, against an independent table.
//!
//! Never: reading the table under test.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use proptest::prelude::*;

use super::super::{Class, classify, is_allowed};

/// What the registries say, narrowest range last, in words of our own: P public, L loopback,
/// N private, K link-local, M metadata, S anything else.
const TABLE: &[(&str, char)] = &[
    ("0.0.0.0/0", 'P'),
    ("0.0.0.0/8", 'S'),
    ("10.0.0.0/8", 'N'),
    ("100.64.0.0/10", 'S'),
    ("100.100.100.200/32", 'M'),
    ("127.0.0.0/8", 'L'),
    ("168.63.129.16/32", 'M'),
    ("169.254.0.0/16", 'K'),
    ("169.254.169.254/32", 'M'),
    ("169.254.170.2/32", 'M'),
    ("172.16.0.0/12", 'N'),
    ("192.0.0.0/24", 'S'),
    ("192.0.0.192/32", 'M'),
    ("192.0.2.0/24", 'S'),
    ("192.31.196.0/24", 'S'),
    ("192.52.193.0/24", 'S'),
    ("192.88.99.0/24", 'S'),
    ("192.168.0.0/16", 'N'),
    ("192.175.48.0/24", 'S'),
    ("198.18.0.0/15", 'S'),
    ("198.51.100.0/24", 'S'),
    ("203.0.113.0/24", 'S'),
    ("224.0.0.0/4", 'S'),
    ("240.0.0.0/4", 'S'),
    ("255.255.255.255/32", 'S'),
    ("::/0", 'S'),
    ("::1/128", 'L'),
    ("2000::/3", 'P'),
    ("2001::/23", 'S'),
    ("2001:db8::/32", 'S'),
    ("2002::/16", 'S'),
    ("2620:4f:8000::/48", 'S'),
    ("3fff::/20", 'S'),
    ("5f00::/16", 'S'),
    ("100::/64", 'S'),
    ("fc00::/7", 'N'),
    ("fd00:ec2::254/128", 'M'),
    ("fd20:ce::254/128", 'M'),
    ("fd00:42::42/128", 'M'),
    ("fe80::/10", 'K'),
    ("fec0::/10", 'N'),
    ("ff00::/8", 'S'),
];

fn networks() -> impl Iterator<Item = (IpNet, char)> {
    TABLE
        .iter()
        .map(|(text, letter)| (text.parse().expect("a network"), *letter))
}

/// The narrowest range that holds the address.
fn expected(ip: IpAddr) -> char {
    let holding = networks().filter(|(network, _)| network.contains(&ip));
    holding
        .max_by_key(|(network, _)| network.prefix_len())
        .map_or('?', |(_, letter)| letter)
}

fn letter(class: Class) -> char {
    match class {
        Class::Public => 'P',
        Class::Loopback => 'L',
        Class::Private => 'N',
        Class::LinkLocal => 'K',
        Class::Metadata => 'M',
        Class::Special(_) => 'S',
    }
}

/// Carries an IPv4 address, so that the table does not decide alone.
fn carries(ip: Ipv6Addr) -> bool {
    let part = ip.segments();
    part[0] == 0
        || part[0] == 0x64
        || part[0] == 0x2002
        || part[..2] == [0x2001, 0]
        || part[5] == 0x5efe
}

fn next(ip: IpAddr, up: bool) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(ip) => {
            let bits = ip.to_bits();
            let bits = if up {
                bits.checked_add(1)
            } else {
                bits.checked_sub(1)
            };
            bits.map(|bits| Ipv4Addr::from_bits(bits).into())
        }
        IpAddr::V6(ip) => {
            let bits = ip.to_bits();
            let bits = if up {
                bits.checked_add(1)
            } else {
                bits.checked_sub(1)
            };
            bits.map(|bits| Ipv6Addr::from_bits(bits).into())
        }
    }
}

#[test]
fn each_range_begins_and_ends_where_the_registries_say() {
    for (network, _) in networks() {
        let (first, last) = (network.network(), network.broadcast());
        for ip in [
            Some(first),
            Some(last),
            next(first, false),
            next(last, true),
        ] {
            let Some(ip) = ip else { continue };
            if matches!(ip, IpAddr::V6(ip) if carries(ip) && !ip.is_loopback()) {
                continue;
            }
            assert_eq!(letter(classify(ip)), expected(ip), "{ip} beside {network}");
        }
    }
}

#[test]
fn what_carries_an_address_inside_is_looked_into() {
    for (text, class) in [
        ("::ffff:127.0.0.1", 'L'),
        ("::ffff:169.254.169.254", 'M'),
        ("::ffff:10.0.0.1", 'N'),
        ("::ffff:8.8.8.8", 'P'),
        ("64:ff9b::127.0.0.1", 'L'),
        ("64:ff9b::a9fe:a9fe", 'M'),
        ("64:ff9b::8.8.8.8", 'P'),
        ("64:ff9b:1::8.8.8.8", 'S'),
        ("64:ff9b:1::169.254.169.254", 'M'),
        ("64:ff9b:1:a9fe:a9:fe00::", 'M'),
        ("64:ff9b:1:a9:fe:a9fe::", 'M'),
        ("64:ff9b:1:0:a9:fea9:fe00:0", 'M'),
        ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", 'S'),
        ("64:ff9b:2::8.8.8.8", 'S'),
        ("2002:7f00:1::", 'L'),
        ("2002:a9fe:a9fe::1", 'M'),
        ("2002:808:808::1", 'S'),
        ("2001:0:a9fe:a9fe::", 'M'),
        ("2001:0:808:808:0:0:5601:5601", 'M'),
        ("2001:0:808:808:0:0:80ff:fffe", 'L'),
        ("2001:0:808:808:0:0:f7f7:f7f7", 'S'),
        ("::ffff:0:127.0.0.1", 'L'),
        ("::ffff:0:8.8.8.8", 'S'),
        ("::127.0.0.1", 'L'),
        ("::169.254.169.254", 'M'),
        ("::8.8.8.8", 'S'),
        ("::2", 'S'),
        ("2a00::5efe:169.254.169.254", 'M'),
        ("2a00::200:5efe:10.0.0.1", 'N'),
        ("fe80::5efe:8.8.8.8", 'K'),
        ("::", 'S'),
        ("::1", 'L'),
    ] {
        let ip: IpAddr = text.parse().expect("an address");
        assert_eq!(letter(classify(ip)), class, "{text}");
    }
}

#[test]
fn a_list_allows_all_but_link_local_and_metadata() {
    let everything: Vec<IpNet> = ["0.0.0.0/0", "::/0"]
        .map(|net| net.parse().expect("net"))
        .into();
    for (text, by_all) in [
        ("8.8.8.8", true),
        ("127.0.0.1", true),
        ("10.0.0.1", true),
        ("203.0.113.1", true),
        ("::1", true),
        ("::ffff:10.0.0.1", true),
        ("169.254.0.1", false),
        ("169.254.169.254", false),
        ("::ffff:169.254.169.254", false),
        ("64:ff9b::169.254.169.254", false),
        ("2002:a9fe:a9fe::1", false),
        ("fe80::1", false),
        ("fd00:ec2::254", false),
        ("100.100.100.200", false),
    ] {
        let ip: IpAddr = text.parse().expect("an address");
        assert_eq!(is_allowed(ip, &everything).is_ok(), by_all, "{text}");
        assert_eq!(is_allowed(ip, &[]).is_ok(), text == "8.8.8.8", "{text}");
    }

    let lan: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
    assert_eq!(
        is_allowed("::ffff:10.1.2.3".parse().expect("an address"), &lan),
        Ok(())
    );
    assert_eq!(
        is_allowed("64:ff9b::10.1.2.3".parse().expect("an address"), &lan),
        Err(Class::Private)
    );
    assert_eq!(
        is_allowed("11.0.0.1".parse().expect("an address"), &lan),
        Ok(())
    );
    assert_eq!(
        is_allowed("192.168.0.1".parse().expect("an address"), &lan),
        Err(Class::Private)
    );
}

/// Any address, half of them near an end of a special range.
fn address() -> impl Strategy<Value = IpAddr> {
    let near = (0..TABLE.len(), any::<bool>(), -3_i8..=3).prop_map(|(at, first, by)| {
        let (network, _) = networks().nth(at).expect("the index is within the table");
        let mut ip = if first {
            network.network()
        } else {
            network.broadcast()
        };
        for _ in 0..by.abs() {
            ip = next(ip, by > 0).unwrap_or(ip);
        }
        ip
    });
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
        near,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_addresses_have_the_class_of_the_independent_table(ip in address()) {
        if !matches!(ip, IpAddr::V6(ip) if carries(ip)) {
            prop_assert_eq!(letter(classify(ip)), expected(ip));
        }
    }

    #[test]
    fn an_address_is_never_better_than_what_it_carries(bits in any::<u32>(), form in 0..6_usize) {
        let inner = Ipv4Addr::from_bits(bits);
        let (low, full) = (u128::from(bits), u128::from(u32::MAX));
        let outer = Ipv6Addr::from_bits(match form {
            0 => full << 16 >> 16 & 0xffff << 32 | low,
            1 => 0x64_ff9b << 96 | low,
            2 => 0x64_ff9b_0001 << 80 | low,
            3 => 0x2002 << 112 | low << 80,
            4 => 0x2001 << 112 | 0x0808_0808 << 64 | (!low & full),
            _ => 0x2a00 << 112 | 0x5efe << 32 | low,
        });
        let classes = (classify(inner.into()), classify(outer.into()));
        let is_worse = classes.0 == Class::Public || classes.0 == classes.1
            || matches!(classes.0, Class::Special(_)) && classes.1 != Class::Public;
        prop_assert!(is_worse, "{} is {:?}, {} is {:?}", inner, classes.0, outer, classes.1);
    }
}
