//! Isolation: every route of the registry, tried by everybody with every kind of id.
//!
//! Words: *sweep* (a run over all routes), *canary* (a text that only some may ever read).
//! Never: a list of routes by hand that may lack one; what has no fixture fails.

mod assignment;
mod canaries;
mod deliveries;
mod dump;
mod ground;
mod matrix;
mod matrix_of_receivers;
mod policy;
mod prepare;
mod references;
mod revocation;
mod routes;
mod sweep;
mod twice;
