//! What becomes of a timer, as tables of cases.
//!
//! Never: a database.

use std::time::Duration;

use base::{EngineTime, Id};

use super::{date, describing};
use crate::resources::changes::Change;
use crate::resources::testing::{codes, is_not_found};
use crate::resources::timers::rules::{self, LogWish, Wish};
use crate::resources::timers::{State, Timer};

const NOW: EngineTime = EngineTime(1_000_000_000);
const RUNNING: State = State::Running {
    since: EngineTime(NOW.0 - 90_500_000),
};

fn timer(state: State) -> Timer {
    Timer {
        id: Id::new(1),
        user: Id::new(2),
        project: Id::new(3),
        state,
        collected: Duration::from_mins(1),
        date: date("2024-03-18"),
        description: "Sketches".into(),
    }
}

fn made(change: Change<Timer>) -> Timer {
    match change {
        Change::Made(timer) => timer,
        Change::None(timer) => panic!("{timer:?} was to change"),
    }
}

#[test]
fn elapsed_time_is_what_was_collected_and_the_run_that_goes_on() {
    for (state, elapsed_ms) in [
        (State::Pending, 60_000),
        (RUNNING, 150_500),
        (State::Paused, 60_000),
        (State::Stopped, 60_000),
    ] {
        let elapsed = timer(state).elapsed(NOW);
        assert_eq!(elapsed, Duration::from_millis(elapsed_ms), "{state:?}");
    }
}

#[test]
fn only_the_first_start_sets_the_date() {
    let wish = Wish {
        entry_date: Some(date("2024-03-01")),
        description: None,
    };
    let today = date("2024-03-19");
    for (state, wish, day) in [
        (State::Pending, Wish::default(), "2024-03-19"),
        (State::Pending, wish.clone(), "2024-03-01"),
        (State::Paused, wish, "2024-03-18"),
    ] {
        let started = made(rules::start(timer(state), wish, today, NOW));
        assert_eq!(started.state, State::Running { since: NOW });
        assert_eq!(started.date, date(day));
        assert_eq!(started.description, "Sketches");
    }
}

#[test]
fn starting_a_running_timer_applies_a_new_description_alone() {
    let today = date("2024-03-19");
    let start = |wish| rules::start(timer(RUNNING), wish, today, NOW);

    assert_eq!(start(Wish::default()), Change::None(timer(RUNNING)));
    assert_eq!(start(describing("Sketches")), Change::None(timer(RUNNING)));
    let described = Timer {
        description: "Plans".into(),
        ..timer(RUNNING)
    };
    assert_eq!(start(describing("Plans")), Change::Made(described));
}

#[test]
fn pause_keeps_the_time_to_the_microsecond() {
    let paused = made(rules::pause(timer(RUNNING), NOW).expect("it has run"));
    assert_eq!(paused.state, State::Paused);
    assert_eq!(paused.collected, Duration::from_millis(150_500));

    let again = rules::pause(timer(State::Paused), NOW).expect("it has run");
    assert_eq!(again, Change::None(timer(State::Paused)));
    for absent in [State::Pending, State::Stopped] {
        assert!(is_not_found(&rules::pause(timer(absent), NOW)));
    }
}

#[test]
fn adding_never_goes_below_zero_and_counts_only_seconds_that_show() {
    for (state, seconds, elapsed_ms) in [
        (State::Paused, 90, Some(150_000)),
        (State::Paused, -45, Some(15_000)),
        (State::Paused, -3600, Some(0)),
        (State::Paused, 0, None),
        (RUNNING, 30, Some(180_500)),
        (RUNNING, -200, Some(0)),
        (State::Paused, i64::MIN, Some(0)),
    ] {
        let added = rules::add(timer(state), seconds, NOW).expect("it has run");
        let expected = elapsed_ms.map(Duration::from_millis);
        let elapsed = match added {
            Change::Made(timer) => Some(timer.elapsed(NOW)),
            Change::None(_) => None,
        };
        assert_eq!(elapsed, expected, "{state:?} {seconds}");
    }
    for absent in [State::Pending, State::Stopped] {
        assert!(is_not_found(&rules::add(timer(absent), 60, NOW)));
    }
}

#[test]
fn logging_rounds_up_to_whole_minutes_unless_told() {
    let wish = LogWish {
        entry_date: Some(date("2024-03-02")),
        minutes: Some(0),
        description: Some(String::new()),
    };
    for (state, wish, minutes, day, description) in [
        (RUNNING, LogWish::default(), 3, "2024-03-18", "Sketches"),
        (
            State::Paused,
            LogWish::default(),
            1,
            "2024-03-18",
            "Sketches",
        ),
        (State::Paused, wish, 0, "2024-03-02", ""),
    ] {
        let (stopped, logged) = rules::log(timer(state), wish, NOW).expect("it has run");
        assert_eq!(stopped.state, State::Stopped);
        assert_eq!(logged.minutes, minutes);
        assert_eq!(logged.date, date(day));
        assert_eq!(logged.description, description);
    }
    for absent in [State::Pending, State::Stopped] {
        assert!(is_not_found(&rules::log(
            timer(absent),
            LogWish::default(),
            NOW
        )));
    }
}

#[test]
fn what_runs_longer_than_an_entry_can_hold_must_be_logged_with_minutes() {
    let endless = Timer {
        collected: Duration::from_mins(1_440_001),
        ..timer(State::Paused)
    };
    let refused = rules::log(endless, LogWish::default(), NOW);
    assert_eq!(codes(refused), ["minutes invalid"]);
}
