//! TLS for receivers: certificates good and bad, under a root that only tests trust.
//!
//! The fixtures were made with openssl: one P-256 key for all leaves, valid for a hundred years
//! but for the expired one. They protect nothing.
//!
//! Never: certificates that anybody else trusts.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio_rustls::TlsAcceptor;

/// The root that signed all leaves but the self-signed one, in DER.
pub const ROOT: &[u8] = include_bytes!("../fixtures/root.der");

const KEY: &[u8] = include_bytes!("../fixtures/leaf_key.der");

/// What a receiver shows in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For localhost and 127.0.0.1.
    Valid,
    /// The same, until the first of March 2024.
    Expired,
    /// For elsewhere.example.test.
    Elsewhere,
    /// For localhost and 127.0.0.1, signed by itself.
    SelfSigned,
}

/// Which versions a receiver speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Tls12,
    Tls13,
}

impl Certificate {
    fn der(self) -> &'static [u8] {
        match self {
            Self::Valid => include_bytes!("../fixtures/valid.der"),
            Self::Expired => include_bytes!("../fixtures/expired.der"),
            Self::Elsewhere => include_bytes!("../fixtures/elsewhere.der"),
            Self::SelfSigned => include_bytes!("../fixtures/self_signed.der"),
        }
    }
}

/// Accepts handshakes with this certificate and this version only; offers no protocol by name.
pub(crate) fn acceptor(certificate: Certificate, version: Version) -> TlsAcceptor {
    let version: &'static SupportedProtocolVersion = match version {
        Version::Tls12 => &rustls::version::TLS12,
        Version::Tls13 => &rustls::version::TLS13,
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(KEY));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("ring knows both versions")
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate.der())], key)
        .expect("the fixtures belong together");
    TlsAcceptor::from(Arc::new(config))
}
