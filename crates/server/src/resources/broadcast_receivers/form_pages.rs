//! Making and changing a receiver: forms, and the page with its new secret.
//!
//! Never: SQL; decisions; a secret in an address.

use std::sync::Arc;

use askama::Template;
use base::id::{BroadcastReceiver, Id};
use base::{Kind, Result, Secret, limits};
use delivery::catalogue::SUBJECTS;
use delivery::receivers::{self, NewReceiver, Receiver};
use delivery::webhooks::Edit;
use hyper::{StatusCode, header};

use super::pages::LIST;
use crate::http::layout::{Layout, Section};
use crate::http::{Answer, Call, Handled, Policy, Refusals, Route, refusals};
use crate::identity::sealed;
use crate::resources::webhooks::form_pages::Once;
use crate::resources::webhooks::inputs;

/// The routes of forms and of the page with the secret.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page("/integrations/broadcasts/new", any, new),
        Route::form("/integrations/broadcasts/new", any, create),
        Route::page("/integrations/broadcasts/{receiver_id}/secret", any, secret),
        Route::page("/integrations/broadcasts/{receiver_id}/edit", any, edit),
        Route::form("/integrations/broadcasts/{receiver_id}/edit", any, save),
    ]
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

/// What a carried secret is bound to.
pub(super) fn thing(receiver: Id<BroadcastReceiver>) -> String {
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
