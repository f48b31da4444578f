//! Off means off: disable, delete, and creators who are away. Promise I8.
//!
//! Never: a network; whether a first byte goes out is asked of the gate.

use std::sync::Arc;

use base::{Id, Kind, id};
use delivery::attempt::Attempt;
use delivery::payloads;
use delivery::webhooks;
use store::{Silence, Tx};

use super::desk::{Desk, accepted, ended, refused};
use super::house::{House, seconds};
use super::schedule::payload;
use delivery::outcome::Outcome;

/// Whether the first byte of an attempt would go out now.
fn may_go_out(house: &House, attempt: &Attempt) -> bool {
    let wakes = house.db.wakes();
    wakes.write_unless_stopped(attempt.webhook, attempt.started_at, || ())
}

fn suspend(tx: &mut Tx<'_>, user: i64) -> base::Result<store::Recorded<()>> {
    set_state(tx, user, "suspended")?;
    let silenced = delivery::creators::silence(tx, Id::new(user))?;
    Ok(tx.silent(Silence::Settings, ()).and(silenced))
}

fn activate(tx: &mut Tx<'_>, user: i64) -> base::Result<store::Recorded<()>> {
    set_state(tx, user, "active")?;
    let resumed = delivery::creators::resume(tx, Id::new(user))?;
    Ok(tx.silent(Silence::Settings, ()).and(resumed))
}

fn set_state(tx: &mut Tx<'_>, user: i64, state: &'static str) -> base::Result<()> {
    let user: Id<id::User> = Id::new(user);
    let sql = "update users set state = $2 where id = $1";
    tx.write(Kind::User, sql, &[&user, &state])?;
    Ok(())
}

fn ask_for_retry(house: &House, webhook: Id<id::Webhook>, sequence: i64) {
    let (head, settings) = (payload(house, sequence), Arc::clone(&house.settings));
    house.change(move |tx| payloads::retry(tx, &settings, webhook, head));
}

#[test]
fn disabled_in_flight_the_outcome_is_recorded_and_nothing_follows() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    house.event(1);
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    assert!(may_go_out(&house, &desk.attempts[0]));

    house.change(move |tx| webhooks::disable(tx, webhook));
    house.event(2);
    assert!(
        !may_go_out(&house, &desk.attempts[0]),
        "no first byte after the answer"
    );
    desk.end(accepted());
    desk.run_until(&house, house.now() + seconds(600), &mut |_| {
        panic!("it is off")
    });
    assert_eq!(
        house.word("select state from payloads where seq = $1", 1),
        "delivered"
    );

    house.change(move |tx| webhooks::enable(tx, webhook));
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        assert!(may_go_out(&house, attempt), "this one was begun later");
        seen.push(attempt.seq);
        accepted()
    });
    assert_eq!(seen, [2], "what happened meanwhile is not queued");
}

#[test]
fn an_attempt_that_was_interrupted_is_no_step_and_comes_again_when_enabled() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    house.change(move |tx| webhooks::disable(tx, webhook));
    desk.end(ended(Outcome::Interrupted, None));
    desk.settle_down(&house, &mut |_| panic!("it is off"));
    let sql = "select step from lanes where webhook_id = $1";
    assert_eq!(house.number(sql, webhook.number()), 0);

    house.change(move |tx| webhooks::enable(tx, webhook));
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push((attempt.seq, attempt.number));
        accepted()
    });
    assert_eq!(seen, [(1, 2)]);
}

#[test]
fn a_retry_asked_for_before_a_disable_does_not_start_after_it() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    for _ in 0..2 {
        // The second time the webhook is off already.
        ask_for_retry(&house, webhook, 1);
        house.change(move |tx| webhooks::disable(tx, webhook));
        desk.run_until(&house, house.now() + seconds(60), &mut |_| {
            panic!("it is off")
        });
    }
    ask_for_retry(&house, webhook, 1);
    let mut count = 0;
    desk.settle_down(&house, &mut |_| {
        count += 1;
        accepted()
    });
    assert_eq!(count, 1, "a later retry is made");
    assert_eq!(
        house.state(webhook),
        "disabled",
        "and enables nothing that a person disabled"
    );
}

#[test]
fn a_retry_in_flight_at_a_disable_is_not_made_again_by_another_node() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    ask_for_retry(&house, webhook, 1);
    desk.turn(&house);
    house.change(move |tx| webhooks::disable(tx, webhook));

    let mut other = Desk::new(&house, "b");
    other.run_until(&house, house.now() + seconds(120), &mut |_| {
        panic!("it is off")
    });
}

#[test]
fn an_attempt_under_way_since_before_a_stop_does_not_go_out_after_a_disable() {
    let settings = delivery::Settings {
        waiting_max: 1,
        ..delivery::Settings::default()
    };
    let house = House::with(settings, 7);
    let webhook = house.webhook("slow.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    house.event(1);
    assert_eq!(house.state(webhook), "stopped");
    assert!(may_go_out(&house, &desk.attempts[0]));

    house.change(move |tx| webhooks::disable(tx, webhook));
    assert!(!may_go_out(&house, &desk.attempts[0]));
}

#[test]
fn a_deleted_webhook_gets_nothing_more_and_its_last_outcome_is_nobodys() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    house.event(1);
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    house.change(move |tx| webhooks::delete(tx, webhook));
    assert!(!may_go_out(&house, &desk.attempts[0]));
    desk.end(accepted());
    desk.run_until(&house, house.now() + seconds(600), &mut |_| {
        panic!("it is gone")
    });
    assert_eq!(desk.engine.in_flight_count(), 0, "its place is free again");
}

#[test]
fn a_creator_who_is_away_is_silent_and_what_was_queued_goes_on_later() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    house.event(1);
    house.change(|tx| suspend(tx, 1));
    house.event(2);
    assert!(!may_go_out(&house, &desk.attempts[0]));
    desk.end(ended(Outcome::Interrupted, None));
    desk.run_until(&house, house.now() + seconds(600), &mut |_| {
        panic!("silence")
    });
    assert_eq!(house.state(webhook), "silent");

    house.change(|tx| activate(tx, 1));
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push(attempt.seq);
        accepted()
    });
    assert_eq!(seen, [1, 2]);
}

#[test]
fn a_retry_that_succeeds_after_its_creator_left_opens_nothing() {
    let house = House::new();
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    let days = std::time::Duration::from_hours(100);
    desk.run_until(&house, house.now() + days, &mut |_| refused());
    ask_for_retry(&house, webhook, 1);
    desk.turn(&house);
    house.change(|tx| suspend(tx, 1));
    desk.end(accepted());
    desk.settle_down(&house, &mut |_| panic!("silence"));
    assert_eq!(house.state(webhook), "silent");
}
