//! The Rust snippet of the webhook guide for Standard Webhooks, word for word below this head.
//!
//! Never: a line that the guide does not have.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The three headers of Standard Webhooks, as they came.
pub(crate) struct Headers<'a> {
    pub(crate) id: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) signature: &'a str,
}

/// Whether a signature fits and the timestamp is within five minutes of `now` (Unix seconds).
pub(crate) fn is_genuine(secret: &str, body: &[u8], headers: &Headers, now: u64) -> bool {
    let sent = headers.timestamp.parse::<u64>();
    let fresh = sent.is_ok_and(|sent| sent.abs_diff(now) <= 300);
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    mac.update(format!("{}.{}.", headers.id, headers.timestamp).as_bytes());
    mac.update(body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let mut candidates = headers.signature.split(' ');
    fresh && candidates.any(|given| expected.as_bytes().ct_eq(given.as_bytes()).into())
}
