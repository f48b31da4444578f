//! Settings by name, each as its own type.
//!
//! Never: a name that is not in the table; the tests build everything from the defaults, so a
//! wrong name or kind cannot be shipped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::actor::Role;
use base::secret::Secret;
use ipnet::IpNet;
use server::settings::Origins;
use store::Location;
use store::postgres::Options;

use super::Config;
use super::kind::Kind;
use super::value::Value;

impl Config {
    /// Where the data is, and how to reach it.
    pub(crate) fn location(&self) -> Location {
        match self.value("database") {
            Value::Path(path) => Location::Sqlite(path.clone()),
            Value::Url(url) => Location::Postgres(Box::new(Options {
                url: url.clone(),
                password: self.password.clone(),
                root_certificates: match self.value("postgres.root_certificates") {
                    Value::Path(path) => Some(path.clone()),
                    _ => None,
                },
                connect_timeout: self.duration("postgres.connect_timeout"),
                statement_timeout: self.duration("postgres.statement_timeout"),
                lock_timeout: self.duration("postgres.lock_timeout"),
                idle_timeout: self.duration("postgres.idle_timeout"),
                pool_size: self.count("postgres.pool_size"),
            })),
            other => unreachable_kind("database", other),
        }
    }

    /// The SQLite file, if the data is in one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self.value("database") {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Where the data is, as it would be written; a password as `***`.
    pub(crate) fn database(&self) -> String {
        self.value("database").show(Kind::Database)
    }

    /// Where the HTTP server listens.
    pub(crate) fn listen(&self) -> SocketAddr {
        match self.value("listen") {
            Value::Address(address) => *address,
            other => unreachable_kind("listen", other),
        }
    }

    /// The origin in URLs as configured; else the one of the address really `bound`.
    pub(crate) fn public_url(&self, bound: SocketAddr) -> String {
        match self.value("public_url") {
            Value::Text(origin) => origin.clone(),
            Value::Unset => format!("http://{bound}"),
            other => unreachable_kind("public_url", other),
        }
    }

    /// Whether the operator named the origin.
    pub(crate) fn names_public_url(&self) -> bool {
        *self.value("public_url") != Value::Unset
    }

    /// The file of the master key: as set, else beside the SQLite file; none on PostgreSQL.
    pub(crate) fn master_key_file(&self) -> Option<PathBuf> {
        match self.value("master_key_file") {
            Value::Path(path) => Some(path.clone()),
            Value::Unset => Some(store::lock::with_ending(self.file()?, ".key")),
            other => unreachable_kind("master_key_file", other),
        }
    }

    /// Whether the operator named a key file, which then must be there.
    pub(crate) fn names_master_key(&self) -> bool {
        *self.value("master_key_file") != Value::Unset
    }

    /// A duration of the table.
    pub(crate) fn duration(&self, name: &'static str) -> Duration {
        match self.value(name) {
            Value::Duration(duration) => *duration,
            other => unreachable_kind(name, other),
        }
    }

    /// A count or a size of the table; the largest of `T` if it is more.
    pub(crate) fn count<T: TryFrom<u64> + Largest>(&self, name: &'static str) -> T {
        match self.value(name) {
            Value::Count(count) => T::try_from(*count).unwrap_or(T::LARGEST),
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn number(&self, name: &'static str) -> f64 {
        match self.value(name) {
            Value::Number(number) => *number,
            other => unreachable_kind(name, other),
        }
    }

    /// Networks of the table.
    pub(crate) fn networks(&self, name: &'static str) -> Vec<IpNet> {
        match self.value(name) {
            Value::Networks(networks) => networks.clone(),
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn boolean(&self, name: &'static str) -> bool {
        match self.value(name) {
            Value::Boolean(boolean) => *boolean,
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn origins(&self, name: &'static str) -> Origins {
        match self.value(name) {
            Value::List(words) if words.iter().any(|word| word == "*") => Origins::Any,
            Value::List(words) => Origins::Only(words.clone()),
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn secret(&self, name: &'static str) -> Option<Secret<String>> {
        match self.value(name) {
            Value::Secret(secret) => Some(secret.clone()),
            Value::Unset => None,
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn role(&self, name: &'static str) -> Option<Role> {
        match self.value(name) {
            Value::Role(role) => Some(*role),
            Value::Unset => None,
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn cap(&self, name: &'static str) -> Option<i64> {
        match self.value(name) {
            Value::Count(count) => Some(i64::try_from(*count).unwrap_or(i64::MAX)),
            Value::Unset => None,
            other => unreachable_kind(name, other),
        }
    }

    pub(super) fn offset(&self, name: &'static str) -> i64 {
        match self.value(name) {
            Value::Offset(seconds) => *seconds,
            other => unreachable_kind(name, other),
        }
    }
}

/// The largest number of a type that settings fill.
pub(crate) trait Largest {
    /// It.
    const LARGEST: Self;
}

impl Largest for usize {
    const LARGEST: Self = Self::MAX;
}
impl Largest for u32 {
    const LARGEST: Self = Self::MAX;
}
impl Largest for u64 {
    const LARGEST: Self = Self::MAX;
}
impl Largest for i64 {
    const LARGEST: Self = Self::MAX;
}

/// The tests build every setting from the defaults, so a wrong name or kind cannot be shipped.
fn unreachable_kind(name: &str, value: &Value) -> ! {
    unreachable!("the row {name} of the settings table has no value like {value:?}")
}
