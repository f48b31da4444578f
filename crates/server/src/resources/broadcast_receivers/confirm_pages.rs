//! Pages that ask before an act on a receiver that cannot be undone, and those acts (U10).
//!
//! Never: SQL; decisions.

use base::id::{BroadcastReceiver, Id};
use delivery::receivers;
use hyper::header;

use super::form_pages::thing;
use super::pages::{LIST, act};
use crate::http::layout::{Confirm, Section};
use crate::http::{Answer, Call, Handled, Policy, Route};
use crate::identity::sealed;

/// The routes of questions and of what follows a yes.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
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

async fn disable(call: Call) -> Handled {
    act(&call, receivers::disable, "switched_off").await
}
