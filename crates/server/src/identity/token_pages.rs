//! Access tokens as pages: listed, made and shown once, revoked.
//!
//! Never: SQL; a token after the page that shows it.

use askama::Template;
use base::id::{Id, Token};
use base::{Error, Kind, limits};
use hyper::{StatusCode, header};

use super::{sealed, tokens};
use crate::http::layout::{Confirm, Layout, Section};
use crate::http::shown::Moment;
use crate::http::{Answer, Call, Cookie, Handled, Policy, Refusals, Route, refusals};

const LIST: &str = "/integrations/tokens";

/// The pages of access tokens: everybody manages the own ones.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page(LIST, any, index),
        Route::page("/integrations/tokens/new", any, form),
        Route::form("/integrations/tokens/new", any, create),
        Route::page("/integrations/tokens/{token_id}", any, once),
        Route::page("/integrations/tokens/{token_id}/revoke", any, confirm),
        Route::form("/integrations/tokens/{token_id}/revoke", any, revoke),
    ]
}

#[derive(Template)]
#[template(path = "identity/tokens.html")]
struct Index {
    page: Layout,
    tokens: Vec<Row>,
}

struct Row {
    id: Id<Token>,
    name: String,
    created: Moment,
}

#[derive(Template)]
#[template(path = "identity/token_form.html")]
struct Form {
    page: Layout,
    name: String,
    refusals: Refusals,
}

#[derive(Template)]
#[template(path = "identity/token_once.html")]
struct Once {
    page: Layout,
    name: String,
    token: Option<String>,
    api: String,
}

async fn index(call: Call) -> Handled {
    let page = call.layout(Section::Tokens);
    let found = own(&call).await?;
    let rows = found.into_iter().map(|it| Row {
        id: it.id,
        name: it.name,
        created: page.zone.moment(it.created_at),
    });
    let tokens = rows.collect();
    Answer::page(&Index { page, tokens })
}

async fn own(call: &Call) -> base::Result<Vec<tokens::Listed>> {
    let read = call.app.db.read(call.actor, |reader| {
        let user = reader.user()?;
        tokens::list(reader, Some(user))
    });
    read.await
}

async fn form(call: Call) -> Handled {
    Answer::page(&Form {
        page: call.layout(Section::Tokens),
        name: String::new(),
        refusals: Refusals::default(),
    })
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::Token);
    let name = input
        .text("name", limits::NAME_CHARS_MAX)
        .value()
        .unwrap_or_default();
    drop(input);
    let made = {
        let name = name.clone();
        let write = call.app.db.write(call.actor, move |tx| {
            let user = tx.user()?;
            tokens::create(tx, user, &name)
        });
        write.await
    };
    match made {
        Ok((id, token)) => {
            let line = sealed::carry(&call, &token, &thing(id));
            Answer::see(&format!("{LIST}/{id}"))?.and_header(header::SET_COOKIE, &line)
        }
        Err(error) => {
            let page = Form {
                page: call.layout(Section::Tokens),
                name,
                refusals: refusals(error)?,
            };
            Ok(Answer::page(&page)?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

async fn once(call: Call) -> Handled {
    let token = find(&call).await?;
    let secret = sealed::carried(&call, &thing(token.id));
    let page = Answer::page(&Once {
        page: call.layout(Section::Tokens),
        name: token.name,
        token: secret.map(|secret| secret.reveal().clone()),
        api: call.app.urls.api(""),
    })?;
    page.and_header(header::SET_COOKIE, &Cookie::Once.clear(&call.app.settings))
}

async fn find(call: &Call) -> base::Result<tokens::Listed> {
    let id: Id<Token> = call.id("token_id")?;
    let found = own(call).await?.into_iter().find(|token| token.id == id);
    found.ok_or(Error::NotFound(Kind::Token))
}

fn thing(id: Id<Token>) -> String {
    format!("token:{id}")
}

async fn confirm(call: Call) -> Handled {
    let token = find(&call).await?;
    let confirm = Confirm {
        page: call.layout(Section::Tokens),
        title: format!("Revoke \u{201c}{}\u{201d}?", token.name),
        back: (LIST.to_owned(), "Access tokens".to_owned()),
        consequences: vec![
            "Every program that uses this token gets 401 from the next request on.".to_owned(),
            "A revoked token cannot be used again. You can make a new one.".to_owned(),
        ],
        action: format!("{LIST}/{}/revoke", token.id),
        button: "Revoke the token",
        reason: None,
    };
    confirm.answer()
}

async fn revoke(call: Call) -> Handled {
    let id: Id<Token> = call.id("token_id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| tokens::revoke(tx, id));
    write.await?;
    Answer::see("/integrations/tokens?done=revoked")
}
