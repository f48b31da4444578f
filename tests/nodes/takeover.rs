//! A node is lost in mid-attempt: another one goes on, with the same id and the same bytes.

use std::collections::BTreeSet;

use serde_json::json;
use zoo::{Answer, Receiver};

use super::{entry, installation, make};
use crate::crash::{check_order, entries};

/// Waits until all these entries have arrived.
async fn until_arrived(receiver: &Receiver, wanted: &[i64]) {
    let wanted: BTreeSet<i64> = wanted.iter().copied().collect();
    while !entries(&receiver.received()).is_superset(&wanted) {
        receiver.next().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_is_replaced_after_its_lease_with_the_same_bytes_and_order() {
    let Some((installation, _database)) = installation("two nodes and a kill") else {
        return;
    };
    let (first, receiver) = (installation.serve(), Receiver::start().await);
    let token = installation.create_account();
    let input = json!({"name": "nodes", "payload_uri": receiver.url("/"), "events": ["*"]});
    make(&first, &token, "/webhooks", &input).await;
    let mut written = vec![entry(&first, &token).await];
    until_arrived(&receiver, &written).await;

    // The next one is in mid-attempt when its node is gone.
    let seen = receiver.received().len();
    receiver.answer_next([Answer::Hang]);
    written.push(entry(&first, &token).await);
    while receiver.received().len() == seen {
        receiver.next().await;
    }
    let second = installation.serve();
    first.kill();
    for _ in 0..10 {
        written.push(entry(&second, &token).await);
    }
    until_arrived(&receiver, &written).await;

    let requests = receiver.received();
    let (lost, again) = (&requests[seen], &requests[seen + 1]);
    for header in ["x-noko-delivery", "x-carillon-sequence"] {
        assert_eq!(lost.header(header), again.header(header), "{header}");
    }
    assert_eq!(lost.body, again.body);

    // Both serve, whichever is asked.
    let third = installation.serve();
    for count in 0..20 {
        let node = if count % 2 == 0 { &second } else { &third };
        written.push(entry(node, &token).await);
    }
    until_arrived(&receiver, &written).await;
    check_order(&receiver.received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_frozen_beyond_its_lease_changes_nothing_when_it_comes_back() {
    let Some((installation, _database)) = installation("two nodes and a freeze") else {
        return;
    };
    let (frozen, receiver) = (installation.serve(), Receiver::start().await);
    let token = installation.create_account();
    let input = json!({"name": "nodes", "payload_uri": receiver.url("/"), "events": ["*"]});
    let webhook = make(&frozen, &token, "/webhooks", &input).await["id"].clone();
    let mut written = vec![entry(&frozen, &token).await];
    until_arrived(&receiver, &written).await;

    let seen = receiver.received().len();
    receiver.answer_next([Answer::Held(500)]);
    written.push(entry(&frozen, &token).await);
    while receiver.received().len() == seen {
        receiver.next().await;
    }
    frozen.freeze();
    let second = installation.serve();
    written.push(entry(&second, &token).await);
    until_arrived(&receiver, &written).await;

    // It wakes up with a failure of its attempt, long after the other node's success.
    receiver.release();
    frozen.thaw();
    for count in 0..20 {
        let node = if count % 2 == 0 { &second } else { &frozen };
        written.push(entry(node, &token).await);
    }
    until_arrived(&receiver, &written).await;
    check_order(&receiver.received(), 1);
    let path = format!("/webhooks/{webhook}/status");
    let (status, body) = super::call(&second, &token, "GET", &path).await;
    let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((status, &body["state"]), (200, &json!("enabled")), "{body}");
}
