//! In whose name database work runs, and who may see what it tells.
//!
//! Words: *actor*, *role*, *audience*, *view* (full or limited rendering of an object).
//! Never: credentials; storage.

use serde::Serialize;

use crate::id::{self, Id};

/// What a user may do in the account, highest first (contract authentication.md §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, people included.
    Supervisor,
    /// Everybody's time, projects, tags.
    Leader,
    /// The own time; sees the time of others.
    Coworker,
    /// The own time in projects given to them.
    Contractor,
}

impl Role {
    /// All roles, highest first.
    pub const ALL: [Self; 4] = [
        Self::Supervisor,
        Self::Leader,
        Self::Coworker,
        Self::Contractor,
    ];

    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Supervisor => "supervisor",
            Self::Leader => "leader",
            Self::Coworker => "coworker",
            Self::Contractor => "contractor",
        }
    }

    /// Reads the word of the contract.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == text)
    }

    /// Whether this role stands at or above `other`.
    pub fn is_at_least(self, other: Self) -> bool {
        self <= other
    }

    /// Which rendering of an object this role sees: budgets and invoices need a leader.
    pub fn view(self) -> View {
        if self.is_at_least(Self::Leader) {
            View::Full
        } else {
            View::Limited
        }
    }
}

/// Which rendering of an object somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Everything.
    Full,
    /// Without what needs a leader: budgets and invoices.
    Limited,
}

/// Why the system itself works on the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The delivery engine takes a turn.
    Engine,
    /// Old rows are removed.
    Retention,
    /// A token is looked up; no user is known yet.
    TokenLookUp,
    /// Somebody signs in, or a session is looked up; no user is known yet.
    SignIn,
    /// A pending user of this account is seen for the first time.
    FirstUse(Id<id::Account>),
    /// A health check.
    Health,
    /// The schema is brought up to date.
    Migration,
    /// The server starts, or a command looks for an account.
    StartUp,
}

/// In whose name database work runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user, known by credentials.
    User {
        /// The user's account: nothing outside it exists for this actor.
        account: Id<id::Account>,
        /// The user.
        id: Id<id::User>,
        /// The user's one role.
        role: Role,
    },
    /// The operator at the command line, working on one account.
    Operator(Id<id::Account>),
    /// The system, for a named reason; bound to no account.
    System(Reason),
}

/// Who may see an event's object; a contractor sees less than the other roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// All users of the account.
    Everybody,
    /// All but contractors to whom the project was not given.
    ProjectMembers(Id<id::Project>),
    /// All but contractors, and these: who had been given a project that is gone with its access.
    Members {
        /// To whom it was given.
        users: Vec<Id<id::User>>,
        /// The project into which it was merged; whoever does not see that is not told of it.
        into: Option<Id<id::Project>>,
    },
    /// All but contractors; a contractor only as the owner, in a project given to them if any.
    OwnTime {
        /// Whose entry it is.
        owner: Id<id::User>,
        /// Where it was logged.
        project: Option<Id<id::Project>>,
        /// What an edit shows of the time before it.
        former: Former,
    },
    /// All but contractors; a contractor only as that user.
    Person(Id<id::User>),
}

/// Owner and project of an entry before an edit, where it changed them: not everybody who may see
/// the entry may see these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Former {
    /// Whose entry it was.
    pub owner: Option<Id<id::User>>,
    /// Where it was logged.
    pub project: Option<Id<id::Project>>,
}
