//! The headers that prove who sent a body, and the bodies they are made for.
//!
//! Contract: webhooks.md §4, §6; broadcasts.md §4; Standard Webhooks 1.0.
//! Never: serializing a body twice: the bytes that are signed are the bytes that are sent.

use base::{EngineTime, Id, PayloadId, Secret, WallTime, id, secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::catalogue;

/// Header names and values in the order in which they go out.
pub type Headers = Vec<(&'static str, String)>;

/// The hexadecimal signature of a body: `X-Noko-Signature`.
pub fn hexadecimal(secret: &Secret<String>, body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in secret::sign(secret.reveal().as_bytes(), &[body]) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The Standard Webhooks signature: `v1,` and base 64.
pub fn standard(secret: &Secret<String>, id: &str, timestamp: i64, body: &[u8]) -> String {
    let prefix = format!("{id}.{timestamp}.");
    let signature = secret::sign(secret.reveal().as_bytes(), &[prefix.as_bytes(), body]);
    format!("v1,{}", STANDARD.encode(signature))
}

/// The Standard Webhooks form of a secret, for their libraries.
pub fn standard_secret(secret: &Secret<String>) -> String {
    format!("whsec_{}", STANDARD.encode(secret.reveal()))
}

/// What the headers of an attempt are made of.
#[derive(Clone, Debug)]
pub struct Delivery<'d> {
    /// The payload's id.
    pub id: PayloadId,
    /// Its event name as sent.
    pub event: &'d str,
    /// Its place in the webhook's history.
    pub sequence: i64,
    /// The original, if this is a redelivery.
    pub redelivery_of: Option<PayloadId>,
    /// When the attempt is made.
    pub at: WallTime,
}

/// The headers of a webhook attempt beside those of HTTP itself.
pub fn attempt_headers(delivery: &Delivery<'_>, secret: &Secret<String>, body: &[u8]) -> Headers {
    let id = delivery.id.to_string();
    let timestamp = delivery.at.unix_seconds();
    let signature = standard(secret, &id, timestamp, body);
    headers_with(delivery, hexadecimal(secret, body), signature)
}

/// The same headers from signatures that were kept: for display.
pub fn headers_with(delivery: &Delivery<'_>, hexadecimal: String, standard: String) -> Headers {
    let id = delivery.id.to_string();
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", "Noko-Webhooks".to_owned()),
        (
            "x-noko-eventcategory",
            catalogue::category(delivery.event).to_owned(),
        ),
        ("x-noko-delivery", id.clone()),
        ("x-noko-signature", hexadecimal),
        ("webhook-id", id),
        ("webhook-timestamp", delivery.at.unix_seconds().to_string()),
        ("webhook-signature", standard),
        ("x-carillon-sequence", delivery.sequence.to_string()),
    ];
    if let Some(original) = delivery.redelivery_of {
        headers.push(("x-carillon-redelivery-of", original.to_string()));
    }
    headers
}

/// The body of an event's payload, joined from stored JSON texts (contract webhooks.md §4).
pub fn event_body(
    id: PayloadId,
    webhook: (Id<id::Webhook>, &str),
    event: (&str, WallTime),
    rendering: (&str, &str),
) -> Bytes {
    let name = serde_json::Value::from(webhook.1);
    let (kind, created_at) = event;
    let (changes, object) = rendering;
    Bytes::from(format!(
        r#"{{"payload_id":"{id}","webhook":{{"id":{},"name":{name}}},"type":"{kind}","created_at":"{created_at}","changes":{changes},"object":{object}}}"#,
        webhook.0
    ))
}

/// The body of a ping (contract webhooks.md §4).
pub fn ping_body(id: PayloadId, webhook: (Id<id::Webhook>, &str), created_at: WallTime) -> Bytes {
    let name = serde_json::Value::from(webhook.1);
    Bytes::from(format!(
        r#"{{"payload_id":"{id}","created_at":"{created_at}","type":"webhook.ping","object":{{}},"webhook":{{"id":{},"name":{name}}}}}"#,
        webhook.0
    ))
}

/// One broadcast: what happened last to a subject (contract broadcasts.md §4).
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Such as `timer.paused`.
    pub last_event: String,
    /// Such as `timer`.
    pub subject: String,
    /// Where the receiver reads the newest state.
    pub url: String,
    /// When the last change was made.
    pub changed_at: EngineTime,
}

/// The body of a broadcast.
pub fn message_body(
    receiver: (Id<id::BroadcastReceiver>, &str),
    message: &Message,
    sent_at: WallTime,
) -> Bytes {
    let name = serde_json::Value::from(receiver.1);
    let url = serde_json::Value::from(message.url.as_str());
    Bytes::from(format!(
        r#"{{"broadcast_receiver":{{"id":{},"name":{name}}},"sent_at":"{sent_at}","last_event":"{}","subject":{{"type":"{}","url":{url}}}}}"#,
        receiver.0, message.last_event, message.subject
    ))
}

/// The headers of a broadcast beside those of HTTP itself; `id` is made for this message alone.
pub fn message_headers(
    subject: &str,
    id: PayloadId,
    sent_at: WallTime,
    secret: &Secret<String>,
    body: &[u8],
) -> Headers {
    let id = id.to_string();
    let timestamp = sent_at.unix_seconds();
    let standard = standard(secret, &id, timestamp, body);
    vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", "Noko-Broadcasts".to_owned()),
        ("x-noko-broadcastsubject", subject.to_owned()),
        ("x-noko-signature", hexadecimal(secret, body)),
        ("webhook-id", id),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", standard),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_signatures_match_their_vectors() {
        let secret = Secret::new("correct-horse".to_owned());
        assert_eq!(
            hexadecimal(&secret, br#"{"a":1}"#),
            "6d227858bf0d926fb657873b932cbfca06d4831d54142d65a1408889c11196fd"
        );
        let id = "0c6f3a52-7b1e-4d0a-9f4e-2f8f5d1c7e90";
        assert_eq!(
            standard(&secret, id, 1_710_837_000, br#"{"a":1}"#),
            "v1,ALBLHwwOI+9MTw+ZfT0tko6flfoB9bYUKDYYdLFMUtg="
        );
        assert_eq!(standard_secret(&secret), "whsec_Y29ycmVjdC1ob3JzZQ==");
    }

    #[test]
    fn a_name_with_quotes_stays_json() {
        let id = PayloadId::from_random([7; 16]);
        let at = WallTime::parse("2024-03-18T09:00:05Z").expect("a timestamp");
        let body = ping_body(id, (Id::new(5), r#"say "hi" \"#), at);
        let value: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(value["webhook"]["name"], r#"say "hi" \"#);
        let keys: Vec<_> = value.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            ["payload_id", "created_at", "type", "object", "webhook"]
        );
    }
}
