//! Broadcast receivers as pages: the list and a receiver's own page.
//!
//! Never: SQL; decisions; a retry: a late message would describe a state that is gone.

use askama::Template;
use base::Result;
use base::id::{BroadcastReceiver, Id};
use delivery::catalogue::WILDCARD;
use delivery::receivers::{self, Filter, Receiver, Status};
use hyper::StatusCode;
use store::{Recorded, Tx};

use crate::http::layout::{Layout, Section};
use crate::http::shown::{Badge, Moment, count, spell};
use crate::http::{Answer, Call, Handled, Policy, Route};
use crate::resources::webhooks::{pages::host, table::peek_people, words::name_of};

pub(super) const LIST: &str = "/integrations/broadcasts";
/// Receivers of a page.
const ROWS_MAX: i64 = 50;

/// The routes of the list and of a receiver's page.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page(LIST, any, index),
        Route::page("/integrations/broadcasts/{receiver_id}", any, show),
        Route::form("/integrations/broadcasts/{receiver_id}/ping", any, ping),
        Route::form("/integrations/broadcasts/{receiver_id}/enable", any, enable),
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

async fn ping(call: Call) -> Handled {
    act(&call, receivers::ping, "pinged").await
}

async fn enable(call: Call) -> Handled {
    act(&call, receivers::enable, "switched_on").await
}

/// Takes an action on the receiver in the path and shows its page.
pub(super) async fn act(
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
