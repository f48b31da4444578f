//! Timers as a page: start, pause, log, discard, add and take away.
//!
//! Never: SQL; decisions.

use askama::Template;
use base::id::{Id, Project};
use base::{Kind, Result, limits};
use hyper::StatusCode;
use store::{Recorded, Tx};

use super::rules::{LogWish, Wish};
use super::table::Filter;
use super::{State, actions, table};
use crate::http::layout::{Confirm, Layout, Section};
use crate::http::shown::{Badge, spell};
use crate::http::{Answer, Call, Handled, Policy, Refusals, Route, refusals};
use crate::resources::projects;

const LIST: &str = "/timers";
/// Timers of a page.
const ROWS_MAX: i64 = 100;
/// Projects to choose from.
const CHOICES_MAX: i64 = 200;
/// Minutes that one press of a button adds or takes away.
const STEPS: [i64; 4] = [-15, -5, 5, 15];

/// All pages of timers. Everybody acts on the own ones.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page(LIST, any, index),
        Route::form("/timers/start", any, start),
        Route::form("/timers/{project_id}/pause", any, pause),
        Route::form("/timers/{project_id}/add", any, add),
        Route::form("/timers/{project_id}/describe", any, describe),
        Route::page("/timers/{project_id}/log", any, log_form),
        Route::form("/timers/{project_id}/log", any, log),
        Route::page("/timers/{project_id}/discard", any, ask_discard),
        Route::form("/timers/{project_id}/discard", any, discard),
    ]
}

#[derive(Template)]
#[template(path = "resources/timers/list.html")]
struct Index {
    page: Layout,
    rows: Vec<Row>,
    /// Projects without a timer on this page.
    choices: Vec<projects::Summary>,
    steps: [i64; 4],
}

struct Row {
    project: projects::Summary,
    description: String,
    badge: Badge,
    is_running: bool,
    seconds: u64,
    clock: String,
}

async fn index(call: Call) -> Handled {
    shown(&call, None).await
}

async fn shown(call: &Call, problem: Option<String>) -> Handled {
    let page = call.layout(Section::Timers).refusing(problem);
    let read = call.app.db.read(call.actor, |reader| {
        let (timers, _) = table::peek_page(reader, &Filter::default(), (ROWS_MAX, 0))?;
        let filter = projects::Filter {
            enabled: Some(true),
            ..projects::Filter::default()
        };
        let (found, _) = projects::actions::page(reader, &filter, (CHOICES_MAX, 0))?;
        let rows: Vec<Row> = timers
            .into_iter()
            .map(|seen| {
                let elapsed = seen.timer.elapsed(reader.now);
                let is_running = matches!(seen.timer.state, State::Running { .. });
                Row {
                    project: seen.project,
                    description: seen.timer.description,
                    badge: badge(is_running),
                    is_running,
                    seconds: elapsed.as_secs(),
                    clock: super::shape::formatted(elapsed),
                }
            })
            .collect();
        let is_free =
            |project: &projects::Summary| rows.iter().all(|row| row.project.id != project.id);
        let choices = found
            .into_iter()
            .map(|seen| seen.project.summary())
            .filter(is_free);
        let choices = choices.collect();
        Ok((rows, choices))
    });
    let (rows, choices) = read.await?;
    Answer::page(&Index {
        page,
        rows,
        choices,
        steps: STEPS,
    })
}

fn badge(is_running: bool) -> Badge {
    if is_running {
        Badge {
            tone: "good",
            icon: "●",
            word: "Running",
        }
    } else {
        Badge {
            tone: "off",
            icon: "‖",
            word: "Paused",
        }
    }
}

/// 303 to the list after what worked; the list with the reason after what did not.
async fn after(call: &Call, went: Result<()>, next: &str) -> Handled {
    match went {
        Ok(()) => Answer::see(next),
        Err(error @ (base::Error::Conflict { .. } | base::Error::Invalid(_))) => {
            let said = refusals(error)?;
            let sentence = said.all().first().map(|(_, sentence)| sentence.clone());
            let page = shown(call, sentence).await?;
            Ok(page.with_status(StatusCode::CONFLICT))
        }
        Err(other) => Err(other),
    }
}

async fn change<T: Send + 'static>(
    call: &Call,
    change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
) -> Result<()> {
    let write = call
        .app
        .db
        .write(call.actor, move |tx| Ok(change(tx)?.map(drop)));
    write.await
}

async fn start(call: Call) -> Handled {
    let mut input = call.input(Kind::Timer);
    let project: Id<Project> = input.required_id("project_id");
    let description = input.text("description", limits::TEXT_CHARS_MAX).value();
    if let Err(error) = input.finish() {
        return after(&call, Err(error), LIST).await;
    }
    let wish = Wish {
        entry_date: None,
        description: description.filter(|text| !text.is_empty()),
    };
    let went = change(&call, move |tx| actions::start(tx, project, wish.clone())).await;
    after(&call, went, LIST).await
}

async fn pause(call: Call) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let went = change(&call, move |tx| actions::pause(tx, project)).await;
    after(&call, went, LIST).await
}

async fn add(call: Call) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let minutes = call.field("minutes").parse().ok();
    let minutes = minutes.filter(|it| STEPS.contains(it)).unwrap_or(0);
    let went = change(&call, move |tx| actions::add(tx, project, minutes * 60)).await;
    after(&call, went, LIST).await
}

async fn describe(call: Call) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let mut input = call.input(Kind::Timer);
    let wish = Wish {
        entry_date: None,
        description: input.text("description", limits::TEXT_CHARS_MAX).value(),
    };
    let went = match input.finish() {
        Ok(()) => change(&call, move |tx| actions::edit(tx, project, wish.clone())).await,
        Err(error) => Err(error),
    };
    after(&call, went, "/timers?done=saved").await
}

#[derive(Template)]
#[template(path = "resources/timers/log.html")]
struct Log {
    page: Layout,
    project: projects::Summary,
    date: String,
    minutes: String,
    description: String,
    elapsed: String,
    refusals: Refusals,
}

async fn log_form(call: Call) -> Handled {
    logging(&call, None).await
}

/// The form; with what was typed and what is wrong with it.
async fn logging(call: &Call, refused: Option<Refusals>) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let read = call.app.db.read(call.actor, move |reader| {
        let seen = table::peek_of_actor(reader, project)?;
        let elapsed = seen.timer.elapsed(reader.now);
        Ok((seen, elapsed))
    });
    let (seen, elapsed) = read.await?;
    let typed = |name: &str, kept: String| match &refused {
        Some(_) => call.field(name),
        None => kept,
    };
    let status = match &refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = Log {
        page: call.layout(Section::Timers),
        project: seen.project,
        date: typed("date", seen.timer.date.to_string()),
        minutes: typed("minutes", elapsed.as_secs().div_ceil(60).to_string()),
        description: typed("description", seen.timer.description),
        elapsed: spell(elapsed),
        refusals: refused.unwrap_or_default(),
    };
    Ok(Answer::page(&page)?.with_status(status))
}

async fn log(call: Call) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let mut input = call.input(Kind::Timer);
    let wish = LogWish {
        entry_date: input.date("date").value(),
        minutes: crate::resources::entries::pages::minutes(&mut input, &call),
        description: input.text("description", limits::TEXT_CHARS_MAX).value(),
    };
    let went = match input.finish() {
        Ok(()) => change(&call, move |tx| actions::log(tx, project, wish.clone())).await,
        Err(error) => Err(error),
    };
    match went {
        Ok(()) => Answer::see("/timers?done=logged"),
        Err(error) => logging(&call, Some(refusals(error)?)).await,
    }
}

async fn ask_discard(call: Call) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let read = call.app.db.read(call.actor, move |reader| {
        let seen = table::peek_of_actor(reader, project)?;
        let elapsed = seen.timer.elapsed(reader.now);
        Ok((seen, elapsed))
    });
    let (seen, elapsed) = read.await?;
    let confirm = Confirm {
        page: call.layout(Section::Timers),
        title: format!(
            "Discard the timer of \u{201c}{}\u{201d}?",
            seen.project.name
        ),
        back: (LIST.to_owned(), "Timers".to_owned()),
        consequences: vec![
            format!("{} are dropped without an entry.", spell(elapsed)),
            "This cannot be undone. Logging keeps the time.".to_owned(),
        ],
        action: format!("{LIST}/{project}/discard"),
        button: "Discard the timer",
        reason: None,
    };
    confirm.answer()
}

async fn discard(call: Call) -> Handled {
    let project: Id<Project> = call.id("project_id")?;
    let went = change(&call, move |tx| actions::discard(tx, project)).await;
    after(&call, went, "/timers?done=discarded").await
}
