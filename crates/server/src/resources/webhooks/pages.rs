//! A webhook's own page: why something or nothing arrives, and everything that can be done to it.
//!
//! Never: SQL; decisions.

use std::sync::Arc;

use askama::Template;
use base::id::{self, Id};
use base::{Kind, PayloadId, Result, limits};
use delivery::payloads::{self, Payload};
use delivery::webhooks::{self, Hour, Status, Webhook};
use store::{Reader, Recorded, Tx};

use super::table::{People, peek_people};
use super::words::{self, Around, State, Strip, name_of};
use crate::http::layout::{Layout, Section};
use crate::http::shown::{Badge, Moment, Zone, count, payload_badge};
use crate::http::{Answer, Call, Handled, Policy, Route};

pub(super) const LIST: &str = "/integrations/webhooks";
/// Rows of a page.
pub(super) const ROWS_MAX: usize = 50;
const STATES: &[&str] = &["queued", "failing", "delivered", "skipped", "waiting"];

/// The routes of a webhook's page.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::page("/integrations/webhooks/{webhook_id}", policy, show),
        Route::form("/integrations/webhooks/{webhook_id}/ping", policy, ping),
        Route::form("/integrations/webhooks/{webhook_id}/enable", policy, enable),
    ]
}

/// The host of an address, as people look for it.
pub(in crate::resources) fn host(uri: &str) -> String {
    let parsed = delivery::address::Target::parse(uri);
    parsed.map_or_else(|_| uri.to_owned(), |target| target.host().to_owned())
}

#[derive(Template)]
#[template(path = "resources/webhooks/webhook.html")]
struct Show {
    page: Layout,
    webhook: Webhook,
    owner: Option<String>,
    state: State,
    /// Whether it is on: what can be done depends on it.
    is_on: bool,
    /// The payload that fails.
    failing: Option<PayloadId>,
    waiting: String,
    oldest: Option<Moment>,
    strip: Strip,
    payloads: Vec<PayloadRow>,
    total: String,
    is_filtered: bool,
    filter: (String, String),
    states: &'static [&'static str],
    older: Option<String>,
    is_newest: bool,
    secret_made: Moment,
    history: Vec<Line>,
}

/// One line of the delivery log.
struct PayloadRow {
    payload: Payload,
    badge: Badge,
    at: Moment,
    object: String,
    outcome: String,
}

/// One line of the history.
struct Line {
    at: Moment,
    who: String,
    what: &'static str,
    detail: String,
}

async fn show(call: Call) -> Handled {
    shown(&call, None).await
}

/// The page; with a sentence on top when something was not done.
async fn shown(call: &Call, problem: Option<String>) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let page = call.layout(Section::Webhooks).refusing(problem);
    let (filter, asked) = log_filter(call)?;
    let (zone, app) = (page.zone, call.app.clone());
    let read = call.app.db.read(call.actor, move |reader| {
        look(reader, &app, (webhook, zone), &filter)
    });
    Answer::page(&filled(call, page, read.await?, asked))
}

/// The page of what was seen; `asked` is what the filter shows again.
fn filled(call: &Call, page: Layout, seen: Seen, asked: (String, String)) -> Show {
    let (zone, status, people) = (page.zone, seen.status, &seen.people);
    let role = call.visitor.as_ref().map(|visitor| visitor.role);
    let owner = people.get(&status.webhook.creator).map(name_of);
    let changed_by = status.webhook.changed_by.and_then(|id| people.get(&id));
    let around = Around {
        zone,
        retry: &call.app.delivery.settings.retry,
        held_by: seen.held_by,
        changed_by: changed_by.map(name_of),
    };
    let head = status.head.as_ref();
    let failing = head.filter(|head| head.state == "failing");
    let history = seen.history.iter().map(|told| line(told, people, zone));
    Show {
        state: words::state(&status, &around),
        is_on: !matches!(status.condition, "disabled" | "stopped"),
        failing: failing.map(|head| head.id),
        waiting: count(status.waiting_count),
        oldest: head.map(|head| zone.moment(head.queued_at)),
        strip: Strip::of(seen.hours.iter(), zone.now),
        older: older(call, status.webhook.id, &seen.payloads),
        payloads: seen
            .payloads
            .into_iter()
            .map(|it| log_row(it, zone))
            .collect(),
        total: count(seen.total),
        is_filtered: !asked.0.is_empty() || !asked.1.is_empty(),
        filter: asked,
        states: STATES,
        is_newest: call.query.first("before").is_none(),
        secret_made: zone.moment(status.webhook.secret_created_at),
        history: history.collect(),
        owner: owner.filter(|_| role == Some(base::Role::Supervisor)),
        webhook: status.webhook,
        page,
    }
}

/// Where older payloads are, if there are more than the page holds: by key, never by offset (U5).
fn older(call: &Call, webhook: Id<id::Webhook>, shown: &[Payload]) -> Option<String> {
    let last = shown.last().filter(|_| shown.len() == ROWS_MAX)?.sequence;
    let query = call.query.with("before", Some(&last.to_string()));
    (last > 1).then(|| format!("{LIST}/{webhook}?{query}"))
}

/// The filter of the log, and what of it the form shows again: state and type.
fn log_filter(call: &Call) -> Result<(payloads::Filter, (String, String))> {
    let mut filters = call.filters(Kind::WebhookPayload);
    let state = filters.one_of("state", STATES);
    let events = filters.texts("type");
    let filter = payloads::Filter {
        states: state.map(|word| match word {
            "waiting" => vec!["queued".to_owned(), "failing".to_owned()],
            word => vec![word.to_owned()],
        }),
        events: Some(events.clone()).filter(|events| !events.is_empty()),
        from: filters.moment_from("from"),
        to: filters.moment_to("to"),
        before: filters.integer("before"),
    };
    filters.finish()?;
    let asked = (state.unwrap_or_default().to_owned(), events.join(","));
    Ok((filter, asked))
}

struct Seen {
    status: Status,
    held_by: Option<&'static str>,
    payloads: Vec<Payload>,
    total: i64,
    hours: Vec<Hour>,
    history: Vec<webhooks::Told>,
    people: People,
}

fn look(
    reader: &Reader<'_>,
    app: &crate::App,
    (webhook, zone): (Id<id::Webhook>, Zone),
    filter: &payloads::Filter,
) -> Result<Seen> {
    let settings = Arc::clone(&app.delivery.settings);
    let status = webhooks::status(reader, &settings, webhook)?;
    let due = status.due.as_ref();
    let held_by = due.and_then(|(owner, host)| app.delivery.held_by(*owner, host));
    let window = (
        i64::try_from(ROWS_MAX).unwrap_or(limits::PER_PAGE_DEFAULT),
        0,
    );
    let (payloads, total) = payloads::list(reader, &settings, webhook, filter, window)?;
    let own = std::slice::from_ref(&status.webhook);
    let hours = webhooks::hours(reader, own, words::strip_from(zone.now))?;
    let history = webhooks::history(reader, webhook)?;
    let named = history.iter().filter_map(|told| told.by);
    let named = named
        .chain(status.webhook.changed_by)
        .chain([status.webhook.creator]);
    let people = peek_people(reader, named)?;
    Ok(Seen {
        status,
        held_by,
        payloads,
        total,
        hours,
        history,
        people,
    })
}

fn log_row(payload: Payload, zone: Zone) -> PayloadRow {
    let outcome = match &payload.last_outcome {
        Some(word) => words::outcome(word, payload.last_status),
        None if payload.blocked_by.is_some() => "waits its turn".to_owned(),
        None => String::new(),
    };
    PayloadRow {
        badge: payload_badge(&payload.state, payload.is_in_flight),
        at: zone.bare(payload.queued_at),
        object: object(&payload),
        outcome,
        payload,
    }
}

/// "Entry 150901", or nothing for a ping.
pub(super) fn object(payload: &Payload) -> String {
    let category = delivery::catalogue::category(&payload.event).replace('_', " ");
    let mut letters = category.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    match &payload.subject {
        Some((id, _)) => format!("{}{} {id}", first.unwrap_or_default(), letters.as_str()),
        None => String::new(),
    }
}

fn line(told: &webhooks::Told, people: &People, zone: Zone) -> Line {
    let who = told.by.and_then(|id| people.get(&id)).map(name_of);
    let detail = match (told.before.as_deref(), told.after.as_deref()) {
        (Some(before), Some(after)) if before != after => format!("from {before} to {after}"),
        (_, Some(after)) => after.to_owned(),
        _ => String::new(),
    };
    Line {
        at: zone.moment(told.at),
        who: who.unwrap_or_else(|| "The server".to_owned()),
        what: words::told(&told.what),
        detail,
    }
}

async fn ping(call: Call) -> Handled {
    act(&call, webhooks::ping, "pinged").await
}

async fn enable(call: Call) -> Handled {
    act(&call, webhooks::enable, "enabled").await
}

/// Takes an action on the webhook in the path and shows its page: with what was done, or why not.
pub(super) async fn act(
    call: &Call,
    action: fn(&mut Tx<'_>, Id<id::Webhook>) -> Result<Recorded<()>>,
    done: &str,
) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let write = call.app.db.write(call.actor, move |tx| action(tx, webhook));
    after(call, write.await, &format!("{LIST}/{webhook}?done={done}")).await
}

/// 303 after what worked; the webhook's page with the reason after what did not.
pub(super) async fn after(call: &Call, went: Result<()>, next: &str) -> Handled {
    match went {
        Ok(()) => Answer::see(next),
        Err(base::Error::Conflict { sentence, .. }) => {
            let page = shown(call, Some(sentence)).await?;
            Ok(page.with_status(hyper::StatusCode::CONFLICT))
        }
        Err(other) => Err(other),
    }
}
