//! Every statement on users and on their access to projects.
//!
//! Never: deciding; writing another resource's table.

use base::id::{Account, Id, Project, User as UserMark};
use base::{Error, Kind, Result, text};
use store::{Reader, Row, Select, Tx, Value};

use super::{Filter, NewUser, Summary, User};
use crate::resources::scope::{self, Scope};

const COLUMNS: &str = "u.id, u.account_id, u.email, u.first_name, u.last_name, u.role, u.state,
    u.time_format, u.week_start, u.utc_offset, u.send_personal_weekly_report,
    u.send_team_weekly_report, u.created_at, u.updated_at,
    (select count(*) from entries e where e.user_id = u.id) as entries";

/// The user, locked until the end; `NotFound` if the actor does not see them.
pub(super) fn load(tx: &Tx<'_>, id: Id<UserMark>) -> Result<User> {
    one(tx, id, "{for_update}")
}

/// The user as they are now; `NotFound` if the actor does not see them.
pub(super) fn peek(reader: &Reader<'_>, id: Id<UserMark>) -> Result<User> {
    one(reader, id, "")
}

fn one(reader: &Reader<'_>, id: Id<UserMark>, lock: &str) -> Result<User> {
    let scope = Scope::of(reader)?;
    let sql = format!(
        "select {COLUMNS} from users u where {visible} and u.id = $4{lock}",
        visible = scope::USERS
    );
    reader
        .row(&sql, &scope.with(&[&id]))?
        .ok_or(Error::NotFound(Kind::User))
}

/// One page of users, oldest first, and how many there are in all.
pub(super) fn peek_page(
    reader: &Reader<'_>,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<User>, i64)> {
    let scope = Scope::of(reader)?;
    let sql = format!(
        "select {COLUMNS} from users u where {visible}",
        visible = scope::USERS
    );
    let mut select = Select::new(sql, &scope.with(&[]));
    let folded = |part: &Option<String>| part.as_deref().map(text::fold);
    select
        .and_some(
            "{contains u.name_folded, $?}",
            folded(&filter.name).as_ref(),
        )
        .and_some(
            "{contains u.email_folded, $?}",
            folded(&filter.email).as_ref(),
        )
        .and_some("u.role = $?", filter.role.as_ref())
        .and_some("u.state = $?", filter.state.as_ref());
    let total = reader.count(&select)?;
    let (limit, offset) = page;
    select.push("order by u.id").page(limit, offset);
    Ok((reader.select(&select)?, total))
}

/// The visible user with this address, in any case of letters.
pub(super) fn peek_by_email(reader: &Reader<'_>, email: &str) -> Result<Option<User>> {
    let scope = Scope::of(reader)?;
    let sql = format!(
        "select {COLUMNS} from users u where {visible} and u.email_folded = $4",
        visible = scope::USERS
    );
    reader.row(&sql, &scope.with(&[&text::fold(email)]))
}

/// The supervisor who owns the account.
pub(super) fn peek_owner(reader: &Reader<'_>) -> Result<Option<Summary>> {
    // unscoped: everybody of an account may know its owner (contract account.md)
    let sql = "select u.id as owner_id, u.email as owner_email, u.first_name as owner_first_name,
                 u.last_name as owner_last_name
               from accounts c join users u on u.id = c.owner_id
               where c.id = $1";
    let row: Option<Row> = reader.row(sql, &[&reader.account()?])?;
    row.map(|row| Summary::from_columns(&row, "owner"))
        .transpose()
}

/// Whether anybody in the installation has this address.
pub(super) fn is_taken(reader: &Reader<'_>, email: &str) -> Result<bool> {
    // unscoped: addresses are unique in the installation (contract README §1)
    let sql = "select count(*) from users where email_folded = $1";
    Ok(reader.number(sql, &[&text::fold(email)])? > 0)
}

/// How many users of the account are not deactivated.
pub(super) fn count_working(reader: &Reader<'_>) -> Result<i64> {
    // unscoped: a number of the actor's own account
    let sql = "select count(*) from users
               where account_id = $1 and state not in ('disabled', 'suspended')";
    reader.number(sql, &[&reader.account()?])
}

/// Adds a user to an account, with the settings of a new user.
pub(super) fn insert(tx: &mut Tx<'_>, account: Id<Account>, new: &NewUser) -> Result<Id<UserMark>> {
    let now = tx.wall;
    tx.insert(
        Kind::User,
        "insert into users (account_id, email, email_folded, first_name, last_name, name_folded,
           role, state, password_hash, utc_offset, created_at, updated_at, time_format, week_start,
           send_personal_weekly_report, send_team_weekly_report)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 'fraction', 'monday', 0, 0)
         returning id",
        &[
            &account,
            &new.email,
            &text::fold(&new.email),
            &new.first_name,
            &new.last_name,
            &folded_name(&new.first_name, &new.last_name),
            &new.role,
            &new.state.word(),
            &new.password_hash,
            &new.utc_offset,
            &now,
        ],
    )
}

/// Writes everything of a user that can change, but for the password.
pub(super) fn update(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    let settings = &user.settings;
    tx.write(
        Kind::User,
        "update users set first_name = $2, last_name = $3, name_folded = $4, role = $5, state = $6,
           time_format = $7, week_start = $8, utc_offset = $9, send_personal_weekly_report = $10,
           send_team_weekly_report = $11, updated_at = $12
         where id = $1",
        &[
            &user.id,
            &user.first_name,
            &user.last_name,
            &folded_name(&user.first_name, &user.last_name),
            &user.role,
            &user.state.word(),
            &settings.time_format,
            &settings.week_start,
            &settings.utc_offset,
            &settings.send_personal_weekly_report,
            &settings.send_team_weekly_report,
            &user.updated_at,
        ],
    )?;
    Ok(())
}

/// Replaces the hash of a user's password.
pub(super) fn set_password(tx: &mut Tx<'_>, user: Id<UserMark>, hash: &str) -> Result<()> {
    let sql = "update users set password_hash = $2 where id = $1";
    tx.write(Kind::User, sql, &[&user, &hash])?;
    Ok(())
}

/// Removes a user to whom nothing refers any more.
pub(super) fn delete(tx: &mut Tx<'_>, user: Id<UserMark>) -> Result<()> {
    let account = tx.account()?;
    let sql = "delete from users where account_id = $1 and id = $2";
    tx.write(Kind::User, sql, &[&account, &user])?;
    Ok(())
}

/// Lets a user see those of the projects that the account has.
pub(super) fn give_access(tx: &mut Tx<'_>, user: &User, projects: &[Id<Project>]) -> Result<()> {
    tx.write(
        Kind::ProjectAccess,
        "insert into project_access (account_id, user_id, project_id)
         select p.account_id, $2, p.id from projects p where p.account_id = $1 and p.id {in $3}
         on conflict do nothing",
        &[&user.account, &user.id, &numbers(projects)],
    )?;
    Ok(())
}

/// Hides these projects from a user.
pub(super) fn revoke_access(tx: &mut Tx<'_>, user: &User, projects: &[Id<Project>]) -> Result<()> {
    tx.write(
        Kind::ProjectAccess,
        "delete from project_access where account_id = $1 and user_id = $2 and project_id {in $3}",
        &[&user.account, &user.id, &numbers(projects)],
    )?;
    Ok(())
}

/// Hides all projects from a user.
pub(super) fn revoke_all_access(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    tx.write(
        Kind::ProjectAccess,
        "delete from project_access where account_id = $1 and user_id = $2",
        &[&user.account, &user.id],
    )?;
    Ok(())
}

fn numbers(projects: &[Id<Project>]) -> Value {
    Value::Ints(projects.iter().map(|project| project.number()).collect())
}

/// The first name contains a text only if the full name does, and the last name likewise: one
/// column serves the whole filter.
fn folded_name(first: &str, last: &str) -> String {
    text::fold(format!("{first} {last}").trim())
}
