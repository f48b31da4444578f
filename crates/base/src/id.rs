//! Typed ids: a project's id cannot be passed where a user's is wanted.
//!
//! Never: making ids up; storage numbers rows, `chance` draws the ids of payloads.

use std::fmt;
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

/// The number of a `T`, unique in the installation (contract README §1).
pub struct Id<T> {
    number: i64,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The id with this number.
    pub const fn new(number: i64) -> Self {
        Self {
            number,
            of: PhantomData,
        }
    }

    /// The bare number, for SQL and JSON.
    pub const fn number(self) -> i64 {
        self.number
    }

    /// Reads a path or query word; `None` unless it is a plain decimal number.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            text.parse().ok().map(Self::new)
        } else {
            None
        }
    }
}

// Written out because a derive would ask the same of `T`, which is only a mark.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number)
    }
}

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $($(#[$doc])* #[derive(Debug)] pub enum $name {})*
    };
}

marks! {
    /// Marks the id of an account.
    Account,
    /// Marks the id of a user.
    User,
    /// Marks the id of a personal access token.
    Token,
    /// Marks the id of a project.
    Project,
    /// Marks the id of a timer.
    Timer,
    /// Marks the id of an entry.
    Entry,
    /// Marks the id of a tag.
    Tag,
    /// Marks the id of an event.
    Event,
    /// Marks the id of a webhook.
    Webhook,
    /// Marks the id of a broadcast receiver.
    BroadcastReceiver,
}

/// The UUID of a payload: `payload_id` in its body, `X-Noko-Delivery` in its headers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayloadId(uuid::Uuid);

impl PayloadId {
    /// A version 4 id from sixteen random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Reads any spelling of a UUID; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        uuid::Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for PayloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
impl fmt::Debug for PayloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl Serialize for PayloadId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
