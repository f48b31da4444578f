//! Webhooks over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use std::sync::Arc;

use base::id::{Id, Webhook};
use base::{Kind, Result, limits};
use delivery::webhooks::{self, Edit, Filter, NewWebhook};
use store::{Recorded, Tx};

use super::shape::{CreatedShape, SecretShape, StatusShape, WebhookShape};
use super::{inputs, payload_shape, table};
use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape};

const WEBHOOK: Doc = Doc {
    answers: Shape::One("webhook"),
    ..Doc::PLAIN
};
const LIST: Doc = Doc {
    summary: "Lists webhooks, newest first: the own ones, to supervisors all of the account.",
    answers: Shape::Many("webhook"),
    filters: &[
        ("name", "text"),
        ("events", "texts"),
        ("state", "enabled or disabled"),
    ],
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows a webhook.",
    ..WEBHOOK
};
const CREATE: Doc = Doc {
    summary: "Creates a webhook, shows its secret this once, and queues a ping.",
    answers: Shape::Created("created_webhook"),
    inputs: &[
        ("name", "text, required"),
        ("payload_uri", "url, required"),
        ("events", "texts, required"),
    ],
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Changes name and address; what is queued goes to the new address.",
    inputs: &[("name", "text"), ("payload_uri", "url")],
    ..WEBHOOK
};
const ADD: Doc = Doc {
    summary: "Subscribes to further events.",
    inputs: &[("events", "texts, required")],
    ..WEBHOOK
};
const REMOVE: Doc = Doc {
    summary: "Ends subscriptions; what is queued stays.",
    inputs: &[("events", "texts, required")],
    ..WEBHOOK
};
const REROLL: Doc = Doc {
    summary: "Replaces the secret and shows the new one this once.",
    answers: Shape::One("secret"),
    ..Doc::PLAIN
};
const ENABLE: Doc = Doc {
    summary: "Switches a webhook on; the kept queue goes on at once.",
    ..Doc::PLAIN
};
const DISABLE: Doc = Doc {
    summary: "Switches a webhook off; its queue is kept.",
    ..Doc::PLAIN
};
const PING: Doc = Doc {
    summary: "Queues a ping.",
    answers: Shape::Accepted,
    ..Doc::PLAIN
};
const DELETE: Doc = Doc {
    summary: "Deletes a webhook and drops its queue.",
    ..Doc::PLAIN
};
const STATUS: Doc = Doc {
    summary: "Tells why something, or nothing, arrives.",
    answers: Shape::One("webhook_status"),
    extension: true,
    ..Doc::PLAIN
};

/// The routes of webhooks themselves. Contract: webhooks.md §1.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::get("/webhooks", policy, LIST, index),
        Route::post("/webhooks", policy, CREATE, create),
        Route::get("/webhooks/{id}", policy, SHOW, show),
        Route::put("/webhooks/{id}", policy, EDIT, edit),
        Route::delete("/webhooks/{id}", policy, DELETE, delete),
        Route::put("/webhooks/{id}/add_events", policy, ADD, add_events),
        Route::put(
            "/webhooks/{id}/remove_events",
            policy,
            REMOVE,
            remove_events,
        ),
        Route::put("/webhooks/{id}/reroll_secret", policy, REROLL, reroll),
        Route::put("/webhooks/{id}/enable", policy, ENABLE, enable),
        Route::put("/webhooks/{id}/disable", policy, DISABLE, disable),
        Route::put("/webhooks/{id}/ping", policy, PING, ping),
        Route::get("/webhooks/{id}/status", policy, STATUS, status),
    ]
}

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::Webhook);
    let state = filters.one_of("state", &["enabled", "disabled"]);
    let filter = Filter {
        name: filters.text("name"),
        events: Some(filters.texts("events")).filter(|events| !events.is_empty()),
        state: state.map(str::to_owned),
    };
    filters.finish()?;
    let page = call.page();
    let read = call.app.db.read(call.actor, move |reader| {
        let (found, total) = webhooks::list(reader, &filter, page.limit(), page.offset())?;
        let show = |webhook| WebhookShape::of(webhook, reader.api());
        Ok((found.iter().map(show).collect::<Vec<_>>(), total))
    });
    let (shown, total) = read.await?;
    Answer::list(&call, &shown, total)
}

async fn show(call: Call) -> Handled {
    let webhook = call.id("id")?;
    Answer::ok(&seen(&call, webhook).await?)
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::Webhook);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let target = inputs::required_target(&call.app.delivery, &mut input, Kind::Webhook).await;
    let events = input.required_texts("events", limits::NAME_CHARS_MAX);
    for problem in webhooks::check_events(&events) {
        input.problem(problem);
    }
    input.finish()?;
    let new = NewWebhook {
        name,
        target: inputs::given(target)?,
        events,
    };
    let settings = Arc::clone(&call.app.delivery.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        let created = webhooks::create(tx, &settings, &new)?;
        Ok(created.map(|created| CreatedShape::of(&created, tx.api())))
    });
    let created = write.await?;
    Answer::created(created.url(), &created)
}

async fn edit(call: Call) -> Handled {
    let webhook = call.id("id")?;
    seen(&call, webhook).await?;
    let mut input = call.input(Kind::Webhook);
    let edit = Edit {
        name: inputs::new_name(&mut input),
        target: inputs::target(&call.app.delivery, &mut input, Kind::Webhook).await,
    };
    input.finish()?;
    change(&call, move |tx| webhooks::edit(tx, webhook, &edit)).await
}

async fn add_events(call: Call) -> Handled {
    let webhook = call.id("id")?;
    seen(&call, webhook).await?;
    let mut input = call.input(Kind::Webhook);
    let events = input.required_texts("events", limits::NAME_CHARS_MAX);
    for problem in webhooks::check_events(&events) {
        input.problem(problem);
    }
    input.finish()?;
    change(&call, move |tx| webhooks::add_events(tx, webhook, &events)).await
}

async fn remove_events(call: Call) -> Handled {
    let webhook = call.id("id")?;
    seen(&call, webhook).await?;
    let mut input = call.input(Kind::Webhook);
    let events = input.required_texts("events", limits::NAME_CHARS_MAX);
    input.finish()?;
    change(&call, move |tx| {
        webhooks::remove_events(tx, webhook, &events)
    })
    .await
}

async fn reroll(call: Call) -> Handled {
    let webhook = call.id("id")?;
    let reroll = move |tx: &mut Tx<'_>| webhooks::reroll_secret(tx, webhook);
    let secret = call.app.db.write(call.actor, reroll).await?;
    Answer::ok(&SecretShape::of(&secret))
}

async fn enable(call: Call) -> Handled {
    act(&call, webhooks::enable).await?;
    Answer::no_content()
}

async fn disable(call: Call) -> Handled {
    act(&call, webhooks::disable).await?;
    Answer::no_content()
}

async fn ping(call: Call) -> Handled {
    act(&call, webhooks::ping).await?;
    Answer::accepted()
}

async fn delete(call: Call) -> Handled {
    act(&call, webhooks::delete).await?;
    Answer::no_content()
}

async fn status(call: Call) -> Handled {
    let webhook = call.id("id")?;
    let delivery = Arc::clone(&call.app.delivery);
    let read = call.app.db.read(call.actor, move |reader| {
        let status = webhooks::status(reader, &delivery.settings, webhook)?;
        let due = status.due.as_ref();
        let held_by = due.and_then(|(owner, host)| delivery.held_by(*owner, host));
        let of_head = status.head.as_ref().and_then(payload_shape::people_of);
        let named = status.webhook.changed_by.into_iter().chain(of_head);
        let people = table::peek_people(reader, named)?;
        Ok(StatusShape::of(status, held_by, &people, reader.api()))
    });
    Answer::ok(&read.await?)
}

/// The webhook as it is now. Who may not see it gets 404, whatever else is wrong.
async fn seen(call: &Call, webhook: Id<Webhook>) -> Result<WebhookShape> {
    let read = call.app.db.read(call.actor, move |reader| {
        Ok(WebhookShape::of(
            &webhooks::peek(reader, webhook)?,
            reader.api(),
        ))
    });
    read.await
}

/// 200 with the webhook that a change leaves.
async fn change(
    call: &Call,
    change: impl Fn(&mut Tx<'_>) -> Result<Recorded<webhooks::Webhook>> + Send + 'static,
) -> Handled {
    let write = call.app.db.write(call.actor, move |tx| {
        let changed = change(tx)?;
        Ok(changed.map(|webhook| WebhookShape::of(&webhook, tx.api())))
    });
    Answer::ok(&write.await?)
}

/// Takes an action on the webhook in the path.
async fn act(
    call: &Call,
    action: fn(&mut Tx<'_>, Id<Webhook>) -> Result<Recorded<()>>,
) -> Result<()> {
    let webhook = call.id("id")?;
    let write = call.app.db.write(call.actor, move |tx| action(tx, webhook));
    write.await
}
