//! The rows of webhooks and broadcast receivers: one's own, to supervisors all of the account.
//!
//! Never: anything read from the registry.

use super::matrix::{Row, all, private};
use super::prepare::Scene;

pub(super) const WEBHOOKS: &[Row] = &[
    ("GET /webhooks", Scene::Plain, all(200)),
    ("POST /webhooks", Scene::Plain, all(201)),
    ("GET /webhooks/{id}", Scene::OwnWebhook, all(200)),
    ("GET /webhooks/{id}", Scene::OthersWebhook, private(200)),
    ("PUT /webhooks/{id}", Scene::OwnWebhook, all(200)),
    ("PUT /webhooks/{id}", Scene::OthersWebhook, private(200)),
    ("DELETE /webhooks/{id}", Scene::OwnWebhook, all(204)),
    ("DELETE /webhooks/{id}", Scene::OthersWebhook, private(204)),
    ("PUT /webhooks/{id}/add_events", Scene::OwnWebhook, all(200)),
    (
        "PUT /webhooks/{id}/add_events",
        Scene::OthersWebhook,
        private(200),
    ),
    (
        "PUT /webhooks/{id}/remove_events",
        Scene::OwnWebhook,
        all(200),
    ),
    (
        "PUT /webhooks/{id}/remove_events",
        Scene::OthersWebhook,
        private(200),
    ),
    (
        "PUT /webhooks/{id}/reroll_secret",
        Scene::OwnWebhook,
        all(200),
    ),
    (
        "PUT /webhooks/{id}/reroll_secret",
        Scene::OthersWebhook,
        private(200),
    ),
    ("PUT /webhooks/{id}/enable", Scene::OwnWebhook, all(204)),
    (
        "PUT /webhooks/{id}/enable",
        Scene::OthersWebhook,
        private(204),
    ),
    ("PUT /webhooks/{id}/disable", Scene::OwnWebhook, all(204)),
    (
        "PUT /webhooks/{id}/disable",
        Scene::OthersWebhook,
        private(204),
    ),
    ("PUT /webhooks/{id}/ping", Scene::OwnWebhook, all(202)),
    (
        "PUT /webhooks/{id}/ping",
        Scene::OthersWebhook,
        private(202),
    ),
    ("GET /webhooks/{id}/status", Scene::OwnWebhook, all(200)),
    (
        "GET /webhooks/{id}/status",
        Scene::OthersWebhook,
        private(200),
    ),
    ("GET /webhooks/{id}/payloads", Scene::OwnWebhook, all(200)),
    (
        "GET /webhooks/{id}/payloads",
        Scene::OthersWebhook,
        private(200),
    ),
    (
        "GET /webhooks/{id}/payloads/{payload_id}",
        Scene::OwnWebhook,
        all(200),
    ),
    (
        "GET /webhooks/{id}/payloads/{payload_id}",
        Scene::OthersWebhook,
        private(200),
    ),
    (
        "PUT /webhooks/{id}/retry/{payload_id}",
        Scene::OwnWebhook,
        all(400),
    ),
    (
        "PUT /webhooks/{id}/retry/{payload_id}",
        Scene::OthersWebhook,
        private(400),
    ),
    (
        "PUT /webhooks/{id}/skip/{payload_id}",
        Scene::OwnWebhook,
        all(400),
    ),
    (
        "PUT /webhooks/{id}/skip/{payload_id}",
        Scene::OthersWebhook,
        private(400),
    ),
    (
        "PUT /webhooks/{id}/redeliver/{payload_id}",
        Scene::OwnWebhook,
        all(201),
    ),
    (
        "PUT /webhooks/{id}/redeliver/{payload_id}",
        Scene::OthersWebhook,
        private(201),
    ),
];

pub(super) const RECEIVERS: &[Row] = &[
    ("GET /broadcast_receivers", Scene::Plain, all(200)),
    ("POST /broadcast_receivers", Scene::Plain, all(201)),
    (
        "GET /broadcast_receivers/{id}",
        Scene::OwnReceiver,
        all(200),
    ),
    (
        "GET /broadcast_receivers/{id}",
        Scene::OthersReceiver,
        private(200),
    ),
    (
        "PUT /broadcast_receivers/{id}",
        Scene::OwnReceiver,
        all(200),
    ),
    (
        "PUT /broadcast_receivers/{id}",
        Scene::OthersReceiver,
        private(200),
    ),
    (
        "DELETE /broadcast_receivers/{id}",
        Scene::OwnReceiver,
        all(204),
    ),
    (
        "DELETE /broadcast_receivers/{id}",
        Scene::OthersReceiver,
        private(204),
    ),
    (
        "PUT /broadcast_receivers/{id}/add_subjects",
        Scene::OwnReceiver,
        all(200),
    ),
    (
        "PUT /broadcast_receivers/{id}/add_subjects",
        Scene::OthersReceiver,
        private(200),
    ),
    (
        "PUT /broadcast_receivers/{id}/remove_subjects",
        Scene::OwnReceiver,
        all(200),
    ),
    (
        "PUT /broadcast_receivers/{id}/remove_subjects",
        Scene::OthersReceiver,
        private(200),
    ),
    (
        "PUT /broadcast_receivers/{id}/reroll_secret",
        Scene::OwnReceiver,
        all(200),
    ),
    (
        "PUT /broadcast_receivers/{id}/reroll_secret",
        Scene::OthersReceiver,
        private(200),
    ),
    (
        "PUT /broadcast_receivers/{id}/enable",
        Scene::OwnReceiver,
        all(204),
    ),
    (
        "PUT /broadcast_receivers/{id}/enable",
        Scene::OthersReceiver,
        private(204),
    ),
    (
        "PUT /broadcast_receivers/{id}/disable",
        Scene::OwnReceiver,
        all(204),
    ),
    (
        "PUT /broadcast_receivers/{id}/disable",
        Scene::OthersReceiver,
        private(204),
    ),
    (
        "PUT /broadcast_receivers/{id}/ping",
        Scene::OwnReceiver,
        all(202),
    ),
    (
        "PUT /broadcast_receivers/{id}/ping",
        Scene::OthersReceiver,
        private(202),
    ),
    (
        "GET /broadcast_receivers/{id}/status",
        Scene::OwnReceiver,
        all(200),
    ),
    (
        "GET /broadcast_receivers/{id}/status",
        Scene::OthersReceiver,
        private(200),
    ),
];
