//! What is done to users, by supervisors, by themselves, and by the operator.
//!
//! Never: hashing a password, which takes too long for a transaction; SQL.

use base::id::{Account, Id, Project, User as UserMark};
use base::{Audience, Error, Kind, Problem, Result};
use store::{Event, Reader, Record, Recorded, Silence, Tx};

use super::shape::UserShape;
use super::{Edit, Filter, NewUser, OwnEdit, State, Summary, User, event, rules, table};
use crate::identity::tokens;
use crate::resources::changes::{self, Change, Shown};
use crate::resources::{entries, timers};

/// Fields of `user` that are totals: no event lists them (contract webhooks.md §4).
const DERIVED: [&str; 2] = ["entries", "expenses"];

/// The user; `NotFound` if the actor does not see them.
pub fn peek(reader: &Reader<'_>, id: Id<UserMark>) -> Result<User> {
    table::peek(reader, id)
}

/// The visible user with this address, in any case of letters. For commands: `Malformed` with a
/// sentence if there is none.
pub fn find(reader: &Reader<'_>, email: &str) -> Result<User> {
    table::peek_by_email(reader, email.trim())?
        .ok_or_else(|| Error::Malformed(format!("The account has no user {email}.")))
}

/// All users of the account, oldest first. For commands.
pub fn list(reader: &Reader<'_>) -> Result<Vec<User>> {
    let (users, _) = page(reader, &Filter::default(), (i64::MAX, 0))?;
    Ok(users)
}

/// Limit and offset of a list that fits the filter, and how many fit in all.
pub(crate) fn page(
    reader: &Reader<'_>,
    filter: &Filter,
    page: (i64, i64),
) -> Result<(Vec<User>, i64)> {
    table::peek_page(reader, filter, page)
}

/// The supervisor who owns the actor's account, as everybody in it may know them.
pub(crate) fn owner(reader: &Reader<'_>) -> Result<Summary> {
    table::peek_owner(reader)?.ok_or_else(|| Error::internal("an account without an owner"))
}

/// Whether the actor sees this user (`NotFound`) and may manage people (`Forbidden`), in this
/// order: whoever may not act is not told what is wrong with the input.
pub(crate) fn check_managed(reader: &Reader<'_>, id: Id<UserMark>) -> Result<()> {
    table::peek(reader, id)?;
    rules::may_manage(reader.role())
}

/// Locks a user who is to be changed beside their own row; `NotFound` if the actor does not see
/// them.
pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<UserMark>) -> Result<Id<UserMark>> {
    Ok(table::load(tx, id)?.id)
}

/// Everything that is wrong with a new user: `missing_field`, `invalid`, and `already_exists`
/// for an address in use anywhere in the installation.
pub(crate) fn check_new(tx: &Tx<'_>, new: &NewUser) -> Result<Vec<Problem>> {
    let mut problems = rules::check_new(new);
    if problems.is_empty() && table::is_taken(tx, &new.email)? {
        let sentence = format!("Somebody has the address {} already.", new.email);
        problems.push(Problem::new(Kind::User, "email", "already_exists").saying(sentence));
    }
    Ok(problems)
}

/// Adds the owner of a new account; whoever made the account has checked the input.
pub(crate) fn insert_owner(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    owner: &NewUser,
) -> Result<Recorded<Id<UserMark>>> {
    let id = table::insert(tx, account, owner)?;
    Ok(tx.silent(Silence::Account, id))
}

/// Invites a user, as a supervisor or as the operator.
///
/// `Invalid` if the input is bad or the address in use; `reached_user_limit` if the account has
/// `users_max` users at work. Contract: users.md, `POST`.
pub fn create(tx: &mut Tx<'_>, new: &NewUser, users_max: Option<i64>) -> Result<Recorded<User>> {
    rules::may_manage(tx.role())?;
    let problems = check_new(tx, new)?;
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    rules::check_limit(table::count_working(tx)?, users_max)?;
    let account = tx.account()?;
    let id = table::insert(tx, account, new)?;
    let user = table::load(tx, id)?;
    let shown = changes::whole(|_| UserShape::of(&user, tx.api()))?;
    Ok(tell(tx, event::CREATED, &user, shown).with(user))
}

/// Edits another user, as a supervisor. Contract: users.md, `PUT`.
pub(crate) fn edit(tx: &mut Tx<'_>, id: Id<UserMark>, edit: &Edit) -> Result<Recorded<User>> {
    let user = load_to_manage(tx, id)?;
    let after = rules::edit(&user, edit, owner(tx)?.id, tx.actor)?;
    save(tx, &user, after)
}

/// Edits the user who acts. Contract: `current_user.md`.
pub(crate) fn edit_own(tx: &mut Tx<'_>, edit: &OwnEdit) -> Result<Recorded<User>> {
    let user = table::load(tx, tx.user()?)?;
    let after = rules::edit_own(&user, edit);
    save(tx, &user, after)
}

/// Replaces a user's password by one whose hash is given. For the operator.
pub fn set_password(tx: &mut Tx<'_>, id: Id<UserMark>, hash: &str) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    table::set_password(tx, user.id, hash)?;
    // No object of the contract shows a password.
    Ok(tx.silent(Silence::Settings, ()))
}

/// Blocks a user at once, as the operator: tokens fail, timers are discarded, webhooks and
/// receivers fall silent. Contract: users.md, States.
pub fn suspend(tx: &mut Tx<'_>, id: Id<UserMark>) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    match rules::suspend(&user, owner(tx)?.id)? {
        Change::None(_) => Ok(tx.silent(Silence::Unchanged, ())),
        Change::Made(state) => send_away(tx, &user, state),
    }
}

/// Deactivates a user, as a supervisor: the same as [`suspend`], with another state and more
/// conditions. Contract: users.md.
pub(crate) fn deactivate(tx: &mut Tx<'_>, id: Id<UserMark>) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    match rules::deactivate(&user, owner(tx)?.id, tx.actor)? {
        Change::None(_) => Ok(tx.silent(Silence::Unchanged, ())),
        Change::Made(state) => send_away(tx, &user, state),
    }
}

/// Deletes a user without entries, as a supervisor: tokens, timers, webhooks and receivers go too.
///
/// `not_deletable`, `account_owner`, `authenticated_user`. Contract: users.md, `DELETE`.
pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<UserMark>) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    rules::delete(&user, owner(tx)?.id, tx.actor)?;
    let shown = changes::whole(|_| UserShape::of(&user, tx.api()))?;
    let discarded = timers::actions::discard_all_of_user(tx, id)?;
    let removed = delivery::creators::remove(tx, id)?;
    let revoked = tokens::revoke_all_of(tx, id)?;
    let forgotten = entries::actions::forget_approver(tx, id)?;
    table::revoke_all_access(tx, &user)?;
    let access = tx.silent(Silence::ProjectAccess, ());
    table::delete(tx, id)?;
    let told = tell(tx, event::DELETED, &user, shown);
    let gone = told.and(discarded).and(removed).and(revoked);
    Ok(gone.and(forgotten).and(access))
}

/// Lets a deactivated user work again, and what fell silent go on; the operator also one who was
/// suspended. `not_deactivated`, `reached_user_limit`. Contract: users.md, activate.
pub fn activate(tx: &mut Tx<'_>, id: Id<UserMark>, users_max: Option<i64>) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    let change = rules::activate(&user, tx.actor)?;
    rules::check_limit(table::count_working(tx)?, users_max)?;
    match change {
        Change::None(_) => Ok(tx.silent(Silence::Unchanged, ())),
        Change::Made(state) => {
            let resumed = delivery::creators::resume(tx, user.id)?;
            Ok(change_state(tx, &user, state, event::ACTIVATED)?.and(resumed))
        }
    }
}

/// Makes a pending user active because they were seen for the first time.
/// Contract: authentication.md §1.
pub(crate) fn first_use(tx: &mut Tx<'_>, id: Id<UserMark>) -> Result<Recorded<()>> {
    let user = table::load(tx, id)?;
    match rules::first_use(&user)? {
        Change::None(_) => Ok(tx.silent(Silence::Unchanged, ())),
        Change::Made(state) => change_state(tx, &user, state, event::ACTIVATED),
    }
}

/// Lets a contractor see projects of the account; others see all anyway, and for them nothing
/// changes. Contract: users.md.
pub(crate) fn give_access(
    tx: &mut Tx<'_>,
    id: Id<UserMark>,
    projects: &[Id<Project>],
) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    rules::give_access(&user, tx.actor)?;
    if !rules::is_bound_by_access(&user) {
        return Ok(tx.silent(Silence::Unchanged, ()));
    }
    table::give_access(tx, &user, projects)?;
    Ok(tx.silent(Silence::ProjectAccess, ()))
}

/// Which projects an access is taken from.
#[derive(Clone, Debug)]
pub(crate) enum Revoked {
    /// These.
    Some(Vec<Id<Project>>),
    /// Every one.
    All,
}

/// Hides projects from a contractor. Entries stay. Contract: users.md.
pub(crate) fn revoke_access(
    tx: &mut Tx<'_>,
    id: Id<UserMark>,
    projects: &Revoked,
) -> Result<Recorded<()>> {
    let user = load_to_manage(tx, id)?;
    rules::revoke_access(&user, tx.actor)?;
    match projects {
        Revoked::Some(projects) => table::revoke_access(tx, &user, projects)?,
        Revoked::All => table::revoke_all_access(tx, &user)?,
    }
    Ok(tx.silent(Silence::ProjectAccess, ()))
}

/// A user whom the actor sees and may manage: `NotFound` comes before `Forbidden`.
fn load_to_manage(tx: &Tx<'_>, id: Id<UserMark>) -> Result<User> {
    let user = table::load(tx, id)?;
    rules::may_manage(tx.role())?;
    Ok(user)
}

/// What every way of leaving has in common: the user's timers, webhooks and receivers end with it.
fn send_away(tx: &mut Tx<'_>, user: &User, state: State) -> Result<Recorded<()>> {
    let discarded = timers::actions::discard_all_of_user(tx, user.id)?;
    // Before the records are flushed: the user's own receivers do not hear of their silencing.
    let silenced = delivery::creators::silence(tx, user.id)?;
    let told = change_state(tx, user, state, event::DEACTIVATED)?;
    Ok(told.and(discarded).and(silenced))
}

fn change_state(
    tx: &mut Tx<'_>,
    before: &User,
    state: State,
    name: &'static str,
) -> Result<Recorded<()>> {
    let after = User {
        state,
        updated_at: tx.wall,
        ..before.clone()
    };
    table::update(tx, &after)?;
    let shown = edited(tx, before, &after)?;
    Ok(tell(tx, name, &after, shown))
}

/// Saves an edit and tells of it, if `user` shows any of it.
fn save(tx: &mut Tx<'_>, before: &User, after: User) -> Result<Recorded<User>> {
    if after == *before {
        return Ok(tx.silent(Silence::Unchanged, after));
    }
    let after = User {
        updated_at: tx.wall,
        ..after
    };
    table::update(tx, &after)?;
    if !rules::is_seen(before, &after) {
        return Ok(tx.silent(Silence::Settings, after));
    }
    let shown = edited(tx, before, &after)?;
    Ok(tell(tx, event::UPDATED, &after, shown).with(after))
}

fn edited(tx: &Tx<'_>, before: &User, after: &User) -> Result<Shown> {
    changes::edit(
        |_| UserShape::of(before, tx.api()),
        |_| UserShape::of(after, tx.api()),
        &DERIVED,
    )
}

fn tell(tx: &mut Tx<'_>, name: &'static str, user: &User, shown: Shown) -> Recorded<()> {
    let url = (name != event::DELETED).then(|| super::shape::url(user.id, tx.api()));
    tx.record(Record::Event(Event {
        name,
        kind: Kind::User,
        subject: user.id.number(),
        url,
        full: shown.full,
        limited: shown.limited,
        audience: Audience::Person(user.id),
    }))
}
