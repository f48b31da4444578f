//! Pages that ask before an act on a webhook that cannot be undone, and those acts (U10).
//!
//! Never: SQL; decisions; a secret in an address.

use std::sync::Arc;

use base::Result;
use base::id::{self, Id};
use delivery::webhooks::{self, Status};
use hyper::header;
use store::{Recorded, Tx};

use super::form_pages::thing;
use super::pages::{LIST, act};
use crate::http::layout::{Confirm, Section};
use crate::http::shown::count;
use crate::http::{Answer, Call, Handled, Policy, Route};
use crate::identity::sealed;

/// The routes of questions and of what follows a yes.
pub(super) fn routes() -> Vec<Route> {
    let policy = Policy::WebhookRole;
    vec![
        Route::page(
            "/integrations/webhooks/{webhook_id}/disable",
            policy,
            ask_disable,
        ),
        Route::form(
            "/integrations/webhooks/{webhook_id}/disable",
            policy,
            disable,
        ),
        Route::page(
            "/integrations/webhooks/{webhook_id}/delete",
            policy,
            ask_delete,
        ),
        Route::form("/integrations/webhooks/{webhook_id}/delete", policy, delete),
        Route::page(
            "/integrations/webhooks/{webhook_id}/reroll_secret",
            policy,
            ask_reroll,
        ),
        Route::form(
            "/integrations/webhooks/{webhook_id}/reroll_secret",
            policy,
            reroll,
        ),
    ]
}

/// The status of the webhook in the path.
pub(super) async fn status(call: &Call) -> Result<Status> {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let settings = Arc::clone(&call.app.delivery.settings);
    let read = call.app.db.read(call.actor, move |reader| {
        webhooks::status(reader, &settings, webhook)
    });
    read.await
}

/// A page that asks before an act on the webhook in the path.
async fn ask(
    call: &Call,
    verb: &'static str,
    (act, button): (&str, &'static str),
    consequences: impl Fn(&Status) -> Vec<String>,
) -> Handled {
    let status = status(call).await?;
    let back = format!("{LIST}/{}", status.webhook.id);
    let confirm = Confirm {
        page: call.layout(Section::Webhooks),
        title: format!("{verb} \u{201c}{}\u{201d}?", status.webhook.name),
        action: format!("{back}/{act}"),
        consequences: consequences(&status),
        back: (back, status.webhook.name),
        button,
        reason: None,
    };
    confirm.answer()
}

fn waiting(status: &Status) -> String {
    match status.waiting_count {
        0 => "Nothing waits".to_owned(),
        1 => "1 payload waits".to_owned(),
        several => format!("{} payloads wait", count(several)),
    }
}

async fn ask_disable(call: Call) -> Handled {
    ask(
        &call,
        "Disable",
        ("disable", "Disable the webhook"),
        |status| {
            vec![
                format!(
                    "{}; what waits is kept and goes out once it is enabled.",
                    waiting(status)
                ),
                "New events are not queued meanwhile: they never reach the receiver.".to_owned(),
            ]
        },
    )
    .await
}

async fn ask_delete(call: Call) -> Handled {
    ask(
        &call,
        "Delete",
        ("delete", "Delete the webhook"),
        |status| {
            vec![
                format!("{}; it is dropped and never delivered.", waiting(status)),
                format!(
                    "The log of {} payloads and the history go too.",
                    count(status.last_sequence)
                ),
                "This cannot be undone. Disabling keeps everything.".to_owned(),
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
        |status| {
            vec![
                "The present secret ends at once: every later attempt is signed with the new one."
                    .to_owned(),
                format!("{}; it is signed with the new secret too.", waiting(status)),
                "The new secret is shown once, on the next page.".to_owned(),
            ]
        },
    )
    .await
}

async fn disable(call: Call) -> Handled {
    act(&call, webhooks::disable, "disabled").await
}

async fn delete(call: Call) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let delete = move |tx: &mut Tx<'_>| -> Result<Recorded<()>> { webhooks::delete(tx, webhook) };
    call.app.db.write(call.actor, delete).await?;
    Answer::see(&format!("{LIST}?done=deleted"))
}

async fn reroll(call: Call) -> Handled {
    let webhook: Id<id::Webhook> = call.id("webhook_id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| webhooks::reroll_secret(tx, webhook));
    let secret = write.await?;
    let line = sealed::carry(&call, &secret, &thing(webhook));
    Answer::see(&format!("{LIST}/{webhook}/secret"))?.and_header(header::SET_COOKIE, &line)
}
