//! The servers of an installation: signs of life, and what a server hands back when it leaves.
//!
//! Words: *sign of life* = a node's row in `nodes`, with the engine time of its last writing.
//! Never: a decision about a lane; a node that is silent loses its leases by time alone.

use std::time::Duration;

use base::{Actor, EngineTime, Kind, Reason, Result};
use store::{Db, Silence, ToValue, Tx, Wake};

use crate::{lanes, settle};

/// How often a node gives a sign of life.
pub const SIGN_EVERY: Duration = Duration::from_secs(10);
/// A node is seen while its last sign of life is not older: three may be missed.
pub const SEEN_WITHIN: Duration = Duration::from_secs(35);
/// A node that was silent for so long is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

const ACTOR: Actor = Actor::System(Reason::Engine);

/// A node with its last sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: String,
    /// How long ago it gave it.
    pub seen: Duration,
    pub version: String,
}

impl Node {
    /// Whether it is taken to be running.
    pub fn is_seen(&self) -> bool {
        self.seen <= SEEN_WITHIN
    }
}

/// Gives a sign of life, and forgets those that were silent for a day. It blocks.
pub fn sign(db: &Db, node: &str, version: &str) -> Result<()> {
    let (node, version) = (node.to_owned(), version.to_owned());
    db.write_now(ACTOR, move |tx| {
        let sql = "insert into nodes (id, seen_at, version) values ($1, $2, $3)
             on conflict (id) do update set seen_at = excluded.seen_at";
        let now = tx.now;
        tx.write(Kind::Delivery, sql, &[&node, &now, &version])?;
        let before = now - FORGOTTEN_AFTER;
        let sql = "delete from nodes where seen_at < $1";
        tx.write(Kind::Delivery, sql, &[&before])?;
        Ok(tx.silent(Silence::Engine, ()))
    })
}

/// All nodes, the one seen last first. It blocks.
pub fn list(db: &Db) -> Result<Vec<Node>> {
    db.read_now(Actor::System(Reason::Health), |reader| {
        let sql = "select id, seen_at, version from nodes order by seen_at desc, id";
        let rows: Vec<(String, EngineTime, String)> = reader.rows(sql, &[])?;
        let node = |(id, seen_at, version)| Node {
            id,
            seen: reader.now - seen_at,
            version,
        };
        Ok(rows.into_iter().map(node).collect())
    })
}

/// How many nodes are taken to be running. It blocks.
pub fn seen_count(db: &Db) -> Result<usize> {
    Ok(list(db)?.iter().filter(|node| node.is_seen()).count())
}

/// Ends a node's membership after its last sending: it is forgotten, and what it still holds is
/// handed back, so that others need not wait for its leases to end. It blocks.
///
/// A sending that was cut may have reached its receiver: its payload is tried again (promise I1).
pub fn leave(db: &Db, node: &str) -> Result<()> {
    let node = node.to_owned();
    db.write_now(ACTOR, move |tx| {
        take_back(tx, Some(&node))?;
        tx.write(Kind::Delivery, "delete from nodes where id = $1", &[&node])?;
        tx.wake(Wake::Engine);
        Ok(tx.silent(Silence::Engine, ()))
    })
}

/// Ends leases whose node is gone, or has ended its sendings: of one node, or all. The attempts are
/// interrupted, the payloads due again. The answer counts the lanes.
///
/// What was left of a round is lost, as in a crash: a message is sent at most once.
pub(crate) fn take_back(tx: &mut Tx<'_>, node: Option<&str>) -> Result<usize> {
    let lanes = lanes::load_started(tx, node)?;
    for mut lane in lanes.iter().cloned() {
        settle::interrupt(tx, &mut lane)?;
        lane.epoch += 1;
        lanes::update(tx, &lane)?;
        let now = tx.now;
        tx.write(
            Kind::Delivery,
            "update lanes set lease_until = null, node = null, started_seq = null,
               started_at = null,
               due_at = case when state = 'enabled' then cast($1 as {int})
                 when state <> 'silent' and trigger = 'manual' then cast($1 as {int}) end
             where webhook_id = $2",
            &[&now, &lane.webhook],
        )?;
    }
    let of_node = node.map_or("", |_| " and node = $1");
    let sql = format!(
        "update broadcast_receivers set round_until = null, node = null
         where round_until is not null{of_node}"
    );
    let params: Vec<&dyn ToValue> = node.iter().map(|node| node as &dyn ToValue).collect();
    tx.write(Kind::Delivery, &sql, &params)?;
    Ok(lanes.len())
}
