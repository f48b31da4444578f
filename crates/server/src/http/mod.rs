//! The HTTP kit: everything of contract README §2–§6 that is the same for all resources, once.
//!
//! Words: *call* (a request as its handler sees it), *answer*, *route*, *policy*, *inputs*,
//! *filters*, *page*.
//! Never: SQL; the meaning of a resource.
//!
//! A resource's `api.rs` reads like this:
//!
//! ```text
//! //! Projects over HTTP: parse, call one action, show.
//! //!
//! //! Never: SQL; decisions.
//!
//! use base::id::Project;
//! use base::{Kind, Role, limits};
//!
//! use super::{actions, table};
//! use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape};
//!
//! /// All routes of projects. Contract: resources/projects.md.
//! pub(super) fn routes() -> Vec<Route> {
//!     let one = Doc { answers: Shape::One("project"), ..Doc::PLAIN };
//!     let list = Doc {
//!         summary: "Lists projects, latest activity first.",
//!         answers: Shape::Many("project"),
//!         filters: &[("name", "text"), ("enabled", "boolean")],
//!         ..Doc::PLAIN
//!     };
//!     let create = Doc {
//!         summary: "Creates a project.",
//!         answers: Shape::Created("project"),
//!         inputs: &[("name", "text, required"), ("project_group_id", "integer")],
//!         ..Doc::PLAIN
//!     };
//!     vec![
//!         Route::get("/projects", Policy::AnyUser, list, index),
//!         Route::post("/projects", Policy::AtLeast(Role::Leader), create, create_one),
//!         Route::get("/projects/{id}", Policy::AnyUser, Doc { summary: "Shows one.", ..one }, show),
//!     ]
//! }
//!
//! async fn index(call: Call) -> Handled {
//!     let mut filters = call.filters(Kind::Project);
//!     let name = filters.text("name");
//!     let enabled = filters.boolean("enabled");
//!     filters.finish()?;
//!     let (page, urls) = (call.page(), call.app.urls.clone());
//!     let read = call.app.db.read(call.actor, move |reader| {
//!         table::peek_page(reader, &urls, name.as_deref(), enabled, page)
//!     });
//!     let (projects, total) = read.await?;
//!     Answer::list(&call, &projects, total)
//! }
//!
//! async fn create_one(call: Call) -> Handled {
//!     let mut input = call.input(Kind::Project);
//!     let name = input.required_text("name", limits::NAME_CHARS_MAX);
//!     let billable = input.boolean("billable").value().unwrap_or(true);
//!     input.finish()?;
//!     let write = call.app.db.write(call.actor, move |tx| actions::create(tx, &name, billable));
//!     let project = write.await?;
//!     Answer::created(&call.app.urls.api(format_args!("projects/{}", project.id)), &project)
//! }
//!
//! async fn show(call: Call) -> Handled {
//!     let id = call.id::<Project>("id")?;
//!     let read = call.app.db.read(call.actor, move |reader| table::peek(reader, id));
//!     Answer::ok(&read.await?)
//! }
//! ```

mod accept;
mod answer;
mod assets;
mod body;
mod call;
mod client;
mod cookies;
mod credentials;
mod crowd;
mod deadlines;
pub mod error;
mod form;
mod given;
mod headers;
mod input;
mod json;
pub(crate) mod layout;
mod lenient;
mod page;
mod pipeline;
mod query;
mod rate_limit;
mod refused;
mod route;
pub(crate) mod shown;
mod shutdown;
mod site;
mod table;
mod urls;
mod visitor;
mod wait;

#[cfg(test)]
mod tests;

pub use accept::serve;
pub use answer::{Answer, Body, Handled, JSON};
pub(crate) use assets::routes as asset_routes;
pub use call::{Call, Named, Words};
pub use client::Client;
pub(crate) use client::network_of;
pub(crate) use cookies::{Cookie, own_path};
pub use credentials::{Presented, basic};
pub(crate) use form::{Refusals, refusals};
pub use given::Given;
pub use input::{Inputs, Present};
pub use page::Page;
pub use query::{Filters, Query};
pub(crate) use rate_limit::RateLimit;
pub use route::{Area, Doc, Policy, Resource, Route, Shape};
pub use shutdown::{Shutdown, Stopper, shutdown};
pub use table::Table;
pub use urls::Urls;
pub use visitor::Visitor;
pub(crate) use wait::patience;
