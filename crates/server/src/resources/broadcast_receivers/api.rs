//! Broadcast receivers over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use std::sync::Arc;

use base::id::{BroadcastReceiver, Id};
use base::{Kind, Result, limits};
use delivery::receivers::{self, Filter, NewReceiver, Receiver};
use delivery::webhooks::Edit;
use store::{Recorded, Tx};

use super::shape::{CreatedShape, ReceiverShape, StatusShape};
use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape};
use crate::resources::webhooks::{SecretShape, inputs};

const RECEIVER: Doc = Doc {
    answers: Shape::One("broadcast_receiver"),
    ..Doc::PLAIN
};
const LIST: Doc = Doc {
    summary: "Lists receivers, newest first: the own ones, to supervisors all of the account.",
    answers: Shape::Many("broadcast_receiver"),
    filters: &[
        ("name", "text"),
        ("subjects", "texts"),
        ("state", "enabled or disabled"),
    ],
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows a receiver.",
    ..RECEIVER
};
const CREATE: Doc = Doc {
    summary: "Creates a receiver and shows its secret this once.",
    answers: Shape::Created("created_broadcast_receiver"),
    inputs: &[
        ("name", "text, required"),
        ("payload_uri", "url, required"),
        ("subjects", "texts, required"),
    ],
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Changes name and address.",
    inputs: &[("name", "text"), ("payload_uri", "url")],
    ..RECEIVER
};
const ADD: Doc = Doc {
    summary: "Follows further subjects.",
    inputs: &[("subjects", "texts, required")],
    ..RECEIVER
};
const REMOVE: Doc = Doc {
    summary: "Stops following subjects; what was collected of them is dropped.",
    inputs: &[("subjects", "texts, required")],
    ..RECEIVER
};
const REROLL: Doc = Doc {
    summary: "Replaces the secret and shows the new one this once.",
    answers: Shape::One("secret"),
    ..Doc::PLAIN
};
const ENABLE: Doc = Doc {
    summary: "Switches a receiver on, with nothing collected.",
    ..Doc::PLAIN
};
const DISABLE: Doc = Doc {
    summary: "Switches a receiver off; what was collected is dropped.",
    ..Doc::PLAIN
};
const DELETE: Doc = Doc {
    summary: "Deletes a receiver and what was collected for it.",
    ..Doc::PLAIN
};
const PING: Doc = Doc {
    summary: "Sends one message at once, beside the interval.",
    answers: Shape::Accepted,
    extension: true,
    ..Doc::PLAIN
};
const STATUS: Doc = Doc {
    summary: "Tells what is collected and when it goes out.",
    answers: Shape::One("broadcast_receiver_status"),
    extension: true,
    ..Doc::PLAIN
};

/// All routes of receivers. Contract: broadcasts.md §1.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::AnyUser;
    vec![
        Route::get("/broadcast_receivers", policy, LIST, index),
        Route::post("/broadcast_receivers", policy, CREATE, create),
        Route::get("/broadcast_receivers/{id}", policy, SHOW, show),
        Route::put("/broadcast_receivers/{id}", policy, EDIT, edit),
        Route::delete("/broadcast_receivers/{id}", policy, DELETE, delete),
        Route::put(
            "/broadcast_receivers/{id}/add_subjects",
            policy,
            ADD,
            add_subjects,
        ),
        Route::put(
            "/broadcast_receivers/{id}/remove_subjects",
            policy,
            REMOVE,
            remove_subjects,
        ),
        Route::put(
            "/broadcast_receivers/{id}/reroll_secret",
            policy,
            REROLL,
            reroll,
        ),
        Route::put("/broadcast_receivers/{id}/enable", policy, ENABLE, enable),
        Route::put(
            "/broadcast_receivers/{id}/disable",
            policy,
            DISABLE,
            disable,
        ),
        Route::put("/broadcast_receivers/{id}/ping", policy, PING, ping),
        Route::get("/broadcast_receivers/{id}/status", policy, STATUS, status),
    ]
}

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::BroadcastReceiver);
    let state = filters.one_of("state", &["enabled", "disabled"]);
    let filter = Filter {
        name: filters.text("name"),
        subjects: Some(filters.texts("subjects")).filter(|subjects| !subjects.is_empty()),
        state: state.map(str::to_owned),
    };
    filters.finish()?;
    let page = call.page();
    let read = call.app.db.read(call.actor, move |reader| {
        let (found, total) = receivers::list(reader, &filter, page.limit(), page.offset())?;
        let show = |receiver| ReceiverShape::of(receiver, reader.api());
        Ok((found.iter().map(show).collect::<Vec<_>>(), total))
    });
    let (shown, total) = read.await?;
    Answer::list(&call, &shown, total)
}

async fn show(call: Call) -> Handled {
    let receiver = call.id("id")?;
    Answer::ok(&seen(&call, receiver).await?)
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::BroadcastReceiver);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let target =
        inputs::required_target(&call.app.delivery, &mut input, Kind::BroadcastReceiver).await;
    let subjects = input.required_texts("subjects", limits::NAME_CHARS_MAX);
    for problem in receivers::check_subjects(&subjects) {
        input.problem(problem);
    }
    input.finish()?;
    let new = NewReceiver {
        name,
        target: inputs::given(target)?,
        subjects,
    };
    let settings = Arc::clone(&call.app.delivery.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        let created = receivers::create(tx, &settings, &new)?;
        Ok(created.map(|(made, secret)| CreatedShape::of(&made, &secret, tx.api())))
    });
    let created = write.await?;
    Answer::created(created.url(), &created)
}

async fn edit(call: Call) -> Handled {
    let receiver = call.id("id")?;
    seen(&call, receiver).await?;
    let mut input = call.input(Kind::BroadcastReceiver);
    let edit = Edit {
        name: inputs::new_name(&mut input),
        target: inputs::target(&call.app.delivery, &mut input, Kind::BroadcastReceiver).await,
    };
    input.finish()?;
    change(&call, move |tx| receivers::edit(tx, receiver, &edit)).await
}

async fn add_subjects(call: Call) -> Handled {
    let receiver = call.id("id")?;
    seen(&call, receiver).await?;
    let mut input = call.input(Kind::BroadcastReceiver);
    let subjects = input.required_texts("subjects", limits::NAME_CHARS_MAX);
    for problem in receivers::check_subjects(&subjects) {
        input.problem(problem);
    }
    input.finish()?;
    change(&call, move |tx| {
        receivers::add_subjects(tx, receiver, &subjects)
    })
    .await
}

async fn remove_subjects(call: Call) -> Handled {
    let receiver = call.id("id")?;
    seen(&call, receiver).await?;
    let mut input = call.input(Kind::BroadcastReceiver);
    let subjects = input.required_texts("subjects", limits::NAME_CHARS_MAX);
    input.finish()?;
    change(&call, move |tx| {
        receivers::remove_subjects(tx, receiver, &subjects)
    })
    .await
}

async fn reroll(call: Call) -> Handled {
    let receiver = call.id("id")?;
    let reroll = move |tx: &mut Tx<'_>| receivers::reroll_secret(tx, receiver);
    let secret = call.app.db.write(call.actor, reroll).await?;
    Answer::ok(&SecretShape::of(&secret))
}

async fn enable(call: Call) -> Handled {
    act(&call, receivers::enable).await?;
    Answer::no_content()
}

async fn disable(call: Call) -> Handled {
    act(&call, receivers::disable).await?;
    Answer::no_content()
}

async fn ping(call: Call) -> Handled {
    act(&call, receivers::ping).await?;
    Answer::accepted()
}

async fn delete(call: Call) -> Handled {
    act(&call, receivers::delete).await?;
    Answer::no_content()
}

async fn status(call: Call) -> Handled {
    let receiver = call.id("id")?;
    let interval = call.app.delivery.settings.broadcast_interval;
    let read = call.app.db.read(call.actor, move |reader| {
        let status = receivers::status(reader, receiver)?;
        Ok(StatusShape::of(status, interval, reader.api()))
    });
    Answer::ok(&read.await?)
}

/// The receiver as it is now. Who may not see it gets 404, whatever else is wrong.
async fn seen(call: &Call, receiver: Id<BroadcastReceiver>) -> Result<ReceiverShape> {
    let read = call.app.db.read(call.actor, move |reader| {
        Ok(ReceiverShape::of(
            &receivers::peek(reader, receiver)?,
            reader.api(),
        ))
    });
    read.await
}

/// 200 with the receiver that a change leaves.
async fn change(
    call: &Call,
    change: impl Fn(&mut Tx<'_>) -> Result<Recorded<Receiver>> + Send + 'static,
) -> Handled {
    let write = call.app.db.write(call.actor, move |tx| {
        let changed = change(tx)?;
        Ok(changed.map(|receiver| ReceiverShape::of(&receiver, tx.api())))
    });
    Answer::ok(&write.await?)
}

/// Takes an action on the receiver in the path.
async fn act(
    call: &Call,
    action: fn(&mut Tx<'_>, Id<BroadcastReceiver>) -> Result<Recorded<()>>,
) -> Result<()> {
    let receiver = call.id("id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| action(tx, receiver));
    write.await
}
