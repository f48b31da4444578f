//! Routes: what is asked where, who may, and what it means.
//!
//! Words: *resource* (a registry line), *route*, *policy*, *area*.
//! Never: running them; that is `pipeline.rs`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use base::{Actor, Error, Result, Role};
use hyper::Method;

use super::answer::Handled;
use super::call::Call;
use crate::Settings;

/// A kind of thing in the API: one line of the registry.
pub struct Resource {
    /// Its name in the plural, as in its path.
    pub name: &'static str,
    /// All its routes in the API.
    pub routes: fn() -> Vec<Route>,
    /// Its pages; `Vec::new` if it has none.
    pub pages: fn() -> Vec<Route>,
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

type Running = Pin<Box<dyn Future<Output = Handled> + Send>>;

/// One method on one path; without a policy and a description it does not compile.
#[derive(Clone)]
pub struct Route {
    /// `GET` also answers `HEAD`.
    pub method: Method,
    /// Template below the area's prefix: `/projects/{project_id}/timer`.
    pub path: &'static str,
    /// Who may.
    pub policy: Policy,
    /// What it means, for the OpenAPI document.
    pub doc: Doc,
    /// Which rules of the kit hold.
    pub area: Area,
    pub(super) body: BodyUse,
    handler: Arc<dyn Fn(Call) -> Running + Send + Sync>,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Which roles may take a route; what an object adds to it is for the action to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Everybody, without credentials.
    Public,
    /// Every user.
    AnyUser,
    /// Users of this role and above; others get 403.
    AtLeast(Role),
    /// Users of the role in `webhooks.required_role` and above; every user if it is not set.
    WebhookRole,
}

/// Which rules hold for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Below `/v2`: all rules of the contract.
    Api,
    /// OAuth and its sneak peeks: rate limit and `User-Agent`, credentials of their own.
    OAuth,
    /// Operating endpoints: none of them.
    Site,
    /// Pages for people: a session, forms that are known to be ours, errors as pages.
    Page,
}

/// What becomes of the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyUse {
    /// Not even looked at (contract README §2).
    Ignored,
    /// A JSON object.
    Json,
    /// Bytes for the handler.
    Raw,
    /// A form, read as if it were a JSON object.
    Form,
}

/// What the OpenAPI document says of a route.
#[derive(Clone, Copy, Debug)]
pub struct Doc {
    /// One short sentence.
    pub summary: &'static str,
    /// What it answers with when it worked.
    pub answers: Shape,
    /// Names and types of the inputs: `("entry_date", "date")`, `("name", "text, required")`.
    pub inputs: &'static [(&'static str, &'static str)],
    /// Names and types of a list's filters.
    pub filters: &'static [(&'static str, &'static str)],
    /// Whether it goes beyond the contract.
    pub extension: bool,
}

impl Doc {
    /// Nothing said yet: `Doc { summary: "…", ..Doc::PLAIN }`.
    pub const PLAIN: Self = Self {
        summary: "",
        answers: Shape::Nothing,
        inputs: &[],
        filters: &[],
        extension: false,
    };
}

/// The success of a route; names are those of the shape files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// 204.
    Nothing,
    /// 200 with one object.
    One(&'static str),
    /// 200 with an array of objects, in pages; of a `POST` 201 with the new ones.
    Many(&'static str),
    /// 201 with the new object.
    Created(&'static str),
    /// 202.
    Accepted,
    /// 200 with something that has no shape file.
    Other,
}

impl Route {
    /// A reading route of the API.
    pub fn get<H, F>(path: &'static str, policy: Policy, doc: Doc, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        Self::new((Method::GET, path), policy, doc, handler)
    }

    /// A creating route of the API.
    pub fn post<H, F>(path: &'static str, policy: Policy, doc: Doc, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        Self::new((Method::POST, path), policy, doc, handler)
    }

    /// An editing or acting route of the API.
    pub fn put<H, F>(path: &'static str, policy: Policy, doc: Doc, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        Self::new((Method::PUT, path), policy, doc, handler)
    }

    /// A deleting route of the API.
    pub fn delete<H, F>(path: &'static str, policy: Policy, doc: Doc, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        Self::new((Method::DELETE, path), policy, doc, handler)
    }

    /// A page for people, with its whole path in the template.
    pub fn page<H, F>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        Self::new((Method::GET, path), policy, Doc::PLAIN, handler).within(Area::Page)
    }

    /// What a form of ours posts to, with its whole path in the template. A forged one does not
    /// reach the handler.
    pub fn form<H, F>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let mut route = Self::new((Method::POST, path), policy, Doc::PLAIN, handler);
        route.body = BodyUse::Form;
        route.within(Area::Page)
    }

    /// Reads a JSON body although the method has none: the alias `DELETE /v2/tags/delete`.
    #[must_use]
    pub fn reading_body(mut self) -> Self {
        self.body = BodyUse::Json;
        self
    }

    /// Takes the body as bytes, for forms: `call.raw()`.
    #[must_use]
    pub fn taking_bytes(mut self) -> Self {
        self.body = BodyUse::Raw;
        self
    }

    /// Lies in another area, with its whole path in the template.
    #[must_use]
    pub fn within(mut self, area: Area) -> Self {
        self.area = area;
        self
    }

    /// The template with its prefix: `/v2/projects/{project_id}/timer`.
    pub fn template(&self) -> String {
        match self.area {
            Area::Api => format!("/v2{}", self.path),
            Area::OAuth | Area::Site | Area::Page => self.path.to_owned(),
        }
    }

    pub(super) fn run(&self, call: Call) -> Running {
        (self.handler)(call)
    }

    fn new<H, F>(place: (Method, &'static str), policy: Policy, doc: Doc, handler: H) -> Self
    where
        H: Fn(Call) -> F + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let (method, path) = place;
        let body = if matches!(method, Method::POST | Method::PUT) {
            BodyUse::Json
        } else {
            BodyUse::Ignored
        };
        let handler = Arc::new(move |call| -> Running { Box::pin(handler(call)) });
        Self {
            method,
            path,
            policy,
            doc,
            area: Area::Api,
            body,
            handler,
        }
    }
}

impl Policy {
    /// `Forbidden` if the actor's role is too low.
    pub fn check(self, actor: Actor, settings: &Settings) -> Result<()> {
        let needed = match self {
            Self::Public | Self::AnyUser => None,
            Self::AtLeast(role) => Some(role),
            Self::WebhookRole => settings.webhook_role,
        };
        match (needed, actor) {
            (Some(needed), Actor::User { role, .. }) if !role.is_at_least(needed) => {
                Err(Error::Forbidden(format!(
                    "A {} may not do this; it takes a {} at least.",
                    role.word(),
                    needed.word()
                )))
            }
            _ => Ok(()),
        }
    }
}
