//! The table of roles, written by hand from the contract (authentication.md §5).
//!
//! Never: anything read from the registry; this table is what the registry is held against.

use super::matrix_of_receivers::{RECEIVERS, WEBHOOKS};
use super::prepare::Scene;

/// A route, the scene, and the status for supervisor, leader, coworker and contractor.
pub(super) type Row = (&'static str, Scene, [u16; 4]);

pub(super) const fn all(status: u16) -> [u16; 4] {
    [status; 4]
}

/// Leaders do it, others see it.
const fn leaders(status: u16) -> [u16; 4] {
    [status, status, 403, 403]
}

/// Leaders do it, coworkers see it, contractors do not even see it.
const fn leaders_hidden(status: u16) -> [u16; 4] {
    [status, status, 403, 404]
}

/// Only contractors do not see it.
const fn hidden(status: u16) -> [u16; 4] {
    [status, status, status, 404]
}

/// Supervisors do it, contractors do not even see it.
const fn supervisors_hidden(status: u16) -> [u16; 4] {
    [status, 403, 403, 404]
}

/// Supervisors do it, others do not even see it.
pub(super) const fn private(status: u16) -> [u16; 4] {
    [status, 404, 404, 404]
}

/// Every route of the API at least once.
pub(super) const ROWS: &[&[Row]] = &[PEOPLE, PROJECTS, TIMERS, ENTRIES, TAGS, WEBHOOKS, RECEIVERS];

const PEOPLE: &[Row] = &[
    ("DELETE /users/{id}", Scene::Oneself, [400, 403, 403, 403]),
    ("DELETE /users/{id}", Scene::Other, [400, 403, 403, 404]),
    (
        "DELETE /users/{id}",
        Scene::Newcomer,
        supervisors_hidden(204),
    ),
    ("GET /account", Scene::Plain, all(200)),
    ("GET /current_user", Scene::Plain, all(200)),
    ("PUT /current_user", Scene::Plain, all(200)),
    ("GET /current_user/entries", Scene::Plain, all(200)),
    ("GET /users", Scene::Plain, all(200)),
    ("POST /users", Scene::Plain, [201, 403, 403, 403]),
    ("GET /users/{id}", Scene::Oneself, all(200)),
    ("GET /users/{id}", Scene::Other, hidden(200)),
    ("GET /users/{id}/entries", Scene::Oneself, all(200)),
    ("GET /users/{id}/entries", Scene::Other, hidden(200)),
    ("PUT /users/{id}", Scene::Oneself, [400, 403, 403, 403]),
    ("PUT /users/{id}", Scene::Other, supervisors_hidden(200)),
    (
        "PUT /users/{id}/activate",
        Scene::Oneself,
        [400, 403, 403, 403],
    ),
    (
        "PUT /users/{id}/activate",
        Scene::Deactivated,
        supervisors_hidden(204),
    ),
    (
        "PUT /users/{id}/deactivate",
        Scene::Oneself,
        [400, 403, 403, 403],
    ),
    (
        "PUT /users/{id}/deactivate",
        Scene::Other,
        supervisors_hidden(204),
    ),
    (
        "PUT /users/{id}/give_access_to_projects",
        Scene::Oneself,
        [400, 403, 403, 403],
    ),
    (
        "PUT /users/{id}/give_access_to_projects",
        Scene::Other,
        supervisors_hidden(204),
    ),
    (
        "PUT /users/{id}/revoke_access_to_projects",
        Scene::Other,
        supervisors_hidden(204),
    ),
    (
        "PUT /users/{id}/revoke_access_to_all_projects",
        Scene::Other,
        supervisors_hidden(204),
    ),
    (
        "PUT /users/{id}/revoke_access_to_all_process",
        Scene::Other,
        supervisors_hidden(204),
    ),
];

const PROJECTS: &[Row] = &[
    (
        "PUT /projects/{project_id}/merge",
        Scene::Projects,
        leaders(204),
    ),
    (
        "PUT /projects/{project_id}/merge",
        Scene::HiddenProject,
        [400, 400, 403, 404],
    ),
    ("GET /projects", Scene::Plain, all(200)),
    ("POST /projects", Scene::Plain, leaders(201)),
    ("PUT /projects/archive", Scene::UsedProject, leaders(204)),
    ("PUT /projects/unarchive", Scene::UsedProject, leaders(204)),
    ("PUT /projects/delete", Scene::Project, leaders(204)),
    ("GET /projects/{project_id}", Scene::Project, all(200)),
    (
        "GET /projects/{project_id}",
        Scene::HiddenProject,
        hidden(200),
    ),
    (
        "GET /projects/{project_id}/entries",
        Scene::UsedProject,
        all(200),
    ),
    (
        "GET /projects/{project_id}/entries",
        Scene::HiddenProject,
        hidden(200),
    ),
    ("PUT /projects/{project_id}", Scene::Project, leaders(200)),
    (
        "PUT /projects/{project_id}",
        Scene::HiddenProject,
        leaders_hidden(200),
    ),
    (
        "DELETE /projects/{project_id}",
        Scene::Project,
        leaders(204),
    ),
    (
        "DELETE /projects/{project_id}",
        Scene::HiddenProject,
        [400, 400, 403, 404],
    ),
    (
        "PUT /projects/{project_id}/archive",
        Scene::UsedProject,
        leaders(204),
    ),
    (
        "PUT /projects/{project_id}/archive",
        Scene::HiddenProject,
        leaders_hidden(204),
    ),
    (
        "PUT /projects/{project_id}/unarchive",
        Scene::UsedProject,
        leaders(204),
    ),
    (
        "PUT /projects/{project_id}/unarchive",
        Scene::HiddenProject,
        leaders_hidden(204),
    ),
];

const TIMERS: &[Row] = &[
    ("GET /timers", Scene::Plain, all(200)),
    ("GET /projects/{project_id}/timer", Scene::Timer, all(200)),
    (
        "GET /projects/{project_id}/timer",
        Scene::HiddenProject,
        all(404),
    ),
    ("PUT /projects/{project_id}/timer", Scene::Project, all(200)),
    (
        "PUT /projects/{project_id}/timer",
        Scene::HiddenProject,
        hidden(200),
    ),
    (
        "PUT /projects/{project_id}/timer/start",
        Scene::Project,
        all(200),
    ),
    (
        "PUT /projects/{project_id}/timer/start",
        Scene::HiddenProject,
        hidden(200),
    ),
    (
        "PUT /projects/{project_id}/timer/pause",
        Scene::Timer,
        all(200),
    ),
    (
        "PUT /projects/{project_id}/timer/add_or_subtract_time",
        Scene::Timer,
        all(200),
    ),
    (
        "PUT /projects/{project_id}/timer/log",
        Scene::Timer,
        all(204),
    ),
    (
        "DELETE /projects/{project_id}/timer",
        Scene::Timer,
        all(204),
    ),
    (
        "DELETE /projects/{project_id}/timer",
        Scene::HiddenProject,
        all(404),
    ),
];

const ENTRIES: &[Row] = &[
    ("GET /entries", Scene::Plain, all(200)),
    ("POST /entries", Scene::Plain, all(201)),
    ("PUT /entries/approved", Scene::OwnEntry, leaders(204)),
    ("PUT /entries/unapproved", Scene::OwnEntry, leaders(204)),
    (
        "PUT /entries/marked_as_invoiced",
        Scene::OwnEntry,
        leaders(204),
    ),
    (
        "PUT /entries/mark_as_invoiced",
        Scene::OwnEntry,
        leaders(204),
    ),
    ("GET /entries/{id}", Scene::OwnEntry, all(200)),
    ("GET /entries/{id}", Scene::OthersEntry, hidden(200)),
    ("PUT /entries/{id}", Scene::OwnEntry, all(200)),
    ("PUT /entries/{id}", Scene::OthersEntry, leaders_hidden(200)),
    ("DELETE /entries/{id}", Scene::OwnEntry, all(204)),
    (
        "DELETE /entries/{id}",
        Scene::OthersEntry,
        leaders_hidden(204),
    ),
    ("PUT /entries/{id}/approved", Scene::OwnEntry, leaders(204)),
    (
        "PUT /entries/{id}/approved",
        Scene::OthersEntry,
        leaders_hidden(204),
    ),
    (
        "PUT /entries/{id}/unapproved",
        Scene::OwnEntry,
        leaders(204),
    ),
    (
        "PUT /entries/{id}/unapproved",
        Scene::OthersEntry,
        leaders_hidden(204),
    ),
    (
        "PUT /entries/{id}/marked_as_invoiced",
        Scene::OwnEntry,
        leaders(204),
    ),
    (
        "PUT /entries/{id}/marked_as_invoiced",
        Scene::OthersEntry,
        leaders_hidden(204),
    ),
    (
        "PUT /entries/{id}/mark_as_invoiced",
        Scene::OwnEntry,
        leaders(204),
    ),
    (
        "PUT /entries/{id}/invoiced_outside_of_freckle",
        Scene::OwnEntry,
        leaders(204),
    ),
];

const TAGS: &[Row] = &[
    ("GET /tags", Scene::Plain, all(200)),
    ("POST /tags", Scene::Plain, [201, 201, 201, 403]),
    ("PUT /tags/delete", Scene::Tag, leaders(204)),
    ("DELETE /tags/delete", Scene::Tag, leaders(204)),
    ("GET /tags/{id}", Scene::Tag, all(200)),
    ("PUT /tags/{id}", Scene::Tag, leaders(200)),
    ("DELETE /tags/{id}", Scene::Tag, leaders(204)),
    ("GET /tags/{id}/entries", Scene::Tag, all(200)),
    ("PUT /tags/{id}/merge", Scene::Tag, leaders(204)),
];
