//! The two times of the product, and calendar dates.
//!
//! Words: *engine time* only grows and counts due times, leases, windows; *wall time* (UTC) is
//! for display and `created_at`. Both are microseconds. The types keep them apart.
//! Never: reading a clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::civil;
use serde::{Serialize, Serializer};

/// A calendar date without a zone, written `YYYY-MM-DD`.
pub type Date = civil::Date;

/// A moment of the growing clock, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EngineTime(pub i64);

/// A moment of the clock on the wall, in microseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallTime(pub i64);

/// A duration in the microseconds that both times count in; saturates after 292,000 years.
pub fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

macro_rules! arithmetic {
    ($time:ident) => {
        impl Add<Duration> for $time {
            type Output = Self;
            fn add(self, duration: Duration) -> Self {
                Self(self.0.saturating_add(micros(duration)))
            }
        }
        impl Sub<Duration> for $time {
            type Output = Self;
            fn sub(self, duration: Duration) -> Self {
                Self(self.0.saturating_sub(micros(duration)))
            }
        }
        impl Sub for $time {
            type Output = Duration;
            /// The time from `earlier` to `self`; zero if `earlier` is later.
            fn sub(self, earlier: Self) -> Duration {
                Duration::from_micros(u64::try_from(self.0 - earlier.0).unwrap_or(0))
            }
        }
    };
}
arithmetic!(EngineTime);
arithmetic!(WallTime);

impl WallTime {
    /// The whole seconds since 1970.
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The same moment without its fraction, as the API shows it.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        Self(self.unix_seconds() * 1_000_000)
    }

    /// The date at this moment, `utc_offset` seconds east of UTC.
    pub fn date_at(self, utc_offset: i64) -> Date {
        self.stamp(utc_offset).date()
    }

    /// Midnight UTC at the start of a date.
    pub fn start_of(date: Date) -> Self {
        let days = civil::date(1970, 1, 1)
            .until(date)
            .map_or(0, |span| i64::from(span.get_days()));
        Self(days * 86_400_000_000)
    }

    /// Reads an RFC 3339 moment with any offset, or a bare date as its midnight UTC, cut to whole
    /// seconds (contract README §3). `None` if it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(date) = parse_date(text) {
            return Some(Self::start_of(date));
        }
        let moment: jiff::Timestamp = text.parse().ok()?;
        Some(Self(moment.as_microsecond()).whole_seconds())
    }

    fn stamp(self, utc_offset: i64) -> civil::DateTime {
        let seconds = self.unix_seconds().saturating_add(utc_offset);
        let epoch = civil::date(1970, 1, 1).at(0, 0, 0, 0);
        epoch.saturating_add(jiff::SignedDuration::from_secs(seconds))
    }
}

/// Reads `YYYY-MM-DD` with a year from 0001 to 9999; `None` for anything else.
pub fn parse_date(text: &str) -> Option<Date> {
    let shaped = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    if !shaped {
        return None;
    }
    text.parse().ok().filter(|date: &Date| date.year() >= 1)
}

impl fmt::Display for WallTime {
    /// `YYYY-MM-DDTHH:MM:SSZ` (contract README §3).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.whole_seconds().stamp(0))
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_in_utc_with_whole_seconds_and_z() {
        for (given, shown) in [
            ("2024-03-18T09:00:05Z", "2024-03-18T09:00:05Z"),
            ("2024-03-18T09:00:05.999+02:00", "2024-03-18T07:00:05Z"),
            ("2024-03-18", "2024-03-18T00:00:00Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(
                WallTime::parse(given)
                    .map(|time| time.to_string())
                    .as_deref(),
                Some(shown)
            );
        }
        for bad in [
            "",
            "yesterday",
            "2024-13-01",
            "2024-3-1",
            "2024-03-18T25:00:00Z",
            "20240318",
        ] {
            assert_eq!(WallTime::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_date_depends_on_the_offset() {
        let late = WallTime::parse("2024-03-18T23:30:00Z").expect("a timestamp");
        assert_eq!(late.date_at(0).to_string(), "2024-03-18");
        assert_eq!(late.date_at(3600).to_string(), "2024-03-19");
        assert_eq!(late.date_at(-86_400).to_string(), "2024-03-17");
    }
}
