//! Projects over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use base::id::{Id, Project};
use base::{Kind, Result, Role, limits};
use store::{Reader, Recorded, Tx};

use super::shape::ProjectShape;
use super::{Defaults, Draft, Edit, Filter, Seen, actions, rules};
use crate::http::{Answer, Call, Doc, Given, Handled, Inputs, Policy, Route, Shape};
use crate::resources::entries::{self, Within};

/// Minutes of a budget: so that what remains of it can always be counted.
const BUDGET_MAX: i64 = limits::ENTRY_MINUTES_MAX * 1_000_000;

const INPUTS: &[(&str, &str)] = &[
    ("name", "text"),
    ("billable", "boolean"),
    ("project_group_id", "integer"),
    ("billing_increment", "integer"),
    ("color", "text"),
    ("description", "text"),
    ("budgeted_minutes", "integer"),
];
const IDS: &[(&str, &str)] = &[("project_ids", "list of integers, required")];

const LIST: Doc = Doc {
    summary: "Lists projects, latest activity first.",
    answers: Shape::Many("project"),
    filters: &[
        ("name", "text"),
        ("project_group_ids", "ids"),
        ("billing_increment", "integer"),
        ("enabled", "boolean"),
        ("billable", "boolean"),
    ],
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows a project.",
    answers: Shape::One("project"),
    ..Doc::PLAIN
};
const CREATE: Doc = Doc {
    summary: "Creates a project.",
    answers: Shape::Created("project"),
    inputs: INPUTS,
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Edits a project.",
    answers: Shape::One("project"),
    inputs: INPUTS,
    ..Doc::PLAIN
};
const ENTRIES: Doc = Doc {
    summary: "Lists the entries of a project, newest first.",
    answers: Shape::Many("entry"),
    filters: entries::api::FILTERS,
    ..Doc::PLAIN
};
const ARCHIVE: Doc = Doc {
    summary: "Archives a project and pauses its timers.",
    ..Doc::PLAIN
};
const UNARCHIVE: Doc = Doc {
    summary: "Brings an archived project back.",
    ..Doc::PLAIN
};
const MERGE: Doc = Doc {
    summary: "Merges another project into this one, for ever.",
    inputs: &[("project_id", "integer, required")],
    ..Doc::PLAIN
};
const DELETE: Doc = Doc {
    summary: "Deletes a project without entries.",
    ..Doc::PLAIN
};
const ARCHIVE_MANY: Doc = Doc {
    summary: "Archives projects, skipping those that cannot be.",
    inputs: IDS,
    ..Doc::PLAIN
};
const UNARCHIVE_MANY: Doc = Doc {
    summary: "Brings archived projects back.",
    inputs: IDS,
    ..Doc::PLAIN
};
const DELETE_MANY: Doc = Doc {
    summary: "Deletes projects, skipping those that cannot be.",
    inputs: IDS,
    ..Doc::PLAIN
};

/// All routes of projects. Contract: projects.md.
///
/// Where a project is named, the action refuses roles below leader, so that a contractor gets
/// 404 for those that were not given to them and 403 for the others.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    let leader = Policy::AtLeast(Role::Leader);
    vec![
        Route::get("/projects", any, LIST, index),
        Route::post("/projects", leader, CREATE, create),
        Route::put("/projects/archive", leader, ARCHIVE_MANY, archive_many),
        Route::put(
            "/projects/unarchive",
            leader,
            UNARCHIVE_MANY,
            unarchive_many,
        ),
        Route::put("/projects/delete", leader, DELETE_MANY, delete_many),
        Route::get("/projects/{project_id}", any, SHOW, show),
        Route::put("/projects/{project_id}", any, EDIT, edit),
        Route::delete("/projects/{project_id}", any, DELETE, delete),
        Route::get("/projects/{project_id}/entries", any, ENTRIES, list_entries),
        Route::put("/projects/{project_id}/archive", any, ARCHIVE, archive),
        Route::put(
            "/projects/{project_id}/unarchive",
            any,
            UNARCHIVE,
            unarchive,
        ),
        Route::put("/projects/{project_id}/merge", any, MERGE, merge),
    ]
}

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::Project);
    let filter = Filter {
        name: filters.text("name"),
        foreign: !filters.ids::<Project>("project_group_ids").is_empty(),
        billing_increments: filters
            .words(
                "billing_increment",
                &["1", "5", "6", "10", "15", "20", "30", "60"],
            )
            .iter()
            .filter_map(|word| word.parse().ok())
            .collect(),
        enabled: filters.boolean("enabled"),
        billable: filters.boolean("billable"),
    };
    filters.finish()?;
    let page = (call.page().limit(), call.page().offset());
    let read = call.app.db.read(call.actor, move |reader| {
        let (projects, total) = actions::page(reader, &filter, page)?;
        let view = reader.role().view();
        let show = |seen| ProjectShape::of(seen, reader.api(), view);
        Ok((projects.iter().map(show).collect::<Vec<_>>(), total))
    });
    let (projects, total) = read.await?;
    Answer::list(&call, &projects, total)
}

async fn show(call: Call) -> Handled {
    let id = call.id("project_id")?;
    let read = call.app.db.read(call.actor, move |reader| {
        let seen = actions::peek(reader, id)?;
        Ok(ProjectShape::of(&seen, reader.api(), reader.role().view()))
    });
    Answer::ok(&read.await?)
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::Project);
    let name = input.required_text("name", limits::NAME_CHARS_MAX);
    let given = given(&mut input);
    input.finish()?;
    let draft = Draft {
        name,
        billable: given.billable,
        billing_increment: given.billing_increment,
        color: given.color,
        description: given.description.flatten(),
        budgeted_minutes: given.budgeted_minutes.flatten(),
    };
    let defaults = Defaults::of(&call.app.settings);
    let write = call.app.db.write(call.actor, move |tx| {
        let project = actions::create(tx, &draft, defaults)?;
        Ok(changed(tx, project))
    });
    let project = write.await?;
    Answer::created(project.url(), &project)
}

async fn edit(call: Call) -> Handled {
    let id = call.id("project_id")?;
    let mut input = call.input(Kind::Project);
    let name = name(&mut input);
    let edit = Edit {
        name,
        ..given(&mut input)
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let project = actions::edit(tx, id, &edit)?;
        Ok(changed(tx, project))
    });
    Answer::ok(&write.await?)
}

async fn archive(call: Call) -> Handled {
    one(call, actions::archive).await
}

async fn unarchive(call: Call) -> Handled {
    one(call, actions::unarchive).await
}

async fn merge(call: Call) -> Handled {
    let into = call.id::<Project>("project_id")?;
    let mut input = call.input(Kind::Project);
    let from = input.required_id("project_id");
    input.finish()?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::merge(tx, into, from));
    write.await?;
    Answer::no_content()
}

async fn delete(call: Call) -> Handled {
    one(call, actions::delete).await
}

async fn archive_many(call: Call) -> Handled {
    many(call, actions::archive).await
}

async fn unarchive_many(call: Call) -> Handled {
    many(call, actions::unarchive).await
}

async fn delete_many(call: Call) -> Handled {
    many(call, actions::delete).await
}

async fn list_entries(call: Call) -> Handled {
    let id = call.id("project_id")?;
    let admit = move |reader: &Reader<'_>| super::peek(reader, id).map(drop);
    entries::api::list_within(call, Within::Project(id), admit).await
}

type Action = fn(&mut Tx<'_>, Id<Project>) -> Result<Recorded<()>>;

async fn one(call: Call, action: Action) -> Handled {
    let id = call.id("project_id")?;
    let write = call.app.db.write(call.actor, move |tx| action(tx, id));
    write.await?;
    Answer::no_content()
}

async fn many(call: Call, action: Action) -> Handled {
    let mut input = call.input(Kind::Project);
    let ids = input.required_ids("project_ids");
    input.finish()?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::each(tx, &ids, action));
    write.await?;
    Answer::no_content()
}

/// A name that is given must not be empty.
fn name(input: &mut Inputs<'_>) -> Option<String> {
    match input.text("name", limits::NAME_CHARS_MAX) {
        Given::Value(name) if name.is_empty() => {
            input.refuse("name", "missing_field");
            None
        }
        name => name.value(),
    }
}

/// All inputs but the name, in the contract's order.
fn given(input: &mut Inputs<'_>) -> Edit {
    let billable = input.boolean("billable").value();
    // There are no groups yet, so none can be referred to.
    if let Given::Value(_) = input.integer("project_group_id") {
        input.refuse("project_group_id", "missing");
    }
    let billing_increment = input.integer("billing_increment").value();
    if billing_increment.is_some_and(|minutes| !rules::is_increment(minutes)) {
        input.refuse("billing_increment", "invalid");
    }
    let color = input.text("color", limits::NAME_CHARS_MAX).value();
    let color = color.map(|text| rules::color(&text));
    if color == Some(None) {
        input.refuse("color", "invalid");
    }
    let description = input.text("description", limits::TEXT_CHARS_MAX).change();
    let budget = input
        .integer_in("budgeted_minutes", 0..=BUDGET_MAX)
        .change();
    Edit {
        name: None,
        billable,
        billing_increment,
        color: color.flatten(),
        description,
        budgeted_minutes: budget,
    }
}

/// What an action left, as its answer shows it.
fn changed(tx: &Tx<'_>, project: Recorded<Seen>) -> Recorded<ProjectShape> {
    project.map(|seen| ProjectShape::of(&seen, tx.api(), tx.role().view()))
}
