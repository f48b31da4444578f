//! Who people are: accounts, their users' passwords, tokens and sessions, and whom a request
//! speaks for.
//!
//! Words: *personal token*, *presented* (what a request shows to say who asks), *session*.
//! Never: what a role may do; the slices say that.

pub mod accounts;
mod authenticate;
mod pages;
pub mod passwords;
pub(crate) mod sealed;
mod sessions;
mod sign_in;
mod token_pages;
pub mod tokens;

#[cfg(test)]
mod tests;

pub use authenticate::{actor_of, authenticate};
pub(crate) use sessions::visitor;
pub(crate) use sign_in::SignIn;

/// The pages of this folder.
pub(crate) fn pages() -> Vec<crate::http::Route> {
    let tokens = token_pages::routes();
    pages::routes().into_iter().chain(tokens).collect()
}
