//! How timers look in JSON: shape `timer`.
//!
//! Never: reading anything; the moment at which a running timer is shown is given.

use std::time::Duration;

use base::EngineTime;
use base::id::{Id, Project, Timer};
use serde::Serialize;

use super::Seen;
use crate::resources::projects;
use crate::resources::projects::shape::SimpleProject;
use crate::resources::users::shape::SimpleUser;

/// Shape `timer`, in its order of fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimerShape {
    id: Id<Timer>,
    state: &'static str,
    seconds: u64,
    formatted_time: String,
    date: String,
    description: String,
    user: SimpleUser,
    project: SimpleProject,
    url: String,
    start_url: String,
    pause_url: String,
    add_or_subtract_time_url: String,
    log_url: String,
    log_inbox_entry_url: String,
}

impl TimerShape {
    /// The timer at this moment in an API at `{api}`.
    pub fn of(seen: &Seen, now: EngineTime, api: &str) -> Self {
        let timer = &seen.timer;
        let elapsed = timer.elapsed(now);
        let url = url(timer.project, api);
        let under = |word: &str| format!("{url}/{word}");
        Self {
            id: timer.id,
            state: timer.state.word(),
            seconds: elapsed.as_secs(),
            formatted_time: formatted(elapsed),
            date: timer.date.to_string(),
            description: timer.description.clone(),
            user: SimpleUser::of(&seen.user, api),
            project: SimpleProject::of(&seen.project, api),
            start_url: under("start"),
            pause_url: under("pause"),
            add_or_subtract_time_url: under("add_or_subtract_time"),
            log_url: under("log"),
            log_inbox_entry_url: under("log_inbox_entry"),
            url,
        }
    }

    /// Where its user reads it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// `{api}/projects/ID/timer`: where a user reads the own timer on a project.
pub fn url(project: Id<Project>, api: &str) -> String {
    format!("{}/timer", projects::shape::url(project, api))
}

/// `HH:MM:SS`; 27 hours are `27:00:00` (contract README §8, point 13).
pub(super) fn formatted(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_have_two_digits_at_least_and_do_not_wrap() {
        for (seconds, shown) in [
            (0, "00:00:00"),
            (4530, "01:15:30"),
            (97_200, "27:00:00"),
            (360_000, "100:00:00"),
        ] {
            assert_eq!(formatted(Duration::from_secs(seconds)), shown);
        }
    }
}
