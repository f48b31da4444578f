//! The stories of pages alone.

mod ask;
mod pages;
mod shapes;
mod world;
