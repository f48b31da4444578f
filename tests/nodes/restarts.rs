//! PostgreSQL is stopped at once and started again under load (F7): what was acknowledged arrives.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use zoo::Receiver;

use super::cluster::Cluster;
use super::{make, say_not_run, short};
use crate::crash::process::Installation;
use crate::crash::{check_order, entries, write_entry};
use crate::world::storage;

const RESTARTS: u64 = 4;
const CLIENTS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_stopped_at_once_loses_nothing_that_was_acknowledged() {
    // Whoever tests on SQLite asked for no PostgreSQL.
    let cluster = storage::cluster().and_then(|_| Cluster::start());
    let Some(cluster) = cluster else {
        say_not_run("restarts of the database");
        return;
    };
    let installation = short(Installation::on_postgres(&cluster.address()));
    let server = installation.serve();
    let token = installation.create_account();
    let receiver = Receiver::start().await;
    let input = json!({"name": "crash", "payload_uri": receiver.url("/"), "events": ["*"]});
    make(&server, &token, "/webhooks", &input).await;

    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let is_over = Arc::new(AtomicBool::new(false));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (token, acknowledged) = (token.clone(), Arc::clone(&acknowledged));
        let (address, is_over) = (server.address, Arc::clone(&is_over));
        clients.spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                // 503 while the database is away; it says that nothing was changed, or unknown.
                if let Some(id) = write_entry(address, &token).await {
                    acknowledged.lock().expect("no panic holds it").push(id);
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for _ in 0..RESTARTS {
        let seen = receiver.received().len();
        while receiver.received().len() < seen + 20 {
            receiver.next().await;
        }
        tokio::task::block_in_place(|| cluster.restart_at_once());
    }
    is_over.store(true, Ordering::SeqCst);
    while clients.join_next().await.is_some() {}

    let last = loop {
        if let Some(id) = write_entry(server.address, &token).await {
            break id;
        }
        tokio::task::yield_now().await;
    };
    while !entries(&receiver.received()).contains(&last) {
        receiver.next().await;
    }
    let requests = receiver.received();
    let arrived = entries(&requests);
    for id in acknowledged.lock().expect("no panic holds it").iter() {
        assert!(arrived.contains(id), "{id} was acknowledged and is lost");
    }
    check_order(&requests, RESTARTS);
}
