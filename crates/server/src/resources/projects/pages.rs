//! Projects as pages: the list, a project with its totals and latest entries, a form for new ones.
//!
//! Never: SQL; decisions.

use askama::Template;
use base::id::{self, Id};
use base::{Kind, Result, Role, View, limits};
use hyper::StatusCode;

use super::{Defaults, Draft, Filter, Seen, actions};
use crate::http::layout::{Layout, Section};
use crate::http::{Answer, Call, Handled, Policy, Refusals, Route, refusals};
use crate::resources::entries::pages::{Day, days, hours, today};
use crate::resources::entries::{self, Within};

const LIST: &str = "/projects";
/// Projects of a page.
const ROWS_MAX: i64 = 50;
/// Entries on a project's page.
const ENTRIES_MAX: i64 = 30;

/// All pages of projects.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page(LIST, any, index),
        Route::form(LIST, Policy::AtLeast(Role::Leader), create),
        Route::page("/projects/{project_id}", any, show),
    ]
}

#[derive(Template)]
#[template(path = "resources/projects/list.html")]
struct Index {
    page: Layout,
    rows: Vec<Row>,
    total: i64,
    is_archive: bool,
    /// Whether this person may make projects.
    may_create: bool,
    typed: String,
    refusals: Refusals,
    next: Option<String>,
}

struct Row {
    id: Id<id::Project>,
    name: String,
    color: String,
    logged: String,
    entries: i64,
    budget: Option<Budget>,
    billable: bool,
}

/// How much of a budget is used up.
struct Budget {
    words: String,
    /// Of 100, for the bar.
    share: i64,
    is_over: bool,
}

impl Budget {
    /// Of a project whose budget this person may see.
    fn of(seen: &Seen, view: View) -> Option<Self> {
        let budgeted = seen.project.budgeted_minutes.filter(|minutes| *minutes > 0);
        let budgeted = budgeted.filter(|_| view == View::Full)?;
        let used = seen.totals.minutes;
        let is_over = used > budgeted;
        let words = if is_over {
            format!(
                "{} of {}: {} over",
                hours(used),
                hours(budgeted),
                hours(used - budgeted)
            )
        } else {
            format!(
                "{} of {}: {} left",
                hours(used),
                hours(budgeted),
                hours(budgeted - used)
            )
        };
        Some(Self {
            words,
            share: (used.saturating_mul(100) / budgeted).min(100),
            is_over,
        })
    }
}

fn view(call: &Call) -> View {
    call.visitor
        .as_ref()
        .map_or(View::Limited, |visitor| visitor.role.view())
}

async fn index(call: Call) -> Handled {
    shown(&call, String::new(), Refusals::default()).await
}

async fn shown(call: &Call, typed: String, refusals: Refusals) -> Handled {
    let is_archive = call.query.first("state") == Some("archived");
    let filter = Filter {
        enabled: Some(!is_archive),
        ..Filter::default()
    };
    let number = call.page().offset() / call.page().limit();
    let read = call.app.db.read(call.actor, move |reader| {
        actions::page(reader, &filter, (ROWS_MAX, number.saturating_mul(ROWS_MAX)))
    });
    let (found, total) = read.await?;
    let view = view(call);
    let rows = found.into_iter().map(|seen| Row {
        budget: Budget::of(&seen, view),
        id: seen.project.id,
        color: seen.project.color,
        logged: hours(seen.totals.minutes),
        entries: seen.totals.entries,
        billable: seen.project.billable,
        name: seen.project.name,
    });
    let next = (number + 2).to_string();
    let has_more = (number + 1).saturating_mul(ROWS_MAX) < total;
    let status = if refusals.all().is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Index {
        page: call.layout(Section::Projects),
        rows: rows.collect(),
        total,
        is_archive,
        may_create: view == View::Full,
        typed,
        refusals,
        next: has_more.then(|| format!("{LIST}?{}", call.query.with("page", Some(&next)))),
    };
    Ok(Answer::page(&page)?.with_status(status))
}

async fn create(call: Call) -> Handled {
    match make(&call).await {
        Ok(project) => Answer::see(&format!("{LIST}/{project}?done=created")),
        Err(error) => shown(&call, call.field("name"), refusals(error)?).await,
    }
}

async fn make(call: &Call) -> Result<Id<id::Project>> {
    let mut input = call.input(Kind::Project);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    input.finish()?;
    let draft = Draft {
        name,
        ..Draft::default()
    };
    let defaults = Defaults::of(&call.app.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        let made = actions::create(tx, &draft, defaults)?;
        Ok(made.map(|seen| seen.project.id))
    });
    write.await
}

#[derive(Template)]
#[template(path = "resources/projects/project.html")]
struct Show {
    page: Layout,
    seen: Seen,
    logged: String,
    billable: String,
    budget: Option<Budget>,
    days: Vec<Day>,
}

async fn show(call: Call) -> Handled {
    let project: Id<id::Project> = call.id("project_id")?;
    let page = call.layout(Section::Projects);
    let read = call.app.db.read(call.actor, move |reader| {
        let seen = actions::peek(reader, project)?;
        let entries = entries::latest(reader, Within::Project(project), ENTRIES_MAX)?;
        Ok((seen, entries))
    });
    let (seen, entries) = read.await?;
    Answer::page(&Show {
        logged: hours(seen.totals.minutes),
        billable: hours(seen.totals.billable_minutes),
        budget: Budget::of(&seen, view(&call)),
        days: days(entries, today(&call)),
        seen,
        page,
    })
}
