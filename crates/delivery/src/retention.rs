//! What is forgotten, and when: limit L30.
//!
//! Delivered and skipped payloads go after 30 days, waiting ones never; an event goes when no
//! payload refers to it and it is old enough; what belonged to a deleted webhook goes too.
//! Never: more than 1,000 rows in one turn; anything that still waits.

use base::{Actor, Kind, Reason, Result, limits};
use store::{Db, Silence, Tx};

use crate::settings::Settings;

/// Removes old rows, at most 1,000; `true` if there may be more.
pub fn sweep(db: &Db, settings: &Settings) -> Result<bool> {
    let (payloads, events) = (settings.retention_payloads, settings.retention_events);
    db.write_now(Actor::System(Reason::Retention), move |tx| {
        let mut left = limits::RETENTION_ROWS_MAX;
        let old = (tx.wall - payloads).0;
        for (sql, bound) in [(ENDED, old), (ORPHANED, 0)] {
            left -= forget_payloads(tx, sql, bound, left)?;
        }
        let before = tx.wall - events;
        left -= deleted(tx, UNUSED_EVENTS, &[&before, &left])?;
        left -= deleted(tx, ORPHANED_HISTORY, &[&left])?;
        left -= deleted(tx, ORPHANED_HOURS, &[&left])?;
        Ok(tx.silent(Silence::Engine, left <= 0))
    })
}

const ENDED: &str = "select webhook_id, seq from payloads
  where ended_at is not null and ended_at < $1 order by ended_at limit $2";
const ORPHANED: &str = "select webhook_id, seq from payloads
  where seq > $1 and not exists (select 1 from webhooks w where w.id = payloads.webhook_id)
  limit $2";
const UNUSED_EVENTS: &str = "delete from events where id in (
    select e.id from events e where e.created_at < $1
      and not exists (select 1 from payloads p where p.event_id = e.id)
    order by e.created_at limit $2) and created_at < $1";
const ORPHANED_HISTORY: &str = "delete from webhook_history where id in (
    select h.id from webhook_history h
    where not exists (select 1 from webhooks w where w.id = h.webhook_id) limit $1)";
const ORPHANED_HOURS: &str = "delete from webhook_hours where webhook_id in (
    select h.webhook_id from webhook_hours h
    where not exists (select 1 from webhooks w where w.id = h.webhook_id) limit $1)";

fn deleted(tx: &mut Tx<'_>, sql: &str, params: store::tx::Params<'_>) -> Result<i64> {
    let count = tx.write(Kind::Delivery, sql, params)?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Forgets payloads with their attempts; the answer counts the rows.
fn forget_payloads(tx: &mut Tx<'_>, sql: &str, bound: i64, left: i64) -> Result<i64> {
    let found: Vec<(i64, i64)> = tx.rows(sql, &[&bound, &left])?;
    let mut count = 0;
    for (webhook, seq) in found {
        if count >= left {
            break;
        }
        for table in ["attempts", "payloads"] {
            let sql = format!("delete from {table} where webhook_id = $1 and seq = $2");
            count += deleted(tx, &sql, &[&webhook, &seq])?;
        }
    }
    Ok(count)
}

/// Payloads that wait, in all lanes: for the total of limit L29.
pub fn waiting_total(db: &Db) -> Result<i64> {
    db.read_now(Actor::System(Reason::Retention), |reader| {
        reader.number("select sum(next_seq - head) from lanes", &[])
    })
}
