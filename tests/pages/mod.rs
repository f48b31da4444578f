//! The pages as a browser meets them: cookies, forms, links; scripts are never needed.
//!
//! Never: a page without its place in the sweeps; they walk the registry.

mod browser;
mod forged;
mod hostile;
mod integrations;
mod signing_in;
mod sweep;
mod time;
