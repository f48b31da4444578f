//! URLs that are taken, and the many that are not (T5, T14).
//!
//! Never: the network.

use hyper::Uri;
use proptest::prelude::*;

use super::super::{Target, check_literal};

/// Given, stored, key of the caps per host.
const GOOD: &[(&str, &str, &str)] = &[
    (
        "https://example.test",
        "https://example.test/",
        "example.test:443",
    ),
    (
        "HTTPS://Example.TEST/Hook",
        "https://example.test/Hook",
        "example.test:443",
    ),
    (
        "http://example.test:80/",
        "http://example.test/",
        "example.test:80",
    ),
    (
        "http://example.test:8080?a=b#c",
        "http://example.test:8080/?a=b",
        "example.test:8080",
    ),
    (
        "https://example.test./x",
        "https://example.test./x",
        "example.test:443",
    ),
    (
        "https://bücher.test/ä",
        "https://xn--bcher-kva.test/%C3%A4",
        "xn--bcher-kva.test:443",
    ),
    (
        "http://10.0.0.7:3000/",
        "http://10.0.0.7:3000/",
        "10.0.0.7:3000",
    ),
    ("http://[::1]:3000/", "http://[::1]:3000/", "[::1]:3000"),
    ("http://[0:0::1]/", "http://[::1]/", "[::1]:80"),
    ("http://intern/", "http://intern/", "intern:80"),
    (
        "http://my_host/a/../b?q=`|^",
        "http://my_host/b?q=`|^",
        "my_host:80",
    ),
    (
        "https://h.test/?u=http://a@b",
        "https://h.test/?u=http://a@b",
        "h.test:443",
    ),
];

#[test]
fn a_target_is_stored_as_it_will_be_called() {
    for (given, stored, key) in GOOD.iter().copied() {
        let target = Target::parse(given).unwrap_or_else(|refusal| panic!("{given}: {refusal}"));
        assert_eq!(
            (target.as_str(), target.host_key().as_str()),
            (stored, key),
            "{given}"
        );
        assert_eq!(
            Target::parse(stored).as_ref(),
            Ok(&target),
            "parsing again changes nothing"
        );
    }
}

const BAD: &[&str] = &[
    "",
    " ",
    "x",
    "/",
    "//example.test/",
    "example.test",
    "example.test:80",
    "mailto:a@b.test",
    "ftp://example.test/",
    "file:///etc/passwd",
    "gopher://example.test/",
    "ws://example.test/",
    "javascript://example.test/",
    "data:text/plain,a",
    "httpss://example.test/",
    "http:example.test",
    "http:/example.test",
    "http:///example.test",
    "http:////example.test",
    "http://",
    "https://",
    "http:///",
    "http://?a",
    "http://#a",
    "http://:80/",
    "http://:/",
    "http://user@example.test/",
    "http://user:pass@example.test/",
    "http://@example.test/",
    "http://:@example.test/",
    "http://a@b@example.test/",
    "http://example.test@127.0.0.1/",
    "http://%75ser@example.test/",
    "http://user%40example.test/",
    " http://example.test/",
    "http://example.test/ ",
    "http://exa mple.test/",
    "http://example.test/a b",
    "http://example.test/\ta",
    "http://example.test/\n",
    "http://example.test/\r\nx: y",
    "ht\ntp://example.test/",
    "http://exam\tple.test/",
    "http://example.test/\0",
    "http://example.test/\u{7f}",
    "http://example.test/\u{85}",
    "http://example.test/\u{a0}",
    "http://example.test/\u{2028}",
    "\u{feff}http://example.test/",
    "http:\\\\example.test/",
    "http://example.test\\a",
    "http://example.test/\\a",
    "http://example.test\\@127.0.0.1/",
    "http://example.test:0/",
    "http://example.test:00080/",
    "http://example.test:080/",
    "http://example.test:65536/",
    "http://example.test:99999999/",
    "http://example.test:/",
    "http://example.test:-1/",
    "http://example.test:+80/",
    "http://example.test:80a/",
    "http://example.test:８０/",
    "http://example.test:80:80/",
    "http://exa%6dple.test/",
    "http://example%2etest/",
    "http://example.test%00/",
    "http://example.test%2f/",
    "http://[::1/",
    "http://::1/",
    "http://[::1]a/",
    "http://[]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[127.0.0.1]/",
    "http://./",
    "http://../",
    "http://a..b/",
    "http://.example.test/",
    "http://example.test../",
    "http://exam<ple.test/",
    "http://exam|ple.test/",
    "http://exam^ple.test/",
    "http://*%/",
    "http://1.2.3.4.5/",
    "http://256.0.0.1/",
    "http://0x100000000/",
    "http://a.0x7f/",
    "http://example.test\u{3000}/",
    "http://\u{ad}/",
];

#[test]
fn what_two_parsers_could_read_differently_is_refused() {
    let long = format!("https://example.test/{}", "a".repeat(2_028));
    let swollen = format!("https://example.test/{}", "ä".repeat(1_000));
    let name = format!("https://{}.test/", "a.".repeat(130));
    for bad in BAD.iter().copied().chain([long.as_str(), &swollen, &name]) {
        let refusal = Target::parse(bad).expect_err(bad);
        assert!(refusal.ends_with('.'), "{refusal}");
    }
}

const LOOPBACK: &str = "
    127.0.0.1 127.1 127.0.1 127.0.0.1. 127.255.255.254 2130706433 017700000001 0x7f000001
    0X7F000001 0x7f.1 0x7f.0.0.1 0177.0.0.1 0177.1 127.0.0.01 127.0.0.0x1 127.0x0.0.1
    127.00.00.01 0x7f.0x0.0x0.0x1 00000177.0.0.1 127.0.1. 2130706433. %31%32%37.0.0.1
    127%2e0%2e0%2e1 127。0。0。1 127．0．0．1 127｡0｡0｡1 １２７.0.0.1 ①②⑦.⓪.⓪.① 𝟏𝟐𝟕.𝟎.𝟎.𝟏
    127.0.0.1\u{ad} [::1] [0:0:0:0:0:0:0:1] [::0001] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [0:0:0:0:0:ffff:7f00:1] [::FFFF:127.0.0.1] [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1]
    [64:ff9b::7f00:1] [2002:7f00:1::] [::ffff:0:127.0.0.1] [2001:0:808:808::80ff:fffe]
    [2a00::5efe:127.0.0.1] [::] 0.0.0.0 0 0x0 00 127.0.0.1:80@
";

const METADATA: &str = "
    169.254.169.254 169.254.43518 169.16689662 2852039166 0xa9fea9fe 0xA9.0xFE.0xA9.0xFE
    0251.0376.0251.0376 025177524776 0xa9.254.0251.254 169.254.169.254. 169.254.0xa9fe
    169.0xfea9fe 0251.254.169.254 169.254.169.0376 169.254.169.00000376 %31%36%39.254.169.254
    169%2e254.169.254 169。254。169。254 １６９.254.169.254 ⑯⑨.254.169.254 [::ffff:169.254.169.254]
    [::ffff:a9fe:a9fe] [0:0:0:0:0:FFFF:A9FE:A9FE] [::169.254.169.254] [::a9fe:a9fe]
    [64:ff9b::169.254.169.254] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a9fe:a9fe]
    [64:ff9b:1:a9fe:a9:fe00::] [2002:a9fe:a9fe::] [2002:a9fe:a9fe::1] [2001:0:a9fe:a9fe::]
    [2001:0:808:808::5601:5601] [::ffff:0:a9fe:a9fe] [2a00::5efe:a9fe:a9fe]
    [2a00::200:5efe:a9fe:a9fe] [fd00:ec2::254] [FD00:0EC2:0:0:0:0:0:0254] [fd20:ce::254]
    [fe80::a9fe:a9fe] 100.100.100.200 192.0.0.192 168.63.129.16 169.254.170.2 1684301000
";

#[test]
fn no_spelling_of_loopback_or_metadata_gets_through() {
    for table in [LOOPBACK, METADATA] {
        assert!(table.split_whitespace().count() >= 40);
    }
    for host in LOOPBACK
        .split_whitespace()
        .chain(METADATA.split_whitespace())
    {
        let url = format!("http://{host}/latest");
        let checked = Target::parse(&url).and_then(|target| check_literal(&target, &[]));
        assert!(checked.is_err(), "{url}");
    }
}

#[test]
fn a_refused_literal_is_named_with_its_class_and_the_remedy() {
    for (url, sentence) in [
        (
            "http://10.0.0.7/",
            "10.0.0.7 is a private address. Add it to delivery.allow_networks to allow it.",
        ),
        (
            "http://169.254.1.1/",
            "169.254.1.1 is a link-local address, which is never called. Choose another address.",
        ),
        (
            "http://203.0.113.9/",
            "203.0.113.9 is an address for documentation. Add it to delivery.allow_networks to \
             allow it.",
        ),
        (
            "http://2130706433/",
            "The host 2130706433 can be read as 127.0.0.1. Write it as 127.0.0.1, if that is meant.",
        ),
    ] {
        let checked = Target::parse(url).and_then(|target| check_literal(&target, &[]));
        assert_eq!(checked, Err(sentence.to_owned()));
    }
    let target = Target::parse("http://10.0.0.7/").expect("a target");
    assert_eq!(
        check_literal(&target, &["10.0.0.0/8".parse().expect("a network")]),
        Ok(())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_parsers_agree_on_host_and_port_of_what_is_taken(
        text in "https?:[/]{1,3}[a-z0-9.@:%\\[\\]\\\\xX_ä。-]{0,24}[/?#]{0,2}[!-~]{0,12}",
    ) {
        if let Ok(target) = Target::parse(&text) {
            let uri: Uri = target.as_str().parse().expect("the other parser takes it too");
            prop_assert_eq!(uri.host(), Some(target.host()));
            let usual = if target.is_https() { 443 } else { 80 };
            prop_assert_eq!(uri.port_u16().unwrap_or(usual), target.port());
            prop_assert_eq!(uri.path_and_query(), Some(target.path_and_query()));
            prop_assert_eq!(target.origin().rsplit("://").next(), Some(target.host_header()));
            prop_assert_eq!(Target::parse(target.as_str()), Ok(target));
        }
    }
}
