//! The pause after a restore: nothing is sent until a person has seen what would be sent again.
//!
//! What was delivered after the backup was made waits in it still, and goes out a second time.
//! Messages of broadcasts never do: what was collected before the restore is dropped (I6).
//! Never: stopping the API; what is changed meanwhile waits.

use base::{Actor, Kind, Reason, Result, WallTime};
use store::{Db, Silence, Tx, Wake};

use crate::nodes;

/// Payloads of one webhook that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub webhook: i64,
    pub name: String,
    pub count: i64,
}

/// When the installation was paused, if it is. It blocks.
pub fn since(db: &Db) -> Result<Option<WallTime>> {
    db.read_now(Actor::System(Reason::StartUp), |reader| {
        let row: Option<(Option<WallTime>,)> =
            reader.row("select paused_at from installation", &[])?;
        Ok(row.and_then(|(paused_at,)| paused_at))
    })
}

/// What a resumed engine would send, most first. It blocks.
pub fn waiting(db: &Db) -> Result<Vec<Waiting>> {
    db.read_now(Actor::System(Reason::StartUp), |reader| {
        let sql = "select l.webhook_id, w.name, l.next_seq - l.head as waiting from lanes l
             join webhooks w on w.id = l.webhook_id
             where l.next_seq > l.head and l.state = 'enabled'
             order by waiting desc, l.webhook_id";
        let rows: Vec<(i64, String, i64)> = reader.rows(sql, &[])?;
        let waiting = |(webhook, name, count)| Waiting {
            webhook,
            name,
            count,
        };
        Ok(rows.into_iter().map(waiting).collect())
    })
}

/// Ends the pause; `false` if there was none. What the original had in flight is due again, its
/// collected marks are gone. It blocks.
pub fn resume(db: &Db) -> Result<bool> {
    db.write_now(Actor::System(Reason::StartUp), |tx| {
        let sql = "select paused_at from installation{for_update}";
        let row: Option<(Option<WallTime>,)> = tx.row(sql, &[])?;
        let Some(paused_at) = row.and_then(|(paused_at,)| paused_at) else {
            return Ok(tx.silent(Silence::Engine, false));
        };
        let sql = "update installation set paused_at = null";
        tx.write(Kind::Delivery, sql, &[])?;
        drop_old_marks(tx, paused_at)?;
        // Nobody works on a paused installation, so every lease in it is the original's.
        nodes::take_back(tx, None)?;
        tx.wake(Wake::Engine);
        Ok(tx.silent(Silence::Engine, true))
    })
}

fn drop_old_marks(tx: &mut Tx<'_>, before: WallTime) -> Result<()> {
    let sql = "delete from marks where changed_wall < $1";
    tx.write(Kind::Delivery, sql, &[&before])?;
    tx.write(
        Kind::Delivery,
        "update broadcast_receivers set round_until = null, node = null, ping_at = null,
           round_at = case when exists
             (select 1 from marks m where m.receiver_id = broadcast_receivers.id)
             then round_at end",
        &[],
    )?;
    Ok(())
}
