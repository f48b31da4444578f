//! When a failed payload is tried again, and when its webhook gives up.
//!
//! Words: *window* = the 72 hours in which a head is tried; *step* = its scheduled failures.
//! Contract: webhooks.md §7; promise I5.
//! Never: reading a clock or drawing chance; both are given.

use std::time::Duration;

use base::{EngineTime, limits};

use crate::settings::Retry;

/// What follows a scheduled failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt at this moment.
    At(EngineTime),
    /// The webhook stops.
    GiveUp,
}

/// A scheduled attempt that failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// When the head's first attempt in this window started.
    pub window_from: EngineTime,
    /// When this attempt started.
    pub started_at: EngineTime,
    /// Now.
    pub now: EngineTime,
    /// Scheduled failures of the head in this window, this one included.
    pub step: i64,
    /// What the receiver asked for.
    pub retry_after: Option<Duration>,
}

/// Plans the attempt after a failure. `chance` is from 0 up to 1.
///
/// Gives up if and only if this attempt started at or after the end of the window; every planned
/// attempt lies within it, the last one at its end.
pub fn after_failure(retry: &Retry, failure: Failure, chance: f64) -> Next {
    let end = failure.window_from + retry.give_up_after;
    if failure.started_at >= end {
        return Next::GiveUp;
    }
    let asked = failure
        .retry_after
        .unwrap_or_default()
        .min(limits::RETRY_AFTER_MAX);
    let wait = pause(retry, failure.step, chance).max(asked);
    Next::At((failure.now + wait).min(end))
}

/// The pause after the n-th scheduled failure: `initial × factor^(n−1)`, at most `max_interval`,
/// spread by ± `jitter`.
fn pause(retry: &Retry, step: i64, chance: f64) -> Duration {
    let exponent = i32::try_from(step - 1).unwrap_or(i32::MAX).max(0);
    let grown = retry.initial.as_secs_f64() * retry.factor.powi(exponent);
    let capped = grown.min(retry.max_interval.as_secs_f64());
    let spread = 1.0 + retry.jitter * (2.0 * chance - 1.0);
    Duration::try_from_secs_f64(capped * spread).unwrap_or(retry.max_interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    const HOUR: Duration = Duration::from_hours(1);

    fn failure(after: Duration, step: i64) -> Failure {
        let window_from = EngineTime(1_000);
        let at = window_from + after;
        Failure {
            window_from,
            started_at: at,
            now: at,
            step,
            retry_after: None,
        }
    }

    #[test]
    fn pauses_double_from_five_seconds_to_an_hour() {
        let retry = Settings::default().retry;
        for (step, seconds) in [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (80, 3600)] {
            assert_eq!(
                pause(&retry, step, 0.5),
                Duration::from_secs(seconds),
                "step {step}"
            );
        }
        assert_eq!(pause(&retry, 1, 0.0), Duration::from_secs(4));
        assert!(pause(&retry, 1, 0.999) < Duration::from_secs(6));
    }

    #[test]
    fn the_last_attempt_is_at_the_seventy_second_hour() {
        let retry = Settings::default().retry;
        let mut at = EngineTime(1_000);
        let mut attempts = 1;
        loop {
            let failure = Failure {
                started_at: at,
                now: at,
                ..failure(HOUR, attempts)
            };
            match after_failure(&retry, failure, 0.5) {
                Next::At(next) => at = next,
                Next::GiveUp => break,
            }
            attempts += 1;
        }
        assert_eq!(at, EngineTime(1_000) + HOUR * 72);
        assert_eq!(attempts, 82);
    }

    #[test]
    fn a_receiver_may_ask_for_up_to_an_hour_and_never_beyond_the_window() {
        let retry = Settings::default().retry;
        for (asked_s, after_h, waited) in [
            (1, 0, Duration::from_secs(5)),
            (120, 0, Duration::from_mins(2)),
            (86_400, 0, HOUR),
            (3_600, 71, HOUR),
        ] {
            let retry_after = Some(Duration::from_secs(asked_s));
            let failure = Failure {
                retry_after,
                ..failure(HOUR * after_h, 1)
            };
            assert_eq!(
                after_failure(&retry, failure, 0.5),
                Next::At(failure.now + waited)
            );
        }
        let late = failure(Duration::from_secs(259_199), 1);
        assert_eq!(
            after_failure(&retry, late, 0.5),
            Next::At(late.window_from + HOUR * 72)
        );
        let over = failure(HOUR * 80, 1);
        assert_eq!(after_failure(&retry, over, 0.5), Next::GiveUp);
    }
}
