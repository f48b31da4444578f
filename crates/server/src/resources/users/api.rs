//! Users over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use base::id::{Id, Project, User as UserMark};
use base::{Kind, Result, Role, limits};
use store::Reader;

use super::actions::{self, Revoked};
use super::shape::{self, UserShape};
use super::{Edit, Filter, NewUser, State, rules};
use crate::http::{Answer, Call, Doc, Handled, Inputs, Policy, Route, Shape};
use crate::resources::entries::{self, Within};

const ROLES: [&str; 4] = ["supervisor", "leader", "coworker", "contractor"];
const STATES: [&str; 4] = ["pending", "active", "disabled", "suspended"];

const LIST: Doc = Doc {
    summary: "Lists the account's users, oldest first.",
    answers: Shape::Many("user"),
    filters: &[
        ("name", "text"),
        ("email", "text"),
        ("role", "role"),
        ("state", "state"),
    ],
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows a user.",
    answers: Shape::One("user"),
    ..Doc::PLAIN
};
const ENTRIES: Doc = Doc {
    summary: "Lists a user's entries, newest first.",
    answers: Shape::Many("entry"),
    filters: entries::api::FILTERS,
    ..Doc::PLAIN
};
const CREATE: Doc = Doc {
    summary: "Invites a user.",
    answers: Shape::Created("user"),
    inputs: &[
        ("email", "text, required"),
        ("first_name", "text"),
        ("last_name", "text"),
        ("role", "role"),
    ],
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Edits another user.",
    answers: Shape::One("user"),
    inputs: &[
        ("first_name", "text"),
        ("last_name", "text"),
        ("role", "role"),
    ],
    ..Doc::PLAIN
};
const ACTIVATE: Doc = Doc {
    summary: "Lets a deactivated user work again.",
    ..Doc::PLAIN
};
const DEACTIVATE: Doc = Doc {
    summary: "Deactivates a user: tokens stop, timers are dropped, webhooks fall silent.",
    ..Doc::PLAIN
};
const DELETE: Doc = Doc {
    summary: "Deletes a user without entries, with tokens, timers, webhooks and receivers.",
    ..Doc::PLAIN
};
const GIVE: Doc = Doc {
    summary: "Lets a contractor see projects.",
    inputs: &[("project_ids", "ids, required")],
    ..Doc::PLAIN
};
const REVOKE: Doc = Doc {
    summary: "Hides projects from a contractor.",
    inputs: &[("project_ids", "ids, required")],
    ..Doc::PLAIN
};
const REVOKE_ALL: Doc = Doc {
    summary: "Hides all projects from a contractor.",
    ..Doc::PLAIN
};

/// All routes of users. Contract: users.md.
///
/// Where a user is named, the action refuses roles below supervisor, so that a contractor gets
/// 404 for others and 403 for themselves.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    let supervisor = Policy::AtLeast(Role::Supervisor);
    vec![
        Route::get("/users", any, LIST, index),
        Route::post("/users", supervisor, CREATE, create),
        Route::get("/users/{id}", any, SHOW, show),
        Route::get("/users/{id}/entries", any, ENTRIES, list_entries),
        Route::put("/users/{id}", any, EDIT, edit),
        Route::delete("/users/{id}", any, DELETE, delete),
        Route::put("/users/{id}/activate", any, ACTIVATE, activate),
        Route::put("/users/{id}/deactivate", any, DEACTIVATE, deactivate),
        Route::put("/users/{id}/give_access_to_projects", any, GIVE, give),
        Route::put("/users/{id}/revoke_access_to_projects", any, REVOKE, revoke),
        Route::put(
            "/users/{id}/revoke_access_to_all_projects",
            any,
            REVOKE_ALL,
            revoke_all,
        ),
        // A client's typing error (contract users.md).
        Route::put(
            "/users/{id}/revoke_access_to_all_process",
            any,
            REVOKE_ALL,
            revoke_all,
        ),
    ]
}

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::User);
    let filter = Filter {
        name: filters.text("name"),
        email: filters.text("email"),
        role: filters.one_of("role", &ROLES),
        state: filters.one_of("state", &STATES),
    };
    filters.finish()?;
    let page = call.page();
    let read = call.app.db.read(call.actor, move |reader| {
        let (users, total) = actions::page(reader, &filter, (page.limit(), page.offset()))?;
        let shown = users.iter().map(|user| UserShape::of(user, reader.api()));
        Ok((shown.collect::<Vec<_>>(), total))
    });
    let (users, total) = read.await?;
    Answer::list(&call, &users, total)
}

async fn show(call: Call) -> Handled {
    let id = call.id::<UserMark>("id")?;
    let read = call.app.db.read(call.actor, move |reader| {
        Ok(UserShape::of(&actions::peek(reader, id)?, reader.api()))
    });
    Answer::ok(&read.await?)
}

async fn list_entries(call: Call) -> Handled {
    let id = call.id::<UserMark>("id")?;
    let admit = move |reader: &Reader<'_>| actions::peek(reader, id).map(drop);
    entries::api::list_within(call, Within::User(id), admit).await
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::User);
    let new = NewUser {
        email: email(&mut input),
        first_name: name(&mut input, "first_name").unwrap_or_default(),
        last_name: name(&mut input, "last_name").unwrap_or_default(),
        role: role(&mut input).unwrap_or(Role::Leader),
        state: State::Pending,
        password_hash: None,
        utc_offset: call.app.settings.utc_offset,
    };
    input.finish()?;
    let users_max = call.app.settings.user_limit;
    let write = call.app.db.write(call.actor, move |tx| {
        let created = actions::create(tx, &new, users_max)?;
        let api = tx.api();
        Ok(created.map(|user| (shape::url(user.id, api), UserShape::of(&user, api))))
    });
    let (url, user) = write.await?;
    Answer::created(&url, &user)
}

async fn edit(call: Call) -> Handled {
    let id = managed(&call).await?;
    let mut input = call.input(Kind::User);
    let wish = Edit {
        first_name: name(&mut input, "first_name"),
        last_name: name(&mut input, "last_name"),
        role: role(&mut input),
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let edited = actions::edit(tx, id, &wish)?;
        let api = tx.api();
        Ok(edited.map(|user| UserShape::of(&user, api)))
    });
    Answer::ok(&write.await?)
}

async fn activate(call: Call) -> Handled {
    let id = call.id::<UserMark>("id")?;
    let users_max = call.app.settings.user_limit;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::activate(tx, id, users_max));
    write.await?;
    Answer::no_content()
}

async fn deactivate(call: Call) -> Handled {
    let id = call.id::<UserMark>("id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::deactivate(tx, id));
    write.await?;
    Answer::no_content()
}

async fn delete(call: Call) -> Handled {
    let id = call.id::<UserMark>("id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::delete(tx, id));
    write.await?;
    Answer::no_content()
}

async fn give(call: Call) -> Handled {
    let id = managed(&call).await?;
    let mut input = call.input(Kind::User);
    let projects = project_ids(&mut input);
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        actions::give_access(tx, id, &projects)
    });
    write.await?;
    Answer::no_content()
}

async fn revoke(call: Call) -> Handled {
    let id = managed(&call).await?;
    let mut input = call.input(Kind::User);
    let projects = project_ids(&mut input);
    input.finish()?;
    take(call, id, Revoked::Some(projects)).await
}

async fn revoke_all(call: Call) -> Handled {
    let id = call.id::<UserMark>("id")?;
    take(call, id, Revoked::All).await
}

/// The user in the path, if the caller sees and may manage them.
async fn managed(call: &Call) -> Result<Id<UserMark>> {
    let id = call.id::<UserMark>("id")?;
    let read = call
        .app
        .db
        .read(call.actor, move |reader| actions::check_managed(reader, id));
    read.await?;
    Ok(id)
}

async fn take(call: Call, id: Id<UserMark>, projects: Revoked) -> Handled {
    let write = call.app.db.write(call.actor, move |tx| {
        actions::revoke_access(tx, id, &projects)
    });
    write.await?;
    Answer::no_content()
}

/// What is no address is told beside everything else that is wrong.
fn email(input: &mut Inputs<'_>) -> String {
    let email = input.required_text("email", limits::NAME_CHARS_MAX);
    if !email.is_empty() && !rules::is_address(&email) {
        input.refuse("email", "invalid");
    }
    email
}

fn name(input: &mut Inputs<'_>, field: &str) -> Option<String> {
    input.text(field, limits::NAME_CHARS_MAX).value()
}

fn role(input: &mut Inputs<'_>) -> Option<Role> {
    input.one_of("role", &ROLES).value().and_then(Role::parse)
}

fn project_ids(input: &mut Inputs<'_>) -> Vec<Id<Project>> {
    input.alias("project_ids", "projects");
    input.required_ids("project_ids")
}
