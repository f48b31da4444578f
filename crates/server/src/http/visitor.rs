//! Who is signed in, as pages know them.
//!
//! Never: deciding who that is; `identity` does.

use base::id::{Account, Id, User};
use base::{Actor, Role, Secret};

/// A signed-in user.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The account whose things the pages show.
    pub account: Id<Account>,
    /// The name of that account.
    pub account_name: String,
    /// Whose session it is.
    pub user: Id<User>,
    /// What they may do.
    pub role: Role,
    /// First and last name, or the address if both are empty.
    pub name: String,
    /// Seconds east of UTC in which they see times.
    pub utc_offset: i64,
    /// What the cookie holds; form tokens are bound to it.
    pub cookie: Secret<String>,
}

impl Visitor {
    /// In whose name the database works for them.
    pub fn actor(&self) -> Actor {
        Actor::User {
            account: self.account,
            id: self.user,
            role: self.role,
        }
    }
}
