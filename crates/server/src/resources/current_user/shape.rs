//! How users see themselves in JSON: shape `current_user`.
//!
//! Never: deciding anything.

use base::id::{Id, User as UserMark};
use base::{Role, WallTime};
use serde::Serialize;

use crate::resources::users::{User, shape};

/// Shape `current_user`, in its order of fields.
#[derive(Debug, Serialize)]
pub(super) struct CurrentUserShape {
    id: Id<UserMark>,
    email: String,
    first_name: String,
    last_name: String,
    profile_image_url: &'static str,
    url: String,
    state: &'static str,
    role: Role,
    entries: i64,
    entries_url: String,
    /// Always 0: there are no expenses yet.
    expenses: i64,
    expenses_url: String,
    time_format: String,
    week_start: String,
    utc_offset: i64,
    send_personal_weekly_report_email: bool,
    send_team_weekly_report_email: bool,
    created_at: WallTime,
    updated_at: WallTime,
}

impl CurrentUserShape {
    /// The user in an API at `{api}`.
    pub(super) fn of(user: User, api: &str) -> Self {
        let url = shape::url(user.id, api);
        let settings = user.settings;
        Self {
            id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            profile_image_url: "",
            state: user.state.word(),
            role: user.role,
            entries: user.entries,
            entries_url: format!("{url}/entries"),
            expenses: 0,
            expenses_url: format!("{url}/expenses"),
            url,
            time_format: settings.time_format,
            week_start: capitalised(&settings.week_start),
            utc_offset: settings.utc_offset,
            send_personal_weekly_report_email: settings.send_personal_weekly_report,
            send_team_weekly_report_email: settings.send_team_weekly_report,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// `monday` → `Monday`: weekdays are ASCII.
fn capitalised(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some(first) = word.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    word
}
