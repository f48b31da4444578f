//! One SQL text on every engine, and transactions that cannot forget what they must tell.
//!
//! Words: record, event, announcement, silence, group, wake-up (ARCHITECTURE.md, Words).
//!
//! The common SQL: placeholders `$1 …`; time as integer microseconds; JSON as text that SQL never
//! opens; `returning` and `on conflict` are welcome; no `now()`, no random functions, no triggers.
//! What must differ between engines is a word in braces, explained in [`dialect`].
//!
//! Never: a resource's meaning; HTTP; a transaction open across a call to somebody else.

pub mod db;
pub mod dialect;
pub mod disk;
pub mod dump;
pub mod engine_time;
pub mod environment;
mod link;
pub mod location;
pub mod lock;
pub mod look;
pub mod migrate;
pub mod postgres;
pub mod record;
pub mod row;
mod schema;
pub mod select;
mod sqlite;
#[cfg(feature = "testing")]
pub mod statements;
#[cfg(all(test, feature = "testing"))]
mod tests;
pub mod tx;
pub mod wake;
mod writer;

pub use db::Db;
pub use environment::Environment;
pub use location::Location;
pub use lock::Lock;
pub use record::{Announcement, Event, Record, Recorded, Rendering, Silence};
pub use row::{FromRow, Row, ToValue, Value};
pub use select::Select;
pub use tx::{Reader, Tx};
pub use wake::{Wake, Wakes};
