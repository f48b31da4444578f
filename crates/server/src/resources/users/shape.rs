//! How users look in JSON: shapes `user` and `simple_user`.
//!
//! Never: deciding who sees whom.

use base::id::{Id, User as UserMark};
use base::{Role, WallTime};
use serde::Serialize;

use super::{Summary, User};

/// Shape `user`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserShape {
    id: Id<UserMark>,
    email: String,
    first_name: String,
    last_name: String,
    profile_image_url: &'static str,
    state: &'static str,
    role: Role,
    /// Always empty: there are no teams yet.
    teams: [(); 0],
    entries: i64,
    /// Always 0: there are no expenses yet.
    expenses: i64,
    created_at: WallTime,
    updated_at: WallTime,
    url: String,
    entries_url: String,
    expenses_url: String,
    activate_url: String,
    deactivate_url: String,
    give_access_to_projects_url: String,
    give_access_to_project_url: String,
    revoke_access_to_projects_url: String,
    revoke_access_to_project_url: String,
    revoke_access_to_all_projects_url: String,
}

impl UserShape {
    /// The user in an API at `{api}`.
    pub fn of(user: &User, api: &str) -> Self {
        let url = url(user.id, api);
        let under = |word: &str| format!("{url}/{word}");
        Self {
            id: user.id,
            email: user.email.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            profile_image_url: "",
            state: user.state.word(),
            role: user.role,
            teams: [],
            entries: user.entries,
            expenses: 0,
            created_at: user.created_at,
            updated_at: user.updated_at,
            entries_url: under("entries"),
            expenses_url: under("expenses"),
            activate_url: under("activate"),
            deactivate_url: under("deactivate"),
            give_access_to_projects_url: under("give_access_to_projects"),
            give_access_to_project_url: under("give_access_to_projects"),
            revoke_access_to_projects_url: under("revoke_access_to_projects"),
            revoke_access_to_project_url: under("revoke_access_to_projects"),
            revoke_access_to_all_projects_url: under("revoke_access_to_all_projects"),
            url,
        }
    }
}

/// Shape `simple_user`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimpleUser {
    id: Id<UserMark>,
    email: String,
    first_name: String,
    last_name: String,
    profile_image_url: &'static str,
    url: String,
}

impl SimpleUser {
    /// The user in an API at `{api}`.
    pub fn of(user: &Summary, api: &str) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            profile_image_url: "",
            url: url(user.id, api),
        }
    }
}

/// `{api}/users/ID`.
pub fn url(id: Id<UserMark>, api: &str) -> String {
    format!("{api}/users/{id}")
}
