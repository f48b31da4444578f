//! Stories.

mod crash;
mod guides;
mod shapes;
mod stories;
mod world;
