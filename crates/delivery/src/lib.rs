//! Webhooks and broadcasts: from a recorded change to the answer of a stranger's server.
//!
//! The story of one payload: a change commits with its records; [`record`] makes payloads and
//! marks of them in the same transaction; the [`engine`] takes a turn, leases the lane and hands
//! out its head; the [`runner`] lets the [`courier`] send it; the next turn settles what came of
//! it and hands out the next.
//!
//! ```text
//!             record                 claim (lease)             2xx            settle
//!  change ───────────► queued ─────────────────► attempt ─────────► delivered ─────► next, or idle
//!                                                   │ other
//!                                                   └────► failing: due again after the pause
//! ```
//! Never: the meaning of other resources; pages and routes.

pub mod address;
pub mod attempt;
pub mod broadcasts;
pub mod caps;
pub mod catalogue;
pub mod courier;
pub mod creators;
pub mod engine;
mod history;
pub mod lanes;
pub mod nodes;
pub mod outcome;
pub mod pause;
pub mod payloads;
mod queue;
pub mod receivers;
pub mod record;
pub mod retention;
pub mod runner;
pub mod schedule;
pub mod settings;
mod settle;
pub mod signature;
pub mod totals;
mod visible;
pub mod webhooks;

pub use settings::Settings;
