//! Kept connections: reuse, close, limits.
//!
//! Never: waiting for a limit to pass.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use zoo::hostile::{Kind, Step};
use zoo::{Answer, Receiver};

use super::super::{Gate, Outgoing};
use super::{Door, courier, keeping, open_door, outgoing, settings};
use crate::outcome::Outcome;
use crate::settings::{KeepAlive, Settings};

#[tokio::test]
async fn a_lane_uses_its_connection_again() {
    let receiver = Receiver::start().await;
    let courier = courier(settings());

    for _ in 0..3 {
        let exchange = courier.send(keeping(&receiver.url("/")), open_door()).await;
        assert_eq!(exchange.outcome, Outcome::Accepted);
        assert_eq!(exchange.address, Some(receiver.address()));
    }

    assert_eq!((receiver.connections(), receiver.received().len()), (1, 3));
    assert_eq!(courier.inner.kept.count(), 1);
}

#[tokio::test]
async fn another_lane_or_another_target_gets_a_connection_of_its_own() {
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let courier = courier(settings());
    let for_lane = |lane, url: &str| Outgoing {
        keep: Some(lane),
        ..outgoing(url)
    };

    courier
        .send(for_lane(1, &receiver.url("/")), open_door())
        .await;
    courier
        .send(for_lane(2, &receiver.url("/")), open_door())
        .await;
    courier
        .send(for_lane(1, &other.url("/")), open_door())
        .await;
    courier
        .send(for_lane(1, &receiver.url("/")), open_door())
        .await;

    assert_eq!((receiver.connections(), other.connections()), (3, 1));
}

#[tokio::test]
async fn a_refused_request_keeps_the_connection_too() {
    let receiver = Receiver::start().await;
    receiver.answer(Answer::Status(500));
    let courier = courier(settings());

    courier.send(keeping(&receiver.url("/")), open_door()).await;
    courier.send(keeping(&receiver.url("/")), open_door()).await;

    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_the_receiver_closes_is_not_used_again() {
    let receiver = Receiver::start().await;
    let headers = vec![("Connection", "close".to_owned())];
    receiver.answer(Answer::With {
        status: 200,
        headers,
        body: "bye".into(),
    });
    let courier = courier(settings());

    for _ in 0..2 {
        let exchange = courier.send(keeping(&receiver.url("/")), open_door()).await;
        assert_eq!(
            (exchange.outcome, exchange.was_reused),
            (Outcome::Accepted, false)
        );
    }

    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn closed_while_idle_means_a_new_connection_in_the_same_attempt() {
    const CLOSER: Kind = Kind {
        name: "answers once and closes without saying so",
        outcomes: &["accepted"],
        script: &[
            Step::Read,
            Step::Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ],
    };
    let receiver = CLOSER.start().await;
    let courier = courier(settings());

    courier.send(keeping(&receiver.url()), open_door()).await;
    while courier.inner.kept.count() > 0 {
        tokio::task::yield_now().await;
    }
    let exchange = courier.send(keeping(&receiver.url()), open_door()).await;

    assert_eq!(
        (exchange.outcome, exchange.was_reused),
        (Outcome::Accepted, false)
    );
}

#[tokio::test]
async fn closed_after_the_request_on_a_kept_connection_is_told_apart() {
    let receiver = Receiver::start().await;
    receiver.answer_next([Answer::Status(200), Answer::CloseWithoutAnswer]);
    let courier = courier(settings());

    courier.send(keeping(&receiver.url("/")), open_door()).await;
    let reused = courier.send(keeping(&receiver.url("/")), open_door()).await;
    receiver.answer_next([Answer::CloseWithoutAnswer]);
    let fresh = courier.send(keeping(&receiver.url("/")), open_door()).await;

    assert_eq!(
        (reused.outcome, reused.was_reused),
        (Outcome::BadAnswer, true)
    );
    assert_eq!(
        (fresh.outcome, fresh.was_reused),
        (Outcome::BadAnswer, false)
    );
    assert_eq!(receiver.received().len(), 3);
}

#[tokio::test]
async fn the_gate_guards_each_request_on_a_kept_connection() {
    let receiver = Receiver::start().await;
    let courier = courier(settings());
    let door = Arc::new(Door::default());
    let gate = || Arc::clone(&door) as Arc<dyn Gate>;

    courier.send(keeping(&receiver.url("/")), gate()).await;
    door.is_shut.store(true, Ordering::Relaxed);
    let shut = courier.send(keeping(&receiver.url("/")), gate()).await;

    assert_eq!(shut.outcome, Outcome::Interrupted);
    assert_eq!(
        (
            receiver.received().len(),
            door.passed.load(Ordering::Relaxed)
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn nothing_is_kept_if_the_settings_say_so() {
    let receiver = Receiver::start().await;
    let keep_alive = KeepAlive {
        idle: Duration::ZERO,
        total: Duration::from_mins(1),
    };
    let courier = courier(Settings {
        keep_alive,
        ..settings()
    });

    courier.send(keeping(&receiver.url("/")), open_door()).await;

    assert_eq!(receiver.next().await.header("connection"), Some("close"));
    assert_eq!(courier.inner.kept.count(), 0);
}

#[tokio::test]
async fn a_dropped_courier_closes_what_it_kept() {
    const WAITER: Kind = Kind {
        name: "answers once and waits",
        outcomes: &["accepted"],
        script: &[
            Step::Read,
            Step::Say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
            Step::Hang,
        ],
    };
    let receiver = WAITER.start().await;
    let courier = courier(settings());
    courier.send(keeping(&receiver.url()), open_door()).await;
    let kept = Arc::downgrade(&courier.inner);

    drop(courier);

    assert!(kept.upgrade().is_none());
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one() {
    const SMUGGLER: Kind = Kind {
        name: "sends two answers to one request",
        outcomes: &["accepted"],
        script: &[
            Step::Read,
            Step::Say(
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n\
                 HTTP/1.1 500 Bad\r\ncontent-length: 0\r\n\r\n",
            ),
            Step::Hang,
        ],
    };
    let receiver = SMUGGLER.start().await;
    let courier = courier(settings());

    for _ in 0..3 {
        let exchange = courier.send(keeping(&receiver.url()), open_door()).await;
        assert_eq!(
            (exchange.outcome, exchange.status),
            (Outcome::Accepted, Some(200))
        );
    }
}
