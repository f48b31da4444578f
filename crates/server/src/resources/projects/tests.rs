//! Rules as tables of cases, actions on a fresh database.
//!
//! Never: HTTP.

use base::id::{Id, Project};
use base::{Actor, Result};

use super::{Defaults, Draft, Edit, Seen};
use crate::resources::projects::actions as act;
use crate::resources::testing::{House, user_of};

mod actions;
mod lists;
mod merging;
mod rules;

/// An installation without a limit.
const DEFAULTS: Defaults = Defaults {
    billing_increment: 15,
    limit: None,
};

fn create(house: &House, actor: Actor, name: &'static str) -> Result<Seen> {
    house.write(actor, move |tx| {
        let draft = Draft {
            name: name.into(),
            budgeted_minutes: Some(600),
            ..Draft::default()
        };
        act::create(tx, &draft, DEFAULTS)
    })
}

fn edit(house: &House, actor: Actor, project: Id<Project>, edit: Edit) -> Result<Seen> {
    house.write(actor, move |tx| act::edit(tx, project, &edit))
}

fn archive(house: &House, project: Id<Project>) -> Result<()> {
    house.write(house.lea, move |tx| act::archive(tx, project))
}

fn delete(house: &House, project: Id<Project>) -> Result<()> {
    house.write(house.lea, move |tx| act::delete(tx, project))
}

fn find(house: &House, actor: Actor, project: Id<Project>) -> Result<Seen> {
    house.read(actor, |reader| act::peek(reader, project))
}

/// An entry past all rules: billable, not billable, or billable and invoiced.
fn enter(house: &House, actor: Actor, project: Id<Project>, minutes: i64, sort: &'static str) {
    let (billable, invoiced) = match sort {
        "unbillable" => (0, -1),
        "invoiced" => (1, 1),
        _ => (1, -1),
    };
    let sql = "insert into entries (account_id, user_id, project_id, date, minutes,
                 description, description_folded, billable, invoiced_at, created_at,
                 updated_at)
               select account_id, $2, $1, '2024-03-18', $3, '', '', $4, nullif($5, -1),
                 created_at, created_at
               from projects where id = $1";
    let user = user_of(actor).number();
    house.sql(
        sql,
        vec![project.number(), user, minutes, billable, invoiced],
    );
}
