//! Timers over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use std::ops::RangeInclusive;

use base::id::{Id, Project};
use base::{Kind, Result, limits};
use store::{Reader, Recorded, Tx};

use super::rules::{LogWish, Wish};
use super::shape::TimerShape;
use super::table::{self, Filter};
use super::{Timer, actions};
use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape};

/// Minutes that one request may add or take away.
const MINUTES: RangeInclusive<i64> = -limits::ENTRY_MINUTES_MAX..=limits::ENTRY_MINUTES_MAX;
/// The same in seconds.
const SECONDS: RangeInclusive<i64> = *MINUTES.start() * 60..=*MINUTES.end() * 60;

const TIMER: Doc = Doc {
    answers: Shape::One("timer"),
    ..Doc::PLAIN
};
const LIST: Doc = Doc {
    summary: "Lists the own timers that have run, the running one first.",
    answers: Shape::Many("timer"),
    filters: &[
        ("description", "text"),
        ("projects", "ids"),
        ("billable", "boolean"),
    ],
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows the own timer on a project.",
    ..TIMER
};
const EDIT: Doc = Doc {
    summary: "Describes the own timer on a project, making it if there is none.",
    inputs: &[("description", "text")],
    ..TIMER
};
const START: Doc = Doc {
    summary: "Starts the own timer on a project and pauses the one that runs.",
    inputs: &[("entry_date", "date"), ("description", "text")],
    ..TIMER
};
const PAUSE: Doc = Doc {
    summary: "Pauses the own timer on a project.",
    ..TIMER
};
const ADD: Doc = Doc {
    summary: "Adds time to the own timer on a project, or takes it away.",
    inputs: &[("minutes", "integer"), ("seconds", "integer")],
    ..TIMER
};
const LOG: Doc = Doc {
    summary: "Makes an entry of the own timer on a project and ends the timer.",
    inputs: &[
        ("entry_date", "date"),
        ("minutes", "integer"),
        ("description", "text"),
    ],
    ..Doc::PLAIN
};
const DISCARD: Doc = Doc {
    summary: "Drops the own timer on a project without an entry.",
    ..Doc::PLAIN
};

/// All routes of timers. Everybody acts on the own ones. Contract: timers.md.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::get("/timers", any, LIST, index),
        Route::get("/projects/{project_id}/timer", any, SHOW, show),
        Route::put("/projects/{project_id}/timer", any, EDIT, edit),
        Route::delete("/projects/{project_id}/timer", any, DISCARD, discard),
        Route::put("/projects/{project_id}/timer/start", any, START, start),
        Route::put("/projects/{project_id}/timer/pause", any, PAUSE, pause),
        Route::put(
            "/projects/{project_id}/timer/add_or_subtract_time",
            any,
            ADD,
            add,
        ),
        Route::put("/projects/{project_id}/timer/log", any, LOG, log),
    ]
}

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::Timer);
    filters.alias("projects", "project_ids");
    let filter = Filter {
        description: filters.text("description"),
        projects: filters.ids("projects"),
        billable: filters.boolean("billable"),
    };
    filters.finish()?;
    let page = (call.page().limit(), call.page().offset());
    let read = call.app.db.read(call.actor, move |reader| {
        let (timers, total) = table::peek_page(reader, &filter, page)?;
        let show = |seen| TimerShape::of(seen, reader.now, reader.api());
        Ok((timers.iter().map(show).collect::<Vec<_>>(), total))
    });
    let (timers, total) = read.await?;
    Answer::list(&call, &timers, total)
}

async fn show(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let read = call
        .app
        .db
        .read(call.actor, move |reader| shown(reader, project));
    Answer::ok(&read.await?)
}

async fn edit(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let mut input = call.input(Kind::Timer);
    let wish = Wish {
        entry_date: None,
        description: input.text("description", limits::TEXT_CHARS_MAX).value(),
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let timer = actions::edit(tx, project, wish.clone())?;
        changed(tx, timer)
    });
    Answer::ok(&write.await?)
}

async fn start(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let mut input = call.input(Kind::Timer);
    let wish = Wish {
        entry_date: input.date("entry_date").value(),
        description: input.text("description", limits::TEXT_CHARS_MAX).value(),
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let timer = actions::start(tx, project, wish.clone())?;
        changed(tx, timer)
    });
    let timer = write.await?;
    Answer::ok_at(timer.url(), &timer)
}

async fn pause(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let write = call.app.db.write(call.actor, move |tx| {
        let timer = actions::pause(tx, project)?;
        changed(tx, timer)
    });
    Answer::ok(&write.await?)
}

async fn add(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let mut input = call.input(Kind::Timer);
    let minutes = input.integer_in("minutes", MINUTES).value().unwrap_or(0);
    let seconds = input.integer_in("seconds", SECONDS).value().unwrap_or(0);
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let timer = actions::add(tx, project, minutes * 60 + seconds)?;
        changed(tx, timer)
    });
    Answer::ok(&write.await?)
}

async fn log(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let mut input = call.input(Kind::Timer);
    let wish = LogWish {
        entry_date: input.date("entry_date").value(),
        minutes: input
            .integer_in("minutes", 0..=limits::ENTRY_MINUTES_MAX)
            .value(),
        description: input.text("description", limits::TEXT_CHARS_MAX).value(),
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        actions::log(tx, project, wish.clone())
    });
    write.await?;
    Answer::no_content()
}

async fn discard(call: Call) -> Handled {
    let project = call.id("project_id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::discard(tx, project));
    write.await?;
    Answer::no_content()
}

/// The own timer on a project at this moment.
fn shown(reader: &Reader<'_>, project: Id<Project>) -> Result<TimerShape> {
    let seen = table::peek_of_actor(reader, project)?;
    Ok(TimerShape::of(&seen, reader.now, reader.api()))
}

/// What an action left, as its answer shows it.
fn changed(tx: &Tx<'_>, timer: Recorded<Timer>) -> Result<Recorded<TimerShape>> {
    let shape = shown(tx, timer.value().project)?;
    Ok(timer.map(|_| shape))
}
