//! How many webhooks there are in each condition, and how much waits: for metrics and words.
//!
//! Never: one account's view; totals are of the installation.

use std::time::Duration;

use base::{Actor, Reason, Result, WallTime};
use store::{Db, Reader};

/// The conditions of a webhook (docs/webhooks.md, its status).
pub const CONDITIONS: [&str; 6] = [
    "idle",
    "delivering",
    "failing",
    "stopped",
    "disabled",
    "silent",
];

/// What is there in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Each condition with its webhooks, in the order of [`CONDITIONS`].
    pub webhooks: [(&'static str, i64); CONDITIONS.len()],
    /// Payloads that wait for their receivers.
    pub waiting_count: i64,
    /// How long the oldest of them has waited; zero if none waits.
    pub oldest_waiting: Duration,
}

impl Totals {
    /// All webhooks.
    pub fn webhooks_count(&self) -> i64 {
        self.webhooks.iter().map(|(_, count)| count).sum()
    }

    /// The webhooks that do not deliver because they fail or were stopped.
    pub fn failing_count(&self) -> i64 {
        let is_failing = |condition: &str| matches!(condition, "failing" | "stopped");
        let failing = self.webhooks.iter().filter(|(it, _)| is_failing(it));
        failing.map(|(_, count)| count).sum()
    }
}

/// Counts on the caller's thread, which blocks.
pub fn totals(db: &Db) -> Result<Totals> {
    db.read_now(Actor::System(Reason::Health), |reader| {
        let counted: Vec<(String, i64)> = reader.rows(
            "select c.condition, count(*) as webhooks from (
               select case when l.state <> 'enabled' then l.state
                           when l.next_seq = l.head then 'idle'
                           when p.state = 'failing' then 'failing'
                           else 'delivering' end as condition
               from lanes l
               left join payloads p on p.webhook_id = l.webhook_id and p.seq = l.head) c
             group by c.condition",
            &[],
        )?;
        let count_of = |condition| {
            let found = counted.iter().find(|(it, _)| it == condition);
            (condition, found.map_or(0, |(_, count)| *count))
        };
        Ok(Totals {
            webhooks: CONDITIONS.map(count_of),
            waiting_count: reader.number("select sum(next_seq - head) from lanes", &[])?,
            oldest_waiting: oldest_waiting(reader)?,
        })
    })
}

fn oldest_waiting(reader: &Reader<'_>) -> Result<Duration> {
    let oldest: Option<(Option<WallTime>,)> = reader.row(
        "select min(p.queued_at) from lanes l
         join payloads p on p.webhook_id = l.webhook_id and p.seq = l.head
         where l.next_seq > l.head",
        &[],
    )?;
    let oldest = oldest.and_then(|(queued_at,)| queued_at);
    Ok(oldest.map_or(Duration::ZERO, |at| reader.wall - at))
}
