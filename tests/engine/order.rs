//! Order within one webhook, skips, redeliveries, and a full queue: promises I1 to I3.
//!
//! Never: two webhooks; order across webhooks is not promised.

use std::sync::Arc;

use base::{Id, PayloadId, id};
use delivery::Settings;
use delivery::attempt::Attempt;
use delivery::payloads::{self, Skipped};

use super::desk::{Desk, accepted, refused};
use super::house::{House, mark_of, seconds};
use super::schedule::payload;

fn skip(house: &House, webhook: Id<id::Webhook>, sequence: i64) -> Skipped {
    let (head, settings) = (payload(house, sequence), Arc::clone(&house.settings));
    house.change(move |tx| payloads::skip(tx, &settings, webhook, head, Some("no use")))
}

#[test]
fn payloads_arrive_in_the_order_of_their_commits_each_with_its_own_body() {
    let house = House::new();
    house.webhook("well.example.test");
    let mut desk = Desk::new(&house, "a");
    for mark in 1..=5 {
        house.event(mark);
    }

    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push((attempt.seq, attempt.body.clone()));
        accepted()
    });

    let sequences: Vec<i64> = seen.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5, 6], "the ping comes first");
    for (mark, (_, body)) in (1..).zip(&seen[1..]) {
        let body = std::str::from_utf8(body).expect("a body is text");
        assert!(body.contains(&mark_of(mark)), "{body}");
    }
}

#[test]
fn the_next_payload_starts_only_when_the_success_of_the_one_before_is_durable() {
    let house = House::new();
    house.webhook("well.example.test");
    house.event(1);
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    assert_eq!(desk.attempts.len(), 1, "one at a time");

    desk.end(accepted());
    house.faults.fail_next_commit();
    desk.turn(&house);
    assert!(
        desk.attempts.is_empty(),
        "nothing goes out before it is durable"
    );

    let again = desk.wake_at.expect("a turn that failed comes again");
    house.advance_to(again);
    desk.turn(&house);
    assert_eq!(desk.attempts[0].seq, 2, "the success was not forgotten");
}

#[test]
fn a_failing_payload_blocks_only_its_own_webhook() {
    let house = House::new();
    let dead = house.webhook("dead.example.test").number();
    let well = house.webhook("well.example.test").number();
    let mut desk = Desk::new(&house, "a");
    let mut seen = Vec::new();
    for mark in 1..=3 {
        house.event(mark);
        desk.run_until(
            &house,
            house.now() + seconds(1),
            &mut |attempt: &Attempt| {
                seen.push((attempt.webhook, attempt.seq));
                if attempt.webhook == dead {
                    refused()
                } else {
                    accepted()
                }
            },
        );
    }
    let of = |wanted| {
        let mine = seen.iter().filter(move |(webhook, _)| *webhook == wanted);
        mine.map(|(_, seq)| *seq).collect::<Vec<_>>()
    };
    assert_eq!(of(well), [1, 2, 3, 4]);
    assert!(of(dead).iter().all(|seq| *seq == 1));
}

#[test]
fn a_skipped_payload_gives_way_to_the_next_with_a_schedule_of_its_own() {
    let house = House::new();
    let webhook = house.webhook("picky.example.test");
    house.event(1);
    let mut desk = Desk::new(&house, "a");
    desk.run_until(&house, house.now() + seconds(600), &mut |_| refused());

    assert_eq!(skip(&house, webhook, 1), Skipped::Done);
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push((attempt.seq, attempt.number));
        refused()
    });

    assert_eq!(seen, [(2, 1)], "it goes at once");
    let pause = desk.wake_at.expect("a retry is planned") - house.now();
    assert!(
        pause < seconds(7),
        "the first step of its own schedule: {pause:?}"
    );
}

#[test]
fn a_payload_in_flight_is_not_skipped_and_its_outcome_decides_first() {
    let house = House::new();
    let webhook = house.webhook("picky.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    house.advance_to(desk.wake_at.expect("a retry is planned"));
    desk.turn(&house);

    assert_eq!(skip(&house, webhook, 1), Skipped::InFlight);
    desk.end(refused());
    desk.turn(&house);
    assert_eq!(skip(&house, webhook, 1), Skipped::Done);
    assert_eq!(
        house.word("select state from payloads where seq = $1", 1),
        "skipped"
    );
}

#[test]
fn a_retry_that_waits_is_gone_when_its_payload_is_skipped() {
    let house = House::new();
    let webhook = house.webhook("picky.example.test");
    house.event(1);
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    let (head, settings) = (payload(&house, 1), Arc::clone(&house.settings));
    house.change(move |tx| payloads::retry(tx, &settings, webhook, head));

    skip(&house, webhook, 1);
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push((attempt.seq, attempt.trigger.word()));
        refused()
    });

    assert_eq!(seen, [(2, "schedule")], "nobody asked for this one");
    let sql = "select step from lanes where webhook_id = $1";
    assert_eq!(house.number(sql, webhook.number()), 1);
}

#[test]
fn a_redelivery_is_a_payload_of_its_own_at_the_tail() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    house.event(1);
    house.event(2);
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| accepted());

    let (original, settings) = (payload(&house, 2), Arc::clone(&house.settings));
    house.change(move |tx| payloads::redeliver(tx, &settings, webhook, original));
    let mut seen: Vec<(i64, PayloadId, String)> = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        let body = String::from_utf8(attempt.body.to_vec()).expect("a body is text");
        seen.push((attempt.seq, attempt.payload, body));
        accepted()
    });

    let (sequence, id, body) = &seen[0];
    assert_eq!((seen.len(), *sequence), (1, 4));
    assert_ne!(*id, original);
    assert!(body.contains(&mark_of(1)), "{body}");
}

#[test]
fn a_full_queue_stops_the_webhook_and_keeps_what_waits() {
    let settings = Settings {
        waiting_max: 3,
        ..Settings::default()
    };
    let house = House::with(settings, 7);
    let webhook = house.webhook("dead.example.test");
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    for mark in 1..=5 {
        house.event(mark);
    }

    assert_eq!(house.state(webhook), "stopped");
    let sql = "select stopped_reason from webhooks where id = $1";
    assert_eq!(house.word(sql, webhook.number()), "backlog_full");
    desk.run_until(&house, house.now() + seconds(600), &mut |_| {
        panic!("it is stopped")
    });

    house.change(move |tx| delivery::webhooks::enable(tx, webhook));
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push(attempt.seq);
        accepted()
    });
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn a_damaged_body_is_never_sent_and_blocks_its_webhook_only() {
    let house = House::new();
    let webhook = house.webhook("well.example.test");
    house.event(1);
    house.change(|tx| {
        tx.write(base::Kind::Delivery, "update events set object = '0'", &[])?;
        Ok(tx.silent(store::Silence::Engine, ()))
    });
    let mut desk = Desk::new(&house, "a");
    let mut seen = Vec::new();
    desk.settle_down(&house, &mut |attempt| {
        seen.push(attempt.seq);
        accepted()
    });
    assert_eq!(seen, [1], "the ping has no stored body");
    assert_eq!(
        house.word("select state from payloads where seq = $1", 2),
        "failing"
    );
    assert_eq!(skip(&house, webhook, 2), Skipped::Done);
}
