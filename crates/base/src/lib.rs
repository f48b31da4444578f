//! Pure values that every other crate speaks in.
//!
//! Words: account, user, role, actor, audience, engine time, wall time (ARCHITECTURE.md, Words).
//! Never: storage, network, the environment, an async runtime.

pub mod actor;
pub mod chance;
pub mod clock;
pub mod error;
pub mod id;
pub mod limits;
pub mod secret;
pub mod text;
pub mod time;

pub use actor::{Actor, Audience, Former, Reason, Role, View};
pub use chance::Chance;
pub use clock::Clock;
pub use error::{Error, Kind, Problem, Result};
pub use id::{Id, PayloadId};
pub use secret::{MasterKey, Secret};
pub use time::{Date, EngineTime, WallTime};
