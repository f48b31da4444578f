//! Receivers for tests and benchmarks: a well-behaved one that records, and hostile ones.
//!
//! Words: *receiver* = a server that webhooks are sent to; *kind* = one way to be hostile.
//! Never: being in the product; knowing how requests are made.

pub mod hostile;
mod receiver;
mod secure;
mod wire;

pub use receiver::{Answer, Receiver};
pub use secure::{Certificate, ROOT, Version};
pub use wire::Received;
