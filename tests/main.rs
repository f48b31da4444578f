//! Stories.

mod ask;
mod contract;
mod crash;
mod engine;
mod guides;
mod invariants;
mod isolation;
mod pages;
mod shapes;
mod simulation;
mod stories;
mod stress;
mod world;
