//! The promises I1 to I8, checked against what receivers and people saw.
//!
//! It is told what was acknowledged, what was handed out, what arrived and what was answered, in
//! the order in which it happened, and panics with a sentence when a promise is broken.
//! Words: *queue* = what one webhook's receiver should see; *follower* = what one broadcast
//! receiver should see.
//! Never: looking into the product's tables; knowing how the run was made.

mod follower;
mod queue;

pub(crate) use follower::{Follower, Taken};
pub(crate) use queue::{Arrival, Handed, How, Queue};
