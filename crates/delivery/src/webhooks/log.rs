//! What pages show beside a webhook: its last hours, and who did what to it.
//!
//! Never: changing anything.

use base::{Id, Result, WallTime, id};
use store::{FromRow, Reader, Row, Value};

use super::{Webhook, peek};

const HOUR_SECONDS: i64 = 3_600;
/// Lines of the history that are shown, the newest.
const HISTORY_MAX: i64 = 100;

/// How the attempts of one hour ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// Whose.
    pub webhook: Id<id::Webhook>,
    /// Its start, in seconds since 1970.
    pub hour: i64,
    pub delivered: i64,
    pub failed: i64,
}

impl FromRow for Hour {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            webhook: row.get("webhook_id")?,
            hour: row.get("hour")?,
            delivered: row.get("delivered")?,
            failed: row.get("failed")?,
        })
    }
}

/// The start of a moment's hour, in seconds since 1970.
pub fn hour_of(at: WallTime) -> i64 {
    at.unix_seconds().div_euclid(HOUR_SECONDS) * HOUR_SECONDS
}

/// The hours from `from` on in which these webhooks, which the actor was shown, had attempts.
pub fn hours(reader: &Reader<'_>, webhooks: &[Webhook], from: i64) -> Result<Vec<Hour>> {
    let ids: Vec<i64> = webhooks.iter().map(|webhook| webhook.id.number()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    reader.rows(
        "select webhook_id, hour, delivered, failed from webhook_hours
         where account_id = $1 and webhook_id {in $2} and hour >= $3
         order by webhook_id, hour",
        &[&reader.account()?, &Value::Ints(ids), &from],
    )
}

/// One thing that was done to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub at: WallTime,
    /// None: the server itself, or the operator.
    pub by: Option<Id<id::User>>,
    /// `created`, `edited`, `events`, `rerolled`, `enabled`, `disabled`, `stopped`, `retried`, …
    pub what: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl FromRow for Told {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            at: row.get("at")?,
            by: row.get("by")?,
            what: row.get("what")?,
            before: row.get("before")?,
            after: row.get("after")?,
        })
    }
}

/// What was done to a webhook, newest first; `NotFound` if this actor may not see it.
pub fn history(reader: &Reader<'_>, webhook: Id<id::Webhook>) -> Result<Vec<Told>> {
    peek(reader, webhook)?;
    reader.rows(
        "select at, by, what, before, after from webhook_history
         where account_id = $1 and webhook_id = $2 order by id desc limit $3",
        &[&reader.account()?, &webhook, &HISTORY_MAX],
    )
}
