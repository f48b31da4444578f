//! Broadcast receivers as pages: list, a receiver's page, forms, pages that ask first.
//!
//! Never: SQL; decisions; a retry: a late message would describe a state that is gone.

use std::sync::Arc;

use askama::Template;
use base::id::{BroadcastReceiver, Id};
use base::{Kind, Result, Secret, limits};
use delivery::catalogue::{SUBJECTS, WILDCARD};
use delivery::receivers::{self, Filter, NewReceiver, Receiver, Status};
use delivery::webhooks::Edit;
use hyper::{StatusCode, header};
use store::{Recorded, Tx};

use crate::http::layout::{Confirm, Layout, Section};
use crate::http::shown::{Badge, Moment, count, spell};
use crate::http::{Answer, Call, Handled, Policy, Refusals, Route, refusals};
use crate::identity::sealed;
use crate::resources::webhooks::form_pages::Once;
use crate::resources::webhooks::{inputs, pages::host, table::peek_people, words::name_of};

const LIST: &str = "/integrations/broadcasts";
/// Receivers of a page.
const ROWS_MAX: i64 = 50;

/// All pages of receivers.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page(LIST, any, index),
        Route::page("/integrations/broadcasts/new", any, new),
        Route::form("/integrations/broadcasts/new", any, create),
        Route::page("/integrations/broadcasts/{receiver_id}", any, show),
        Route::page("/integrations/broadcasts/{receiver_id}/secret", any, secret),
        Route::page("/integrations/broadcasts/{receiver_id}/edit", any, edit),
        Route::form("/integrations/broadcasts/{receiver_id}/edit", any, save),
        Route::form("/integrations/broadcasts/{receiver_id}/ping", any, ping),
        Route::form("/integrations/broadcasts/{receiver_id}/enable", any, enable),
        Route::page(
            "/integrations/broadcasts/{receiver_id}/disable",
            any,
            ask_disable,
        ),
        Route::form(
            "/integrations/broadcasts/{receiver_id}/disable",
            any,
            disable,
        ),
        Route::page(
            "/integrations/broadcasts/{receiver_id}/delete",
            any,
            ask_delete,
        ),
        Route::form("/integrations/broadcasts/{receiver_id}/delete", any, delete),
        Route::page(
            "/integrations/broadcasts/{receiver_id}/reroll_secret",
            any,
            ask_reroll,
        ),
        Route::form(
            "/integrations/broadcasts/{receiver_id}/reroll_secret",
            any,
            reroll,
        ),
    ]
}

#[derive(Template)]
#[template(path = "resources/broadcast_receivers/list.html")]
struct Index {
    page: Layout,
    rows: Vec<Row>,
    total: i64,
    has_owners: bool,
    next: Option<String>,
}

struct Row {
    id: Id<BroadcastReceiver>,
    name: String,
    host: String,
    owner: String,
    badge: Badge,
    subjects: String,
    pending: String,
    last_round: Option<Moment>,
    ratio: String,
}

fn badge(receiver: &Receiver) -> Badge {
    let (tone, icon, word) = match (receiver.state, receiver.is_silent) {
        (_, true) => ("off", "–", "Silent"),
        ("enabled", _) => ("good", "●", "Enabled"),
        _ => ("off", "‖", "Disabled"),
    };
    Badge { tone, icon, word }
}

fn subjects(receiver: &Receiver) -> String {
    if receiver.subjects.iter().any(|subject| subject == WILDCARD) {
        return "all, also future ones".to_owned();
    }
    match receiver.subjects.as_slice() {
        [] => "none".to_owned(),
        subjects => subjects.join(", "),
    }
}

fn ratio(status: &Status) -> String {
    format!(
        "{} changes → {} messages",
        count(status.changes_collected),
        count(status.messages_sent)
    )
}

async fn index(call: Call) -> Handled {
    let page = call.layout(Section::Broadcasts);
    let zone = page.zone;
    let number = call.page().offset() / call.page().limit();
    let read = call.app.db.read(call.actor, move |reader| {
        let offset = number.saturating_mul(ROWS_MAX);
        let (found, total) = receivers::list(reader, &Filter::default(), ROWS_MAX, offset)?;
        let people = peek_people(reader, found.iter().map(|it| it.creator))?;
        let mut rows = Vec::new();
        for receiver in found {
            let status = receivers::status(reader, receiver.id)?;
            rows.push(Row {
                id: receiver.id,
                host: host(&receiver.payload_uri),
                owner: people
                    .get(&receiver.creator)
                    .map(name_of)
                    .unwrap_or_default(),
                badge: badge(&receiver),
                subjects: subjects(&receiver),
                pending: status.pending.len().to_string(),
                last_round: status.last_round_at.map(|at| zone.moment(at)),
                ratio: ratio(&status),
                name: receiver.name,
            });
        }
        Ok((rows, total))
    });
    let (rows, total) = read.await?;
    let role = call.visitor.as_ref().map(|visitor| visitor.role);
    let has_more = (number + 1).saturating_mul(ROWS_MAX) < total;
    Answer::page(&Index {
        page,
        rows,
        total,
        has_owners: role == Some(base::Role::Supervisor),
        next: has_more.then(|| format!("{LIST}?page={}", number + 2)),
    })
}

#[derive(Template)]
#[template(path = "resources/broadcast_receivers/receiver.html")]
struct Show {
    page: Layout,
    receiver: Receiver,
    badge: Badge,
    owner: Option<String>,
    interval: String,
    next: Option<Moment>,
    pending: Vec<Pending>,
    subjects: String,
    ratio: String,
    last_round: Option<Moment>,
    is_on: bool,
}

/// A subject with changes that were not sent yet.
struct Pending {
    subject: String,
    url: String,
    event: String,
    changed: Moment,
    changes: i64,
}

async fn show(call: Call) -> Handled {
    shown(&call, None).await
}

async fn shown(call: &Call, problem: Option<String>) -> Handled {
    let receiver: Id<BroadcastReceiver> = call.id("receiver_id")?;
    let page = call.layout(Section::Broadcasts).refusing(problem);
    let zone = page.zone;
    let read = call.app.db.read(call.actor, move |reader| {
        let status = receivers::status(reader, receiver)?;
        let people = peek_people(reader, [status.receiver.creator])?;
        let owner = people.get(&status.receiver.creator).map(name_of);
        Ok((status, owner))
    });
    let (status, owner) = read.await?;
    let role = call.visitor.as_ref().map(|visitor| visitor.role);
    let ratio = ratio(&status);
    let pending = status
        .pending
        .into_iter()
        .map(|(message, changed, changes)| Pending {
            subject: message.subject,
            url: message.url,
            event: message.last_event,
            changed: zone.moment(changed),
            changes,
        });
    Answer::page(&Show {
        badge: badge(&status.receiver),
        owner: owner.filter(|_| role == Some(base::Role::Supervisor)),
        interval: spell(call.app.delivery.settings.broadcast_interval),
        next: status.next_round_at.map(|at| zone.moment(at)),
        pending: pending.collect(),
        subjects: subjects(&status.receiver),
        ratio,
        last_round: status.last_round_at.map(|at| zone.moment(at)),
        is_on: status.receiver.state == "enabled" && !status.receiver.is_silent,
        receiver: status.receiver,
        page,
    })
}

/// What the form shows: what is kept, or what was typed.
#[derive(Clone, Debug, Default)]
struct Draft {
    name: String,
    payload_uri: String,
    subjects: Vec<String>,
}

impl Draft {
    fn typed(call: &Call) -> Self {
        Self {
            name: call.field("name"),
            payload_uri: call.field("payload_uri"),
            subjects: call.fields("subjects"),
        }
    }

    fn has(&self, subject: &str) -> bool {
        self.subjects.iter().any(|it| it == subject)
    }
}

#[derive(Template)]
#[template(path = "resources/broadcast_receivers/form.html")]
struct Form {
    page: Layout,
    receiver: Option<Id<BroadcastReceiver>>,
    draft: Draft,
    subjects: &'static [&'static str],
    refusals: Refusals,
}

fn form(
    call: &Call,
    receiver: Option<Id<BroadcastReceiver>>,
    draft: Draft,
    refusals: Refusals,
) -> Handled {
    let status = if refusals.all().is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Form {
        page: call.layout(Section::Broadcasts),
        receiver,
        draft,
        subjects: &SUBJECTS,
        refusals,
    };
    Ok(Answer::page(&page)?.with_status(status))
}

async fn new(call: Call) -> Handled {
    let draft = Draft {
        subjects: vec!["timer".to_owned()],
        ..Draft::default()
    };
    form(&call, None, draft, Refusals::default())
}

async fn create(call: Call) -> Handled {
    match make(&call).await {
        Ok((receiver, secret)) => {
            let line = sealed::carry(&call, &secret, &thing(receiver));
            Answer::see(&format!("{LIST}/{receiver}/secret"))?.and_header(header::SET_COOKIE, &line)
        }
        Err(error) => form(&call, None, Draft::typed(&call), refusals(error)?),
    }
}

async fn make(call: &Call) -> Result<(Id<BroadcastReceiver>, Secret<String>)> {
    let mut input = call.input(Kind::BroadcastReceiver);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let kind = Kind::BroadcastReceiver;
    let target = inputs::required_target(&call.app.delivery, &mut input, kind).await;
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
        Ok(created.map(|(receiver, secret)| (receiver.id, secret)))
    });
    write.await
}

async fn found(call: &Call) -> Result<Receiver> {
    let receiver: Id<BroadcastReceiver> = call.id("receiver_id")?;
    let read = call
        .app
        .db
        .read(call.actor, move |reader| receivers::peek(reader, receiver));
    read.await
}

async fn edit(call: Call) -> Handled {
    let found = found(&call).await?;
    let draft = Draft {
        name: found.name,
        payload_uri: found.payload_uri,
        subjects: found.subjects,
    };
    form(&call, Some(found.id), draft, Refusals::default())
}

async fn save(call: Call) -> Handled {
    let receiver = found(&call).await?.id;
    match change(&call, receiver).await {
        Ok(()) => Answer::see(&format!("{LIST}/{receiver}?done=saved")),
        Err(error) => form(&call, Some(receiver), Draft::typed(&call), refusals(error)?),
    }
}

async fn change(call: &Call, receiver: Id<BroadcastReceiver>) -> Result<()> {
    let kind = Kind::BroadcastReceiver;
    let mut input = call.input(kind);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let target = inputs::required_target(&call.app.delivery, &mut input, kind).await;
    let subjects = call.fields("subjects");
    for problem in receivers::check_subjects(&subjects) {
        input.problem(problem);
    }
    input.finish()?;
    let edit = Edit {
        name: Some(name),
        target: Some(inputs::given(target)?),
    };
    let write = call.app.db.write(call.actor, move |tx| {
        let before = receivers::edit(tx, receiver, &edit)?;
        let kept = before.value().subjects.iter();
        let gone: Vec<String> = kept.filter(|it| !subjects.contains(it)).cloned().collect();
        let added = receivers::add_subjects(tx, receiver, &subjects)?;
        let removed = receivers::remove_subjects(tx, receiver, &gone)?;
        Ok(before.map(drop).and(added).and(removed))
    });
    write.await
}

fn thing(receiver: Id<BroadcastReceiver>) -> String {
    format!("receiver:{receiver}")
}

async fn secret(call: Call) -> Handled {
    let found = found(&call).await?;
    let secret = sealed::carried(&call, &thing(found.id));
    let page = Once {
        page: call.layout(Section::Broadcasts),
        name: found.name,
        noun: "receiver",
        back: format!("{LIST}/{}", found.id),
        standard: secret.as_ref().map(delivery::signature::standard_secret),
        secret: secret.map(|secret| secret.reveal().clone()),
        ping: None,
    };
    page.answer(&call)
}

async fn ping(call: Call) -> Handled {
    act(&call, receivers::ping, "pinged").await
}

async fn enable(call: Call) -> Handled {
    act(&call, receivers::enable, "switched_on").await
}

async fn disable(call: Call) -> Handled {
    act(&call, receivers::disable, "switched_off").await
}

/// Takes an action on the receiver in the path and shows its page.
async fn act(
    call: &Call,
    action: fn(&mut Tx<'_>, Id<BroadcastReceiver>) -> Result<Recorded<()>>,
    done: &str,
) -> Handled {
    let receiver: Id<BroadcastReceiver> = call.id("receiver_id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| action(tx, receiver));
    match write.await {
        Ok(()) => Answer::see(&format!("{LIST}/{receiver}?done={done}")),
        Err(base::Error::Conflict { sentence, .. }) => {
            let page = shown(call, Some(sentence)).await?;
            Ok(page.with_status(StatusCode::CONFLICT))
        }
        Err(other) => Err(other),
    }
}

/// A page that asks before an act on the receiver in the path.
async fn ask(
    call: &Call,
    verb: &'static str,
    (act, button): (&str, &'static str),
    consequences: impl Fn(usize) -> Vec<String>,
) -> Handled {
    let receiver: Id<BroadcastReceiver> = call.id("receiver_id")?;
    let read = call.app.db.read(call.actor, move |reader| {
        receivers::status(reader, receiver)
    });
    let status = read.await?;
    let back = format!("{LIST}/{receiver}");
    let confirm = Confirm {
        page: call.layout(Section::Broadcasts),
        title: format!("{verb} \u{201c}{}\u{201d}?", status.receiver.name),
        action: format!("{back}/{act}"),
        consequences: consequences(status.pending.len()),
        back: (back, status.receiver.name),
        button,
        reason: None,
    };
    confirm.answer()
}

fn dropped(pending: usize) -> String {
    match pending {
        0 => "Nothing is collected at the moment.".to_owned(),
        1 => "1 collected change is dropped.".to_owned(),
        several => format!("{several} collected changes are dropped."),
    }
}

async fn ask_disable(call: Call) -> Handled {
    ask(
        &call,
        "Disable",
        ("disable", "Disable the receiver"),
        |pending| {
            vec![
                dropped(pending),
                "Changes from now on are not told. After enabling, the next change is.".to_owned(),
            ]
        },
    )
    .await
}

async fn ask_delete(call: Call) -> Handled {
    ask(
        &call,
        "Delete",
        ("delete", "Delete the receiver"),
        |pending| {
            vec![
                dropped(pending),
                "This cannot be undone. Disabling keeps the receiver.".to_owned(),
            ]
        },
    )
    .await
}

async fn ask_reroll(call: Call) -> Handled {
    ask(
        &call,
        "Make a new secret for",
        ("reroll_secret", "Make a new secret"),
        |_| {
            vec![
                "The present secret ends at once: every later message is signed with the new one."
                    .to_owned(),
                "The new secret is shown once, on the next page.".to_owned(),
            ]
        },
    )
    .await
}

async fn delete(call: Call) -> Handled {
    let receiver: Id<BroadcastReceiver> = call.id("receiver_id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| receivers::delete(tx, receiver));
    write.await?;
    Answer::see(&format!("{LIST}?done=deleted"))
}

async fn reroll(call: Call) -> Handled {
    let receiver: Id<BroadcastReceiver> = call.id("receiver_id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| receivers::reroll_secret(tx, receiver));
    let secret = write.await?;
    let line = sealed::carry(&call, &secret, &thing(receiver));
    Answer::see(&format!("{LIST}/{receiver}/secret"))?.and_header(header::SET_COOKIE, &line)
}
