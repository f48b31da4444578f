//! Every resource of the API: one folder and one line each; beside them what all share.
//!
//! Never: anything but the list.

use crate::http::Resource;

pub mod account;
pub mod broadcast_receivers;
pub mod changes;
pub mod current_user;
pub mod entries;
pub mod projects;
pub mod scope;
pub mod tags;
#[cfg(test)]
pub(crate) mod testing;
pub mod timers;
pub mod users;
pub mod webhooks;

/// The registry: router, OpenAPI document and policy table are folds over it.
pub const RESOURCES: &[Resource] = &[
    account::RESOURCE,
    broadcast_receivers::RESOURCE,
    current_user::RESOURCE,
    entries::RESOURCE,
    projects::RESOURCE,
    tags::RESOURCE,
    timers::RESOURCE,
    users::RESOURCE,
    webhooks::RESOURCE,
];
