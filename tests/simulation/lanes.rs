//! The lanes of a run as they are stored, and how their columns must fit.
//!
//! Never: what a receiver saw; that is the invariants'.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{Actor, Reason, Result};
use store::{FromRow, Row};

use crate::engine::house::House;

/// What the plant looks at in a row of `lanes`.
#[derive(Clone, Debug)]
pub(super) struct LaneRow {
    pub(super) state: String,
    pub(super) due_at: Option<i64>,
    pub(super) head: i64,
    pub(super) next_seq: i64,
    pub(super) epoch: i64,
    pub(super) started_seq: Option<i64>,
    lease_until: Option<i64>,
    node: Option<String>,
    is_manual: bool,
}

impl FromRow for LaneRow {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            state: row.get("state")?,
            due_at: row.get("due_at")?,
            head: row.get("head")?,
            next_seq: row.get("next_seq")?,
            epoch: row.get("epoch")?,
            started_seq: row.get("started_seq")?,
            lease_until: row.get("lease_until")?,
            node: row.get("node")?,
            is_manual: row.get::<String>("trigger")? == "manual",
        })
    }
}

/// All lanes by webhook.
pub(super) fn all(house: &House) -> BTreeMap<i64, LaneRow> {
    let rows: Result<Vec<Row>> = house.db.read_now(Actor::System(Reason::Engine), |reader| {
        reader.rows(
            "select webhook_id, state, due_at, head, next_seq, epoch, started_seq, lease_until,
               node, trigger from lanes",
            &[],
        )
    });
    let rows = rows.expect("lanes can be read");
    let lane = |row: &Row| Ok((row.get("webhook_id")?, LaneRow::from_row(row)?));
    let lanes: Result<_> = rows.iter().map(lane).collect();
    lanes.expect("lanes have these columns")
}

/// The lanes that nobody holds and that are due now.
pub(super) fn due(house: &House) -> BTreeSet<i64> {
    // A transaction's time may be ahead of the clock by as many microseconds as there were others.
    let now = house.now() + Duration::from_millis(1);
    let free = all(house)
        .into_iter()
        .filter(|(_, lane)| lane.started_seq.is_none());
    let due = free.filter(|(_, lane)| lane.due_at.is_some_and(|at| at <= now.0));
    due.map(|(webhook, _)| webhook).collect()
}

impl LaneRow {
    /// Whether its columns fit each other: nothing waits without a time at which it is due.
    pub(super) fn check(&self, webhook: i64) {
        assert!(self.head <= self.next_seq, "{webhook}: {self:?}");
        let is_held = self.started_seq.is_some();
        assert_eq!(is_held, self.lease_until.is_some(), "{webhook}: {self:?}");
        assert_eq!(is_held, self.node.is_some(), "{webhook}: {self:?}");
        let has_work = self.head < self.next_seq;
        let is_open = self.state == "enabled"
            || (self.is_manual && matches!(self.state.as_str(), "disabled" | "stopped"));
        let is_due = self.due_at.is_some();
        if is_held {
            assert!(
                is_due,
                "a held lane is due after its lease: {webhook}: {self:?}"
            );
        } else {
            assert_eq!(is_due, has_work && is_open, "{webhook}: {self:?}");
        }
    }
}
