//! Stories.

mod ask;
mod crash;
mod guides;
mod isolation;
mod shapes;
mod stories;
mod world;
