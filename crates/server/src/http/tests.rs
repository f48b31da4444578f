//! The kit as a client meets it, on routes of a small world of its own.
//!
//! Never: a resource of the product.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base::chance::SeededChance;
use base::clock::ManualClock;
use base::{Actor, Error, Id, Kind, MasterKey, Problem, Role, WallTime};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use serde_json::json;

use super::*;
use crate::operating::{Check, Readiness};
use crate::settings::Origins;
use crate::{App, Delivery, Settings, Wiring};

mod answers;
mod refusals;

const LOCAL: &str = "127.0.0.1";
const FAR: &str = "192.0.2.1";

const RESOURCES: &[Resource] = &[Resource {
    name: "things",
    routes,
    pages: Vec::new,
}];

fn routes() -> Vec<Route> {
    let doc = Doc {
        summary: "A thing.",
        ..Doc::PLAIN
    };
    let any = Policy::AnyUser;
    vec![
        Route::get("/live", Policy::Public, doc, live).within(Area::Site),
        Route::get("/things", any, doc, list),
        Route::post("/things", any, doc, create),
        Route::get("/things/{id}", any, doc, show),
        Route::put("/things/{id}", Policy::AtLeast(Role::Leader), doc, show),
        Route::delete("/things/{id}", any, doc, remove),
        Route::delete("/things/delete", any, doc, create).reading_body(),
        Route::put("/things/panic", any, doc, panicking),
        Route::put("/things/fault", any, doc, faulty),
        Route::put("/hooks", Policy::WebhookRole, doc, remove),
        Route::post("/oauth/form", Policy::Public, doc, echo)
            .taking_bytes()
            .within(Area::OAuth),
        Route::get("/page", Policy::Public, doc, remove).within(Area::Site),
    ]
}

async fn list(call: Call) -> Handled {
    Answer::list(&call, &["a", "b"], 41)
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::Tag);
    let name = input.required_text("name", 9);
    input.finish()?;
    Answer::created(&call.app.urls.api("things/7"), &json!({ "name": name }))
}

async fn show(call: Call) -> Handled {
    let id = call.id::<base::id::Tag>("id")?;
    if id == Id::new(404) {
        return Err(Error::NotFound(Kind::Tag));
    }
    Answer::ok(&json!({ "id": id }))
}

/// Gives one piece and then nothing for ever.
async fn live(_call: Call) -> Handled {
    let pieces = stream::iter([Bytes::from("piece")]).chain(stream::pending());
    Answer::stream("text/event-stream", pieces)
}

async fn remove(_call: Call) -> Handled {
    Answer::no_content()
}

async fn echo(call: Call) -> Handled {
    Answer::text("text/plain", call.raw())
}

async fn panicking(_call: Call) -> Handled {
    panic!("this is what the test wants")
}

async fn faulty(_call: Call) -> Handled {
    Err(Error::internal("the cause is for the log"))
}

struct Ready(bool);

impl Readiness for Ready {
    fn check(&self) -> Pin<Box<dyn Future<Output = Vec<Check>> + Send + '_>> {
        let away = || Err("away".to_owned());
        let state = if self.0 { Ok(()) } else { away() };
        let part = "database";
        Box::pin(async move { vec![Check { part, state }] })
    }
}

/// `boss` is a supervisor, `t` a coworker; other tokens are nobody's.
fn nobody_but(presented: Presented) -> base::Result<Actor> {
    let (Presented::Personal(text) | Presented::Access(text) | Presented::Either(text)) = presented;
    let role = match text.reveal().as_str() {
        "boss" => Role::Supervisor,
        "t" => Role::Coworker,
        _ => return Err(Error::Unauthenticated),
    };
    Ok(Actor::User {
        account: Id::new(1),
        id: Id::new(2),
        role,
    })
}

/// A server on an empty database; `set` sets what the test is about.
pub(super) fn app(set: impl FnOnce(&mut Settings)) -> App {
    app_that(Ready(true), set)
}

fn app_that(ready: Ready, set: impl FnOnce(&mut Settings)) -> App {
    let public_url = "https://time.example.test".to_owned();
    let mut settings = Settings {
        public_url,
        ..Settings::default()
    };
    set(&mut settings);
    let clock = Arc::new(ManualClock::at(WallTime(0)));
    let chance = Arc::new(SeededChance::new(7));
    let key = MasterKey::draw(&*chance);
    let world = store::Environment::new(
        clock.clone(),
        chance,
        MasterKey::parse(key.reveal()).expect("a drawn key"),
        "https://time.example.test/v2".to_owned(),
        Arc::new(|_, _| Ok(())),
    );
    let delivery = delivery::Settings::default();
    let delivery = Delivery::new(Arc::new(delivery), clock.clone(), Arc::default());
    App::new(Wiring {
        settings,
        delivery: Arc::new(delivery.expect("the system's name servers can be read")),
        db: store::Db::inline(world).expect("a database in memory"),
        clock,
        resources: RESOURCES,
        authenticate: |_app, presented| Box::pin(std::future::ready(nobody_but(presented))),
        readiness: Arc::new(ready),
        metrics: Arc::new(|| "carillon_build_info 1\n".to_owned()),
    })
}

/// An answer with its body read.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("plain words"))
    }
}

/// Asks as `METHOD TARGET`, with headers as `name: value` and a body.
async fn ask(app: &App, line: &str, headers: &[&str], body: impl Into<Bytes>) -> Got {
    ask_from(LOCAL, app, line, headers, body.into()).await
}

async fn ask_from(peer: &str, app: &App, line: &str, headers: &[&str], body: Bytes) -> Got {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let mut request = Request::builder().method(method).uri(target);
    for header in headers {
        let (name, value) = header.split_once(": ").expect("a name and a value");
        request = request.header(name, value);
    }
    let request = request.body(Full::new(body)).expect("a sound request");
    let peer: IpAddr = peer.parse().expect("an address");
    let (head, body) = app.handle(peer, request).await.into_parts();
    let body = body.collect().await.expect("a body cannot fail").to_bytes();
    Got {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
    }
}

const AGENT: &str = "user-agent: tests";
const T: &[&str] = &[AGENT, "x-nokotoken: t"];
const BOSS: &[&str] = &[AGENT, "x-nokotoken: boss"];
