//! What a page says of a webhook: one sentence on what is going on, since when, what comes next.
//!
//! Never: deciding; reading anything.

use std::fmt;

use askama::filters::HtmlSafe;
use base::WallTime;
use delivery::payloads::Payload;
use delivery::settings::Retry;
use delivery::webhooks::{Hour, Status, hour_of};

use crate::http::shown::{Badge, Zone, count, spell};
use crate::resources::users;

/// Hours of the strip.
const HOURS: i64 = 24;
const HOUR_SECONDS: i64 = 3_600;

/// The state of a webhook as its page opens with it.
pub(super) struct State {
    pub(super) badge: Badge,
    /// What is going on.
    pub(super) first: String,
    /// What comes of it.
    pub(super) more: Vec<String>,
}

/// What decides on the words beside the status itself.
pub(super) struct Around<'a> {
    pub(super) zone: Zone,
    pub(super) retry: &'a Retry,
    /// Which cap keeps it waiting.
    pub(super) held_by: Option<&'static str>,
    /// Who changed its state last.
    pub(super) changed_by: Option<String>,
}

/// Icon, word and colour of a condition.
pub(super) fn badge(condition: &str) -> Badge {
    let (tone, icon, word) = match condition {
        "idle" => ("good", "●", "Up to date"),
        "delivering" => ("good", "●", "Delivering"),
        "failing" => ("failing", "▲", "Failing"),
        "stopped" => ("stopped", "■", "Stopped"),
        "silent" => ("off", "–", "Silent"),
        _ => ("off", "‖", "Disabled"),
    };
    Badge { tone, icon, word }
}

/// The state line of a webhook's page.
pub(super) fn state(status: &Status, around: &Around<'_>) -> State {
    let (first, more) = match status.condition {
        "idle" => idle(status, around),
        "delivering" => delivering(status, around),
        "failing" => failing(status, around),
        "stopped" => stopped(status, around),
        "silent" => (
            "Silent: its owner is deactivated.".to_owned(),
            vec![format!(
                "{} Once the owner is activated, they go out.",
                kept(status.waiting_count)
            )],
        ),
        _ => disabled(status, around),
    };
    State {
        badge: badge(status.condition),
        first,
        more,
    }
}

fn idle(status: &Status, around: &Around<'_>) -> (String, Vec<String>) {
    let first = match status.last_delivered_at {
        Some(at) => format!(
            "Everything is delivered, the last at {}.",
            moment(around.zone, at)
        ),
        None => "Nothing waits, and nothing was delivered yet.".to_owned(),
    };
    let next = "The next event goes out at once.".to_owned();
    (first, vec![next])
}

fn delivering(status: &Status, around: &Around<'_>) -> (String, Vec<String>) {
    let waiting = status.waiting_count;
    let first = match waiting {
        1 => "Delivering: 1 payload is on its way.".to_owned(),
        _ => format!("Delivering: {} payloads are on their way.", count(waiting)),
    };
    let mut more = Vec::new();
    match around.held_by {
        Some("owner") => more.push(
            "It waits for a place: this owner's webhooks have as many attempts running as one \
             owner may."
                .to_owned(),
        ),
        Some(_) => more.push(
            "It waits for a place: this host gets as many attempts as one host may.".to_owned(),
        ),
        None => {}
    }
    (first, more)
}

fn failing(status: &Status, around: &Around<'_>) -> (String, Vec<String>) {
    let since = around.zone.now - status.condition_since;
    let began = around.zone.clock(status.condition_since);
    let first = format!("Failing since {began} ({}).", spell(since));
    let Some(head) = &status.head else {
        return (first, Vec::new());
    };
    let first = format!("{first} Payload #{} {}.", head.sequence, happened(head));
    let about = attempts_about(around.retry);
    let count = head.attempts_count;
    let attempt = format!("Attempt {count} of about {about}.");
    let next = match head.next_attempt_at {
        _ if head.is_in_flight => " It is being attempted right now.".to_owned(),
        Some(at) => format!(" Next try {}.", moment(around.zone, at)),
        None => String::new(),
    };
    let end = head.gives_up_at.map(|at| around.zone.clock(at));
    let end = end.map(|at| format!(" The webhook stops at {at} if nothing helps."));
    let plan = format!("{attempt}{next}{}", end.unwrap_or_default());
    (first, vec![plan, behind(status.waiting_count - 1)])
}

fn stopped(status: &Status, around: &Around<'_>) -> (String, Vec<String>) {
    let at = moment(around.zone, status.condition_since);
    let reason = status.webhook.stopped_reason.as_deref();
    let first = if reason == Some("backlog_full") {
        format!("Stopped at {at}: as many payloads wait as may wait.")
    } else {
        let after = spell(around.retry.give_up_after);
        format!("Stopped at {at}, after {after} without success.")
    };
    let mut more = Vec::new();
    if let Some(head) = &status.head
        && head.attempts_count > 0
    {
        more.push(format!(
            "Payload #{} {} at last.",
            head.sequence,
            happened(head)
        ));
    }
    more.push(format!(
        "{} New events are not queued. Enable it to go on where it stopped.",
        kept(status.waiting_count)
    ));
    (first, more)
}

fn disabled(status: &Status, around: &Around<'_>) -> (String, Vec<String>) {
    let at = moment(around.zone, status.condition_since);
    let first = match &around.changed_by {
        Some(name) => format!("Disabled by {name} at {at}."),
        None => format!("Disabled at {at}."),
    };
    let more = format!(
        "{} New events are not queued meanwhile.",
        kept(status.waiting_count)
    );
    (first, vec![more])
}

fn behind(waiting: i64) -> String {
    match waiting {
        0 => "Nothing waits behind it.".to_owned(),
        1 => "1 payload waits behind it; nothing is lost.".to_owned(),
        _ => format!(
            "{} payloads wait behind it; nothing is lost.",
            count(waiting)
        ),
    }
}

fn kept(waiting: i64) -> String {
    match waiting {
        0 => "Nothing waits.".to_owned(),
        1 => "1 payload is kept.".to_owned(),
        _ => format!("{} payloads are kept.", count(waiting)),
    }
}

/// "11:26:40, in 15 min"
pub(super) fn moment(zone: Zone, at: WallTime) -> String {
    format!("{}, {}", zone.clock(at), zone.relative(at))
}

/// How the last attempt of a payload ended, as part of a sentence.
fn happened(payload: &Payload) -> String {
    match (payload.last_outcome.as_deref(), payload.last_status) {
        (Some("refused"), Some(status)) => format!("was refused with HTTP {status}"),
        (Some("redirected"), _) => "was answered with a redirect".to_owned(),
        (Some("timed_out"), _) => "got no answer in time".to_owned(),
        (Some("unresolved"), _) => "failed: the host name was not found".to_owned(),
        (Some("unreachable"), _) => "failed: the receiver was not reached".to_owned(),
        (Some("tls_failed"), _) => "failed: there was no secure connection".to_owned(),
        (Some("forbidden_address"), _) => "failed: the address may not be called".to_owned(),
        (Some("bad_answer"), _) => "got an answer that is no HTTP".to_owned(),
        (Some("interrupted"), _) => "was interrupted".to_owned(),
        _ => "has not succeeded".to_owned(),
    }
}

/// An outcome in a table: "refused 500".
pub(super) fn outcome(word: &str, status: Option<i64>) -> String {
    let word = word.replace('_', " ");
    match status {
        Some(status) => format!("{word} {status}"),
        None => word,
    }
}

/// How many attempts fit into the window of a head, without jitter.
fn attempts_about(retry: &Retry) -> i64 {
    let (mut passed, mut pause, mut attempts) = (0.0, retry.initial.as_secs_f64(), 1);
    let end = retry.give_up_after.as_secs_f64();
    while passed < end && attempts < 10_000 {
        passed += pause.max(1.0);
        pause = (pause * retry.factor).min(retry.max_interval.as_secs_f64());
        attempts += 1;
    }
    attempts
}

/// First and last name, or the address if both are empty.
pub(in crate::resources) fn name_of(person: &users::Summary) -> String {
    let name = format!("{} {}", person.first_name, person.last_name);
    match name.trim() {
        "" => person.email.clone(),
        name => name.to_owned(),
    }
}

/// The last 24 hours as bars, with the sums as words.
pub(super) struct Strip {
    bars: Vec<(i64, i64)>,
}

impl Strip {
    /// Of the hours of one webhook until now.
    pub(super) fn of<'h>(hours: impl Iterator<Item = &'h Hour>, now: WallTime) -> Self {
        let first = strip_from(now);
        let mut bars = vec![(0, 0); usize::try_from(HOURS).unwrap_or_default()];
        for hour in hours {
            let place = (hour.hour - first) / HOUR_SECONDS;
            let bar = usize::try_from(place)
                .ok()
                .and_then(|place| bars.get_mut(place));
            if let Some(bar) = bar {
                *bar = (hour.delivered, hour.failed);
            }
        }
        Self { bars }
    }

    /// "412 delivered, 3 failed in 24 h".
    pub(super) fn words(&self) -> String {
        let delivered = self.bars.iter().map(|bar| bar.0).sum();
        let failed = self.bars.iter().map(|bar| bar.1).sum();
        format!(
            "{} delivered, {} failed in 24 h",
            count(delivered),
            count(failed)
        )
    }
}

/// The start of the strip's first hour.
pub(super) fn strip_from(now: WallTime) -> i64 {
    hour_of(now) - (HOURS - 1) * HOUR_SECONDS
}

/// Height of the strip; a bar has at least two of it when its hour had anything.
const TALL: i64 = 24;

impl fmt::Display for Strip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self
            .bars
            .iter()
            .map(|(good, bad)| good + bad)
            .max()
            .unwrap_or(0)
            .max(1);
        let words = self.words();
        write!(
            f,
            r#"<svg class="strip" width="120" height="{TALL}" role="img" aria-label="{words}">"#
        )?;
        write!(f, "<title>{words}</title>")?;
        for (place, (good, bad)) in self.bars.iter().enumerate() {
            let x = place * 5;
            let part = |number: i64| match number {
                0 => 0,
                _ => (number * TALL / most).max(2),
            };
            let (failed, delivered) = (part(*bad), part(*good));
            if failed + delivered == 0 {
                write!(
                    f,
                    r#"<rect class="none" x="{x}" y="{}" width="4" height="1"/>"#,
                    TALL - 1
                )?;
                continue;
            }
            let top = (TALL - failed - delivered).max(0);
            if delivered > 0 {
                write!(
                    f,
                    r#"<rect class="ok" x="{x}" y="{top}" width="4" height="{delivered}"/>"#
                )?;
            }
            if failed > 0 {
                let y = TALL - failed;
                write!(
                    f,
                    r#"<rect class="bad" x="{x}" y="{y}" width="4" height="{failed}"/>"#
                )?;
            }
        }
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Strip {}

/// What the history calls a change.
pub(super) fn told(what: &str) -> &'static str {
    match what {
        "created" => "created it",
        "edited" => "changed name or address",
        "events" => "changed its events",
        "rerolled" | "reroll" => "made a new secret",
        "enabled" => "enabled it",
        "disabled" => "disabled it",
        "stopped" => "stopped it",
        "retried" => "retried a payload",
        "skipped" => "skipped a payload",
        "redelivered" => "queued a payload once more",
        _ => "changed it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_of_the_contract_has_about_eighty_attempts() {
        let about = attempts_about(&delivery::Settings::default().retry);
        assert!((79..=84).contains(&about), "{about}");
    }

    #[test]
    fn a_strip_says_its_sums_as_words() {
        let now = WallTime::parse("2024-03-18T11:20:00Z").expect("a moment");
        let hour = |hour, delivered, failed| Hour {
            webhook: base::Id::new(1),
            hour,
            delivered,
            failed,
        };
        let hours = [
            hour(hour_of(now), 3, 1),
            hour(strip_from(now), 9, 0),
            hour(strip_from(now) - HOUR_SECONDS, 100, 100),
        ];
        let strip = Strip::of(hours.iter(), now);
        assert_eq!(strip.words(), "12 delivered, 1 failed in 24 h");
        assert_eq!(strip.to_string().matches("<rect").count(), 25);
    }
}
