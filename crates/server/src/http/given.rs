//! The three ways of an input: absent, `null`, or a value (contract README §2).
//!
//! Never: reading; that is `input.rs`.

/// What a client said about one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// Nothing, or something refused that is already among the problems.
    Absent,
    /// `null`: clears a nullable field, otherwise counts as absent.
    Null,
    /// A value.
    Value(T),
}

impl<T> Given<T> {
    /// The value; `null` counts as absent.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// For a nullable field: `None` leaves it, `Some(None)` clears it, `Some(Some(_))` sets it.
    pub fn change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The value with which the field ends: `null` clears, absent keeps what was there.
    pub fn or_keep(self, present: Option<T>) -> Option<T> {
        self.change().unwrap_or(present)
    }

    /// The same with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Null => Given::Null,
            Self::Value(value) => Given::Value(change(value)),
        }
    }

    /// Whether nothing was said.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}
