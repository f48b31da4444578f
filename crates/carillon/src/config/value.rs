//! The values of settings, and how each is shown.
//!
//! Never: showing a secret.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base::actor::Role;
use base::secret::Secret;
use ipnet::IpNet;

use super::kind::Kind;
use super::parse::{BYTE_UNITS, DURATION_UNITS};

/// A setting's value, read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Duration(Duration),
    /// Also bytes.
    Count(u64),
    /// Seconds east of UTC.
    Offset(i64),
    /// Also shares and factors.
    Number(f64),
    Boolean(bool),
    Networks(Vec<IpNet>),
    List(Vec<String>),
    Address(SocketAddr),
    /// An origin without a slash at its end.
    Text(String),
    Path(PathBuf),
    /// The address of a database, which may have a password in it.
    Url(Secret<String>),
    Role(Role),
    Secret(Secret<String>),
    /// Left out, where that is allowed.
    Unset,
}

impl Value {
    /// The value as it would be written, in its shortest form; a secret as `***`.
    pub(crate) fn show(&self, kind: Kind) -> String {
        match self {
            Self::Duration(duration) => Written(*duration).to_string(),
            Self::Count(bytes) if kind == Kind::Bytes => with_unit(*bytes, &BYTE_UNITS),
            Self::Count(count) => count.to_string(),
            Self::Offset(seconds) => {
                let (sign, minutes) = (if *seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
                format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Number(number) => number.to_string(),
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Networks(networks) => networks
                .iter()
                .map(IpNet::to_string)
                .collect::<Vec<_>>()
                .join(","),
            Self::List(words) => words.join(","),
            Self::Address(address) => address.to_string(),
            Self::Text(text) => text.clone(),
            Self::Path(path) if kind == Kind::Database => format!("sqlite:{}", path.display()),
            Self::Path(path) => path.display().to_string(),
            Self::Url(url) => without_password(url.reveal()),
            Self::Role(role) => role.word().to_owned(),
            Self::Secret(_) => "***".to_owned(),
            Self::Unset => String::new(),
        }
    }
}

/// The address of a database with `***` for its password.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (people, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    let user = people.split(':').next().unwrap_or_default();
    let mut shown = format!("{scheme}://{user}");
    if people.contains(':') {
        shown.push_str(":***");
    }
    if rest.contains('@') {
        shown.push('@');
    }
    shown.push_str(place);
    for (number, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        shown.push(if number == 0 { '?' } else { '&' });
        shown.push_str(if pair.starts_with("password=") {
            "password=***"
        } else {
            pair
        });
    }
    shown
}

/// A duration as settings write it: `200ms`, `5s`, `3d`.
pub(crate) struct Written(pub(crate) Duration);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        f.write_str(&with_unit(ms, &DURATION_UNITS))
    }
}

/// A number with the largest unit that leaves it whole.
fn with_unit(number: u64, units: &[(&'static str, u64)]) -> String {
    let fits = |(_, factor): &&(&str, u64)| number >= *factor && number.is_multiple_of(*factor);
    let (unit, factor) = units.iter().rev().find(fits).unwrap_or(&units[0]);
    format!("{}{unit}", number / factor)
}
