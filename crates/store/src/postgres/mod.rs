//! PostgreSQL: many nodes over one primary, with the same text of SQL and the same promises.
//!
//! Words: *session*, *collision*, *notice*.
//! Never: a replica; a proxy that pools transactions.

pub mod connect;
pub(crate) mod migrate;
pub(crate) mod notify;
pub(crate) mod pool;
pub(crate) mod session;
#[cfg(feature = "testing")]
pub mod testing;
mod value;

pub use connect::{Options, Target};

use std::sync::Arc;

use base::{EngineTime, Result};

use crate::dialect;
use crate::engine_time::EngineClock;
use crate::environment::Environment;

/// Engine time as the database's clock has it, never less than what was written down.
pub(crate) fn engine_clock(
    session: &session::Session,
    environment: &Environment,
) -> Result<EngineClock> {
    let clock = session.number(dialect::CLOCK)?;
    let persisted = session.number("select value from engine_time")?;
    let at = EngineTime(clock.max(persisted));
    Ok(EngineClock::start(Arc::clone(&environment.clock), at))
}
