//! Genuine and forged deliveries, on which every snippet gives the same judgement.
//!
//! Words: forged (one thing differs from a genuine delivery).
//! Never: a signature made by the code under test; they are vectors, made elsewhere.

const SECRET: &str = "correct-horse";
const BODY: &[u8] = br#"{"a":1}"#;
const ID: &str = "0c6f3a52-7b1e-4d0a-9f4e-2f8f5d1c7e90";
const SENT: &str = "1710837000";
const NOW: u64 = 1_710_837_000;
const HEX: &str = "6d227858bf0d926fb657873b932cbfca06d4831d54142d65a1408889c11196fd";
const STANDARD: &str = "v1,ALBLHwwOI+9MTw+ZfT0tko6flfoB9bYUKDYYdLFMUtg=";

/// Bytes that are no text, with a line end as the last one.
const BYTES: &[u8] = b"\0\xff\r\n{\"a\":\"\xc3\xa9\"}\n";
/// `printf '\0\377\r\n{"a":"\303\251"}\n' | openssl dgst -sha256 -hmac correct-horse`
const BYTES_HEX: &str = "064344bb72121e4be733cae36617873ce7e3718a10e8a4e59100cc7ae58b143f";
/// The same behind `{ID}.{SENT}.`, `-binary | openssl base64`.
const BYTES_STANDARD: &str = "v1,ZiIkn4dfNFmFz1zev6d/iu1/AFoR6rSwNPwiExyeNw4=";

/// The values that the guide offers for trying.
pub(super) const SHOWN: [&str; 6] = [SECRET, r#"{"a":1}"#, HEX, ID, SENT, STANDARD];

/// What a snippet is asked to judge, and the right judgement.
pub(super) struct Delivery {
    pub(super) case: &'static str,
    pub(super) secret: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) signature: String,
    pub(super) id: &'static str,
    pub(super) timestamp: &'static str,
    /// The receiver's clock in Unix seconds.
    pub(super) now: u64,
    pub(super) genuine: bool,
}

fn genuine(case: &'static str, signature: &str) -> Delivery {
    Delivery {
        case,
        secret: SECRET,
        body: BODY.to_vec(),
        signature: signature.to_owned(),
        id: ID,
        timestamp: SENT,
        now: NOW,
        genuine: true,
    }
}

fn forged(case: &'static str, signature: &str) -> Delivery {
    Delivery {
        genuine: false,
        ..genuine(case, signature)
    }
}

/// What both schemes have in common.
fn common(right: &'static str, of_bytes: &'static str, wrong: &str) -> Vec<Delivery> {
    vec![
        genuine("the test values", right),
        Delivery {
            body: BYTES.to_vec(),
            ..genuine("a body that is no text", of_bytes)
        },
        forged("one character of the signature differs", wrong),
        forged("the signature is cut", &right[..right.len() - 1]),
        forged("the signature is longer", &format!("{right}0")),
        forged("no signature", ""),
        Delivery {
            body: br#"{"a":2}"#.to_vec(),
            ..forged("another body", right)
        },
        Delivery {
            body: b"{\"a\":1}\n".to_vec(),
            ..forged("a line end more", right)
        },
        Delivery {
            body: Vec::new(),
            ..forged("no body", right)
        },
        Delivery {
            secret: "correct-house",
            ..forged("another secret", right)
        },
    ]
}

/// Deliveries for `X-Noko-Signature`.
pub(super) fn hex() -> Vec<Delivery> {
    let mut all = common(HEX, BYTES_HEX, &HEX.replace("fd", "fe"));
    all.push(forged("a signature of the other scheme", STANDARD));
    all
}

/// Deliveries for `webhook-signature`.
pub(super) fn standard() -> Vec<Delivery> {
    let mut all = common(STANDARD, BYTES_STANDARD, &STANDARD.replace("Utg", "Utf"));
    let among_others = format!("v1a,b3RoZXI= v1,b3RoZXI= {STANDARD}");
    all.extend([
        genuine("one of several signatures fits", &among_others),
        Delivery {
            now: NOW + 300,
            ..genuine("five minutes old", STANDARD)
        },
        Delivery {
            now: NOW - 300,
            ..genuine("five minutes ahead", STANDARD)
        },
        Delivery {
            now: NOW + 301,
            ..forged("older than five minutes", STANDARD)
        },
        Delivery {
            now: NOW - 301,
            ..forged("more than five minutes ahead", STANDARD)
        },
        Delivery {
            timestamp: "1710837001",
            ..forged("another timestamp", STANDARD)
        },
        Delivery {
            timestamp: "soon",
            ..forged("a timestamp that is no number", STANDARD)
        },
        Delivery {
            timestamp: "",
            ..forged("no timestamp", STANDARD)
        },
        Delivery {
            id: "0c6f3a52-7b1e-4d0a-9f4e-2f8f5d1c7e91",
            ..forged("another id", STANDARD)
        },
        forged("a signature of the other scheme", HEX),
    ]);
    all
}
