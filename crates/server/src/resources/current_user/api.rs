//! The current user over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use std::ops::RangeInclusive;

use base::{Actor, Error, Kind, limits};

use super::shape::CurrentUserShape;
use crate::http::{Answer, Call, Doc, Handled, Inputs, Policy, Route, Shape};
use crate::resources::entries::{self, Within};
use crate::resources::users::{OwnEdit, actions};

/// Seconds east of UTC; the contract's bounds (`current_user.md`).
const UTC_OFFSETS: RangeInclusive<i64> = -50_400..=50_400;

const SHOW: Doc = Doc {
    summary: "Shows the user of the credentials.",
    answers: Shape::One("current_user"),
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Edits the user of the credentials.",
    answers: Shape::One("current_user"),
    inputs: &[
        ("first_name", "text"),
        ("last_name", "text"),
        ("time_format", "text"),
        ("week_start", "text"),
        ("send_personal_weekly_report", "boolean"),
        ("send_team_weekly_report", "boolean"),
        ("utc_offset", "integer"),
    ],
    ..Doc::PLAIN
};

const ENTRIES: Doc = Doc {
    summary: "Lists the own entries, newest first.",
    answers: Shape::Many("entry"),
    filters: entries::api::FILTERS,
    ..Doc::PLAIN
};

/// All routes of the current user. Contract: `current_user.md`.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/current_user", Policy::AnyUser, SHOW, show),
        Route::put("/current_user", Policy::AnyUser, EDIT, edit),
        Route::get(
            "/current_user/entries",
            Policy::AnyUser,
            ENTRIES,
            list_entries,
        ),
    ]
}

async fn show(call: Call) -> Handled {
    let read = call.app.db.read(call.actor, |reader| {
        let user = actions::peek(reader, reader.user()?)?;
        Ok(CurrentUserShape::of(user, reader.api()))
    });
    Answer::ok(&read.await?)
}

async fn list_entries(call: Call) -> Handled {
    let Actor::User { id, .. } = call.actor else {
        return Err(Error::Unauthenticated);
    };
    entries::api::list_within(call, Within::User(id), |_| Ok(())).await
}

async fn edit(call: Call) -> Handled {
    let mut input = call.input(Kind::User);
    let wish = wish(&mut input);
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let edited = actions::edit_own(tx, &wish)?;
        let api = tx.api();
        Ok(edited.map(|user| CurrentUserShape::of(user, api)))
    });
    Answer::ok(&write.await?)
}

fn wish(input: &mut Inputs<'_>) -> OwnEdit {
    let (personal, team) = ("send_personal_weekly_report", "send_team_weekly_report");
    input.alias(personal, "send_personal_weekly_report_email");
    input.alias(team, "send_team_weekly_report_email");
    OwnEdit {
        first_name: input.text("first_name", limits::NAME_CHARS_MAX).value(),
        last_name: input.text("last_name", limits::NAME_CHARS_MAX).value(),
        time_format: input
            .one_of("time_format", &["fraction", "hours_minutes"])
            .value(),
        week_start: week_start(input),
        send_personal_weekly_report: input.boolean(personal).value(),
        send_team_weekly_report: input.boolean(team).value(),
        utc_offset: input.integer_in("utc_offset", UTC_OFFSETS).value(),
    }
}

/// A weekday in any case of letters.
fn week_start(input: &mut Inputs<'_>) -> Option<&'static str> {
    let given = input.text("week_start", limits::NAME_CHARS_MAX).value()?;
    let known = ["sunday", "monday"]
        .into_iter()
        .find(|day| given.eq_ignore_ascii_case(day));
    if known.is_none() {
        input.refuse("week_start", "invalid");
    }
    known
}
