//! The engine under a manual clock: one promise per test, on one node or two.
//!
//! Never: waiting; a network; the server crate.

pub(crate) mod desk;
pub(crate) mod house;

mod broadcasts;
mod fairness;
mod leases;
mod off;
mod order;
mod schedule;
