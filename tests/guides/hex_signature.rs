//! The Rust snippet of the webhook guide for `X-Noko-Signature`, word for word below this head.
//!
//! Never: a line that the guide does not have.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Whether `signature` is the hex HMAC-SHA256 of `body` under the text of `secret`.
pub(crate) fn is_genuine(secret: &str, body: &[u8], signature: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    mac.update(body);
    let expected = hex::encode(mac.finalize().into_bytes());
    expected.as_bytes().ct_eq(signature.as_bytes()).into()
}
