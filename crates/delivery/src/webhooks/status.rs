//! Why something arrives or does not: the state of one webhook in one look.
//!
//! Contract of ours: the status of a webhook (docs/webhooks.md).
//! Never: changing anything.

use base::{EngineTime, Id, Result, WallTime, id};
use store::Reader;

use super::{Webhook, peek};
use crate::Settings;
use crate::lanes::{self, Lane, State};
use crate::payloads::{self, Payload};

/// Everything that the status shows, as it is stored.
#[derive(Clone, Debug)]
pub struct Status {
    pub webhook: Webhook,
    /// `idle`, `delivering`, `failing`, `stopped`, `disabled` or `silent`.
    pub condition: &'static str,
    pub condition_since: WallTime,
    pub waiting_count: i64,
    pub head: Option<Payload>,
    pub last_delivered_at: Option<WallTime>,
    pub last_sequence: i64,
    /// Whether the lane is due now and waits for a place; its owner and host say which.
    pub due: Option<(i64, String)>,
}

/// Looks at a webhook's state; `NotFound` if this actor may not see it.
pub fn status(
    reader: &Reader<'_>,
    settings: &Settings,
    webhook: Id<id::Webhook>,
) -> Result<Status> {
    let found = peek(reader, webhook)?;
    let lane = lanes::peek(reader, webhook.number())?;
    let lane = lane.ok_or(base::Error::NotFound(base::Kind::Webhook))?;
    let head = payloads::peek_head(reader, settings, &lane)?;
    let last: Option<(Option<WallTime>,)> = reader.row(
        "select delivered_at from payloads
         where webhook_id = $1 and seq < $2 and state = 'delivered' order by seq desc limit 1",
        &[&webhook, &lane.head],
    )?;
    let condition = condition(&lane, head.as_ref());
    Ok(Status {
        condition,
        condition_since: since(&found, condition, head.as_ref()),
        waiting_count: lane.waiting_count(),
        last_delivered_at: last.and_then(|(at,)| at),
        last_sequence: lane.next_seq - 1,
        due: is_waiting_for_a_place(&lane, reader.now).then(|| (lane.owner, lane.host.clone())),
        head,
        webhook: found,
    })
}

fn is_waiting_for_a_place(lane: &Lane, now: EngineTime) -> bool {
    !lane.is_in_flight() && lane.due_at.is_some_and(|due| due <= now)
}

/// What is the matter. A head that has failed is failing, also in the window that enabling opened.
fn condition(lane: &Lane, head: Option<&Payload>) -> &'static str {
    let is_failing = head.is_some_and(|head| head.state == "failing");
    match lane.state {
        State::Stopped => "stopped",
        State::Disabled => "disabled",
        State::Silent => "silent",
        State::Enabled if lane.waiting_count() == 0 => "idle",
        State::Enabled if is_failing => "failing",
        State::Enabled => "delivering",
    }
}

/// A failing webhook fails since its head's first attempt; one that delivers, since its head
/// joined the queue; the others since their state was set.
fn since(webhook: &Webhook, condition: &str, head: Option<&Payload>) -> WallTime {
    let of_head = head.and_then(|head| match condition {
        "failing" => head.first_attempt_at,
        "delivering" => Some(head.queued_at),
        _ => None,
    });
    of_head.unwrap_or(webhook.condition_since)
}
