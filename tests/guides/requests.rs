//! The guides' curl commands, read by a shell in which `curl` only tells what it was asked.
//!
//! Never: a request that is sent.

use serde_json::Value;

use super::languages;

const API: &str = "http://127.0.0.1:8080";
const CURL: &str = r#"curl() { for word; do printf '%s\037' "$word"; done; printf '\036'; }"#;
/// The variables that the guides introduce, with values that stand for themselves.
const VARIABLES: [(&str, &str); 4] = [
    ("TOKEN", "crp-mine"),
    ("ID", ":id"),
    ("PAYLOAD_ID", ":payload_id"),
    ("PROJECT_ID", ":id"),
];

/// What the guides show, all of it. Contract: webhooks.md §1, broadcasts.md §1, timers.md; the
/// payloads, their actions, status and the ping of broadcast receivers are extensions.
pub(super) const ROUTES: [&str; 31] = [
    "DELETE /v2/broadcast_receivers/:id",
    "DELETE /v2/webhooks/:id",
    "GET /v2/broadcast_receivers",
    "GET /v2/broadcast_receivers/:id",
    "GET /v2/broadcast_receivers/:id/status",
    "GET /v2/projects/:id/timer",
    "GET /v2/timers",
    "GET /v2/webhooks",
    "GET /v2/webhooks/:id",
    "GET /v2/webhooks/:id/payloads",
    "GET /v2/webhooks/:id/payloads/:payload_id",
    "GET /v2/webhooks/:id/status",
    "POST /v2/broadcast_receivers name payload_uri subjects",
    "POST /v2/webhooks name payload_uri events",
    "PUT /v2/broadcast_receivers/:id name",
    "PUT /v2/broadcast_receivers/:id/add_subjects subjects",
    "PUT /v2/broadcast_receivers/:id/disable",
    "PUT /v2/broadcast_receivers/:id/enable",
    "PUT /v2/broadcast_receivers/:id/ping",
    "PUT /v2/broadcast_receivers/:id/remove_subjects subjects",
    "PUT /v2/broadcast_receivers/:id/reroll_secret",
    "PUT /v2/webhooks/:id payload_uri",
    "PUT /v2/webhooks/:id/add_events events",
    "PUT /v2/webhooks/:id/disable",
    "PUT /v2/webhooks/:id/enable",
    "PUT /v2/webhooks/:id/ping",
    "PUT /v2/webhooks/:id/redeliver/:payload_id",
    "PUT /v2/webhooks/:id/remove_events events",
    "PUT /v2/webhooks/:id/reroll_secret",
    "PUT /v2/webhooks/:id/retry/:payload_id",
    "PUT /v2/webhooks/:id/skip/:payload_id reason",
];

/// The requests of a block, each as method, path without query, and names of its inputs.
pub(super) fn of(block: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("the machine has room for a folder");
    let output = languages::shell(folder.path(), &format!("{CURL}\n{block}"), &VARIABLES);
    assert!(output.status.success(), "{block}");
    let told = String::from_utf8(output.stdout).expect("the guides are text");
    told.split_terminator('\u{1e}').map(request).collect()
}

fn request(told: &str) -> String {
    let (mut method, mut url, mut token, mut inputs) = (None, None, false, Vec::new());
    let mut words = told.split_terminator('\u{1f}');
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("the option has a value");
        match word {
            "-X" => method = Some(value()),
            "-H" => token |= value() == "X-NokoToken: crp-mine",
            "-d" => inputs = names(value()),
            _ => assert!(
                url.replace(word).is_none(),
                "{word}: one address, options known here"
            ),
        }
    }

    let url = url.expect("the request has an address");
    assert!(token, "{url} has its token");
    let method = method.unwrap_or(if inputs.is_empty() { "GET" } else { "POST" });
    let path = url
        .strip_prefix(API)
        .expect("the guides talk to one server");
    let path = path.split('?').next().unwrap_or(path);
    let line = [vec![method.to_owned(), path.to_owned()], inputs].concat();
    line.join(" ")
}

fn names(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).expect("the body is JSON");
    body.as_object()
        .expect("the body is an object")
        .keys()
        .cloned()
        .collect()
}
