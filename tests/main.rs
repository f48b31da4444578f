//! Stories.

mod ask;
mod contract;
mod crash;
mod engine;
mod guides;
mod invariants;
mod isolation;
mod nodes;
mod pages;
mod shapes;
mod simulation;
mod statements;
mod stories;
mod stress;
mod world;
