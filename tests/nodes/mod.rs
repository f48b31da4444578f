//! Several real servers over one PostgreSQL: killed, frozen, and the database stopped under them.
//!
//! Promises I1 to I4 and I6; faults F1, F7 and F10. What order the receiver sees is the judge.
//! On SQLite these tests say that they are not run.

mod cluster;
mod restarts;
mod rounds;
mod takeover;

use std::io::Write as _;

use serde_json::Value;

use crate::crash::process::{Installation, Server};
use crate::crash::{post, write_entry};
use crate::world::client::try_send;
use crate::world::storage::Database;

/// An installation in a database of its own, with leases as short as its timeouts allow; none on
/// SQLite, and says so.
fn installation(test: &str) -> Option<(Installation, Database)> {
    let Some(database) = Database::fresh() else {
        say_not_run(test);
        return None;
    };
    let address = database.options.url.reveal().clone();
    Some((short(Installation::on_postgres(&address)), database))
}

/// Past the capture of the tests' output: this is for whoever reads the summary.
fn say_not_run(test: &str) {
    let line = format!("not run without PostgreSQL: {test}\n");
    drop(std::io::stderr().write_all(line.as_bytes()));
}

/// A whole attempt is 3.5 s: 0.2 + 0.3 + 1 and 2 of slack.
fn short(installation: Installation) -> Installation {
    installation
        .with("CARILLON_DELIVERY_DNS_TIMEOUT", "200ms")
        .with("CARILLON_DELIVERY_CONNECT_TIMEOUT", "300ms")
        .with("CARILLON_WEBHOOKS_ANSWER_TIMEOUT", "1s")
        .with("CARILLON_DELIVERY_LEASE_DURATION", "4s")
        .with("CARILLON_DELIVERY_LEASE_RENEWAL", "200ms")
        .with("CARILLON_DELIVERY_LEASE_GRACE", "3600ms")
        .with("CARILLON_BROADCASTS_INTERVAL", "100ms")
        .with("CARILLON_POSTGRES_POOL_SIZE", "4")
}

/// Writes an entry that must be acknowledged; its id.
async fn entry(server: &Server, token: &str) -> i64 {
    let made = write_entry(server.address, token).await;
    made.expect("the entry is acknowledged")
}

/// Makes something; it must be answered with 201.
async fn make(server: &Server, token: &str, path: &str, input: &Value) -> Value {
    let made = post(server.address, token, path, input).await;
    made.unwrap_or_else(|| panic!("{path} is not made"))
}

/// Any request; its status and what it answers.
async fn call(server: &Server, token: &str, method: &str, path: &str) -> (u16, Vec<u8>) {
    let request = hyper::Request::builder()
        .method(method)
        .uri(format!("/v2{path}"))
        .header("host", server.address.to_string())
        .header("user-agent", "nodes")
        .header("x-nokotoken", token)
        .body(http_body_util::Full::default())
        .expect("a request");
    let answer = try_send(server.address, request).await;
    let answer = answer.expect("the node answers");
    (answer.status, answer.body)
}
