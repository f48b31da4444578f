//! One exchange: bytes on the wire, statuses, refusals, the gate.
//!
//! Never: hostile receivers; those are next door.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base::limits;
use zoo::{Answer, Receiver};

use super::super::{Courier, Gate, answer};
use super::{Door, clock, courier, keeping, open_door, outgoing, settings, target};
use crate::outcome::{Outcome, Timings};
use crate::settings::Settings;

#[tokio::test]
async fn the_bytes_on_the_wire_are_exactly_these() {
    let receiver = Receiver::start().await;
    let courier = courier(settings());
    let url = receiver.url("/hook/a%20b?x=1&y#fragment");

    let exchange = courier.send(outgoing(&url), open_door()).await;
    let request = receiver.next().await;
    courier.send(keeping(&url), open_door()).await;
    let kept = receiver.next().await;

    let head = |end: &str| {
        format!(
            "POST /hook/a%20b?x=1&y HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: 7\r\nuser-agent: Carillon\r\nx-carillon-sequence: 7\r\n\
             webhook-id: id\r\naccept-encoding: identity\r\n{end}\r\n",
            receiver.address()
        )
    };
    assert_eq!(
        String::from_utf8_lossy(&request.head),
        head("connection: close\r\n")
    );
    assert_eq!(String::from_utf8_lossy(&kept.head), head(""));
    assert_eq!(request.body, br#"{"a":1}"#);
    assert_eq!(exchange.outcome, Outcome::Accepted);
    assert_eq!((exchange.status, exchange.error), (Some(200), None));
    assert_eq!(exchange.address, Some(receiver.address()));
    assert!(exchange.exempt);
    assert!(exchange.timings.connect.is_some() && exchange.timings.dns.is_none());
}

#[tokio::test]
async fn a_large_body_arrives_whole() {
    let receiver = Receiver::start().await;
    let mut request = outgoing(&receiver.url("/"));
    request.body = vec![b'x'; limits::PAYLOAD_BODY_BYTES_MAX].into();
    let settings = Settings {
        answer_timeout: Duration::from_secs(10),
        ..settings()
    };

    let exchange = courier(settings).send(request, open_door()).await;

    assert_eq!(exchange.outcome, Outcome::Accepted);
    assert_eq!(
        receiver.next().await.body.len(),
        limits::PAYLOAD_BODY_BYTES_MAX
    );
}

#[tokio::test]
async fn the_status_decides_and_the_answer_is_shown() {
    let receiver = Receiver::start().await;
    let courier = courier(settings());
    for (status, outcome) in [
        (200, Outcome::Accepted),
        (204, Outcome::Accepted),
        (299, Outcome::Accepted),
        (304, Outcome::Redirected),
        (308, Outcome::Redirected),
        (400, Outcome::Refused),
        (410, Outcome::Refused),
        (500, Outcome::Refused),
    ] {
        let headers = vec![("X-Note", "so so".to_owned())];
        receiver.answer_next([Answer::With {
            status,
            headers,
            body: String::new(),
        }]);

        let exchange = courier
            .send(outgoing(&receiver.url("/")), open_door())
            .await;

        assert_eq!((exchange.outcome, exchange.status), (outcome, Some(status)));
        assert_eq!(
            exchange.error.is_none(),
            outcome == Outcome::Accepted,
            "{status}"
        );
        let answer = exchange.answer.expect("an answer");
        assert!(answer.headers.contains(&("x-note".into(), "so so".into())));
    }
}

#[tokio::test]
async fn a_shut_gate_lets_no_byte_out() {
    let receiver = Receiver::start().await;
    let courier = courier(settings());
    let door = Arc::new(Door::default());

    door.is_shut.store(true, Ordering::Relaxed);
    let shut = courier
        .send(
            outgoing(&receiver.url("/")),
            Arc::clone(&door) as Arc<dyn Gate>,
        )
        .await;
    door.is_shut.store(false, Ordering::Relaxed);
    let open = courier
        .send(
            outgoing(&receiver.url("/")),
            Arc::clone(&door) as Arc<dyn Gate>,
        )
        .await;

    assert_eq!((shut.outcome, shut.status), (Outcome::Interrupted, None));
    assert_eq!(open.outcome, Outcome::Accepted);
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(
        door.passed.load(Ordering::Relaxed),
        1,
        "head and body are one write"
    );
}

#[tokio::test]
async fn what_may_not_be_called_gets_no_connection_and_no_address_in_the_record() {
    let receiver = Receiver::start().await;
    let courier = courier(Settings {
        allow_networks: Vec::new(),
        ..settings()
    });
    let port = receiver.address().port();

    for (host, sentence) in [
        (
            "127.0.0.1",
            "127.0.0.1 is a loopback address. Add it to delivery.allow_networks to allow it.",
        ),
        (
            "localhost",
            "localhost leads to a loopback address. Add it to delivery.allow_networks to allow it.",
        ),
        (
            "[::ffff:169.254.169.254]",
            "::ffff:169.254.169.254 is a cloud metadata address, which is never called. Choose \
             another address.",
        ),
    ] {
        let url = format!("http://{host}:{port}/");
        let exchange = courier.send(outgoing(&url), open_door()).await;
        assert_eq!(exchange.outcome, Outcome::ForbiddenAddress, "{host}");
        assert_eq!(exchange.error.as_deref(), Some(sentence));
        assert_eq!(
            (exchange.address, exchange.timings),
            (None, Timings::default())
        );
        assert_eq!(courier.check(&target(&url)).await, Err(sentence.to_owned()));
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_name_of_the_hosts_file_is_called_if_its_network_is_allowed() {
    let receiver = Receiver::start().await;
    let courier = courier(settings());
    let url = format!("http://localhost:{}/", receiver.address().port());

    assert_eq!(courier.check(&target(&url)).await, Ok(()));
    let exchange = courier.send(outgoing(&url), open_door()).await;

    assert_eq!(exchange.outcome, Outcome::Accepted);
    assert!(exchange.timings.dns.is_some());
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_accepted_when_saved_and_fails_when_called() {
    let courier = courier(Settings {
        dns_timeout: Duration::from_millis(200),
        ..settings()
    });
    let url = "http://no-such-name.invalid/";

    assert_eq!(courier.check(&target(url)).await, Ok(()));
    let exchange = courier.send(outgoing(url), open_door()).await;

    assert_eq!(exchange.outcome, Outcome::Unresolved);
    assert!(
        exchange
            .error
            .expect("a sentence")
            .starts_with("no-such-name.invalid ")
    );
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let address = Receiver::start().await.address();

    let exchange = courier(settings())
        .send(outgoing(&format!("http://{address}/")), open_door())
        .await;

    assert_eq!(exchange.outcome, Outcome::Unreachable);
}

#[tokio::test]
async fn a_limit_of_the_whole_cuts_the_limits_of_the_parts() {
    let receiver = Receiver::start().await;
    receiver.answer(Answer::Hang);
    let settings = Settings {
        answer_timeout: Duration::from_hours(1),
        ..settings()
    };
    let mut request = outgoing(&receiver.url("/"));
    request.whole = Some(Duration::from_millis(200));

    let exchange = courier(settings).send(request, open_door()).await;

    assert_eq!(exchange.outcome, Outcome::TimedOut);
}

#[tokio::test]
async fn a_header_with_a_line_break_is_never_sent() {
    let receiver = Receiver::start().await;
    let mut request = outgoing(&receiver.url("/"));
    request.headers.push(("x-trick", "a\r\nx-other: b".into()));

    let exchange = courier(settings()).send(request, open_door()).await;

    assert_eq!(exchange.outcome, Outcome::Unreachable);
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_dropped_exchange_closes_its_connection() {
    let receiver = Receiver::start().await;
    receiver.answer(Answer::Held(200));
    let courier = courier(Settings {
        answer_timeout: Duration::from_hours(1),
        ..settings()
    });

    let send = courier.send(outgoing(&receiver.url("/")), open_door());
    tokio::select! {
        _ = send => panic!("a held request has no answer"),
        request = receiver.next() => assert_eq!(request.path, "/"),
    }
    receiver.release();

    receiver.answer(Answer::Status(200));
    let exchange = courier
        .send(outgoing(&receiver.url("/")), open_door())
        .await;
    assert_eq!(exchange.outcome, Outcome::Accepted);
}

#[tokio::test]
async fn the_exchange_can_run_on_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let receiver = Receiver::start().await;
    let courier: Courier = courier(settings());
    let sending = is_send(courier.send(outgoing(&receiver.url("/")), open_door()));
    assert_eq!(sending.await.outcome, Outcome::Accepted);
}

#[tokio::test]
async fn retry_after_is_read_in_all_its_forms_and_only_where_it_belongs() {
    let receiver = Receiver::start().await;
    let courier = Courier::new(Arc::new(settings()), clock()).expect("a courier");
    for (status, text, seconds) in [
        (503, "30", Some(30)),
        (429, "0", Some(0)),
        (503, "Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
        (503, "Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
        (503, "Sun Nov  6 08:49:37 1994", Some(30)),
        (503, "Sun, 06 Nov 1994 08:00:00 GMT", None),
        (503, "99999999999999999999", Some(u64::from(u32::MAX))),
        (503, "-1", None),
        (503, "1.5", None),
        (503, "soon", None),
        (503, "", None),
        (500, "30", None),
        (200, "30", None),
        (302, "30", None),
    ] {
        let headers = vec![("Retry-After", text.to_owned())];
        receiver.answer_next([Answer::With {
            status,
            headers,
            body: String::new(),
        }]);

        let exchange = courier
            .send(outgoing(&receiver.url("/")), open_door())
            .await;

        assert_eq!(
            exchange.retry_after,
            seconds.map(Duration::from_secs),
            "{status} {text}"
        );
    }
}

#[test]
fn a_long_body_is_cut_between_characters() {
    let kept = limits::ANSWER_BODY_KEPT_BYTES_MAX;
    for (given, shown_bytes, is_cut) in [
        ("ok".into(), 2, false),
        ("a".repeat(kept), kept, false),
        ("a".repeat(kept + 1), kept, true),
        (format!("{}€", "a".repeat(kept - 1)), kept - 1, true),
    ] {
        let mut body = answer::Body::default();
        body.take(given.as_bytes());
        body.end();
        let (text, read, truncated) = body.show();
        assert_eq!(
            (text.len(), read, truncated),
            (shown_bytes, given.len(), is_cut)
        );
    }

    let mut binary = answer::Body::default();
    binary.take(&vec![0xff; kept]);
    binary.end();
    assert!(binary.show().0.len() <= kept);
}
