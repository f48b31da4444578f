//! Broadcast receivers: told that something they follow has changed, and where to read it.
//!
//! Tables and actions are `delivery`'s; here they get their face. Contract: broadcasts.md §1, §2;
//! ping and status are ours (docs/broadcasts.md).
//! Never: the secret of a receiver, but for the answers to its creation and its re-roll.

use crate::http::Resource;

mod api;
mod confirm_pages;
mod form_pages;
mod pages;
pub mod shape;
#[cfg(test)]
mod tests;

pub use shape::{CreatedShape, ReceiverShape, StatusShape};

/// The registry line.
pub const RESOURCE: Resource = Resource {
    name: "broadcast_receivers",
    routes: api::routes,
    pages: || {
        let pages = pages::routes().into_iter();
        pages
            .chain(form_pages::routes())
            .chain(confirm_pages::routes())
            .collect()
    },
};
