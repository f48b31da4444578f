//! Pages that say what went wrong: the counterpart of `error.rs` for people.
//!
//! Never: a cause or a trace; those go to the log, with the id that the page shows.

use std::sync::atomic::Ordering;

use askama::Template;
use base::Error;
use hyper::{StatusCode, header};

use super::answer::Answer;
use super::assets;
use crate::App;

#[derive(Template)]
#[template(path = "http/layout/refused.html")]
struct Page {
    css: &'static str,
    bell: &'static str,
    status: u16,
    title: &'static str,
    sentence: String,
    id: String,
}

/// The page that tells a person about an error.
pub(super) fn answer(app: &App, error: &Error) -> Answer {
    let number = app.refusals.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:x}-{number:x}", app.clock.wall().unix_seconds());
    let (status, title, sentence) = words(error);
    if let Error::Internal(cause) = error {
        tracing::error!(%cause, request = id, "a page met a fault of ours");
    }
    let page = Page {
        css: assets::css(),
        bell: assets::bell(),
        status: status.as_u16(),
        title,
        sentence,
        id,
    };
    let answer = match Answer::page(&page) {
        Ok(answer) => answer.with_status(status),
        Err(_) => Answer::of(status),
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let waiting = answer.with_header(header::RETRY_AFTER, "5");
        return waiting.unwrap_or_else(|_| Answer::of(status));
    }
    answer
}

fn words(error: &Error) -> (StatusCode, &'static str, String) {
    match error {
        Error::NotFound(_) => (
            StatusCode::NOT_FOUND,
            "There is nothing here",
            "The page or the thing that it showed is gone, or it is not yours.".to_owned(),
        ),
        Error::Forbidden(sentence) => (StatusCode::FORBIDDEN, "This is refused", sentence.clone()),
        Error::Invalid(_) => (
            StatusCode::BAD_REQUEST,
            "This cannot be understood",
            "A part of the address has a value that it cannot have. Go back and choose again."
                .to_owned(),
        ),
        Error::Conflict { sentence, .. } => (
            StatusCode::CONFLICT,
            "This is not possible now",
            sentence.clone(),
        ),
        Error::Malformed(sentence) => (
            StatusCode::BAD_REQUEST,
            "This cannot be understood",
            sentence.clone(),
        ),
        Error::TooLarge(sentence) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "This is too large",
            sentence.clone(),
        ),
        Error::Unauthenticated => (
            StatusCode::UNAUTHORIZED,
            "Sign in first",
            "You are not signed in.".to_owned(),
        ),
        Error::Limited => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests",
            "Wait a few seconds and reload the page.".to_owned(),
        ),
        Error::Unavailable(_) | Error::Unknown => (
            StatusCode::SERVICE_UNAVAILABLE,
            "This is not possible at the moment",
            error.to_string(),
        ),
        Error::Internal(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong here",
            "The server's log says what; the operator finds it by the number below.".to_owned(),
        ),
    }
}
