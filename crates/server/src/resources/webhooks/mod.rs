//! Webhooks: signed payloads to an address, and the log of their delivery.
//!
//! ```text
//!            create                  disable, 72 h without success
//!  (none) ───────────► enabled ──────────────────────────────────────► disabled
//!                         ▲              enable, successful retry          │
//!                         └────────────────────────────────────────────────┘
//! ```
//!
//! Tables and actions are `delivery`'s; here they get their face. Contract: webhooks.md §1, §2;
//! log, status, skip and redeliver are ours (docs/webhooks.md).
//! Never: the secret of a webhook, but for the answers to its creation and its re-roll.

use crate::http::Resource;

mod api;
mod checker;
mod confirm_pages;
pub(super) mod form_pages;
pub(super) mod inputs;
mod list_pages;
pub(super) mod pages;
mod payload_acts;
mod payload_pages;
mod payload_shape;
mod payloads;
pub mod shape;
pub(super) mod table;
#[cfg(test)]
pub(super) mod tests;
pub(super) mod words;

pub use payload_shape::{DetailShape, PayloadShape};
pub use shape::{CreatedShape, SecretShape, StatusShape, WebhookShape};

/// The registry line.
pub const RESOURCE: Resource = Resource {
    name: "webhooks",
    routes: || {
        api::routes()
            .into_iter()
            .chain(payloads::routes())
            .collect()
    },
    pages: || {
        let pages = pages::routes().into_iter();
        pages
            .chain(list_pages::routes())
            .chain(form_pages::routes())
            .chain(confirm_pages::routes())
            .chain(payload_pages::routes())
            .chain(payload_acts::routes())
            .chain(checker::routes())
            .collect()
    },
};
