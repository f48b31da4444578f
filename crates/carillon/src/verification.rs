//! The receiver's side of signatures: does a delivery come from who knows the secret?
//!
//! Words: *scheme* = one of the two signatures that every delivery carries.
//! Never: printing; telling what the right signature would have been.

use base::secret::{is_equal, sign};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The header of the contract's scheme (webhooks.md §6).
pub(crate) const PLAIN: &str = "X-Noko-Signature";
/// The headers of the other scheme, Standard Webhooks.
pub(crate) const ID: &str = "webhook-id";
/// When the attempt was made, in Unix seconds.
pub(crate) const TIMESTAMP: &str = "webhook-timestamp";
/// Space-separated `v1,` signatures over id, timestamp and body.
pub(crate) const STANDARD_SIGNATURE: &str = "webhook-signature";

/// Header names with their values, in any case.
#[derive(Debug, Default)]
pub(crate) struct Headers(pub(crate) Vec<(String, String)>);

impl Headers {
    /// The value of a header, whatever the case of its name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

/// Why a delivery is not to be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// No signature at all.
    Unsigned,
    /// A header that the scheme needs is missing.
    Missing(&'static str),
    /// The header does not look like a signature; how one looks.
    Malformed(&'static str, &'static str),
    /// Another secret or another body.
    Different(&'static str),
    /// It matches once the body's final newline is taken away.
    FinalNewline(&'static str),
}

impl Mismatch {
    /// What is wrong and what to do.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Unsigned => format!(
                "There is no signature: give {PLAIN}, or {ID}, {TIMESTAMP} and {STANDARD_SIGNATURE}."
            ),
            Self::Missing(name) => format!("{STANDARD_SIGNATURE} needs {name} beside it."),
            Self::Malformed(name, form) => format!("{name} is not a signature: {form}."),
            Self::Different(name) => format!(
                "{name} does not match: another secret, or not the exact bytes of the body."
            ),
            Self::FinalNewline(name) => format!(
                "{name} does not match: the body ends with a newline that was not sent; without \
                 it the signature matches."
            ),
        }
    }
}

/// The key of a secret as it is given: its `whsec_` form decoded, else its own bytes.
pub(crate) fn key_of(secret: &str) -> Vec<u8> {
    let standard = secret
        .strip_prefix("whsec_")
        .and_then(|coded| STANDARD.decode(coded).ok());
    standard.unwrap_or_else(|| secret.as_bytes().to_vec())
}

/// Checks every signature there is, in constant time; names the headers that match.
pub(crate) fn check(
    key: &[u8],
    headers: &Headers,
    body: &[u8],
) -> Result<Vec<&'static str>, Mismatch> {
    let mut matching = Vec::new();
    if let Some(signature) = headers.find(PLAIN) {
        check_plain(key, signature, body)?;
        matching.push(PLAIN);
    }
    if let Some(signatures) = headers.find(STANDARD_SIGNATURE) {
        let id = headers.find(ID).ok_or(Mismatch::Missing(ID))?;
        let timestamp = headers
            .find(TIMESTAMP)
            .ok_or(Mismatch::Missing(TIMESTAMP))?;
        check_standard(key, signatures, &format!("{id}.{timestamp}."), body)?;
        matching.push(STANDARD_SIGNATURE);
    }
    if matching.is_empty() {
        Err(Mismatch::Unsigned)
    } else {
        Ok(matching)
    }
}

fn check_plain(key: &[u8], signature: &str, body: &[u8]) -> Result<(), Mismatch> {
    let is_hex = signature.len() == 64
        && signature
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hex {
        return Err(Mismatch::Malformed(
            PLAIN,
            "it has 64 lower-case hexadecimal digits",
        ));
    }
    let matches = |body: &[u8]| {
        is_equal(
            hex::encode(sign(key, &[body])).as_bytes(),
            signature.as_bytes(),
        )
    };
    judge(PLAIN, body, matches)
}

fn check_standard(key: &[u8], signatures: &str, before: &str, body: &[u8]) -> Result<(), Mismatch> {
    let known: Vec<_> = signatures
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .collect();
    if known.is_empty() {
        return Err(Mismatch::Malformed(
            STANDARD_SIGNATURE,
            "it begins with v1,",
        ));
    }
    let matches = |body: &[u8]| {
        let expected = STANDARD.encode(sign(key, &[before.as_bytes(), body]));
        known
            .iter()
            .any(|one| is_equal(one.as_bytes(), expected.as_bytes()))
    };
    judge(STANDARD_SIGNATURE, body, matches)
}

fn judge(name: &'static str, body: &[u8], matches: impl Fn(&[u8]) -> bool) -> Result<(), Mismatch> {
    if matches(body) {
        return Ok(());
    }
    match body.strip_suffix(b"\n") {
        Some(shorter) if matches(shorter) => Err(Mismatch::FinalNewline(name)),
        _ => Err(Mismatch::Different(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "6d227858bf0d926fb657873b932cbfca06d4831d54142d65a1408889c11196fd";

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        Headers(
            pairs
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        )
    }

    fn standard(signature: &str) -> Headers {
        headers(&[
            ("Webhook-Id", "0c6f3a52-7b1e-4d0a-9f4e-2f8f5d1c7e90"),
            ("webhook-timestamp", "1710837000"),
            ("webhook-signature", signature),
        ])
    }

    #[test]
    fn the_vectors_of_both_schemes_hold() {
        let key = key_of("correct-horse");
        assert_eq!(key, key_of("whsec_Y29ycmVjdC1ob3JzZQ=="));
        let body = br#"{"a":1}"#;
        let plain = headers(&[("x-noko-signature", SIGNATURE)]);
        assert_eq!(check(&key, &plain, body), Ok(vec![PLAIN]));
        let signature = "v1,ALBLHwwOI+9MTw+ZfT0tko6flfoB9bYUKDYYdLFMUtg=";
        let both = format!("v1a,later v1,AAAA {signature}");
        for signature in [signature, &both] {
            assert_eq!(
                check(&key, &standard(signature), body),
                Ok(vec![STANDARD_SIGNATURE])
            );
        }
    }

    #[test]
    fn anything_else_is_a_mismatch_with_its_reason() {
        let plain = |signature| headers(&[("X-Noko-Signature", signature)]);
        let long = format!("sha256={SIGNATURE}");
        let malformed = "it has 64 lower-case hexadecimal digits";
        for (secret, headers, body, expected) in [
            ("correct-horse", headers(&[]), "", Mismatch::Unsigned),
            (
                "wrong",
                plain(SIGNATURE),
                "{\"a\":1}",
                Mismatch::Different(PLAIN),
            ),
            (
                "correct-horse",
                plain(SIGNATURE),
                "{\"a\":2}",
                Mismatch::Different(PLAIN),
            ),
            (
                "correct-horse",
                plain(SIGNATURE),
                "{\"a\":1}\n",
                Mismatch::FinalNewline(PLAIN),
            ),
            (
                "correct-horse",
                plain(&long),
                "{\"a\":1}",
                Mismatch::Malformed(PLAIN, malformed),
            ),
            (
                "correct-horse",
                standard("v1,AAAA"),
                "{}",
                Mismatch::Different(STANDARD_SIGNATURE),
            ),
            (
                "correct-horse",
                standard("v2,AAAA"),
                "{}",
                Mismatch::Malformed(STANDARD_SIGNATURE, "it begins with v1,"),
            ),
            (
                "correct-horse",
                headers(&[("webhook-signature", "v1,AAAA"), ("webhook-id", "1")]),
                "{}",
                Mismatch::Missing(TIMESTAMP),
            ),
        ] {
            assert_eq!(
                check(&key_of(secret), &headers, body.as_bytes()),
                Err(expected)
            );
        }
    }
}
