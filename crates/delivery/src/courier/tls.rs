//! TLS 1.2 or 1.3 with a verified certificate, and no way around it (T12).
//!
//! Never: falling back; roots from the environment.

use std::io;
use std::sync::Arc;

use base::{Error, Result};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ProtocolVersion, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Failure, within};
use crate::address::Target;
use crate::outcome::Outcome;

/// The roots of the Mozilla programme, compiled in.
pub(super) fn public_roots() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}

/// A connector that trusts these roots and speaks HTTP/1.1 only.
pub(super) fn connector(roots: RootCertStore) -> Result<TlsConnector> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Shakes hands; the certificate must be valid for the target's host.
pub(super) async fn shake_hands(
    connector: &TlsConnector,
    target: &Target,
    stream: TcpStream,
    end: Instant,
) -> Result<TlsStream<TcpStream>, Failure> {
    let failure = |sentence: String| Failure::new(Outcome::TlsFailed, sentence);
    let host = target.host();
    let name = match target.literal_ip() {
        Some(ip) => ServerName::from(ip),
        None => ServerName::try_from(host.trim_end_matches('.').to_owned())
            .map_err(|_| failure(format!("{host} cannot stand in a certificate. Rename it.")))?,
    };
    within(end, connector.connect(name, stream))
        .await
        .ok_or_else(|| {
            failure(format!(
                "{host} did not end the TLS handshake in time. Is it an https port?"
            ))
        })?
        .map_err(|problem| failure(explain(host, &problem)))
}

/// The version as it is shown: `1.2` or `1.3`.
pub(super) fn version(stream: &TlsStream<TcpStream>) -> Option<&'static str> {
    match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => Some("1.2"),
        Some(ProtocolVersion::TLSv1_3) => Some("1.3"),
        _ => None,
    }
}

/// Which check failed and what to do.
fn explain(host: &str, problem: &io::Error) -> String {
    let cause = problem
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(certificate)) => {
            explain_certificate(host, certificate)
        }
        Some(rustls::Error::InvalidMessage(_)) => {
            format!("{host} does not speak TLS on this port. Use its https port, or http://.")
        }
        Some(rustls::Error::NoApplicationProtocol) => {
            format!("{host} does not offer HTTP/1.1. Enable it there.")
        }
        Some(rustls::Error::PeerIncompatible(_)) => {
            format!("{host} offers no TLS that is safe. Enable TLS 1.2 or 1.3 there.")
        }
        Some(rustls::Error::AlertReceived(alert)) => {
            format!("{host} refused the TLS handshake ({alert:?}). Enable TLS 1.2 or 1.3 there.")
        }
        Some(other) => format!("The TLS handshake with {host} failed: {other}."),
        None => format!("{host} closed the connection in the TLS handshake. Is it an https port?"),
    }
}

fn explain_certificate(host: &str, problem: &CertificateError) -> String {
    match problem {
        CertificateError::Expired => format!("The certificate of {host} has expired. Renew it."),
        CertificateError::ExpiredContext { not_after, .. } => {
            let date = shown(not_after.as_secs());
            format!("The certificate of {host} expired on {date}. Renew it.")
        }
        CertificateError::NotValidYet => {
            format!("The certificate of {host} is not valid yet. Check the clocks.")
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            let date = shown(not_before.as_secs());
            format!("The certificate of {host} is not valid before {date}. Check the clocks.")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("The certificate was not made for {host}. Add that name to it.")
        }
        CertificateError::UnknownIssuer => format!(
            "The certificate of {host} is not signed by a known authority, or its chain is not \
             complete. Install one that is, with all intermediate certificates."
        ),
        CertificateError::BadSignature => {
            format!("A signature in the certificate of {host} is wrong. Replace it.")
        }
        other => format!("The certificate of {host} was not accepted: {other}. Replace it."),
    }
}

fn shown(unix_seconds: u64) -> base::WallTime {
    base::WallTime(
        i64::try_from(unix_seconds)
            .unwrap_or(i64::MAX)
            .saturating_mul(1_000_000),
    )
}
