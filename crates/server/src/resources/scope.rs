//! What an actor may see: the fragment that every select of a resource table contains.
//!
//! Words: *scope*, the three values that bind a select: account, contractor or not, user.
//! Never: what an actor may change; that is for policies and actions (authentication.md §5).

use base::id::{self, Id};
use base::{Actor, Result, Role};
use store::{Reader, ToValue};

/// Projects as `p`: a contractor sees those that were given to them. `$1` to `$3`.
pub const PROJECTS: &str = "p.account_id = $1 and ($2 = 0 or exists (
  select 1 from project_access a where a.project_id = p.id and a.user_id = $3))";

/// Entries as `e`: a contractor sees the own ones in projects given to them, and those in no
/// project. `$1` to `$3`.
pub const ENTRIES: &str = "e.account_id = $1 and ($2 = 0 or (e.user_id = $3 and (
  e.project_id is null or exists (
    select 1 from project_access a where a.project_id = e.project_id and a.user_id = $3))))";

/// Users as `u`: a contractor sees themselves. `$1` to `$3`.
pub const USERS: &str = "u.account_id = $1 and ($2 = 0 or u.id = $3)";

/// Timers as `t`: everybody's own, a contractor's in projects given to them. `$1` to `$3`.
pub const TIMERS: &str = "t.account_id = $1 and t.user_id = $3 and ($2 = 0 or exists (
  select 1 from project_access a where a.project_id = t.project_id and a.user_id = $3))";

/// Tags as `g`: all of the account. `$1` alone, so further values begin at `$2`.
pub const TAGS: &str = "g.account_id = $1";

/// Timers as `t` of one user, whatever became of their access to the project: for changes that
/// must not miss one. `$1` is the account, `$2` the user.
pub const TIMERS_OF_USER: &str = "t.account_id = $1 and t.user_id = $2";

/// Timers as `t` of everybody, for changes of a project that reach them. `$1` is the account.
pub const TIMERS_OF_ACCOUNT: &str = "t.account_id = $1";

/// The values of an actor for the fragments above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `$1`: nothing outside it exists for this actor.
    pub account: Id<id::Account>,
    /// `$2`: whether ownership and project access count.
    pub is_contractor: bool,
    /// `$3`: none for the operator, who sees what a supervisor sees but owns nothing.
    pub user: Option<Id<id::User>>,
}

impl Scope {
    /// The scope of whoever reads; `Internal` for the system, which is bound to no account.
    pub fn of(reader: &Reader<'_>) -> Result<Self> {
        let user = match reader.actor {
            Actor::User { id, .. } => Some(id),
            Actor::Operator(_) | Actor::System(_) => None,
        };
        Ok(Self {
            account: reader.account()?,
            is_contractor: reader.role() == Role::Contractor,
            user,
        })
    }

    /// `$1` to `$3`, then the values given, from `$4` on.
    pub fn with<'p>(&'p self, more: &[&'p dyn ToValue]) -> Vec<&'p dyn ToValue> {
        let mut values: Vec<&dyn ToValue> = vec![&self.account, &self.is_contractor, &self.user];
        values.extend(more);
        values
    }
}
