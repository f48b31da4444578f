//! Stories.

mod guides;
mod shapes;
