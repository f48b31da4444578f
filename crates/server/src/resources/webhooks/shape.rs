//! How webhooks look in JSON: `webhook`, `created_webhook`, `secret`, `webhook_status`.
//!
//! Never: reading anything; who may see it.

use base::id::{self, Id};
use base::{Secret, WallTime};
use delivery::webhooks::{Created, Status, Webhook};
use serde::Serialize;

use super::payload_shape::PayloadShape;
use super::table::People;
use crate::resources::users::SimpleUser;

/// Shape `webhook`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WebhookShape {
    id: Id<id::Webhook>,
    name: String,
    state: &'static str,
    events: Vec<String>,
    payload_uri: String,
    url: String,
    add_events_url: String,
    remove_events_url: String,
    reroll_secret_url: String,
    enable_url: String,
    disable_url: String,
}

impl WebhookShape {
    /// The webhook in an API at `{api}`.
    pub fn of(webhook: &Webhook, api: &str) -> Self {
        let url = url(api, webhook.id);
        Self {
            id: webhook.id,
            name: webhook.name.clone(),
            state: webhook.state.shown(),
            events: webhook.events.clone(),
            payload_uri: webhook.payload_uri.clone(),
            add_events_url: format!("{url}/add_events"),
            remove_events_url: format!("{url}/remove_events"),
            reroll_secret_url: format!("{url}/reroll_secret"),
            enable_url: format!("{url}/enable"),
            disable_url: format!("{url}/disable"),
            url,
        }
    }
}

/// Shape `created_webhook`: the webhook, then its secret, shown this once.
#[derive(Serialize)]
pub struct CreatedShape {
    #[serde(flatten)]
    webhook: WebhookShape,
    #[serde(flatten)]
    secret: SecretShape,
}

impl CreatedShape {
    /// The webhook in an API at `{api}`.
    pub fn of(created: &Created, api: &str) -> Self {
        Self {
            webhook: WebhookShape::of(&created.webhook, api),
            secret: SecretShape::of(&created.secret),
        }
    }

    /// Where the webhook is.
    pub fn url(&self) -> &str {
        &self.webhook.url
    }
}

/// Shape `secret`; it cannot be printed by accident.
#[derive(Serialize)]
pub struct SecretShape {
    secret: String,
}

impl SecretShape {
    /// A secret that was just drawn.
    pub fn of(secret: &Secret<String>) -> Self {
        Self {
            secret: secret.reveal().clone(),
        }
    }
}

/// Shape `webhook_summary`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Number of the webhook.
    pub id: Id<id::Webhook>,
    /// Its name as of now.
    pub name: String,
}

/// Shape `webhook_status`, in its order of fields.
#[derive(Clone, Debug, Serialize)]
pub struct StatusShape {
    webhook: Summary,
    state: &'static str,
    condition: &'static str,
    stopped_reason: Option<String>,
    condition_since: WallTime,
    changed_by: Option<SimpleUser>,
    waiting_count: i64,
    oldest_waiting_at: Option<WallTime>,
    head: Option<PayloadShape>,
    next_attempt_at: Option<WallTime>,
    gives_up_at: Option<WallTime>,
    held_by: Option<&'static str>,
    last_delivered_at: Option<WallTime>,
    last_sequence: i64,
    secret_created_at: WallTime,
    url: String,
    payloads_url: String,
}

impl StatusShape {
    /// The status in an API at `{api}`, with the users whom it names.
    pub fn of(status: Status, held_by: Option<&'static str>, people: &People, api: &str) -> Self {
        let webhook = status.webhook;
        let url = url(api, webhook.id);
        let head = status.head.as_ref();
        let is_stopped = status.condition == "stopped";
        Self {
            state: webhook.state.shown(),
            condition: status.condition,
            stopped_reason: webhook.stopped_reason.filter(|_| is_stopped),
            condition_since: status.condition_since,
            changed_by: named(webhook.changed_by, people, api),
            waiting_count: status.waiting_count,
            oldest_waiting_at: head.map(|head| head.queued_at),
            next_attempt_at: head.and_then(|head| head.next_attempt_at),
            gives_up_at: head.and_then(|head| head.gives_up_at),
            head: status.head.map(|head| PayloadShape::of(head, people, api)),
            held_by,
            last_delivered_at: status.last_delivered_at,
            last_sequence: status.last_sequence,
            secret_created_at: webhook.secret_created_at,
            url: format!("{url}/status"),
            payloads_url: format!("{url}/payloads"),
            webhook: Summary {
                id: webhook.id,
                name: webhook.name,
            },
        }
    }
}

/// `{api}/webhooks/ID`.
pub fn url(api: &str, webhook: Id<id::Webhook>) -> String {
    format!("{api}/webhooks/{webhook}")
}

/// A user by id as others embed them; none if nobody is meant, or the row is gone.
pub(super) fn named(user: Option<Id<id::User>>, people: &People, api: &str) -> Option<SimpleUser> {
    let person = people.get(&user?)?;
    Some(SimpleUser::of(person, api))
}
