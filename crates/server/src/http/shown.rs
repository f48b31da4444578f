//! How times, durations and states are shown to people: words, and marks for them.
//!
//! Words: *zone*, the offset in which a person sees times, and the moment at which they look.
//! Never: text from outside: what is printed here is not escaped again.

use std::fmt;
use std::time::Duration;

use askama::filters::HtmlSafe;
use base::{Date, WallTime};

/// From where a person looks at times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    /// Seconds east of UTC.
    pub(crate) utc_offset: i64,
    /// The moment of the page.
    pub(crate) now: WallTime,
}

impl Zone {
    /// A moment with a relative word: "09:00:05 · 3 min ago".
    pub(crate) fn moment(self, at: WallTime) -> Moment {
        Moment {
            zone: self,
            at,
            has_word: true,
        }
    }

    /// A moment alone, for dense tables.
    pub(crate) fn bare(self, at: WallTime) -> Moment {
        Moment {
            has_word: false,
            ..self.moment(at)
        }
    }

    /// The name of the zone: `UTC` or `UTC+01:00`.
    pub(crate) fn name(self) -> String {
        if self.utc_offset == 0 {
            return "UTC".to_owned();
        }
        let sign = if self.utc_offset < 0 { '-' } else { '+' };
        let minutes = self.utc_offset.abs() / 60;
        format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// `YYYY-MM-DDTHH:MM:SS` on this zone's clock.
    fn local(self, at: WallTime) -> String {
        let moved = WallTime(at.0.saturating_add(self.utc_offset.saturating_mul(1_000_000)));
        moved.to_string().trim_end_matches('Z').to_owned()
    }

    /// The clock's time today, with the day before it on other days.
    pub(crate) fn clock(self, at: WallTime) -> String {
        let (shown, today) = (self.local(at), self.local(self.now));
        let (date, time) = shown.split_once('T').unwrap_or((&shown, ""));
        let (today, _) = today.split_once('T').unwrap_or((&today, ""));
        if date == today {
            return time.to_owned();
        }
        let is_this_year = date.get(..4) == today.get(..4);
        let year = if is_this_year {
            ""
        } else {
            date.get(..4).unwrap_or("")
        };
        let minutes = time.get(..5).unwrap_or(time);
        let day = day_and_month(date);
        [day.as_str(), year, minutes]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// "3 min ago", "in 15 min", "now".
    pub(crate) fn relative(self, at: WallTime) -> String {
        let (past, future) = (self.now - at, at - self.now);
        if past < Duration::from_secs(2) && future < Duration::from_secs(2) {
            "now".to_owned()
        } else if future.is_zero() {
            format!("{} ago", rough(past))
        } else {
            format!("in {}", rough(future))
        }
    }
}

/// A moment on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    zone: Zone,
    at: WallTime,
    has_word: bool,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zone, at) = (self.zone, self.at);
        let utc = at.to_string().replace('T', " ").replace('Z', " UTC");
        let clock = zone.clock(at);
        write!(f, r#"<time datetime="{at}" title="{utc}">{clock}</time>"#)?;
        if self.has_word {
            write!(f, r#" <span class="ago">· {}</span>"#, zone.relative(at))?;
        }
        Ok(())
    }
}

impl HtmlSafe for Moment {}

/// Icon, word and colour of a state: always all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    /// Which colour: `good`, `failing`, `stopped`, `off`.
    pub(crate) tone: &'static str,
    /// Seen only.
    pub(crate) icon: &'static str,
    /// Read too.
    pub(crate) word: &'static str,
}

impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tone, icon, word } = self;
        write!(
            f,
            r#"<span class="badge {tone}"><span aria-hidden="true">{icon}</span> {word}</span>"#
        )
    }
}

impl HtmlSafe for Badge {}

/// What a page says of a payload's state.
pub(crate) fn payload_badge(state: &str, is_in_flight: bool) -> Badge {
    let (tone, icon, word) = match (state, is_in_flight) {
        ("delivered", _) => ("good", "✓", "Delivered"),
        ("skipped", _) => ("off", "⤼", "Skipped"),
        (_, true) => ("off", "◐", "Sending"),
        ("failing", _) => ("failing", "▲", "Failing"),
        _ => ("off", "○", "Queued"),
    };
    Badge { tone, icon, word }
}

/// One or two units: "2 h 10 min", "45 s", "3 days".
pub(crate) fn spell(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, 0, _) => "1 day".to_owned(),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, _, _) => format!("{days} days"),
    }
}

/// One unit: "3 min".
fn rough(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A number with thin gaps between its thousands: "12 480".
pub(crate) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    if number < 0 {
        format!("-{shown}")
    } else {
        shown
    }
}

/// A date with its weekday, and its year unless that is this one: "Mon 18 Mar".
pub(crate) fn day(date: Date, today: Date) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let place = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
    let weekday = DAYS.get(place).copied().unwrap_or_default();
    let shown = format!("{weekday} {}", day_and_month(&date.to_string()));
    if date.year() == today.year() {
        shown
    } else {
        format!("{shown} {}", date.year())
    }
}

fn day_and_month(date: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month: Option<usize> = date.get(5..7).and_then(|text| text.parse().ok());
    let month = month.and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    let day = date.get(8..10).unwrap_or_default().trim_start_matches('0');
    format!("{day} {}", month.copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> WallTime {
        WallTime::parse(text).expect("a moment")
    }

    #[test]
    fn a_moment_is_shown_on_the_persons_clock_with_a_relative_word() {
        let zone = Zone {
            utc_offset: 3600,
            now: at("2024-03-18T11:00:00Z"),
        };
        for (given, clock, relative) in [
            ("2024-03-18T10:57:00Z", "11:57:00", "3 min ago"),
            ("2024-03-18T11:00:01Z", "12:00:01", "now"),
            ("2024-03-18T11:15:00Z", "12:15:00", "in 15 min"),
            ("2024-03-17T22:59:00Z", "17 Mar 23:59", "12 h ago"),
            ("2023-03-08T08:00:00Z", "8 Mar 2023 09:00", "376 days ago"),
        ] {
            let given = at(given);
            assert_eq!(
                (zone.clock(given).as_str(), zone.relative(given).as_str()),
                (clock, relative)
            );
        }
        assert_eq!(zone.name(), "UTC+01:00");
        let shown = zone.moment(at("2024-03-18T10:57:00Z")).to_string();
        assert_eq!(
            shown,
            "<time datetime=\"2024-03-18T10:57:00Z\" title=\"2024-03-18 10:57:00 UTC\">11:57:00\
             </time> <span class=\"ago\">· 3 min ago</span>"
        );
    }

    #[test]
    fn durations_have_at_most_two_units() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_600, "1 h"),
            (7_800, "2 h 10 min"),
            (90_000, "1 day 1 h"),
            (259_200, "3 days"),
        ] {
            assert_eq!(spell(Duration::from_secs(seconds)), shown);
        }
        let date = |text: &str| base::time::parse_date(text).expect("a date");
        assert_eq!(day(date("2024-03-18"), date("2024-12-31")), "Mon 18 Mar");
        assert_eq!(
            day(date("2023-03-05"), date("2024-12-31")),
            "Sun 5 Mar 2023"
        );
        assert_eq!(count(12_480), "12\u{202f}480");
        assert_eq!(count(-7), "-7");
    }
}
