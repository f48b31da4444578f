//! What may become of a user, and what may not.
//!
//! Never: storage, HTTP, the time.

use base::id::{Id, User as UserMark};
use base::{Actor, Error, Kind, Problem, Result, Role, limits};

use super::{Edit, NewUser, OwnEdit, State, User};
use crate::resources::changes::Change;

/// People are a supervisor's affair: others are `Forbidden`. Contract: authentication.md §5.
pub(super) fn may_manage(role: Role) -> Result<()> {
    if role.is_at_least(Role::Supervisor) {
        return Ok(());
    }
    let sentence = format!(
        "A {} may not manage people; it takes a supervisor.",
        role.word()
    );
    Err(Error::Forbidden(sentence))
}

/// Blocks a user as the operator does: whatever state it was, it is suspended. The owner of the
/// account cannot be blocked. Contract: users.md, States.
pub(super) fn suspend(user: &User, owner: Id<UserMark>) -> Result<Change<State>> {
    if user.id == owner {
        return Err(refused(&[Code::AccountOwner]));
    }
    Ok(match user.state {
        State::Suspended => Change::None(user.state),
        State::Pending | State::Active | State::Disabled => Change::Made(State::Suspended),
    })
}

/// Deactivates a user; one who has logged nothing is deleted instead, and nobody deactivates
/// the owner or themselves. Contract: users.md, deactivate.
pub(super) fn deactivate(user: &User, owner: Id<UserMark>, by: Actor) -> Result<Change<State>> {
    let codes = [
        (user.id == owner, Code::AccountOwner),
        (is_self(user, by), Code::AuthenticatedUser),
    ];
    refuse_any(&codes)?;
    match user.state {
        // A suspended user is as good as deactivated, and stays what the operator made of them.
        State::Disabled | State::Suspended => Ok(Change::None(user.state)),
        State::Pending | State::Active if user.entries == 0 => Err(refused(&[Code::Deletable])),
        State::Pending | State::Active => Ok(Change::Made(State::Disabled)),
    }
}

/// Whether a user may go, in any state: only one without entries, and neither the owner nor whoever
/// asks. All that applies is told. Contract: users.md, `DELETE`.
pub(super) fn delete(user: &User, owner: Id<UserMark>, by: Actor) -> Result<()> {
    refuse_any(&[
        (user.entries > 0, Code::NotDeletable),
        (user.id == owner, Code::AccountOwner),
        (is_self(user, by), Code::AuthenticatedUser),
    ])
}

/// Lets a user work again. A supervisor cannot undo what the operator did; for both, a user who
/// is not deactivated is refused with `not_deactivated`. Contract: users.md, activate.
pub(super) fn activate(user: &User, by: Actor) -> Result<Change<State>> {
    let is_possible = match user.state {
        State::Disabled => true,
        State::Suspended => matches!(by, Actor::Operator(_)),
        State::Pending | State::Active => false,
    };
    if is_possible {
        Ok(Change::Made(State::Active))
    } else {
        Err(refused(&[Code::NotDeactivated]))
    }
}

/// Lets a pending user in at first use; `Unauthenticated` if they were deactivated meanwhile.
/// Contract: authentication.md §1.
pub(super) fn first_use(user: &User) -> Result<Change<State>> {
    match user.state {
        State::Pending => Ok(Change::Made(State::Active)),
        State::Active => Ok(Change::None(user.state)),
        State::Disabled | State::Suspended => Err(Error::Unauthenticated),
    }
}

/// Whether an account with this many users at work may have one more.
pub(super) fn check_limit(working: i64, users_max: Option<i64>) -> Result<()> {
    if users_max.is_some_and(|most| working >= most) {
        return Err(refused(&[Code::ReachedUserLimit]));
    }
    Ok(())
}

/// The user after an edit by a supervisor. Nobody changes their own role, and nobody the owner's.
/// Contract: users.md, `PUT`.
pub(super) fn edit(user: &User, edit: &Edit, owner: Id<UserMark>, by: Actor) -> Result<User> {
    if user.state.is_deactivated() {
        return Err(refused(&[Code::Deactivated]));
    }
    let changes_role = edit.role.is_some_and(|role| role != user.role);
    if changes_role && is_self(user, by) {
        let problem = Problem::new(Kind::User, "role", Code::AuthenticatedUser.word());
        return Err(Error::Conflict {
            sentence: "Nobody changes their own role. Ask another supervisor.".into(),
            problems: vec![problem],
        });
    }
    if changes_role && user.id == owner {
        return Err(refused(&[Code::AccountOwner]));
    }
    Ok(User {
        first_name: edit.first_name.clone().unwrap_or(user.first_name.clone()),
        last_name: edit.last_name.clone().unwrap_or(user.last_name.clone()),
        role: edit.role.unwrap_or(user.role),
        ..user.clone()
    })
}

/// The user after an edit of their own. The team's report is for supervisors; what others say
/// about it is ignored. Contract: `current_user.md`.
pub(super) fn edit_own(user: &User, edit: &OwnEdit) -> User {
    let mut after = user.clone();
    set(&mut after.first_name, edit.first_name.as_deref());
    set(&mut after.last_name, edit.last_name.as_deref());
    let settings = &mut after.settings;
    set(&mut settings.time_format, edit.time_format);
    set(&mut settings.week_start, edit.week_start);
    settings.utc_offset = edit.utc_offset.unwrap_or(settings.utc_offset);
    settings.send_personal_weekly_report = edit
        .send_personal_weekly_report
        .unwrap_or(settings.send_personal_weekly_report);
    if user.role == Role::Supervisor {
        settings.send_team_weekly_report = edit
            .send_team_weekly_report
            .unwrap_or(settings.send_team_weekly_report);
    }
    after
}

/// Whether an edit changes what others see of a user: not the settings.
pub(super) fn is_seen(before: &User, after: &User) -> bool {
    before.first_name != after.first_name
        || before.last_name != after.last_name
        || before.role != after.role
}

/// Whether access to projects means anything for this user: only contractors need it.
pub(super) fn is_bound_by_access(user: &User) -> bool {
    user.role == Role::Contractor
}

/// Whether access to projects can be given to this user. Contract: users.md.
pub(super) fn give_access(user: &User, by: Actor) -> Result<()> {
    refuse_any(&[
        (user.state.is_deactivated(), Code::Deactivated),
        (is_self(user, by), Code::AuthenticatedUser),
    ])
}

/// Whether access to projects can be taken from this user: from a contractor only.
pub(super) fn revoke_access(user: &User, by: Actor) -> Result<()> {
    refuse_any(&[
        (!is_bound_by_access(user), Code::CanAccessAllProjects),
        (user.state.is_deactivated(), Code::Deactivated),
        (is_self(user, by), Code::AuthenticatedUser),
    ])
}

/// What is wrong with a new user's address and names, but for an address in use.
pub(super) fn check_new(new: &NewUser) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, code, sentence| {
        problems.push(Problem::new(Kind::User, field, code).saying(sentence));
    };
    if new.email.is_empty() {
        refuse("email", "missing_field", "A user needs an e-mail address.");
    } else if !is_address(&new.email) {
        refuse(
            "email",
            "invalid",
            "The e-mail address is none: write name@host.",
        );
    }
    for (field, name) in [
        ("first_name", &new.first_name),
        ("last_name", &new.last_name),
    ] {
        if name.chars().count() > limits::NAME_CHARS_MAX {
            refuse(field, "invalid", "A name has at most 255 characters.");
        }
    }
    problems
}

/// A name, one `@`, a host, and nothing that would be read as a separator.
pub(super) fn is_address(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_odd = |it: char| it == '@' || it.is_whitespace() || it.is_control();
        !part.is_empty() && !part.contains(is_odd)
    };
    let is_short = text.chars().count() <= limits::NAME_CHARS_MAX;
    is_short
        && text
            .split_once('@')
            .is_some_and(|(name, host)| is_part(name) && is_part(host))
}

/// The custom codes of users. Contract: users.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    AccountOwner,
    AuthenticatedUser,
    Deactivated,
    NotDeactivated,
    Deletable,
    NotDeletable,
    ReachedUserLimit,
    CanAccessAllProjects,
}

impl Code {
    fn word(self) -> &'static str {
        match self {
            Self::AccountOwner => "account_owner",
            Self::AuthenticatedUser => "authenticated_user",
            Self::Deactivated => "deactivated",
            Self::NotDeactivated => "not_deactivated",
            Self::Deletable => "deletable",
            Self::NotDeletable => "not_deletable",
            Self::ReachedUserLimit => "reached_user_limit",
            Self::CanAccessAllProjects => "can_access_all_projects",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::AccountOwner => {
                "The account's owner stays a supervisor who is at work; this cannot be changed."
            }
            Self::AuthenticatedUser => "This is you. Ask another supervisor to do it.",
            Self::Deactivated => "The user is deactivated. Activate the user first.",
            Self::NotDeactivated => {
                "The user is not deactivated, or was suspended by the operator, who alone can \
                 activate them."
            }
            Self::Deletable => "The user has no entries. Delete the user instead.",
            Self::NotDeletable => "The user has entries. Deactivate the user instead.",
            Self::ReachedUserLimit => {
                "The account has as many users as it may have. Deactivate one first."
            }
            Self::CanAccessAllProjects => {
                "The user's role sees all projects. Only a contractor's access can be taken away."
            }
        }
    }
}

fn refuse_any(codes: &[(bool, Code)]) -> Result<()> {
    let apply: Vec<Code> = codes
        .iter()
        .filter_map(|(applies, code)| applies.then_some(*code))
        .collect();
    if apply.is_empty() {
        Ok(())
    } else {
        Err(refused(&apply))
    }
}

fn refused(codes: &[Code]) -> Error {
    let sentences: Vec<_> = codes.iter().map(|code| code.sentence()).collect();
    let problems = codes
        .iter()
        .map(|code| Problem::new(Kind::User, "base", code.word()));
    Error::Conflict {
        sentence: sentences.join(" "),
        problems: problems.collect(),
    }
}

fn is_self(user: &User, by: Actor) -> bool {
    matches!(by, Actor::User { id, .. } if id == user.id)
}

fn set(text: &mut String, given: Option<&str>) {
    if let Some(given) = given {
        given.clone_into(text);
    }
}
