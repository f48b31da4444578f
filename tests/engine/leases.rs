//! Leases: take-over, fencing, restarts. Promises I2, I4, and faults F1, F9 and F10.
//!
//! Never: more than two engines; the simulation has more.

use super::desk::{Desk, accepted, refused};
use super::house::{House, seconds};

#[test]
fn another_node_takes_a_lane_over_after_lease_and_grace_with_the_same_bytes() {
    let house = House::new();
    house.webhook("well.example.test");
    let (mut dead, mut living) = (Desk::new(&house, "a"), Desk::new(&house, "b"));
    dead.turn(&house);
    let first = dead.attempts.remove(0);
    let lease = &house.settings.lease;
    let over = house.now() + lease.duration + lease.grace;

    let mut seen = Vec::new();
    living.run_until(&house, over - seconds(1), &mut |_| {
        panic!("the lease lasts")
    });
    living.run_until(&house, over + seconds(1), &mut |attempt| {
        seen.push((attempt.started_at, attempt.payload, attempt.body.clone()));
        accepted()
    });

    let (at, id, body) = &seen[0];
    assert!(*at >= over, "not before lease and grace are over");
    assert_eq!((seen.len(), *id, body), (1, first.payload, &first.body));
}

#[test]
fn a_node_that_comes_too_late_changes_nothing() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    house.event(1);
    let (mut late, mut living) = (Desk::new(&house, "a"), Desk::new(&house, "b"));
    late.turn(&house);
    house.clock.advance(seconds(51));
    living.turn(&house);
    assert_eq!(living.attempts.len(), 1);

    late.end(accepted());
    late.turn(&house);
    assert!(late.attempts.is_empty(), "it hands out nothing");
    let sql = "select head from lanes where webhook_id = $1";
    assert_eq!(
        house.number(sql, webhook.number()),
        1,
        "its success is not believed"
    );
    assert_eq!(late.engine.in_flight_count(), 0, "its place is free again");

    living.end(refused());
    living.turn(&house);
    assert_eq!(
        house.word("select state from payloads where seq = $1", 1),
        "failing"
    );
}

#[test]
fn a_late_outcome_does_not_touch_a_later_attempt_of_the_same_payload() {
    let house = House::new();
    house.webhook("well.example.test");
    let (mut late, mut living) = (Desk::new(&house, "a"), Desk::new(&house, "b"));
    late.turn(&house);
    house.clock.advance(seconds(51));
    living.turn(&house);
    late.end(refused());
    late.turn(&house);
    living.end(accepted());
    living.turn(&house);
    assert_eq!(
        house.word("select state from payloads where seq = $1", 1),
        "delivered"
    );
    let sql = "select count(*) from attempts where seq = $1 and outcome = 'refused'";
    assert_eq!(house.number(sql, 1), 0, "a late outcome is nobody's");
}

#[test]
fn a_server_that_starts_alone_goes_on_at_once() {
    let mut house = House::new();
    house.webhook("well.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    let first = desk.attempts.remove(0);

    house.restart();
    let mut desk = Desk::new(&house, "a");
    desk.engine.take_over().expect("leases are taken over");
    desk.turn(&house);
    let second = &desk.attempts[0];
    assert_eq!((second.payload, &second.body), (first.payload, &first.body));
    assert!(
        second.epoch > first.epoch,
        "the same name is not the same node"
    );
}

#[test]
fn a_manual_retry_that_was_lost_in_a_crash_is_made_after_it() {
    let mut house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    let days = std::time::Duration::from_hours(100);
    desk.run_until(&house, house.now() + days, &mut |_| refused());
    let (head, settings) = (super::schedule::payload(&house, 1), house.settings.clone());
    house.change(move |tx| delivery::payloads::retry(tx, &settings, webhook, head));
    desk.turn(&house);

    house.restart();
    let mut desk = Desk::new(&house, "b");
    desk.engine.take_over().expect("leases are taken over");
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push(attempt.trigger.word());
        accepted()
    });
    assert_eq!(
        (seen.as_slice(), house.state(webhook).as_str()),
        (&["manual"][..], "enabled")
    );
}

#[test]
fn an_idle_engine_wants_no_turn_and_a_change_wakes_it() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| accepted());
    assert_eq!(desk.wake_at, None);

    house.event(1);
    assert!(house.is_woken());
    desk.run_until(&house, house.now(), &mut |_| refused());
    desk.turn(&house);
    desk.attempts.clear();
    for what in ["disable", "enable"] {
        house.change(move |tx| match what {
            "disable" => delivery::webhooks::disable(tx, webhook),
            _ => delivery::webhooks::enable(tx, webhook),
        });
    }
    assert!(house.is_woken(), "what waits is due again");
}

#[test]
fn a_stopping_engine_settles_and_hands_out_nothing() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    house.event(1);
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    desk.engine.stop();
    desk.end(accepted());
    desk.turn(&house);
    assert!(desk.attempts.is_empty());
    let sql = "select count(*) from lanes where webhook_id = $1 and node is null and due_at > 0";
    assert_eq!(
        house.number(sql, webhook.number()),
        1,
        "the lease is given up"
    );
}

#[test]
fn an_attempt_whose_server_was_killed_is_in_the_log_as_interrupted_and_no_step() {
    let mut house = House::new();
    let webhook = house.webhook("well.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);

    house.restart();
    let mut desk = Desk::new(&house, "a");
    desk.engine.take_over().expect("leases are taken over");
    let sql = "select last_outcome from payloads where seq = $1";
    assert_eq!(house.word(sql, 1), "interrupted");
    let sql = "select step from lanes where webhook_id = $1";
    assert_eq!(house.number(sql, webhook.number()), 0);

    desk.settle_down(&house, &mut |attempt| {
        assert_eq!(attempt.number, 2);
        accepted()
    });
    let sql = "select count(*) from attempts where seq = $1 and outcome = 'interrupted'";
    assert_eq!(house.number(sql, 1), 1);
    let sql = "select attempts_count from payloads where seq = $1";
    assert_eq!(house.number(sql, 1), 2);
}
