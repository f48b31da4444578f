//! The account over HTTP: call one action, show.
//!
//! Never: SQL; decisions.

use super::actions;
use super::shape::{AccountShape, Invoicing};
use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape};

const SHOW: Doc = Doc {
    summary: "Shows the account of the credentials.",
    answers: Shape::One("account"),
    ..Doc::PLAIN
};

/// The one route of accounts. Contract: account.md.
pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/account", Policy::AnyUser, SHOW, show)]
}

async fn show(call: Call) -> Handled {
    let invoicing = Invoicing::of(&call.app.settings);
    let read = call.app.db.read(call.actor, move |reader| {
        Ok(AccountShape::of(
            actions::peek(reader)?,
            invoicing,
            reader.api(),
        ))
    });
    Answer::ok(&read.await?)
}
