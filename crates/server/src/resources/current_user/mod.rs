//! The user who asks, with the settings that nobody else sees.
//!
//! Never: a table or actions of its own; those are the users'.

use crate::http::Resource;

mod api;
mod shape;

#[cfg(test)]
mod tests;

/// The line in the registry.
pub const RESOURCE: Resource = Resource {
    name: "current_user",
    routes: api::routes,
    pages: Vec::new,
};
