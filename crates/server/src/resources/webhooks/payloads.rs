//! The delivery log over HTTP: lists, detail, retry, skip, redeliver.
//!
//! Retry is the contract's (webhooks.md §1), the rest is ours (docs/webhooks.md).
//! Never: SQL; decisions.

use std::sync::Arc;

use base::id::{Id, Webhook};
use base::{Error, Kind, PayloadId, Result, limits};
use delivery::payloads::{self, Filter, Skip};

use super::payload_shape::{DetailShape, PayloadShape, people_of};
use super::table::peek_people;
use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape, patience};

const STATES: &[&str] = &["queued", "failing", "delivered", "skipped"];

const LIST: Doc = Doc {
    summary: "Lists the payloads of a webhook, newest first.",
    answers: Shape::Many("payload"),
    filters: &[
        ("state", "queued, failing, delivered, skipped"),
        ("type", "texts"),
        ("from", "date or timestamp"),
        ("to", "date or timestamp"),
        ("before", "integer"),
    ],
    extension: true,
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows a payload with its body and attempts.",
    answers: Shape::One("payload_detail"),
    extension: true,
    ..Doc::PLAIN
};
const RETRY: Doc = Doc {
    summary: "Attempts the failing payload at the head of the queue now.",
    answers: Shape::Accepted,
    ..Doc::PLAIN
};
const SKIP: Doc = Doc {
    summary: "Takes the failing payload at the head out of the queue.",
    inputs: &[("reason", "text")],
    extension: true,
    ..Doc::PLAIN
};
const REDELIVER: Doc = Doc {
    summary: "Queues a delivered or skipped payload once more, as a payload of its own.",
    answers: Shape::Created("payload"),
    extension: true,
    ..Doc::PLAIN
};

/// The routes of a webhook's payloads.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::get("/webhooks/{id}/payloads", policy, LIST, index),
        Route::get("/webhooks/{id}/payloads/{payload_id}", policy, SHOW, show),
        Route::put("/webhooks/{id}/retry/{payload_id}", policy, RETRY, retry),
        Route::put("/webhooks/{id}/skip/{payload_id}", policy, SKIP, skip),
        Route::put(
            "/webhooks/{id}/redeliver/{payload_id}",
            policy,
            REDELIVER,
            redeliver,
        ),
    ]
}

async fn index(call: Call) -> Handled {
    let webhook: Id<Webhook> = call.id("id")?;
    let mut filters = call.filters(Kind::WebhookPayload);
    let states: Vec<String> = filters
        .words("state", STATES)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let filter = Filter {
        states: Some(states).filter(|states| !states.is_empty()),
        events: Some(filters.texts("type")).filter(|events| !events.is_empty()),
        from: filters.moment_from("from"),
        to: filters.moment_to("to"),
        before: filters.integer("before"),
    };
    filters.finish()?;
    let window = (call.page().limit(), call.page().offset());
    let settings = Arc::clone(&call.app.delivery.settings);
    let read = call.app.db.read(call.actor, move |reader| {
        let (found, total) = payloads::list(reader, &settings, webhook, &filter, window)?;
        let people = peek_people(reader, found.iter().filter_map(people_of))?;
        let show = |payload| PayloadShape::of(payload, &people, reader.api());
        Ok((found.into_iter().map(show).collect::<Vec<_>>(), total))
    });
    let (shown, total) = read.await?;
    Answer::list(&call, &shown, total)
}

async fn show(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let read = call.app.db.read(call.actor, move |reader| {
        let detail = payloads::detail(reader, &settings, webhook, payload)?;
        let people = peek_people(reader, people_of(&detail.payload))?;
        DetailShape::of(detail, &people, reader.api())
    });
    Answer::ok(&read.await?)
}

async fn retry(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        payloads::retry(tx, &settings, webhook, payload)
    });
    write.await?;
    Answer::accepted()
}

/// Waits for the end of an attempt under way, at most one whole attempt.
async fn skip(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let mut input = call.input(Kind::WebhookPayload);
    let reason = input.text("reason", limits::NAME_CHARS_MAX).value();
    input.finish()?;
    let wish = Skip {
        settings: Arc::clone(&call.app.delivery.settings),
        webhook,
        payload,
        reason: reason.filter(|reason| !reason.is_empty()),
    };
    let whole = wish.settings.whole_attempt();
    payloads::skip_when_settled(&call.app.db, call.actor, &wish, patience(whole)).await?;
    Answer::no_content()
}

async fn redeliver(call: Call) -> Handled {
    let (webhook, payload) = place(&call)?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        let queued = payloads::redeliver(tx, &settings, webhook, payload)?;
        let people = peek_people(tx, people_of(queued.value()))?;
        Ok(queued.map(|queued| PayloadShape::of(queued, &people, tx.api())))
    });
    let queued = write.await?;
    Answer::created(queued.url(), &queued)
}

/// The webhook and the payload in the path; `NotFound` if the latter is no UUID.
fn place(call: &Call) -> Result<(Id<Webhook>, PayloadId)> {
    let payload = PayloadId::parse(call.text("payload_id"));
    Ok((
        call.id("id")?,
        payload.ok_or(Error::NotFound(Kind::WebhookPayload))?,
    ))
}
