//! Signing in and out, the theme, and access tokens, as pages.
//!
//! Never: SQL; an answer that tells whether an address is known.

use std::time::Duration;

use askama::Template;
use base::{Actor, Kind, Reason, Secret, limits};
use hyper::{StatusCode, header};

use super::sign_in::{Attempt, Outcome, sign_in};
use super::{accounts, sessions};
use crate::http::layout::{Layout, Section};
use crate::http::{Answer, Call, Cookie, Handled, Policy, Route, own_path};

/// How long a browser stays known: a year.
const KNOWN_MAX: Duration = Duration::from_hours(365 * 24);
/// How long a theme is kept: a year.
const THEME_MAX: Duration = KNOWN_MAX;

/// The pages about the person who is there.
pub(crate) fn routes() -> Vec<Route> {
    let (public, any) = (Policy::Public, Policy::AnyUser);
    vec![
        Route::page("/", any, start),
        Route::page("/sign_in", public, form),
        Route::form("/sign_in", public, enter),
        Route::form("/sign_out", any, leave),
        Route::form("/theme", any, theme),
    ]
}

#[derive(Template)]
#[template(path = "identity/sign_in.html")]
struct SignInPage {
    page: Layout,
    email: String,
    next: String,
    /// Nobody can sign in yet.
    is_empty: bool,
}

async fn start(_call: Call) -> Handled {
    Answer::see("/timers")
}

async fn form(call: Call) -> Handled {
    let next = call.query.first("next").and_then(own_path).unwrap_or("/");
    if call.visitor.is_some() {
        return Answer::see(next);
    }
    let next = next.to_owned();
    shown(call, (String::new(), next), None).await
}

/// The form, with the cookie that its token is bound to.
async fn shown(mut call: Call, of: (String, String), problem: Option<String>) -> Handled {
    let by = Actor::System(Reason::SignIn);
    let accounts = call
        .app
        .db
        .read(by, |reader| accounts::list(reader))
        .await?;
    let settings = &call.app.settings;
    let mut cookie = None;
    if Cookie::Form.read(&call.headers, settings).is_none() {
        let drawn = Secret::token("", call.app.db.environment().chance.as_ref());
        let line = Cookie::Form.set(drawn.reveal(), None, settings);
        let pair = line.split(';').next().unwrap_or_default();
        let pair = header::HeaderValue::from_str(pair).map_err(base::Error::internal)?;
        call.headers.append(header::COOKIE, pair);
        cookie = Some(line);
    }
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let (email, next) = of;
    let answer = Answer::page(&SignInPage {
        page: call.layout(Section::None).refusing(problem),
        email,
        next,
        is_empty: accounts.is_empty(),
    })?;
    let answer = answer.with_status(status);
    match cookie {
        Some(line) => answer.and_header(header::SET_COOKIE, &line),
        None => Ok(answer),
    }
}

async fn enter(call: Call) -> Handled {
    let mut input = call.input(Kind::User);
    let email = input.text("email", limits::NAME_CHARS_MAX).value();
    let next = input.text("next", limits::URL_CHARS_MAX).value();
    drop(input);
    let email = email.unwrap_or_default();
    let next = next.as_deref().and_then(own_path).unwrap_or("/").to_owned();
    let settings = call.app.settings.clone();
    let attempt = Attempt {
        email: email.clone(),
        password: Secret::new(call.field("password")),
        address: call.client.address,
        known: Cookie::Known.read(&call.headers, &settings),
    };
    match sign_in(&call.app, attempt).await? {
        Outcome::In { session, known } => {
            let age = Some(sessions::TOTAL_MAX.as_secs());
            let session = Cookie::Session.set(session.reveal(), age, &settings);
            let known = Cookie::Known.set(&known, Some(KNOWN_MAX.as_secs()), &settings);
            Answer::see(&next)?
                .and_header(header::SET_COOKIE, &session)?
                .and_header(header::SET_COOKIE, &known)?
                .and_header(header::SET_COOKIE, &Cookie::Form.clear(&settings))
        }
        Outcome::Wrong => {
            let sentence = "E-mail or password is wrong.".to_owned();
            shown(call, (email, next), Some(sentence)).await
        }
        Outcome::Wait(wait) => {
            let seconds = wait.as_secs().max(1);
            let sentence = format!("Too many tries. Try again in {seconds} seconds.");
            let page = shown(call, (email, next), Some(sentence)).await?;
            page.with_status(StatusCode::TOO_MANY_REQUESTS)
                .with_header(header::RETRY_AFTER, &seconds.to_string())
        }
    }
}

async fn leave(call: Call) -> Handled {
    if let Some(visitor) = &call.visitor {
        let cookie = visitor.cookie.clone();
        let by = Actor::System(Reason::SignIn);
        let write = call
            .app
            .db
            .write(by, move |tx| sessions::end(tx, cookie.reveal()));
        write.await?;
    }
    let cleared = Cookie::Session.clear(&call.app.settings);
    Answer::see("/sign_in")?.and_header(header::SET_COOKIE, &cleared)
}

async fn theme(call: Call) -> Handled {
    let settings = &call.app.settings;
    let back = call.field("back");
    let line = match call.field("theme").as_str() {
        word @ ("light" | "dark") => Cookie::Theme.set(word, Some(THEME_MAX.as_secs()), settings),
        _ => Cookie::Theme.clear(settings),
    };
    Answer::see(own_path(&back).unwrap_or("/"))?.and_header(header::SET_COOKIE, &line)
}
