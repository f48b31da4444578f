//! The real binary under load, killed without warning: nothing acknowledged is lost, order holds.
//!
//! Promises I1, I2 and I4, on SQLite. The receiver lives in the test's process and is not killed.

pub(crate) mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use base::Chance as _;
use base::chance::SeededChance;
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Value, json};
use zoo::{Received, Receiver};

use crate::world::client::try_send;
use process::Installation;

/// How often the server is killed.
const KILLS: u64 = 20;
/// Clients that write at the same time.
const CLIENTS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load_lose_nothing_that_was_acknowledged_and_keep_order() {
    let installation = Installation::new();
    let token = installation.create_account();
    let receiver = Receiver::start().await;
    let mut server = installation.serve();
    let input = json!({"name": "crash", "payload_uri": receiver.url("/"), "events": ["*"]});
    let made = post(server.address, &token, "/webhooks", &input)
        .await
        .expect("an answer");
    assert_eq!(made["events"], json!(["*"]));

    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let chance = SeededChance::new(20);
    for _ in 0..KILLS {
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CLIENTS {
            let (token, acknowledged) = (token.clone(), Arc::clone(&acknowledged));
            let address = server.address;
            clients.spawn(async move {
                // Writes until the server is gone.
                while let Some(id) = write_entry(address, &token).await {
                    acknowledged.lock().expect("no panic holds it").push(id);
                }
            });
        }
        // The moment of the kill is counted in deliveries, so that each falls into full work.
        let mut drawn = [0];
        chance.fill(&mut drawn);
        let deliveries = 5 + usize::from(drawn[0] % 40);
        let seen = receiver.received().len();
        while receiver.received().len() < seen + deliveries {
            receiver.next().await;
        }
        server.kill();
        while clients.join_next().await.is_some() {}
        server = installation.serve();
    }

    let acknowledged = acknowledged.lock().expect("no panic holds it").clone();
    let last = write_entry(server.address, &token)
        .await
        .expect("the server is up");
    while !entries(&receiver.received()).contains(&last) {
        receiver.next().await;
    }
    let requests = receiver.received();
    let arrived = entries(&requests);
    let missing: Vec<_> = acknowledged
        .iter()
        .filter(|id| !arrived.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {} were lost",
        missing.len(),
        acknowledged.len()
    );
    check_order(&requests, KILLS);
}

/// First arrivals have growing sequences without a gap; a repetition is the same to the byte, and
/// there is at most one for each fault.
pub(crate) fn check_order(received: &[Received], faults: u64) {
    let mut first: BTreeMap<u64, &Received> = BTreeMap::new();
    let mut repeated = 0;
    for delivery in received {
        let sequence: u64 = delivery
            .header("x-carillon-sequence")
            .expect("a sequence")
            .parse()
            .expect("a number");
        if let Some(earlier) = first.get(&sequence) {
            assert_eq!(
                earlier.body, delivery.body,
                "a repetition of {sequence} differs"
            );
            repeated += 1;
            continue;
        }
        let last = first.last_key_value().map_or(0, |(sequence, _)| *sequence);
        assert_eq!(sequence, last + 1, "out of order, or a gap");
        first.insert(sequence, delivery);
    }
    assert!(
        repeated <= faults,
        "{repeated} repetitions for {faults} faults"
    );
}

/// The entries whose creation arrived.
pub(crate) fn entries(received: &[Received]) -> BTreeSet<i64> {
    let bodies = received.iter().map(Received::json);
    bodies
        .filter(|body| body["type"] == "entry.created")
        .filter_map(|body| body["object"]["id"].as_i64())
        .collect()
}

pub(crate) async fn write_entry(address: std::net::SocketAddr, token: &str) -> Option<i64> {
    let input = json!({"date": "2024-03-18", "minutes": 15, "description": "under load"});
    post(address, token, "/entries", &input).await?["id"].as_i64()
}

pub(crate) async fn post(
    address: std::net::SocketAddr,
    token: &str,
    path: &str,
    input: &Value,
) -> Option<Value> {
    let request = hyper::Request::post(format!("/v2{path}"))
        .header("host", address.to_string())
        .header("user-agent", "crash")
        .header("x-nokotoken", token)
        .body(Full::new(Bytes::from(input.to_string())))
        .expect("a request");
    let answer = try_send(address, request).await?;
    (answer.status == 201).then(|| answer.json())
}
