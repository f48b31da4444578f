//! Who people are: accounts, their users' passwords and tokens, and whom a request speaks for.
//!
//! Words: *personal token*, *presented* (what a request shows to say who asks).
//! Never: what a role may do; the slices say that.

pub mod accounts;
mod authenticate;
pub mod passwords;
pub mod tokens;

#[cfg(test)]
mod tests;

pub use authenticate::{actor_of, authenticate};
