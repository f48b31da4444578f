//! One request as its handler sees it.
//!
//! Never: reading the request's bytes; that was done before.

use base::id::{self, Id};
use base::{Actor, Error, Kind, Result};
use bytes::Bytes;
use hyper::{HeaderMap, Method};
use serde_json::{Map, Value};

use super::client::Client;
use super::input::Inputs;
use super::page::Page;
use super::query::{Filters, Query};
use super::visitor::Visitor;
use crate::App;

/// A request that passed all checks that need no database but the credentials'.
#[derive(Debug)]
pub struct Call {
    /// What the server is made of: `call.app.db`, `call.app.urls`, `call.app.settings`.
    pub app: App,
    /// In whose name the database works. On a public route the system: no user is known there.
    pub actor: Actor,
    /// Method of the request; `HEAD` comes as `GET`.
    pub method: Method,
    /// Path of the request, without a slash at its end, still percent-encoded.
    pub path: String,
    /// The words of the path that its template leaves open.
    pub words: Words,
    /// The parameters after the question mark.
    pub query: Query,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// Who asked.
    pub client: Client,
    /// Who is signed in; only pages know it.
    pub visitor: Option<Visitor>,
    pub(super) body: Body,
}

/// What came with a request: one of the two, the other is empty.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) json: Map<String, Value>,
    /// Bytes that only the handler understands.
    pub(super) raw: Bytes,
}

impl Call {
    /// The id in the path at `{name}`; `NotFound` if it is no number.
    pub fn id<T: Named>(&self, name: &str) -> Result<Id<T>> {
        self.words
            .find(name)
            .and_then(Id::parse)
            .ok_or(Error::NotFound(T::KIND))
    }

    /// The word in the path at `{name}`, percent-decoded; empty if the template has no such name.
    pub fn text(&self, name: &str) -> &str {
        self.words.find(name).unwrap_or_default()
    }

    /// A reader for the inputs of this kind of object.
    pub fn input(&self, kind: Kind) -> Inputs<'_> {
        Inputs::new(kind, &self.body.json, &self.query)
    }

    /// A reader for the filters of a list of this kind of object.
    pub fn filters(&self, kind: Kind) -> Filters<'_> {
        Filters::new(&self.query, kind)
    }

    /// Which page of a list is asked for.
    pub fn page(&self) -> Page {
        Page::read(&self.query)
    }

    /// A field of a form as it was sent; empty if it is absent or there twice.
    pub fn field(&self, name: &str) -> String {
        let value = self.body.json.get(name);
        let text = value.and_then(serde_json::Value::as_str);
        text.unwrap_or_default().to_owned()
    }

    /// All values of a field of a form, in their order.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let texts = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        match self.body.json.get(name) {
            Some(serde_json::Value::Array(values)) => values.iter().filter_map(texts).collect(),
            Some(value) => texts(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The body of a route that takes it raw; empty for others.
    pub fn raw(&self) -> Bytes {
        self.body.raw.clone()
    }
}

/// The open words of a path: name in the template, decoded text.
#[derive(Clone, Debug, Default)]
pub struct Words(pub(super) Vec<(String, String)>);

impl Words {
    fn find(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, text)| text.as_str())
    }
}

/// Tells which kind of thing an id belongs to, for `NotFound`.
pub trait Named {
    /// The kind that is missing when the id is.
    const KIND: Kind;
}

macro_rules! named {
    ($($mark:ident),*) => {
        $(impl Named for id::$mark {
            const KIND: Kind = Kind::$mark;
        })*
    };
}
named!(
    Account,
    User,
    Token,
    Project,
    Timer,
    Entry,
    Tag,
    Webhook,
    BroadcastReceiver
);
