//! TLS: what is accepted, and everything that is not (T12).
//!
//! Never: certificates of the public.

use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use zoo::hostile::{Kind, Step};
use zoo::{Answer, Certificate, Receiver, Version};

use super::super::Courier;
use super::{clock, courier, keeping, open_door, outgoing, settings};
use crate::outcome::Outcome;
use crate::settings::Settings;

/// A courier that trusts the zoo's root and no other.
fn trusting() -> Courier {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(zoo::ROOT))
        .expect("the fixture is a certificate");
    Courier::trusting(roots, Arc::new(settings()), clock()).expect("a courier")
}

#[tokio::test]
async fn a_verified_receiver_is_called_with_either_version_and_by_name_or_address() {
    let courier = trusting();
    for (version, word) in [(Version::Tls12, "1.2"), (Version::Tls13, "1.3")] {
        let receiver = Receiver::start_secure(Certificate::Valid, version).await;
        let by_name = format!("https://localhost:{}/", receiver.address().port());
        for url in [receiver.url("/"), by_name] {
            let exchange = courier.send(outgoing(&url), open_door()).await;

            assert_eq!(exchange.error, None, "{url}");
            assert_eq!(exchange.outcome, Outcome::Accepted);
            assert_eq!(exchange.tls_version, Some(word));
            assert!(exchange.timings.tls.is_some());
        }
    }
}

#[tokio::test]
async fn a_secure_connection_is_kept_like_a_plain_one() {
    let receiver = Receiver::start_secure(Certificate::Valid, Version::Tls13).await;
    let courier = trusting();

    for _ in 0..3 {
        let exchange = courier.send(keeping(&receiver.url("/")), open_door()).await;
        assert_eq!(
            (exchange.outcome, exchange.tls_version),
            (Outcome::Accepted, Some("1.3"))
        );
    }
    receiver.answer_next([Answer::Reset]);
    let reset = courier.send(keeping(&receiver.url("/")), open_door()).await;

    assert_eq!(receiver.connections(), 1);
    assert_eq!(
        (reset.outcome, reset.was_reused),
        (Outcome::BadAnswer, true)
    );
}

#[tokio::test]
async fn no_other_certificate_is_accepted_and_the_sentence_says_why() {
    let courier = trusting();
    for (certificate, why) in [
        (Certificate::Expired, "expired on 2024-03-01T00:00:00Z"),
        (Certificate::Elsewhere, "was not made for 127.0.0.1"),
        (
            Certificate::SelfSigned,
            "is not signed by a known authority",
        ),
    ] {
        let receiver = Receiver::start_secure(certificate, Version::Tls13).await;

        let exchange = courier
            .send(outgoing(&receiver.url("/")), open_door())
            .await;

        assert_eq!(exchange.outcome, Outcome::TlsFailed, "{certificate:?}");
        let error = exchange.error.expect("a sentence");
        assert!(error.contains(why), "{error}");
        assert!(receiver.received().is_empty());
    }
}

#[tokio::test]
async fn the_public_roots_do_not_trust_a_root_of_ones_own() {
    let receiver = Receiver::start_secure(Certificate::Valid, Version::Tls13).await;

    let exchange = courier(settings())
        .send(outgoing(&receiver.url("/")), open_door())
        .await;

    assert_eq!(exchange.outcome, Outcome::TlsFailed);
}

/// What may meet a handshake.
const KINDS: &[Kind] = &[
    Kind {
        name: "answers plain HTTP to a handshake",
        outcomes: &["tls_failed"],
        script: &[
            Step::ReadBytes(5),
            Step::Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ],
    },
    Kind {
        name: "knows TLS 1.1 at most",
        outcomes: &["tls_failed"],
        script: &[
            Step::ReadBytes(5),
            Step::SayBytes(
                b"\x16\x03\x02\0\x2a\x02\0\0\x26\x03\x02\
                  01234567890123456789012345678901\0\xc0\x14\0",
            ),
        ],
    },
    Kind {
        name: "refuses the version in an alert",
        outcomes: &["tls_failed"],
        script: &[
            Step::ReadBytes(5),
            Step::SayBytes(b"\x15\x03\x01\0\x02\x02\x46"),
        ],
    },
    Kind {
        name: "closes",
        outcomes: &["tls_failed"],
        script: &[Step::ReadBytes(5)],
    },
    Kind {
        name: "resets",
        outcomes: &["tls_failed"],
        script: &[Step::ReadBytes(5), Step::Reset],
    },
    Kind {
        name: "is silent",
        outcomes: &["tls_failed"],
        script: &[Step::Hang],
    },
    Kind {
        name: "floods",
        outcomes: &["tls_failed"],
        script: &[Step::Flood("\0noise ")],
    },
    Kind {
        name: "trickles a record",
        outcomes: &["tls_failed"],
        script: &[Step::Trickle("\u{16}\u{3}\u{3}")],
    },
];

#[tokio::test]
async fn https_never_falls_back_to_less() {
    let courier = courier(Settings {
        connect_timeout: Duration::from_millis(300),
        ..settings()
    });
    for kind in KINDS {
        let receiver = kind.start().await;
        let url = receiver.url().replace("http://", "https://");

        let exchange = courier.send(outgoing(&url), open_door()).await;

        assert!(
            kind.outcomes.contains(&exchange.outcome.word()),
            "{}",
            kind.name
        );
        assert_eq!((exchange.status, exchange.tls_version), (None, None));
        assert!(
            exchange.error.expect("a sentence").ends_with(['.', '?']),
            "{}",
            kind.name
        );
    }
}
