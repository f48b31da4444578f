//! Classes against an independent table; spellings of addresses and URLs.
//!
//! Never: the network.

mod classes;
mod spellings;
