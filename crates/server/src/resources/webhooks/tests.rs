//! The shapes of webhooks and of their log, and who sees what, on a fresh database whose engine
//! is turned by hand.
//!
//! Never: HTTP; a network.

use std::sync::Arc;
use std::time::Duration;

use base::id::{self, Id};
use base::{Actor, Audience, Kind, PayloadId, Result};
use delivery::address::Target;
use delivery::attempt::Ended;
use delivery::engine::{Engine, Finished, Sending};
use delivery::outcome::{Exchange, Outcome, Response, Timings};
use delivery::payloads::{self, Skip};
use delivery::webhooks::{self, Created, NewWebhook};
use delivery::{Settings, record};
use serde::Serialize;
use serde_json::Value;
use store::{Event, Record, Rendering, Silence};

use super::payload_shape::people_of;
use super::{
    CreatedShape, DetailShape, PayloadShape, SecretShape, StatusShape, WebhookShape, table,
};
use crate::resources::testing::{House, is_not_found, user_of};

mod log;

const API: &str = "https://time.example.test/v2";

/// Holds JSON against a shape file: names in their order, null where it may be, words of lists.
pub(in crate::resources) fn assert_fits(shape: &str, shown: &impl Serialize) -> Value {
    let value = serde_json::to_string(shown).expect("it is JSON");
    let value: Value = serde_json::from_str(&value).expect("it is JSON");
    hold(shape, &value);
    value
}

fn hold(shape: &str, value: &Value) {
    let declared = crate::shapes::find(shape).expect("a shape");
    let fields = declared["fields"].as_array().expect("it has fields");
    let object = value.as_object().expect("an object");
    let names: Vec<&Value> = fields.iter().map(|field| &field["name"]).collect();
    let keys: Vec<&String> = object.keys().collect();
    assert_eq!(names, keys, "{shape}");
    for field in fields {
        let name = field["name"].as_str().expect("a name");
        let given = &value[name];
        if given.is_null() {
            assert_eq!(field["nullable"], true, "{shape}.{name}");
            continue;
        }
        if let Some(words) = field["enum"].as_array() {
            assert!(words.contains(given), "{shape}.{name} is {given}");
        }
        if let Some(shape) = field["ref"].as_str() {
            hold(shape, given);
        }
        if let Some(shape) = field["items"]["ref"].as_str() {
            let elements = given.as_array().expect("an array");
            for element in elements {
                hold(shape, element);
            }
        }
    }
}

/// A house with an engine that moves when it is told to.
struct Desk {
    house: House,
    engine: Engine,
    settings: Arc<Settings>,
}

impl Desk {
    fn open() -> Self {
        let house = House::open();
        let settings = Arc::new(Settings::default());
        let engine = Engine::new(house.db.clone(), Arc::clone(&settings), "node");
        Self {
            house,
            engine,
            settings,
        }
    }

    fn create(&self, creator: Actor) -> Created {
        let new = NewWebhook {
            name: "Ledger sync".into(),
            target: Target::parse("https://ledger.example.test/hooks/time").expect("an address"),
            events: vec!["entry.created".into(), "entry.created".into(), "*".into()],
        };
        let settings = Arc::clone(&self.settings);
        let created = self
            .house
            .write(creator, move |tx| webhooks::create(tx, &settings, &new));
        created.expect("it is created")
    }

    /// Tells of a tag that was deleted.
    fn happen(&self) {
        let settings = Arc::clone(&self.settings);
        let done = self.house.write(self.house.ada, move |tx| {
            let event = Record::Event(Event {
                name: "tag.deleted",
                kind: Kind::Tag,
                subject: 7,
                url: None,
                full: Rendering {
                    changes: "{}".into(),
                    object: r#"{"id":7}"#.into(),
                },
                limited: None,
                audience: Audience::Everybody,
            });
            record::record(tx, &settings, &[event])?;
            Ok(tx.silent(Silence::Integration, ()))
        });
        done.expect("it is recorded");
    }

    /// Takes a turn; the attempt that it starts.
    fn turn(&mut self, finished: Vec<Finished>) -> Option<delivery::attempt::Attempt> {
        let turn = self.engine.turn(finished);
        turn.start.into_iter().find_map(|sending| match sending {
            Sending::Attempt(attempt) => Some(*attempt),
            Sending::Round(_) => None,
        })
    }

    /// Starts the head and lets it fail; its id.
    fn fail(&mut self) -> PayloadId {
        let attempt = self.turn(Vec::new()).expect("an attempt is due");
        let payload = attempt.payload;
        self.turn(vec![ended(attempt, 500)]);
        payload
    }

    fn status(&self, actor: Actor, webhook: Id<id::Webhook>) -> Result<Value> {
        let settings = Arc::clone(&self.settings);
        let shown = self.house.read(actor, move |reader| {
            let status = webhooks::status(reader, &settings, webhook)?;
            let people = table::peek_people(reader, status.webhook.changed_by)?;
            Ok(StatusShape::of(status, Some("host"), &people, reader.api()))
        });
        Ok(assert_fits("webhook_status", &shown?))
    }

    fn log(&self, actor: Actor, webhook: Id<id::Webhook>) -> Vec<Value> {
        let settings = Arc::clone(&self.settings);
        let shown = self.house.read(actor, move |reader| {
            let all = payloads::Filter::default();
            let (found, _) = payloads::list(reader, &settings, webhook, &all, (30, 0))?;
            let people = table::peek_people(reader, found.iter().filter_map(people_of))?;
            let show = |payload| PayloadShape::of(payload, &people, reader.api());
            Ok(found.into_iter().map(show).collect::<Vec<_>>())
        });
        let shown = shown.expect("the log can be read");
        shown
            .iter()
            .map(|payload| assert_fits("payload", payload))
            .collect()
    }

    fn detail(&self, actor: Actor, webhook: Id<id::Webhook>, payload: PayloadId) -> Value {
        let settings = Arc::clone(&self.settings);
        let shown = self.house.read(actor, move |reader| {
            let detail = payloads::detail(reader, &settings, webhook, payload)?;
            let people = table::peek_people(reader, people_of(&detail.payload))?;
            DetailShape::of(detail, &people, reader.api())
        });
        assert_fits("payload_detail", &shown.expect("it is visible"))
    }

    fn retry(&self, webhook: Id<id::Webhook>, payload: PayloadId) -> Result<()> {
        let settings = Arc::clone(&self.settings);
        self.house.write(self.house.ada, move |tx| {
            payloads::retry(tx, &settings, webhook, payload)
        })
    }

    fn skip(&self, webhook: Id<id::Webhook>, payload: PayloadId) -> Skip {
        Skip {
            settings: Arc::clone(&self.settings),
            webhook,
            payload,
            reason: Some("The ledger will never take it.".into()),
        }
    }
}

/// An attempt that got this answer.
fn ended(attempt: delivery::attempt::Attempt, status: u16) -> Finished {
    let is_accepted = status < 300;
    let outcome = if is_accepted {
        Outcome::Accepted
    } else {
        Outcome::Refused
    };
    let exchange = Exchange {
        outcome,
        status: Some(status),
        error: (!is_accepted).then(|| format!("The receiver answered {status}.")),
        address: "203.0.113.20:443".parse().ok(),
        tls_version: Some("1.3"),
        timings: Timings {
            first_byte: Some(Duration::from_millis(58)),
            ..Timings::default()
        },
        answer: Some(Response {
            status,
            headers: vec![("content-type".into(), "text/plain".into())],
            body: "ledger is \"closed\"".into(),
            body_bytes: 18,
            body_truncated: false,
        }),
        retry_after: None,
        was_reused: false,
        exempt: false,
    };
    Finished::Attempt(Box::new(Ended { attempt, exchange }))
}

#[test]
fn a_webhook_shows_its_secret_in_the_answer_to_its_creation_only() {
    let desk = Desk::open();
    let created = desk.create(desk.house.ben);
    let shown = assert_fits("created_webhook", &CreatedShape::of(&created, API));
    assert_eq!(shown["secret"].as_str().map(str::len), Some(64));
    assert_eq!(shown["events"], serde_json::json!(["entry.created", "*"]));
    assert_eq!(
        shown["url"],
        format!("{API}/webhooks/{}", created.webhook.id)
    );
    assert_fits("webhook", &WebhookShape::of(&created.webhook, API));
    assert_fits("secret", &SecretShape::of(&created.secret));
}

#[test]
fn a_webhook_is_for_its_creator_and_for_supervisors() {
    let desk = Desk::open();
    let house = &desk.house;
    let webhook = desk.create(house.cleo).webhook.id;
    for (actor, sees) in [
        (house.cleo, true),
        (house.ada, true),
        (house.lea, false),
        (house.ben, false),
        (house.dora, false),
    ] {
        let status = desk.status(actor, webhook);
        assert_eq!(is_not_found(&status), !sees, "{actor:?}");
    }
}

#[test]
fn an_enabled_webhook_whose_head_has_failed_is_failing_in_its_new_window_too() {
    let mut desk = Desk::open();
    let ben = desk.house.ben;
    let webhook = desk.create(ben).webhook.id;
    desk.fail();
    for action in [webhooks::disable, webhooks::enable] {
        let switched = desk.house.write(ben, move |tx| action(tx, webhook));
        switched.expect("it is switched");
    }
    let status = desk.status(ben, webhook).expect("visible");
    assert_eq!(status["condition"], "failing");
    assert_eq!(status["changed_by"]["id"], user_of(ben).number());
}
