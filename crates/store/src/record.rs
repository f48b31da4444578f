//! What a change hands over before it commits, and the proof that none forgot to.
//!
//! Words: record, event, announcement, silence, recorded.
//! Never: deciding who gets what; that is delivery's.

use base::{Audience, Id, Kind, id};

/// Something that others must be told about a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// For webhooks.
    Event(Event),
    /// For broadcast receivers.
    Announcement(Announcement),
}

impl Record {
    fn kind(&self) -> Kind {
        match self {
            Self::Event(event) => event.kind,
            Self::Announcement(announcement) => announcement.kind,
        }
    }
}

/// A change of one resource: contract webhooks.md §5.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The most specific name, from the catalogue.
    pub name: &'static str,
    /// The kind of the resource.
    pub kind: Kind,
    /// The number of the resource.
    pub subject: i64,
    /// Where it can be read; none after a deletion.
    pub url: Option<String>,
    /// As leaders and supervisors see it.
    pub full: Rendering,
    /// As others see it, if that differs.
    pub limited: Option<Rendering>,
    /// Who may see it at all.
    pub audience: Audience,
}

/// An event as one view shows it: JSON texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    /// Field name → `[before, after]`; `{}` for creations and deletions.
    pub changes: String,
    /// The resource, by the same serializer as the API's answer.
    pub object: String,
}

/// The latest that happened to a subject: contract broadcasts.md §4.
#[derive(Clone, Debug, PartialEq)]
pub struct Announcement {
    /// The kind of the resource.
    pub kind: Kind,
    /// The subject's type, such as `timer`.
    pub subject: &'static str,
    /// Which one: later announcements of the same key replace earlier ones.
    pub key: i64,
    /// `timer.` and the state after the change.
    pub last_event: &'static str,
    /// Where the receiver reads the newest state.
    pub url: String,
    /// Whose receivers are told (contract broadcasts.md §5).
    pub user: Id<id::User>,
}

/// Why a change tells nobody. Each covers the kinds of rows it may leave unrecorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing was written.
    Unchanged,
    /// The contract has no event for it: accounts come from the command line.
    Account,
    /// Credentials are no resource.
    Credentials,
    /// Only settings changed that `user` does not show (contract, current user).
    Settings,
    /// No visible field changes (contract webhooks.md §8).
    ProjectAccess,
    /// Webhooks and receivers tell nothing of themselves but pings (contract webhooks.md §8).
    Integration,
    /// The engine writes down what happened to payloads.
    Engine,
    /// Entries touched by a tag's edit, merge or deletion (contract webhooks.md §8).
    TouchedEntries,
    /// Timers moved or dropped where nobody is told.
    Timers,
}

impl Silence {
    fn covers(self) -> Kinds {
        match self {
            Self::Unchanged => Kinds::NONE,
            Self::Account => Kinds::NONE.with(Kind::Account).with(Kind::User),
            Self::Credentials => Kinds::NONE.with(Kind::Token),
            Self::Settings => Kinds::NONE.with(Kind::User),
            Self::ProjectAccess => Kinds::NONE.with(Kind::ProjectAccess),
            Self::Integration => Kinds::NONE
                .with(Kind::Webhook)
                .with(Kind::WebhookPayload)
                .with(Kind::BroadcastReceiver)
                .with(Kind::Delivery),
            Self::Engine => Kinds::NONE
                .with(Kind::Delivery)
                .with(Kind::Webhook)
                .with(Kind::WebhookPayload)
                .with(Kind::BroadcastReceiver),
            Self::TouchedEntries => Kinds::NONE.with(Kind::Entry),
            Self::Timers => Kinds::NONE.with(Kind::Timer),
        }
    }
}

/// The value of a change that recorded something or said why not: only this can commit.
#[derive(Debug)]
#[must_use = "a change commits only by returning what it recorded"]
pub struct Recorded<T>(T);

impl Recorded<()> {
    pub(crate) const DONE: Self = Self(());

    /// Carries a value to the caller of the change.
    pub fn with<T>(self, value: T) -> Recorded<T> {
        Recorded(value)
    }
}

impl<T> Recorded<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// Joins what another action recorded; the other's value is dropped.
    pub fn and<U>(self, other: Recorded<U>) -> Self {
        drop(other);
        self
    }

    /// Replaces the value by something made of it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Recorded<U> {
        Recorded(make(self.0))
    }

    /// Looks at the value while the change goes on.
    pub fn value(&self) -> &T {
        &self.0
    }

    pub(crate) fn into_value(self) -> T {
        self.0
    }
}

/// A set of kinds of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u32);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// What a transaction wrote, what it recorded, and what it was silent about.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) records: Vec<Record>,
    written: Kinds,
    told: Kinds,
}

impl Ledger {
    pub(crate) fn wrote(&mut self, kind: Kind) {
        self.written = self.written.with(kind);
    }

    pub(crate) fn record(&mut self, record: Record) {
        self.told = self.told.with(record.kind());
        self.records.push(record);
    }

    pub(crate) fn silence(&mut self, silence: Silence) {
        self.told = self.told.union(silence.covers());
    }

    /// Whether something was written and neither recorded nor silenced.
    pub(crate) fn has_forgotten(&self) -> bool {
        self.written.without(self.told) != Kinds::NONE
    }
}
