//! Making and changing a webhook: forms, and the page with its new secret.
//!
//! Never: SQL; decisions; a secret in an address.

use std::sync::Arc;

use askama::Template;
use base::id::{self, Id};
use base::{Kind, Result, Secret, limits};
use delivery::catalogue::{self, EVENTS, WILDCARD};
use delivery::webhooks::{self, Edit, NewWebhook};
use hyper::{StatusCode, header};

use super::confirm_pages::status;
use super::inputs;
use super::pages::LIST;
use super::words;
use crate::http::layout::{Layout, Section};
use crate::http::shown::{Badge, payload_badge};
use crate::http::{Answer, Call, Cookie, Handled, Policy, Refusals, Route, refusals};
use crate::identity::sealed;

/// The routes of forms and of the page with the secret.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::page("/integrations/webhooks/new", policy, new),
        Route::form("/integrations/webhooks/new", policy, create),
        Route::page("/integrations/webhooks/{webhook_id}/secret", policy, secret),
        Route::page("/integrations/webhooks/{webhook_id}/edit", policy, edit),
        Route::form("/integrations/webhooks/{webhook_id}/edit", policy, save),
    ]
}

/// What the form shows: what is kept, or what was typed.
#[derive(Clone, Debug, Default)]
struct Draft {
    name: String,
    payload_uri: String,
    events: Vec<String>,
    /// All events, also future ones.
    all: bool,
}

impl Draft {
    fn typed(call: &Call) -> Self {
        Self {
            name: call.field("name"),
            payload_uri: call.field("payload_uri"),
            events: call.fields("events"),
            all: call.field("scope") == "all",
        }
    }

    /// The names that the form asks for.
    fn wanted(&self) -> Vec<String> {
        if self.all {
            vec![WILDCARD.to_owned()]
        } else {
            self.events.clone()
        }
    }
}

/// The events of a category, and which of them are ticked.
struct Group {
    category: String,
    events: Vec<(&'static str, bool)>,
}

#[derive(Template)]
#[template(path = "resources/webhooks/form.html")]
struct Form {
    page: Layout,
    /// None: a new one.
    webhook: Option<Id<id::Webhook>>,
    draft: Draft,
    groups: Vec<Group>,
    refusals: Refusals,
}

fn groups(draft: &Draft) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for event in EVENTS {
        let category = catalogue::category(event).replace('_', " ");
        let is_ticked = draft.events.iter().any(|it| it == event);
        match groups.last_mut().filter(|group| group.category == category) {
            Some(group) => group.events.push((event, is_ticked)),
            None => groups.push(Group {
                category,
                events: vec![(event, is_ticked)],
            }),
        }
    }
    groups
}

fn form(
    call: &Call,
    webhook: Option<Id<id::Webhook>>,
    draft: Draft,
    refusals: Refusals,
) -> Handled {
    let status = if refusals.all().is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Form {
        page: call.layout(Section::Webhooks),
        webhook,
        groups: groups(&draft),
        draft,
        refusals,
    };
    Ok(Answer::page(&page)?.with_status(status))
}

async fn new(call: Call) -> Handled {
    form(&call, None, Draft::default(), Refusals::default())
}

async fn create(call: Call) -> Handled {
    let draft = Draft::typed(&call);
    match make(&call, &draft).await {
        Ok((webhook, secret)) => {
            let line = sealed::carry(&call, &secret, &thing(webhook));
            Answer::see(&format!("{LIST}/{webhook}/secret"))?.and_header(header::SET_COOKIE, &line)
        }
        Err(error) => form(&call, None, draft, refusals(error)?),
    }
}

async fn make(call: &Call, draft: &Draft) -> Result<(Id<id::Webhook>, Secret<String>)> {
    let mut input = call.input(Kind::Webhook);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let target = inputs::required_target(&call.app.delivery, &mut input, Kind::Webhook).await;
    let events = draft.wanted();
    if events.is_empty() {
        input.refuse("events", "missing_field");
    }
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
        Ok(created.map(|created| (created.webhook.id, created.secret)))
    });
    write.await
}

async fn edit(call: Call) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let read = call
        .app
        .db
        .read(call.actor, move |reader| webhooks::peek(reader, webhook));
    let found = read.await?;
    let draft = Draft {
        all: found.events.iter().any(|it| it == WILDCARD),
        name: found.name,
        payload_uri: found.payload_uri,
        events: found.events,
    };
    form(&call, Some(webhook), draft, Refusals::default())
}

async fn save(call: Call) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let read = call
        .app
        .db
        .read(call.actor, move |reader| webhooks::peek(reader, webhook));
    read.await?;
    let draft = Draft::typed(&call);
    match change(&call, webhook, &draft).await {
        Ok(()) => Answer::see(&format!("{LIST}/{webhook}?done=saved")),
        Err(error) => form(&call, Some(webhook), draft, refusals(error)?),
    }
}

async fn change(call: &Call, webhook: Id<id::Webhook>, draft: &Draft) -> Result<()> {
    let mut input = call.input(Kind::Webhook);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let target = inputs::required_target(&call.app.delivery, &mut input, Kind::Webhook).await;
    let events = draft.wanted();
    for problem in webhooks::check_events(&events) {
        input.problem(problem);
    }
    input.finish()?;
    let edit = Edit {
        name: Some(name),
        target: Some(inputs::given(target)?),
    };
    let write = call.app.db.write(call.actor, move |tx| {
        let before = webhooks::edit(tx, webhook, &edit)?;
        let gone: Vec<String> = before
            .value()
            .events
            .iter()
            .filter(|name| !events.contains(name))
            .cloned()
            .collect();
        let removed = webhooks::remove_events(tx, webhook, &gone)?;
        let added = webhooks::add_events(tx, webhook, &events)?;
        Ok(before.map(drop).and(removed).and(added))
    });
    write.await
}

/// What a carried secret is bound to.
pub(super) fn thing(webhook: Id<id::Webhook>) -> String {
    format!("webhook:{webhook}")
}

/// The page after a creation or a re-roll: the only one that shows the secret (U13).
#[derive(Template)]
#[template(path = "resources/webhooks/once.html")]
pub(in crate::resources) struct Once {
    pub(in crate::resources) page: Layout,
    pub(in crate::resources) name: String,
    /// `webhook` or `receiver`.
    pub(in crate::resources) noun: &'static str,
    /// Where the thing's own page is.
    pub(in crate::resources) back: String,
    pub(in crate::resources) secret: Option<String>,
    /// The same for libraries of Standard Webhooks.
    pub(in crate::resources) standard: Option<String>,
    /// How the first ping went, if there was one.
    pub(in crate::resources) ping: Option<(Badge, String)>,
}

impl Once {
    /// The page, and the end of the cookie that brought the secret.
    pub(in crate::resources) fn answer(&self, call: &Call) -> Handled {
        let cleared = Cookie::Once.clear(&call.app.settings);
        Answer::page(self)?.and_header(header::SET_COOKIE, &cleared)
    }
}

async fn secret(call: Call) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let status = status(&call).await?;
    let secret = sealed::carried(&call, &thing(webhook));
    let settings = Arc::clone(&call.app.delivery.settings);
    let read = call.app.db.read(call.actor, move |reader| {
        let filter = delivery::payloads::Filter::default();
        let (newest, _) = delivery::payloads::list(reader, &settings, webhook, &filter, (1, 0))?;
        Ok(newest.into_iter().next())
    });
    let ping = read
        .await?
        .filter(|payload| payload.event == catalogue::PING)
        .map(|ping| {
            let outcome = ping.last_outcome.as_deref();
            let outcome = outcome.map(|word| words::outcome(word, ping.last_status));
            (
                payload_badge(&ping.state, ping.is_in_flight),
                outcome.unwrap_or_default(),
            )
        });
    let page = Once {
        page: call.layout(Section::Webhooks),
        name: status.webhook.name,
        noun: "webhook",
        back: format!("{LIST}/{webhook}"),
        standard: secret.as_ref().map(delivery::signature::standard_secret),
        secret: secret.map(|secret| secret.reveal().clone()),
        ping,
    };
    page.answer(&call)
}
