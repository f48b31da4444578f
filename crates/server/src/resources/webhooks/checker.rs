//! The signature checker: does it match, and if not, why.
//!
//! Never: keeping anything that is typed into it.

use askama::Template;
use base::{Secret, secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use delivery::signature;

use crate::http::layout::{Layout, Section};
use crate::http::{Answer, Call, Handled, Policy, Route};

/// How old a timestamp may be before receivers refuse it (Standard Webhooks 1.0).
const TOLERANCE_SECONDS: i64 = 300;

/// The routes of the checker.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page("/integrations/verify", any, form),
        Route::form("/integrations/verify", any, check),
    ]
}

/// What was typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    body: String,
    secret: String,
    signature: String,
    id: String,
    timestamp: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    is_match: bool,
    sentence: &'static str,
}

impl Verdict {
    const fn yes(sentence: &'static str) -> Self {
        Self {
            is_match: true,
            sentence,
        }
    }

    const fn no(sentence: &'static str) -> Self {
        Self {
            is_match: false,
            sentence,
        }
    }
}

#[derive(Template)]
#[template(path = "resources/webhooks/checker.html")]
struct Form {
    page: Layout,
    typed: Typed,
    verdict: Option<Verdict>,
}

async fn form(call: Call) -> Handled {
    Answer::page(&Form {
        page: call.layout(Section::Verify),
        typed: Typed::default(),
        verdict: None,
    })
}

async fn check(call: Call) -> Handled {
    let typed = Typed {
        body: call.field("body"),
        secret: call.field("secret").trim().to_owned(),
        signature: call.field("signature").trim().to_owned(),
        id: call.field("webhook_id").trim().to_owned(),
        timestamp: call.field("webhook_timestamp").trim().to_owned(),
    };
    let now = call.app.clock.wall().unix_seconds();
    let verdict = verdict(&typed, now);
    Answer::page(&Form {
        page: call.layout(Section::Verify),
        typed: Typed {
            secret: String::new(),
            ..typed
        },
        verdict: Some(verdict),
    })
}

fn verdict(typed: &Typed, now: i64) -> Verdict {
    let Some(secret) = plain_secret(&typed.secret) else {
        return Verdict::no("The secret after whsec_ is no base 64. Copy it again.");
    };
    if typed.signature.starts_with("sha256=") {
        return Verdict::no(
            "The signature begins with sha256=: another product's form. Paste the header's value.",
        );
    }
    let is_standard = typed.signature.starts_with("v1,");
    if is_standard && (typed.id.is_empty() || typed.timestamp.is_empty()) {
        return Verdict::no(
            "A signature that begins with v1, needs webhook-id and webhook-timestamp.",
        );
    }
    let matches = |body: &str| {
        if is_standard {
            is_standard_match(typed, &secret, body)
        } else {
            let expected = signature::hexadecimal(&secret, body.as_bytes());
            secret::is_equal(
                expected.as_bytes(),
                typed.signature.to_lowercase().as_bytes(),
            )
        }
    };
    // Browsers send line ends of a text box as CR LF, whatever they were.
    let body = typed.body.replace("\r\n", "\n");
    if matches(&body) || matches(&typed.body) {
        let sent = typed.timestamp.parse::<i64>().unwrap_or(now);
        if is_standard && (now - sent).abs() > TOLERANCE_SECONDS {
            return Verdict::yes(
                "It matches, but the timestamp is more than five minutes away: libraries refuse it.",
            );
        }
        return Verdict::yes("It matches: secret, body and signature belong together.");
    }
    if matches(body.trim_end()) || matches(&format!("{body}\n")) {
        return Verdict::no("The body was changed: a line end at its end is too much or missing.");
    }
    let is_hexadecimal = typed.signature.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_standard && (!is_hexadecimal || typed.signature.len() != 64) {
        return Verdict::no(
            "The signature is neither 64 hexadecimal digits nor does it begin with v1,.",
        );
    }
    Verdict::no(
        "It does not match: the secret is another one, or the body was changed on its way. Use \
         the bytes as they came, before any JSON parser.",
    )
}

fn is_standard_match(typed: &Typed, secret: &Secret<String>, body: &str) -> bool {
    let Ok(timestamp) = typed.timestamp.parse::<i64>() else {
        return false;
    };
    let expected = signature::standard(secret, &typed.id, timestamp, body.as_bytes());
    let mut given = typed.signature.split_whitespace();
    given.any(|given| secret::is_equal(given.as_bytes(), expected.as_bytes()))
}

/// The secret's text, also from its form for libraries.
fn plain_secret(typed: &str) -> Option<Secret<String>> {
    let Some(coded) = typed.strip_prefix("whsec_") else {
        return Some(Secret::new(typed.to_owned()));
    };
    let bytes = STANDARD.decode(coded).ok()?;
    String::from_utf8(bytes).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "{\"a\":1}";
    const HEX: &str = "6d227858bf0d926fb657873b932cbfca06d4831d54142d65a1408889c11196fd";

    fn typed(body: &str, secret: &str, signature: &str) -> Typed {
        Typed {
            body: body.to_owned(),
            secret: secret.to_owned(),
            signature: signature.to_owned(),
            ..Typed::default()
        }
    }

    #[test]
    fn the_checker_says_why_not() {
        let whsec = format!("whsec_{}", STANDARD.encode("correct-horse"));
        for (typed, is_match, word) in [
            (typed(BODY, "correct-horse", HEX), true, "matches"),
            (typed(BODY, &whsec, &HEX.to_uppercase()), true, "matches"),
            (
                typed("{\"a\":1}\r\n", "correct-horse", HEX),
                false,
                "line end",
            ),
            (
                typed("{\"a\":2}", "correct-horse", HEX),
                false,
                "another one",
            ),
            (typed(BODY, "wrong", HEX), false, "another one"),
            (
                typed(BODY, "wrong", &format!("sha256={HEX}")),
                false,
                "sha256=",
            ),
            (typed(BODY, "wrong", "abc"), false, "64"),
            (typed(BODY, "whsec_!", HEX), false, "base 64"),
            (typed(BODY, "wrong", "v1,abc"), false, "webhook-id"),
        ] {
            let verdict = verdict(&typed, 0);
            assert_eq!(verdict.is_match, is_match, "{typed:?}");
            assert!(verdict.sentence.contains(word), "{verdict:?}");
        }
    }

    #[test]
    fn the_standard_scheme_counts_the_timestamp() {
        let secret = Secret::new("correct-horse".to_owned());
        let signature = signature::standard(&secret, "id", 1_000, BODY.as_bytes());
        let typed = Typed {
            id: "id".to_owned(),
            timestamp: "1000".to_owned(),
            ..typed(BODY, "correct-horse", &signature)
        };
        assert!(verdict(&typed, 1_200).sentence.contains("belong together"));
        assert!(verdict(&typed, 2_000).sentence.contains("five minutes"));
    }
}
