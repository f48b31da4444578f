//! Entries as pages: by day with sums, and a form that adds one.
//!
//! Never: SQL; decisions.

use askama::Template;
use base::id::{self, Id};
use base::{Date, Kind, Result, WallTime, limits};
use hyper::StatusCode;

use super::{Draft, Filter, Named, Seen, Within, actions, table};
use crate::http::layout::{Layout, Section};
use crate::http::shown::day;
use crate::http::{Answer, Call, Given, Handled, Inputs, Policy, Refusals, Route, refusals};
use crate::resources::projects;
use crate::resources::webhooks::words::name_of;

const LIST: &str = "/entries";
/// Entries of a page.
const ROWS_MAX: i64 = 50;
/// Projects to choose from.
const CHOICES_MAX: i64 = 200;

/// All pages of entries.
pub(super) fn routes() -> Vec<Route> {
    let any = Policy::AnyUser;
    vec![
        Route::page(LIST, any, index),
        Route::form(LIST, any, create),
    ]
}

/// The entries of one day.
pub(in crate::resources) struct Day {
    pub(in crate::resources) date: String,
    pub(in crate::resources) name: String,
    pub(in crate::resources) sum: String,
    pub(in crate::resources) rows: Vec<Row>,
}

/// One entry.
pub(in crate::resources) struct Row {
    pub(in crate::resources) time: String,
    pub(in crate::resources) project: Option<projects::Summary>,
    pub(in crate::resources) description: String,
    pub(in crate::resources) user: String,
    /// Why it is locked, if it is.
    pub(in crate::resources) lock: &'static str,
    pub(in crate::resources) billable: bool,
}

#[derive(Template)]
#[template(path = "resources/entries/list.html")]
struct Index {
    page: Layout,
    days: Vec<Day>,
    total: i64,
    choices: Vec<projects::Summary>,
    typed: Typed,
    refusals: Refusals,
    from: String,
    to: String,
    description: String,
    is_filtered: bool,
    older: Option<String>,
    newer: Option<String>,
}

/// What the form shows.
struct Typed {
    date: String,
    minutes: String,
    project: String,
    description: String,
}

async fn index(call: Call) -> Handled {
    let today = today(&call);
    let typed = Typed {
        date: today.to_string(),
        minutes: String::new(),
        project: String::new(),
        description: String::new(),
    };
    shown(&call, typed, Refusals::default()).await
}

/// The date on this person's clock.
pub(in crate::resources) fn today(call: &Call) -> Date {
    let offset = call.visitor.as_ref().map_or(0, |it| it.utc_offset);
    let now: WallTime = call.app.clock.wall();
    now.date_at(offset)
}

async fn shown(call: &Call, typed: Typed, refusals: Refusals) -> Handled {
    let mut filters = call.filters(Kind::Entry);
    let (from, to) = (filters.date("from"), filters.date("to"));
    let filter = Filter {
        description: filters.text("description"),
        date: (from, to),
        ..Filter::default()
    };
    filters.finish()?;
    let number = call.page().offset() / call.page().limit();
    let description = filter.description.clone();
    let read = call.app.db.read(call.actor, move |reader| {
        let window = (ROWS_MAX, number.saturating_mul(ROWS_MAX));
        let (entries, total) = table::list(reader, Within::Account, &filter, window)?;
        let seen = table::peek_seen(reader, entries)?;
        let enabled = projects::Filter {
            enabled: Some(true),
            ..projects::Filter::default()
        };
        let (projects, _) = projects::actions::page(reader, &enabled, (CHOICES_MAX, 0))?;
        Ok((seen, total, projects))
    });
    let (seen, total, found) = read.await?;
    let at = |page: i64| {
        format!(
            "{LIST}?{}",
            call.query.with("page", Some(&page.to_string()))
        )
    };
    let status = if refusals.all().is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let has_older = (number + 1).saturating_mul(ROWS_MAX) < total;
    let page = Index {
        page: call.layout(Section::Entries),
        days: days(seen, today(call)),
        total,
        choices: found
            .into_iter()
            .map(|seen| seen.project.summary())
            .collect(),
        typed,
        refusals,
        is_filtered: from.is_some() || to.is_some() || description.is_some(),
        from: from.map(|date| date.to_string()).unwrap_or_default(),
        to: to.map(|date| date.to_string()).unwrap_or_default(),
        description: description.unwrap_or_default(),
        older: has_older.then(|| at(number + 2)),
        newer: (number > 0).then(|| at(number)),
    };
    Ok(Answer::page(&page)?.with_status(status))
}

/// Entries by their date, in the order in which they come.
pub(in crate::resources) fn days(seen: Vec<Seen>, today: Date) -> Vec<Day> {
    let mut days: Vec<(Date, i64, Vec<Row>)> = Vec::new();
    for it in seen {
        let (date, minutes, row) = (it.entry.date, it.entry.minutes, row(it));
        match days.last_mut().filter(|last| last.0 == date) {
            Some(last) => {
                last.1 += minutes;
                last.2.push(row);
            }
            None => days.push((date, minutes, vec![row])),
        }
    }
    let shown = |(date, sum, rows): (Date, i64, Vec<Row>)| Day {
        date: date.to_string(),
        name: day(date, today),
        sum: hours(sum),
        rows,
    };
    days.into_iter().map(shown).collect()
}

fn row(seen: Seen) -> Row {
    let entry = seen.entry;
    Row {
        time: hours(entry.minutes),
        project: seen.project,
        description: entry.description,
        user: name_of(&seen.user),
        lock: match (entry.invoiced_at, entry.approved_at) {
            (Some(_), _) => "Invoiced, so it is locked",
            (None, Some(_)) => "Approved, so it is locked",
            (None, None) => "",
        },
        billable: entry.billable,
    }
}

/// "1:30"
pub(in crate::resources) fn hours(minutes: i64) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// Minutes as `90` or `1:30`; a problem is noted on `minutes`.
pub(in crate::resources) fn minutes(input: &mut Inputs<'_>, call: &Call) -> Option<i64> {
    let typed = call.field("minutes");
    if typed.trim().is_empty() {
        input.refuse("minutes", "missing_field");
        return None;
    }
    let read = read_minutes(typed.trim());
    let read = read.filter(|minutes| (0..=limits::ENTRY_MINUTES_MAX).contains(minutes));
    if read.is_none() {
        let problem = base::Problem::new(Kind::Entry, "minutes", "invalid");
        input.problem(problem.saying("Write minutes as 90, or hours and minutes as 1:30."));
    }
    read
}

fn read_minutes(text: &str) -> Option<i64> {
    let number = |text: &str| {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|_| is_plain)
    };
    match text.split_once(':') {
        None => number(text),
        Some((hours, minutes)) => {
            let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
            number(hours)?.checked_mul(60)?.checked_add(minutes)
        }
    }
}

async fn create(call: Call) -> Handled {
    match add(&call).await {
        Ok(()) => Answer::see("/entries?done=saved"),
        Err(error) => {
            let typed = Typed {
                date: call.field("date"),
                minutes: call.field("minutes"),
                project: call.field("project_id"),
                description: call.field("description"),
            };
            shown(&call, typed, refusals(error)?).await
        }
    }
}

async fn add(call: &Call) -> Result<()> {
    let mut input = call.input(Kind::Entry);
    let date = input.required("date", |input| input.date("date"));
    let minutes = minutes(&mut input, call).unwrap_or_default();
    let description = input.text("description", limits::TEXT_CHARS_MAX).value();
    let project: Option<Id<id::Project>> = match call.field("project_id").as_str() {
        "" => None,
        _ => input.id("project_id").value(),
    };
    input.finish()?;
    let draft = Draft {
        date,
        minutes,
        user: None,
        description: description.unwrap_or_default(),
        project: Named {
            id: project.map_or(Given::Absent, Given::Value),
            name: None,
            defaults: projects::Defaults::of(&call.app.settings),
        },
        source_url: None,
    };
    let write = call.app.db.write(call.actor, move |tx| {
        let entered = actions::enter(tx, &draft)?;
        Ok(entered.map(drop))
    });
    write.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_may_be_written_as_hours() {
        for (text, minutes) in [
            ("90", Some(90)),
            ("1:30", Some(90)),
            ("0:05", Some(5)),
            ("1:60", None),
            ("1:", None),
            (":5", None),
            ("-5", None),
            ("1.5", None),
            ("99999999999999999999:00", None),
        ] {
            assert_eq!(read_minutes(text), minutes, "{text}");
        }
        assert_eq!(hours(90), "1:30");
    }
}
