//! How receivers look in JSON: `broadcast_receiver`, `created_broadcast_receiver`,
//! `broadcast_receiver_status`.
//!
//! Never: reading anything; who may see it.

use std::time::Duration;

use base::id::{self, Id};
use base::{Secret, WallTime};
use delivery::receivers::{Receiver, Status};
use serde::Serialize;

use crate::resources::webhooks::SecretShape;

/// Shape `broadcast_receiver`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReceiverShape {
    id: Id<id::BroadcastReceiver>,
    name: String,
    state: &'static str,
    subjects: Vec<String>,
    payload_uri: String,
    url: String,
    add_subjects_url: String,
    remove_subjects_url: String,
    reroll_secret_url: String,
    enable_url: String,
    disable_url: String,
}

impl ReceiverShape {
    /// The receiver in an API at `{api}`.
    pub fn of(receiver: &Receiver, api: &str) -> Self {
        let url = url(api, receiver.id);
        Self {
            id: receiver.id,
            name: receiver.name.clone(),
            state: receiver.state,
            subjects: receiver.subjects.clone(),
            payload_uri: receiver.payload_uri.clone(),
            add_subjects_url: format!("{url}/add_subjects"),
            remove_subjects_url: format!("{url}/remove_subjects"),
            reroll_secret_url: format!("{url}/reroll_secret"),
            enable_url: format!("{url}/enable"),
            disable_url: format!("{url}/disable"),
            url,
        }
    }
}

/// Shape `created_broadcast_receiver`: the receiver, then its secret, shown this once.
#[derive(Serialize)]
pub struct CreatedShape {
    #[serde(flatten)]
    receiver: ReceiverShape,
    #[serde(flatten)]
    secret: SecretShape,
}

impl CreatedShape {
    /// The receiver in an API at `{api}`.
    pub fn of(receiver: &Receiver, secret: &Secret<String>, api: &str) -> Self {
        Self {
            receiver: ReceiverShape::of(receiver, api),
            secret: SecretShape::of(secret),
        }
    }

    /// Where the receiver is.
    pub fn url(&self) -> &str {
        &self.receiver.url
    }
}

/// Shape `broadcast_receiver_status`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatusShape {
    broadcast_receiver: Summary,
    state: &'static str,
    interval_ms: u64,
    next_round_at: Option<WallTime>,
    last_round_at: Option<WallTime>,
    pending: Vec<Pending>,
    changes_collected: i64,
    messages_sent: i64,
    url: String,
}

/// Shape `broadcast_receiver_summary`.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Summary {
    id: Id<id::BroadcastReceiver>,
    name: String,
}

/// Shape `pending_broadcast`.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Pending {
    subject: Subject,
    last_event: String,
    changed_at: WallTime,
    changes_count: i64,
}

/// Shape `broadcast_subject`.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Subject {
    #[serde(rename = "type")]
    kind: String,
    url: String,
}

impl StatusShape {
    /// The status in an API at `{api}`; `interval` is the setting `broadcasts.interval`.
    pub fn of(status: Status, interval: Duration, api: &str) -> Self {
        let pending = status.pending.into_iter();
        let pending = pending.map(|(message, changed_at, changes_count)| Pending {
            subject: Subject {
                kind: message.subject,
                url: message.url,
            },
            last_event: message.last_event,
            changed_at,
            changes_count,
        });
        Self {
            state: status.receiver.state,
            interval_ms: u64::try_from(interval.as_millis()).unwrap_or(u64::MAX),
            next_round_at: status.next_round_at,
            last_round_at: status.last_round_at,
            pending: pending.collect(),
            changes_collected: status.changes_collected,
            messages_sent: status.messages_sent,
            url: format!("{}/status", url(api, status.receiver.id)),
            broadcast_receiver: Summary {
                id: status.receiver.id,
                name: status.receiver.name,
            },
        }
    }
}

/// `{api}/broadcast_receivers/ID`.
pub fn url(api: &str, receiver: Id<id::BroadcastReceiver>) -> String {
    format!("{api}/broadcast_receivers/{receiver}")
}
