//! Rounds: collected, taken once, never overlapping. Promise I6.
//!
//! Never: the body of a message; its crate tests that.

use std::sync::Arc;

use base::{Id, Kind, id};
use delivery::address::Target;
use delivery::broadcasts::Round;
use delivery::receivers::{self, NewReceiver};
use store::Silence;

use super::desk::Desk;
use super::house::{House, record_announcement, seconds};

fn receiver(house: &House, name: &str) -> Id<id::BroadcastReceiver> {
    let settings = Arc::clone(&house.settings);
    let new = NewReceiver {
        name: name.to_owned(),
        target: Target::parse("http://told.example.test/").expect("a plain address"),
        subjects: vec!["timer".to_owned()],
    };
    house.change(move |tx| {
        let made = receivers::create(tx, &settings, &new)?;
        Ok(made.map(|(made, _)| made.id))
    })
}

fn events(round: &Round) -> Vec<(&str, &str)> {
    let messages = round.messages.iter();
    messages
        .map(|it| {
            let timer = it.url.rsplit('/').next().unwrap_or_default();
            (timer, it.last_event.as_str())
        })
        .collect()
}

/// Lets time pass until the engine takes a round.
fn next_round(house: &House, desk: &mut Desk) {
    while desk.rounds.is_empty() {
        desk.turn(house);
        if desk.rounds.is_empty() {
            house.advance_to(desk.wake_at.expect("a round is due some time"));
        }
    }
}

#[test]
fn ten_changes_within_an_interval_make_one_message_with_the_last() {
    let house = House::new();
    receiver(&house, "r");
    let (mut desk, first) = (Desk::new(&house, "a"), house.now());
    for count in 0..10 {
        let word = ["timer.running", "timer.paused"][count % 2];
        house.announce(1, word);
        house.clock.advance(seconds(4) / 10);
    }
    next_round(&house, &mut desk);
    let pause = desk.rounds[0].started_at - first;
    assert!(pause >= seconds(5) && pause < seconds(6), "{pause:?}");
    assert_eq!(events(&desk.rounds[0]), [("1", "timer.paused")]);
}

#[test]
fn a_lone_change_waits_one_interval_after_a_long_silence_too() {
    let house = House::new();
    receiver(&house, "r");
    let mut desk = Desk::new(&house, "a");
    for _ in 0..2 {
        house.clock.advance(seconds(1_000));
        let changed = house.now();
        house.announce(1, "timer.running");
        next_round(&house, &mut desk);
        let pause = desk.rounds[0].started_at - changed;
        assert!(pause >= seconds(5) && pause < seconds(6), "{pause:?}");
        desk.end_round(true);
    }
}

#[test]
fn messages_go_out_in_the_order_of_their_latest_change() {
    let house = House::new();
    receiver(&house, "r");
    let mut desk = Desk::new(&house, "a");
    for timer in [3, 1, 2] {
        house.announce(timer, "timer.running");
    }
    house.announce(3, "timer.paused");
    next_round(&house, &mut desk);
    let expected = [
        ("1", "timer.running"),
        ("2", "timer.running"),
        ("3", "timer.paused"),
    ];
    assert_eq!(events(&desk.rounds[0]), expected);
    desk.end_round(true);

    house.change(|tx| {
        drop(record_announcement(tx, 1, (9, "timer.paused")));
        drop(record_announcement(tx, 1, (4, "timer.running")));
        Ok(tx.silent(Silence::Unchanged, ()))
    });
    next_round(&house, &mut desk);
    let expected = [("9", "timer.paused"), ("4", "timer.running")];
    assert_eq!(events(&desk.rounds[0]), expected, "of one change too");
}

#[test]
fn a_round_that_was_taken_is_never_sent_again_after_a_crash() {
    let mut house = House::new();
    receiver(&house, "r");
    let mut desk = Desk::new(&house, "a");
    house.announce(1, "timer.running");
    next_round(&house, &mut desk);

    house.restart();
    let mut desk = Desk::new(&house, "b");
    desk.engine.take_over().expect("leases are taken over");
    desk.turn(&house);
    assert_eq!((desk.rounds.len(), desk.wake_at), (0, None));

    house.announce(2, "timer.paused");
    next_round(&house, &mut desk);
    assert_eq!(events(&desk.rounds[0]), [("2", "timer.paused")]);
}

#[test]
fn what_was_collected_before_a_crash_is_sent_after_it() {
    let mut house = House::new();
    receiver(&house, "r");
    house.announce(1, "timer.running");
    house.restart();
    let mut desk = Desk::new(&house, "b");
    desk.engine.take_over().expect("leases are taken over");
    next_round(&house, &mut desk);
    assert_eq!(events(&desk.rounds[0]), [("1", "timer.running")]);
}

#[test]
fn a_round_waits_for_the_end_of_the_one_before_on_any_node() {
    let house = House::new();
    receiver(&house, "r");
    let (mut slow, mut other) = (Desk::new(&house, "a"), Desk::new(&house, "b"));
    house.announce(1, "timer.running");
    next_round(&house, &mut slow);
    house.announce(1, "timer.paused");
    house.clock.advance(seconds(10));
    other.turn(&house);
    assert!(other.rounds.is_empty(), "the first one still runs");

    slow.end_round(true);
    slow.turn(&house);
    other.turn(&house);
    assert_eq!(slow.rounds.len() + other.rounds.len(), 1);
}

#[test]
fn the_round_of_a_dead_node_is_over_when_its_time_is() {
    let house = House::new();
    receiver(&house, "r");
    let (mut dead, mut living) = (Desk::new(&house, "a"), Desk::new(&house, "b"));
    house.announce(1, "timer.running");
    next_round(&house, &mut dead);
    let until = dead.rounds[0].until.expect("a round has an end");
    assert!(dead.rounds[0].writes_until(&house.settings) < until);
    house.announce(1, "timer.paused");
    next_round(&house, &mut living);
    assert!(living.rounds[0].started_at >= until);

    dead.end_round(true);
    dead.turn(&house);
    house.announce(1, "timer.running");
    house.clock.advance(seconds(6));
    dead.turn(&house);
    assert!(
        dead.rounds.is_empty(),
        "a late end does not end another's round"
    );
}

#[test]
fn disabling_drops_what_was_collected_and_collects_nothing() {
    let house = House::new();
    let told = receiver(&house, "r");
    let mut desk = Desk::new(&house, "a");
    house.announce(1, "timer.running");
    house.change(move |tx| receivers::disable(tx, told));
    house.announce(2, "timer.running");
    house.change(move |tx| receivers::enable(tx, told));
    desk.turn(&house);
    assert_eq!((desk.rounds.len(), desk.wake_at), (0, None));

    house.announce(3, "timer.running");
    next_round(&house, &mut desk);
    assert_eq!(events(&desk.rounds[0]), [("3", "timer.running")]);
}

#[test]
fn a_ping_goes_at_once_and_leaves_the_interval_alone() {
    let house = House::new();
    let told = receiver(&house, "r");
    let (mut desk, changed) = (Desk::new(&house, "a"), house.now());
    house.announce(1, "timer.running");
    house.change(move |tx| receivers::ping(tx, told));
    desk.turn(&house);
    assert_eq!(
        desk.rounds[0].messages[0].last_event,
        "broadcast_receiver.ping"
    );
    desk.end_round(true);
    desk.turn(&house);
    next_round(&house, &mut desk);
    let pause = desk.rounds[0].started_at - changed;
    assert!(pause >= seconds(5) && pause < seconds(6), "{pause:?}");
}

#[test]
fn receivers_that_fail_leave_places_to_those_that_do_not() {
    let mut settings = delivery::Settings::default();
    settings.caps.broadcasts_max = 4;
    let house = House::with(settings, 7);
    for number in 0..5 {
        receiver(&house, &format!("fails{number}"));
    }
    let mut desk = Desk::new(&house, "a");
    house.announce(1, "timer.running");
    house.clock.advance(seconds(6));
    for _ in 0..5 {
        desk.turn(&house);
        while !desk.rounds.is_empty() {
            desk.end_round(false);
        }
    }
    let well = receiver(&house, "well");

    house.announce(1, "timer.paused");
    house.clock.advance(seconds(6));
    desk.turn(&house);
    let told: Vec<_> = desk.rounds.iter().map(|it| it.receiver).collect();
    assert_eq!(
        told.len(),
        2,
        "one of those that fail, a quarter of four: {told:?}"
    );
    assert!(told.contains(&well));
}

#[test]
fn a_damaged_secret_stops_its_receiver_only() {
    let house = House::new();
    let damaged = receiver(&house, "damaged").number();
    let well = receiver(&house, "well");
    house.change(move |tx| {
        let sql = "update broadcast_receivers set sealed_secret = $2 where id = $1";
        tx.write(Kind::BroadcastReceiver, sql, &[&damaged, &vec![1_u8, 2]])?;
        Ok(tx.silent(Silence::Integration, ()))
    });
    let mut desk = Desk::new(&house, "a");
    house.announce(1, "timer.running");
    next_round(&house, &mut desk);
    let receivers: Vec<_> = desk.rounds.iter().map(|it| it.receiver).collect();
    assert_eq!(receivers, [well]);
}
