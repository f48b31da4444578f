//! From written text to the values of settings; `None` for anything that is not one.
//!
//! Never: sentences; the kind has them.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use base::Secret;
use ipnet::IpNet;
use store::postgres::Target;
use url::Url;

/// The words between commas.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// A number within bounds, both included.
pub(super) fn number(text: &str, least: f64, most: f64) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
}

/// A whole number from 1; storage counts in `i64`.
pub(super) fn count(text: &str) -> Option<u64> {
    text.parse()
        .ok()
        .filter(|count| *count > 0)
        .and_then(in_i64)
}

fn in_i64(number: u64) -> Option<u64> {
    i64::try_from(number).is_ok().then_some(number)
}

/// The units of durations in milliseconds, the smallest first.
pub(super) const DURATION_UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// Ten years: more is a slip of the pen.
const DURATION_MS_MAX: u64 = 3_650 * 86_400_000;

/// A duration from 1 ms to ten years.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, factor) = with_unit(text, &DURATION_UNITS)?;
    let ms = number.checked_mul(factor)?;
    (1..=DURATION_MS_MAX)
        .contains(&ms)
        .then(|| Duration::from_millis(ms))
}

/// The units of sizes in bytes, the smallest first.
pub(super) const BYTE_UNITS: [(&str, u64); 4] = [
    ("", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// A size in bytes.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let (number, factor) = with_unit(text, &BYTE_UNITS)?;
    number.checked_mul(factor).and_then(in_i64)
}

/// The number before a unit, and the unit's factor.
fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<(u64, u64)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    Some((digits.parse().ok()?, *factor))
}

/// Seconds east of UTC, from `-14:00` to `+14:00`.
pub(super) fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two_digits = |text: &str| {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let seconds = hours * 3_600 + minutes * 60;
    (minutes < 60 && seconds <= 14 * 3_600).then_some(sign * seconds)
}

/// Networks, or bare addresses as networks of one.
pub(super) fn networks(text: &str) -> Option<Vec<IpNet>> {
    let network = |word: &str| {
        word.parse()
            .ok()
            .or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from))
    };
    words(text).map(network).collect()
}

/// Scheme, host and port of an http or https URL that has nothing else.
pub(super) fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_bare && is_http).then(|| url.origin().ascii_serialization())
}

/// The path in `sqlite:PATH`; a server's data is in a file, so not `:memory:`.
pub(super) fn sqlite(text: &str) -> Option<PathBuf> {
    let path = text.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| path.into())
}

/// An address of PostgreSQL, which names a host.
pub(super) fn postgres(text: &str) -> Option<Secret<String>> {
    let is_address = text.starts_with("postgres://") || text.starts_with("postgresql://");
    (is_address && Target::parse(text).is_ok()).then(|| Secret::new(text.to_owned()))
}
