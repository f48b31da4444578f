//! A request to a page: where it comes from, who is signed in, whether its form is ours.
//!
//! ```text
//! forged origin 403 → body 413 → session, else sign in first 303 → form token 403 → policy 403
//!   → handler
//! ```
//!
//! Never: an effect of a cookie outside of pages.

use base::{Actor, Reason, Result};
use bytes::Bytes;
use hyper::Method;
use hyper::body::Body as Incoming;

use super::answer::{Answer, Handled};
use super::body;
use super::call::Words;
use super::cookies::Cookie;
use super::pipeline::{Head, run as run_route};
use super::route::{Policy, Route};
use super::{form, visitor::Visitor};
use crate::{App, identity};

/// Answers a request to a page.
pub(super) async fn run<B>(app: &App, route: &Route, of: (Head, Words), body: B) -> Handled
where
    B: Incoming<Data = Bytes> + Unpin + Send,
{
    let (head, words) = of;
    let is_form = route.method == Method::POST;
    if is_form {
        form::check_origin(&head.headers, &app.settings)?;
    }
    let bytes = if is_form {
        body::take(body, &app.settings.http).await?
    } else {
        Bytes::new()
    };
    let visitor = visitor(app, &head).await?;
    if visitor.is_none() && route.policy != Policy::Public {
        return sign_in_first(&head);
    }
    let actor = visitor
        .as_ref()
        .map_or(Actor::System(Reason::TokenLookUp), Visitor::actor);
    let mut call = app.call(route, head, words, (actor, bytes))?;
    if is_form {
        let cookie = match &visitor {
            Some(visitor) => Some(visitor.cookie.reveal().clone()),
            None => Cookie::Form.read(&call.headers, &app.settings),
        };
        form::check_token(&call.body.json, cookie.as_deref())?;
    }
    route.policy.check(actor, &app.settings)?;
    call.visitor = visitor;
    run_route(route, call).await
}

async fn visitor(app: &App, head: &Head) -> Result<Option<Visitor>> {
    match Cookie::Session.read(&head.headers, &app.settings) {
        Some(cookie) => identity::visitor(app, cookie).await,
        None => Ok(None),
    }
}

/// 303 to the sign-in page, which goes back to where a link led.
fn sign_in_first(head: &Head) -> Handled {
    if head.method == Method::POST || head.path.is_empty() {
        return Answer::see("/sign_in");
    }
    let query = head.query.to_text();
    let wanted = if query.is_empty() {
        head.path.clone()
    } else {
        format!("{}?{query}", head.path)
    };
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    Answer::see(&format!("/sign_in?next={next}"))
}
