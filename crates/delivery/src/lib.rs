//! Webhooks and broadcasts: from a recorded change to the answer of a stranger's server.
//!
//! Never: the meaning of other resources; pages and routes.

pub mod settings;

pub use settings::Settings;
