//! The shapes of receivers, and their list, on a fresh database.
//!
//! Never: HTTP; a network.

use std::time::Duration;

use base::Actor;
use delivery::Settings;
use delivery::address::Target;
use delivery::receivers::{self, Filter, NewReceiver, Receiver};
use delivery::record;
use store::{Announcement, Record, Silence};

use super::{CreatedShape, ReceiverShape, StatusShape};
use crate::resources::testing::{House, codes, is_not_found, user_of};
use crate::resources::webhooks::tests::assert_fits;

const API: &str = "https://time.example.test/v2";

fn create(house: &House, creator: Actor, subject: &'static str) -> Receiver {
    let new = NewReceiver {
        name: "Desk light".into(),
        target: Target::parse("https://desk.example.test/noko").expect("an address"),
        subjects: vec![subject.into()],
    };
    let settings = Settings::default();
    let created = house.write(creator, move |tx| receivers::create(tx, &settings, &new));
    let (receiver, secret) = created.expect("it is created");
    let shown = CreatedShape::of(&receiver, &secret, API);
    let shown = assert_fits("created_broadcast_receiver", &shown);
    assert_eq!(shown["secret"].as_str().map(str::len), Some(64));
    receiver
}

#[test]
fn a_receiver_is_for_its_creator_and_for_supervisors() {
    let house = House::open();
    let receiver = create(&house, house.ben, "timer");
    assert_fits("broadcast_receiver", &ReceiverShape::of(&receiver, API));
    for (actor, sees) in [
        (house.ben, true),
        (house.ada, true),
        (house.lea, false),
        (house.cleo, false),
        (house.dora, false),
    ] {
        let found = house.read(actor, |reader| receivers::peek(reader, receiver.id));
        assert_eq!(is_not_found(&found), !sees, "{actor:?}");
    }
}

#[test]
fn a_filter_of_subjects_matches_if_one_of_them_does() {
    let house = House::open();
    let timer = create(&house, house.ben, "timer").id;
    let all = create(&house, house.ben, "*").id;
    for (subjects, found) in [
        (vec!["timer"], vec![all, timer]),
        (vec!["timer", "entry.created"], vec![all, timer]),
        (vec!["entry.created"], vec![all]),
        (vec!["*"], vec![all]),
    ] {
        let filter = Filter {
            subjects: Some(subjects.into_iter().map(Into::into).collect()),
            ..Filter::default()
        };
        let listed = house.read(house.ben, |reader| receivers::list(reader, &filter, 30, 0));
        let (listed, _) = listed.expect("it can be listed");
        let ids: Vec<_> = listed.iter().map(|receiver| receiver.id).collect();
        assert_eq!(ids, found, "{filter:?}");
    }
}

#[test]
fn the_status_tells_what_is_collected() {
    let house = House::open();
    let receiver = create(&house, house.ben, "timer").id;
    let user = user_of(house.ben);
    for last_event in ["timer.running", "timer.paused"] {
        let settings = Settings::default();
        let done = house.write(house.ben, move |tx| {
            let announcement = Record::Announcement(Announcement {
                kind: base::Kind::Timer,
                subject: "timer",
                key: 3,
                last_event,
                url: format!("{}/projects/8801/timer", tx.api()),
                user,
            });
            record::record(tx, &settings, &[announcement])?;
            Ok(tx.silent(Silence::Integration, ()))
        });
        done.expect("it is recorded");
    }
    let status = house.read(house.ben, |reader| receivers::status(reader, receiver));
    let status = status.expect("it is visible");
    let shown = StatusShape::of(status, Duration::from_secs(5), API);
    let shown = assert_fits("broadcast_receiver_status", &shown);
    assert_eq!(shown["interval_ms"], 5_000);
    assert_eq!(shown["next_round_at"], "2024-03-18T09:00:05Z");
    assert_eq!(shown["changes_collected"], 2);
    assert_eq!(shown["pending"][0]["changes_count"], 2);
    assert_eq!(shown["pending"][0]["last_event"], "timer.paused");
}

#[test]
fn a_ping_needs_a_receiver_that_is_on() {
    let house = House::open();
    let receiver = create(&house, house.ben, "timer").id;
    let ping = || house.write(house.ben, move |tx| receivers::ping(tx, receiver));
    ping().expect("it is on");
    let disabled = house.write(house.ben, move |tx| receivers::disable(tx, receiver));
    disabled.expect("it is on");
    assert_eq!(codes(ping()), ["base disabled"]);
}
