//! The list of webhooks: failing and stopped ones first.
//!
//! Never: SQL; decisions.

use askama::Template;
use base::Kind;
use base::id::{self, Id};
use delivery::webhooks::{self, Filter, Hour, Status};

use super::pages::{LIST, ROWS_MAX, host};
use super::table::{People, peek_people};
use super::words::{self, Strip, name_of};
use crate::http::layout::{Layout, Section};
use crate::http::shown::{Badge, Moment, Zone, count, spell};
use crate::http::{Answer, Call, Handled, Policy, Route};

/// Webhooks whose condition is looked at for one page.
const LOOKED_AT_MAX: i64 = 500;
const CONDITIONS: &[&str] = &[
    "idle",
    "delivering",
    "failing",
    "stopped",
    "disabled",
    "silent",
];

/// The route of the list.
pub(super) fn routes() -> Vec<Route> {
    vec![Route::page(LIST, Policy::WebhookRole, index)]
}

#[derive(Template)]
#[template(path = "resources/webhooks/list.html")]
struct Index {
    page: Layout,
    rows: Vec<Row>,
    /// How many there are in all, and how many of them the filters leave.
    total: i64,
    found: usize,
    has_owners: bool,
    is_filtered: bool,
    name: String,
    event: String,
    condition: String,
    events: &'static [&'static str],
    conditions: &'static [&'static str],
    older: Option<String>,
}

/// One line of the list.
struct Row {
    id: Id<id::Webhook>,
    name: String,
    host: String,
    owner: String,
    badge: Badge,
    detail: String,
    events: String,
    waiting: String,
    delivered: Option<Moment>,
    strip: Strip,
    /// Failing and stopped ones come first.
    rank: u8,
}

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::Webhook);
    let name = filters.text("name");
    let event = filters.text("event");
    let conditions = filters.words("condition", CONDITIONS);
    filters.finish()?;
    let page = call.layout(Section::Webhooks);
    let filter = Filter {
        name: name.clone(),
        events: event.clone().map(|event| vec![event]),
        state: None,
    };
    let (zone, app) = (page.zone, call.app.clone());
    let wanted: Vec<String> = conditions.iter().map(|word| (*word).to_owned()).collect();
    let read = call.app.db.read(call.actor, move |reader| {
        let (found, total) = webhooks::list(reader, &filter, LOOKED_AT_MAX, 0)?;
        let hours = webhooks::hours(reader, &found, words::strip_from(zone.now))?;
        let people = peek_people(reader, found.iter().map(|it| it.creator))?;
        let mut rows = Vec::new();
        for webhook in found {
            let status = webhooks::status(reader, &app.delivery.settings, webhook.id)?;
            if wanted.is_empty() || wanted.iter().any(|it| it == status.condition) {
                rows.push(row(status, &hours, &people, zone));
            }
        }
        Ok((rows, total))
    });
    let (mut rows, total) = read.await?;
    rows.sort_by_key(|row| row.rank);
    let skipped = usize::try_from(call.page().offset() / call.page().limit()).unwrap_or(0);
    let found = rows.len();
    let rows: Vec<Row> = rows
        .into_iter()
        .skip(skipped * ROWS_MAX)
        .take(ROWS_MAX)
        .collect();
    let is_last = skipped * ROWS_MAX + rows.len() >= found;
    let next = (skipped + 2).to_string();
    let is_filtered = name.is_some() || event.is_some() || !conditions.is_empty();
    let role = call.visitor.as_ref().map(|visitor| visitor.role);
    Answer::page(&Index {
        page,
        total,
        found,
        rows,
        has_owners: role == Some(base::Role::Supervisor),
        is_filtered,
        name: name.unwrap_or_default(),
        event: event.unwrap_or_default(),
        condition: conditions.join(","),
        events: &delivery::catalogue::EVENTS,
        conditions: CONDITIONS,
        older: (!is_last).then(|| format!("{LIST}?{}", call.query.with("page", Some(&next)))),
    })
}

fn row(status: Status, hours: &[Hour], people: &People, zone: Zone) -> Row {
    let webhook = status.webhook;
    let since = zone.now - status.condition_since;
    let detail = match (status.condition, &status.head) {
        ("failing", Some(head)) => {
            let outcome = head.last_outcome.as_deref().unwrap_or_default();
            let outcome = words::outcome(outcome, head.last_status);
            let next = head
                .next_attempt_at
                .map(|at| format!(", next try {}", zone.clock(at)));
            format!("{outcome}{}", next.unwrap_or_default())
        }
        ("stopped", Some(head)) => {
            let outcome = head.last_outcome.as_deref().unwrap_or_default();
            words::outcome(outcome, head.last_status)
        }
        _ => String::new(),
    };
    let is_timed = matches!(status.condition, "failing" | "stopped" | "disabled");
    let since = if is_timed {
        format!("for {}", spell(since))
    } else {
        String::new()
    };
    let of_this = hours.iter().filter(|hour| hour.webhook == webhook.id);
    Row {
        strip: Strip::of(of_this, zone.now),
        id: webhook.id,
        host: host(&webhook.payload_uri),
        owner: people
            .get(&webhook.creator)
            .map(name_of)
            .unwrap_or_default(),
        badge: words::badge(status.condition),
        detail: [since, detail]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        events: events_words(&webhook.events),
        waiting: count(status.waiting_count),
        delivered: status.last_delivered_at.map(|at| zone.moment(at)),
        name: webhook.name,
        rank: match status.condition {
            "failing" => 0,
            "stopped" => 1,
            _ => 2,
        },
    }
}

fn events_words(events: &[String]) -> String {
    match events {
        _ if events.iter().any(|it| it == delivery::catalogue::WILDCARD) => {
            "all, also future ones".to_owned()
        }
        [] => "none".to_owned(),
        [only] => only.clone(),
        several => format!("{} events", several.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_unless_they_are_all() {
        let words = |events: &[&str]| {
            let events: Vec<String> = events.iter().map(|it| (*it).to_owned()).collect();
            events_words(&events)
        };
        assert_eq!(words(&[]), "none");
        assert_eq!(words(&["entry.created"]), "entry.created");
        assert_eq!(words(&["entry.created", "entry.updated"]), "2 events");
        assert_eq!(words(&["entry.created", "*"]), "all, also future ones");
    }
}
