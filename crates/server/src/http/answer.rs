//! What a handler gives back when it worked; the other outcome is `error.rs`.
//!
//! Never: headers that every answer has; those are `headers.rs`.

use std::convert::Infallible;

use base::{Error, Result};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http_body_util::{BodyExt, Empty, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::call::Call;
use super::page;

/// What every handler returns.
pub type Handled = Result<Answer>;

/// The body of an answer on its way out.
pub type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The content type of every JSON body (contract README §3).
pub const JSON: &str = "application/json; charset=utf-8";

/// The content type of every page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// A status, headers and a body.
#[derive(Debug)]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Neither a body nor a word about it: 204.
    None,
    /// All of it at once.
    Whole(Bytes),
    /// In pieces, as they come.
    Stream(Body),
}

impl Answer {
    /// 200 with a JSON value.
    pub fn ok(value: &impl Serialize) -> Handled {
        Self::of(StatusCode::OK).with_json(value)
    }

    /// 200 with a JSON value and the URL where it now is.
    pub fn ok_at(location: &str, value: &impl Serialize) -> Handled {
        Self::ok(value)?.with_header(header::LOCATION, location)
    }

    /// 201 with the new object and its URL.
    pub fn created(location: &str, value: &impl Serialize) -> Handled {
        Self::of(StatusCode::CREATED)
            .with_json(value)?
            .with_header(header::LOCATION, location)
    }

    /// 204: done, nothing to show.
    pub fn no_content() -> Handled {
        Ok(Self::of(StatusCode::NO_CONTENT))
    }

    /// 202 without a body: it will happen soon. Only for webhook ping and retry.
    pub fn accepted() -> Handled {
        Ok(Self::of(StatusCode::ACCEPTED).with_bytes(Bytes::new()))
    }

    /// One page of a list of `total` things, with its `Link` header (contract README §4).
    pub fn list<T: Serialize>(call: &Call, items: &[T], total: i64) -> Handled {
        let answer = Self::ok(&items)?;
        match page::link(
            &call.app.urls.site(&call.path),
            &call.query,
            call.page(),
            total,
        ) {
            Some(link) => answer.with_header(header::LINK, &link),
            None => Ok(answer),
        }
    }

    /// 200 with a text of this content type: pages, metrics.
    pub fn text(content_type: &'static str, text: impl Into<Bytes>) -> Handled {
        let answer = Self::of(StatusCode::OK).with_bytes(text.into());
        answer.with_header(header::CONTENT_TYPE, content_type)
    }

    /// 200 with a page. `Internal` if the template cannot be filled.
    pub fn page(template: &impl askama::Template) -> Handled {
        let text = template.render().map_err(Error::internal)?;
        Self::text(HTML, text)
    }

    /// 303 to an own path: what follows every form that worked.
    pub fn see(path: &str) -> Handled {
        Self::of(StatusCode::SEE_OTHER)
            .with_bytes(Bytes::new())
            .with_header(header::LOCATION, path)
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// 200 with a body that comes in pieces: live pages.
    ///
    /// It ends when the server stops. Between two pieces there may be less than
    /// `http.idle_timeout`: the connection of a silent stream is closed.
    pub fn stream(
        content_type: &'static str,
        pieces: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Handled {
        let frames = pieces.map(|piece| Ok(Frame::data(piece)));
        let mut answer = Self::of(StatusCode::OK);
        answer.content = Content::Stream(StreamBody::new(frames).boxed_unsync());
        answer.with_header(header::CONTENT_TYPE, content_type)
    }

    /// An answer without a body.
    pub fn of(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            content: Content::None,
        }
    }

    /// The same with a JSON body. `Internal` if the value cannot be written as JSON.
    pub fn with_json(self, value: &impl Serialize) -> Handled {
        let text = serde_json::to_vec(value).map_err(Error::internal)?;
        self.with_bytes(text.into())
            .with_header(header::CONTENT_TYPE, JSON)
    }

    /// The same with this body, of no content type yet.
    #[must_use]
    pub fn with_bytes(mut self, bytes: Bytes) -> Self {
        self.content = Content::Whole(bytes);
        self
    }

    /// The same with one more header; one of that name is replaced. `Internal` if the value is
    /// none for a header.
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Handled {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// The same with one more header beside those of its name, such as a second cookie.
    pub fn and_header(mut self, name: HeaderName, value: &str) -> Handled {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// What goes out. To `HEAD` everything but the body.
    pub(super) fn into_response(self, wanted: Wanted) -> Response<Body> {
        let mut headers = self.headers;
        let is_endless = matches!(self.content, Content::Stream(_));
        let body = match self.content {
            Content::None => Empty::new().boxed_unsync(),
            Content::Whole(bytes) => {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
                Full::new(bytes).boxed_unsync()
            }
            Content::Stream(body) => body,
        };
        let body = match wanted {
            Wanted::All => body,
            Wanted::Head => Empty::new().boxed_unsync(),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        if is_endless {
            response.extensions_mut().insert(Endless);
        }
        response
    }
}

/// Marks a response whose body may never end by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endless;

/// How much of an answer the client asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Head and body.
    All,
    /// The method was `HEAD`.
    Head,
}
