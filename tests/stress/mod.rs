//! Interleavings inside transactions on PostgreSQL: threads that get in each other's way.
//!
//! Promises I1, I2, I3, I6 and I8. SQLite has one writer, so there is nothing to interleave; on
//! SQLite these tests say that they are not run. Each runs until it has done its work, and what it
//! asserts holds in every interleaving.
//! Words: *yard* = a database of PostgreSQL with an account in which threads work at once.

mod creators;
mod deliveries;
mod pairs;
mod rounds;
mod yard;
