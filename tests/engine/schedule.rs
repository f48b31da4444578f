//! Three days of retries, and what a receiver or a person can change of them: promise I5.
//!
//! Never: real time.

use std::time::Duration;

use base::{EngineTime, PayloadId};
use delivery::attempt::Attempt;
use delivery::lanes::Trigger;
use delivery::outcome::{Exchange, Outcome};

use super::desk::{Desk, accepted, ended, refused, reused};
use super::house::{House, seconds};

/// When each attempt began, with its number and trigger.
type Log = Vec<(EngineTime, i64, Trigger)>;

const DAY: Duration = Duration::from_hours(24);

fn note(log: &mut Log, attempt: &Attempt) {
    log.push((attempt.started_at, attempt.number, attempt.trigger));
}

/// The id of the payload with this place in the only webhook's queue.
pub(super) fn payload(house: &House, sequence: i64) -> PayloadId {
    let id = house.word("select id from payloads where seq = $1", sequence);
    PayloadId::parse(&id).expect("the payload is there")
}

#[test]
fn a_dead_receiver_gets_82_attempts_in_72_hours_and_then_the_webhook_stops() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    let mut log = Log::new();
    let end = house.now() + DAY * 4;

    desk.run_until(&house, end, &mut |attempt| {
        note(&mut log, attempt);
        refused()
    });

    let first = log[0].0;
    assert!((80..=85).contains(&log.len()), "{} attempts", log.len());
    let last = log.last().expect("there were attempts").0 - first;
    assert!(last >= DAY * 3 && last < DAY * 3 + seconds(1), "{last:?}");
    for (place, pair) in log.windows(2).enumerate().take(log.len() - 2) {
        let planned = (5.0 * 2.0_f64.powi(i32::try_from(place).expect("small"))).min(3_600.0);
        let pause = (pair[1].0 - pair[0].0).as_secs_f64();
        let is_planned = pause > planned * 0.799 && pause < planned * 1.201;
        assert!(is_planned, "after attempt {}: {pause} s", place + 1);
        assert_eq!(pair[1].1, pair[0].1 + 1);
    }
    assert_eq!(house.state(webhook), "stopped");
    assert_eq!(desk.wake_at, None);
}

#[test]
fn a_stopped_webhook_resumes_with_the_failed_payload_when_it_is_enabled() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    house.event(1);
    desk.run_until(&house, house.now() + DAY * 4, &mut |_| refused());
    house.event(2);

    house.change(move |tx| delivery::webhooks::enable(tx, webhook));
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push(attempt.seq);
        accepted()
    });

    assert_eq!(
        seen,
        [1, 2],
        "what happened while it was stopped is not queued"
    );
    assert_eq!(house.state(webhook), "enabled");
}

#[test]
fn enabling_opens_a_window_of_its_own() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.run_until(&house, house.now() + DAY * 4, &mut |_| refused());

    house.change(move |tx| delivery::webhooks::enable(tx, webhook));
    let mut log = Log::new();
    desk.run_until(&house, house.now() + DAY * 4, &mut |attempt| {
        note(&mut log, attempt);
        refused()
    });

    let last = log.last().expect("there were attempts").0 - log[0].0;
    assert!(
        last >= DAY * 3 && log.len() >= 80,
        "{} in {last:?}",
        log.len()
    );
    assert_eq!(house.state(webhook), "stopped");
}

#[test]
fn a_manual_retry_that_succeeds_enables_a_stopped_webhook_and_one_that_fails_does_not() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    house.event(1);
    desk.run_until(&house, house.now() + DAY * 4, &mut |_| refused());
    let (head, settings) = (payload(&house, 1), house.settings.clone());
    let retry =
        move |tx: &mut store::Tx<'_>| delivery::payloads::retry(tx, &settings, webhook, head);

    let mut seen = Vec::new();
    house.change(retry.clone());
    desk.settle_down(&house, &mut |attempt| {
        seen.push((attempt.seq, attempt.trigger));
        refused()
    });
    assert_eq!(seen, [(1, Trigger::Manual)]);
    assert_eq!(house.state(webhook), "stopped");

    house.change(retry);
    desk.settle_down(&house, &mut |attempt| {
        seen.push((attempt.seq, attempt.trigger));
        accepted()
    });
    assert_eq!(seen[1..], [(1, Trigger::Manual), (2, Trigger::Schedule)]);
    assert_eq!(house.state(webhook), "enabled");
}

#[test]
fn a_manual_retry_is_no_step_and_moves_no_plan() {
    let house = House::new();
    let webhook = house.webhook("slow.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.run_until(&house, house.now() + seconds(60), &mut |_| refused());
    let planned = desk.wake_at.expect("a retry is planned");

    let (head, settings) = (payload(&house, 1), house.settings.clone());
    house.change(move |tx| delivery::payloads::retry(tx, &settings, webhook, head));
    let mut log = Log::new();
    let mut receiver = |attempt: &Attempt| {
        note(&mut log, attempt);
        refused()
    };
    desk.settle_down(&house, &mut receiver);
    assert_eq!(desk.wake_at, Some(planned), "the plan stands");
    desk.run_until(&house, planned, &mut receiver);
    desk.settle_down(&house, &mut receiver);

    assert_eq!(log[0].2, Trigger::Manual);
    assert_eq!(log[1].2, Trigger::Schedule);
    assert!(log[1].0 >= planned && log[1].0 < planned + seconds(1));
}

#[test]
fn a_receiver_may_ask_for_up_to_an_hour_of_peace() {
    let house = House::new();
    house.webhook("busy.example.test");
    let mut desk = Desk::new(&house, "a");
    for (asked_s, waited_s) in [(1, 4), (120, 120), (86_400, 3_600)] {
        let before = house.now();
        desk.settle_down(&house, &mut |_| Exchange {
            retry_after: Some(seconds(asked_s)),
            ..ended(Outcome::Refused, Some(503))
        });
        let next = desk.wake_at.expect("a retry is planned");
        assert!(next - before >= seconds(waited_s), "asked for {asked_s} s");
        assert!(
            next - before <= seconds(waited_s) + seconds(9),
            "asked for {asked_s} s"
        );
        house.advance_to(next);
    }
}

#[test]
fn a_kept_connection_that_was_closed_is_tried_once_more_at_once_and_that_is_no_step() {
    let house = House::new();
    house.webhook("kept.example.test");
    let mut desk = Desk::new(&house, "a");
    let mut log = Log::new();

    desk.settle_down(&house, &mut |attempt| {
        note(&mut log, attempt);
        reused()
    });
    assert_eq!(log.len(), 2, "once more, once");
    let pause = desk.wake_at.expect("a retry is planned") - house.now();
    assert!(
        pause > seconds(3) && pause < seconds(7),
        "the first step: {pause:?}"
    );

    desk.run_until(&house, house.now() + seconds(7), &mut |_| accepted());
    house.event(1);
    let mut seen = 0;
    desk.settle_down(&house, &mut |_| {
        seen += 1;
        if seen == 1 { reused() } else { accepted() }
    });
    assert_eq!(seen, 2, "each payload may be tried once more");
}

#[test]
fn a_long_outage_of_this_server_brings_one_more_attempt_before_the_webhook_gives_up() {
    let mut house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.run_until(&house, house.now() + seconds(60), &mut |_| refused());

    house.clock.advance(DAY * 10);
    house.restart();
    let mut desk = Desk::new(&house, "b");
    desk.engine.take_over().expect("leases are taken over");
    assert_eq!(house.state(webhook), "enabled");
    let mut seen = 0;
    desk.settle_down(&house, &mut |_| {
        seen += 1;
        refused()
    });

    assert_eq!((seen, house.state(webhook).as_str()), (1, "stopped"));
}

#[test]
fn an_attempt_that_this_server_could_not_make_is_no_step_and_moves_no_plan() {
    let house = House::new();
    let webhook = house.webhook("any.example.test");
    let mut desk = Desk::new(&house, "a");
    let short = || Exchange {
        error: Some("no file descriptors".into()),
        ..ended(Outcome::Interrupted, None)
    };
    desk.settle_down(&house, &mut |_| short());
    let sql = "select step from lanes where webhook_id = $1";
    assert_eq!(house.number(sql, webhook.number()), 0);
    assert_eq!(
        desk.wake_at.map(|at| at - house.now() <= seconds(2)),
        Some(true)
    );

    desk.run_until(&house, house.now() + seconds(300), &mut |_| refused());
    let planned = desk.wake_at;
    let (head, settings) = (payload(&house, 1), house.settings.clone());
    house.change(move |tx| delivery::payloads::retry(tx, &settings, webhook, head));
    desk.settle_down(&house, &mut |_| short());
    assert_eq!(desk.wake_at, planned);
}
