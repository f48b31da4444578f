//! What must not be shown: secrets, tokens, the master key that seals them.
//!
//! Words: *seal* = encrypt bound to a table, row and column.
//! Never: printing a secret; `Debug` and `Display` show `***`.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::chance::Chance;
use crate::error::{Error, Result};
use crate::limits;

/// A value that never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: every call is a place to look at.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Secret<String> {
    /// A signing secret: 64 lower-case hex digits of 32 random bytes (contract webhooks.md §6).
    pub fn signing(chance: &dyn Chance) -> Self {
        let mut bytes = [0; 32];
        chance.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// A token: prefix, 160 random bits and a CRC-32 in base 32, all lower case (limit L26).
    pub fn token(prefix: &str, chance: &dyn Chance) -> Self {
        let mut bytes = [0; 24];
        chance.fill(&mut bytes[..20]);
        let check = crc32fast::hash(&bytes[..20]);
        bytes[20..].copy_from_slice(&check.to_be_bytes());
        Self(format!("{prefix}{}", base32(&bytes)))
    }
}

/// RFC 4648 base 32 in lower case without padding.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// SHA-256 in lower-case hex: how tokens are kept.
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// HMAC-SHA256 of the parts as if they were one message.
pub fn sign(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Compares without telling by its duration where the texts differ.
pub fn is_equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// The key that seals secrets at rest; it lies outside the database.
#[derive(Clone)]
pub struct MasterKey {
    id: String,
    cipher: ChaCha20Poly1305,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// Draws a key and gives its file form: 64 hex digits.
    pub fn draw(chance: &dyn Chance) -> Secret<String> {
        Secret::signing(chance)
    }

    /// Reads the file form; `Err` holds the sentence for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = hex::decode(text.trim())
            .ok()
            .filter(|bytes| bytes.len() == 32);
        let bytes = bytes.ok_or(
            "a master key is 64 hexadecimal digits; make one with `carillon key create FILE`",
        )?;
        let key = Key::try_from(bytes.as_slice()).map_err(|_| "a master key has 32 bytes")?;
        let id = hex::encode(&Sha256::digest(&bytes)[..4]);
        Ok(Self {
            id,
            cipher: ChaCha20Poly1305::new(&key),
        })
    }

    /// A short name of the key that tells nothing about it: the `key_id` of sealed rows.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Encrypts a secret for one place, such as `webhooks.sealed_secret:7`.
    pub fn seal(&self, secret: &Secret<String>, place: &str, chance: &dyn Chance) -> Vec<u8> {
        let mut sealed = vec![0; limits::NONCE_BYTES];
        chance.fill(&mut sealed);
        let nonce = Nonce::try_from(sealed.as_slice()).expect("the buffer has a nonce's length");
        let message = Payload {
            msg: secret.reveal().as_bytes(),
            aad: place.as_bytes(),
        };
        let cipher = self
            .cipher
            .encrypt(&nonce, message)
            .expect("a secret is far below the limit");
        sealed.extend(cipher);
        sealed
    }

    /// Decrypts what was sealed for this place; anything else is `Internal`.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Secret<String>> {
        let refuse =
            || Error::internal(format!("the secret at {place} was not sealed by this key"));
        let (nonce, cipher) = sealed
            .split_at_checked(limits::NONCE_BYTES)
            .ok_or_else(refuse)?;
        let nonce = Nonce::try_from(nonce).map_err(|_| refuse())?;
        let message = Payload {
            msg: cipher,
            aad: place.as_bytes(),
        };
        let plain = self.cipher.decrypt(&nonce, message).map_err(|_| refuse())?;
        String::from_utf8(plain).map(Secret).map_err(|_| refuse())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_contract_holds() {
        let signature = sign(b"correct-horse", &[b"{\"a\":", b"1}"]);
        assert_eq!(
            hex::encode(signature),
            "6d227858bf0d926fb657873b932cbfca06d4831d54142d65a1408889c11196fd"
        );
    }

    #[test]
    fn a_sealed_secret_opens_only_in_its_place_and_with_its_key() {
        let chance = crate::chance::SystemChance;
        let key = MasterKey::parse(MasterKey::draw(&chance).reveal()).expect("a drawn key");
        let other = MasterKey::parse(MasterKey::draw(&chance).reveal()).expect("a drawn key");
        let secret = Secret::signing(&chance);

        let sealed = key.seal(&secret, "webhooks.sealed_secret:1", &chance);

        assert_eq!(
            key.open(&sealed, "webhooks.sealed_secret:1")
                .expect("opens"),
            secret
        );
        assert!(key.open(&sealed, "webhooks.sealed_secret:2").is_err());
        assert!(other.open(&sealed, "webhooks.sealed_secret:1").is_err());
        assert!(key.open(&sealed[..8], "webhooks.sealed_secret:1").is_err());
    }

    #[test]
    fn a_token_has_only_lower_case_letters_digits_and_dashes() {
        let token = Secret::token("crp-", &crate::chance::SystemChance);
        let text = token.reveal();
        assert_eq!(text.len(), 4 + 39);
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        );
        assert_eq!(format!("{token:?}"), "***");
    }

    #[test]
    fn base_32_follows_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "my"),
            ("foob", "mzxw6yq"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }
}
