//! The kinds of settings: how each is written.
//!
//! Words: *kind* = what values a setting may have.
//! Never: names of settings; files; the environment.

use base::actor::Role;
use base::secret::Secret;

use super::parse;
use super::value::Value;

/// What values a setting may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `200ms`, `5s`, `10m`, `1h`, `30d`; at least 1 ms, at most 3,650 d.
    Duration,
    /// A whole number from 1.
    Count,
    /// A whole number from 1; may be left out.
    Cap,
    /// The minutes of a billing increment (contract projects.md).
    Increment,
    /// A distance from UTC: `+02:00`, at most 14 hours.
    Offset,
    /// Bytes: `65536`, `64KiB`, `1MiB`, `2GiB`.
    Bytes,
    /// A number from 0 to 1.
    Share,
    /// A number from 1 to 100.
    Factor,
    /// `true` or `false`.
    Boolean,
    /// CIDRs or addresses with commas between.
    Networks,
    /// Words with commas between.
    List,
    /// An address with a port.
    Address,
    /// An absolute http or https URL without a path; may be left out.
    Origin,
    /// Where the data is: `sqlite:PATH` or `postgres://USER@HOST/NAME`.
    Database,
    /// A file; may be left out.
    Path,
    /// A role of the contract; may be left out.
    Role,
    /// Text that is never shown; may be left out.
    Secret,
}

impl Kind {
    /// Reads what was written; `Err` says how this kind is written.
    pub(crate) fn parse(self, text: &str) -> Result<Value, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return self.empty().ok_or(self.form());
        }
        self.read(text).ok_or(self.form())
    }

    /// How this kind is written, as the end of a sentence.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Self::Duration => "a duration is written 200ms, 5s, 10m, 1h or 30d, from 1ms to 3650d",
            Self::Count => "a count is a whole number from 1",
            Self::Cap => "it is a whole number from 1, or left out",
            Self::Increment => "a billing increment is 1, 5, 6, 10, 15, 20, 30 or 60",
            Self::Offset => "a distance from UTC is written +02:00, at most 14:00 either way",
            Self::Bytes => "a size is written 65536, 64KiB, 1MiB or 2GiB",
            Self::Share => "a share is a number from 0 to 1",
            Self::Factor => "a factor is a number from 1 to 100",
            Self::Boolean => "it is true or false",
            Self::Networks => "networks are written 10.0.0.0/8,fd00::/8, with commas between",
            Self::List => "a list has commas between its words",
            Self::Address => "an address is written 127.0.0.1:8080 or [::1]:8080",
            Self::Origin => {
                "it is http:// or https:// with a host and maybe a port, without a path, as in \
                 https://time.example.test"
            }
            Self::Database => "a database is written sqlite:PATH or postgres://USER@HOST/NAME",
            Self::Path => "it is the path of a file",
            Self::Role => "a role is supervisor, leader, coworker or contractor",
            Self::Secret => "it is text",
        }
    }

    /// The word of the settings page.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Count => "count",
            Self::Cap => "count or nothing",
            Self::Increment => "minutes",
            Self::Offset => "offset",
            Self::Bytes => "size",
            Self::Share => "share",
            Self::Factor => "factor",
            Self::Boolean => "true or false",
            Self::Networks => "networks",
            Self::List => "list",
            Self::Address => "address",
            Self::Origin => "URL",
            Self::Database => "database",
            Self::Path => "path",
            Self::Role => "role",
            Self::Secret => "secret text",
        }
    }

    fn empty(self) -> Option<Value> {
        match self {
            Self::Networks => Some(Value::Networks(Vec::new())),
            Self::List => Some(Value::List(Vec::new())),
            Self::Cap | Self::Origin | Self::Path | Self::Role | Self::Secret => Some(Value::Unset),
            Self::Duration
            | Self::Count
            | Self::Increment
            | Self::Offset
            | Self::Bytes
            | Self::Share
            | Self::Factor
            | Self::Boolean
            | Self::Address
            | Self::Database => None,
        }
    }

    fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Duration => parse::duration(text).map(Value::Duration),
            Self::Count | Self::Cap => parse::count(text).map(Value::Count),
            Self::Increment => parse::count(text)
                .filter(|one| INCREMENTS.contains(one))
                .map(Value::Count),
            Self::Offset => parse::offset(text).map(Value::Offset),
            Self::Bytes => parse::bytes(text).map(Value::Count),
            Self::Share => parse::number(text, 0.0, 1.0).map(Value::Number),
            Self::Factor => parse::number(text, 1.0, 100.0).map(Value::Number),
            Self::Boolean => text.parse().ok().map(Value::Boolean),
            Self::Networks => parse::networks(text).map(Value::Networks),
            Self::List => Some(Value::List(parse::words(text).map(str::to_owned).collect())),
            Self::Address => text.parse().ok().map(Value::Address),
            Self::Origin => parse::origin(text).map(Value::Text),
            Self::Database => parse::sqlite(text)
                .map(Value::Path)
                .or_else(|| parse::postgres(text).map(Value::Url)),
            Self::Path => Some(Value::Path(text.into())),
            Self::Role => Role::parse(text).map(Value::Role),
            Self::Secret => Some(Value::Secret(Secret::new(text.to_owned()))),
        }
    }
}

/// The billing increments of the contract (projects.md), in minutes.
const INCREMENTS: [u64; 8] = [1, 5, 6, 10, 15, 20, 30, 60];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: Kind, text: &str) -> Option<String> {
        kind.parse(text).ok().map(|value| value.show(kind))
    }

    #[test]
    fn what_is_shown_can_be_written_again() {
        for (kind, text) in [
            (Kind::Duration, "200ms"),
            (Kind::Duration, "5s"),
            (Kind::Duration, "3650d"),
            (Kind::Count, "512"),
            (Kind::Cap, ""),
            (Kind::Increment, "15"),
            (Kind::Offset, "+00:00"),
            (Kind::Offset, "-03:30"),
            (Kind::Bytes, "1MiB"),
            (Kind::Bytes, "0"),
            (Kind::Share, "0.2"),
            (Kind::Factor, "2"),
            (Kind::Boolean, "true"),
            (Kind::Networks, "127.0.0.0/8,::1/128"),
            (Kind::Networks, ""),
            (Kind::List, "*"),
            (Kind::Address, "[::1]:0"),
            (Kind::Origin, "https://time.example.test:8443"),
            (Kind::Origin, ""),
            (Kind::Database, "sqlite:data/time.db"),
            (Kind::Database, "postgres://carillon@db.example.test/time"),
            (
                Kind::Database,
                "postgresql://carillon@/time?host=/run/postgresql",
            ),
            (Kind::Path, "/etc/carillon/master.key"),
            (Kind::Role, "leader"),
        ] {
            assert_eq!(shown(kind, text).as_deref(), Some(text));
        }
        assert_eq!(shown(Kind::Secret, "open sesame").as_deref(), Some("***"));
        for (text, same) in [
            (
                "postgres://ada:sesame@db/time",
                "postgres://ada:***@db/time",
            ),
            (
                "postgres://db/time?user=ada&password=sesame&port=1",
                "postgres://db/time?user=ada&password=***&port=1",
            ),
        ] {
            assert_eq!(shown(Kind::Database, text).as_deref(), Some(same));
        }
    }

    #[test]
    fn other_spellings_of_the_same_are_accepted() {
        for (kind, text, same) in [
            (Kind::Duration, "1000ms", "1s"),
            (Kind::Duration, " 72h ", "3d"),
            (Kind::Networks, "127.0.0.1, ::1,", "127.0.0.1/32,::1/128"),
            (
                Kind::Origin,
                "HTTPS://Time.example.test:443/",
                "https://time.example.test",
            ),
            (
                Kind::Database,
                "sqlite:///var/lib/time.db",
                "sqlite:/var/lib/time.db",
            ),
        ] {
            assert_eq!(shown(kind, text).as_deref(), Some(same));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (kind, text) in [
            (Kind::Duration, "5"),
            (Kind::Duration, "0s"),
            (Kind::Duration, "-1s"),
            (Kind::Duration, "5 apples"),
            (Kind::Duration, "99999999999999999999d"),
            (Kind::Duration, "3651d"),
            (Kind::Count, "0"),
            (Kind::Count, "1.5"),
            (Kind::Count, "18446744073709551615"),
            (Kind::Cap, "0"),
            (Kind::Increment, "7"),
            (Kind::Offset, "2"),
            (Kind::Offset, "+14:01"),
            (Kind::Offset, "+02:60"),
            (Kind::Offset, "+-2:00"),
            (Kind::Bytes, "1MB"),
            (Kind::Share, "1.1"),
            (Kind::Share, "NaN"),
            (Kind::Factor, "0.5"),
            (Kind::Boolean, "yes"),
            (Kind::Networks, "10.0.0.0/33"),
            (Kind::Networks, "intern.example.test"),
            (Kind::Address, "8080"),
            (Kind::Origin, "ftp://time.example.test"),
            (Kind::Origin, "https://time.example.test/app"),
            (Kind::Origin, "https://ada:secret@time.example.test"),
            (Kind::Database, "carillon.db"),
            (Kind::Database, "sqlite::memory:"),
            (Kind::Database, "sqlite:"),
            (Kind::Database, "mysql://db.example.test/time"),
            (Kind::Database, "postgres://"),
            (Kind::Role, "boss"),
        ] {
            assert_eq!(shown(kind, text), None, "{kind:?} {text}");
        }
    }
}
