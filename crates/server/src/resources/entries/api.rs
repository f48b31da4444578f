//! Entries over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use base::id::Entry as EntryMark;
use base::{Kind, Result, Role, limits};
use store::{Reader, Recorded, Tx};

use super::shape::{self, EntryShape};
use super::{Draft, Edit, Filter, Named, Review, TagRule, Within, actions, table};
use crate::http::{Answer, Call, Doc, Filters, Given, Handled, Inputs, Policy, Route, Shape};
use crate::resources::projects;

/// All routes of entries. Contract: resources/entries.md.
pub(super) fn routes() -> Vec<Route> {
    // Of one entry the action asks first whether it is there, then for the role.
    let any = Policy::AnyUser;
    let leader = Policy::AtLeast(Role::Leader);
    vec![
        Route::get("/entries", any, LIST, index),
        Route::post("/entries", any, CREATE, create),
        Route::put("/entries/approved", leader, APPROVE_ALL, approve_all),
        Route::put("/entries/unapproved", leader, UNAPPROVE_ALL, unapprove_all),
        Route::put(
            "/entries/marked_as_invoiced",
            leader,
            INVOICE_ALL,
            invoice_all,
        ),
        Route::put(
            "/entries/mark_as_invoiced",
            leader,
            INVOICE_ALL,
            invoice_all,
        ),
        Route::get("/entries/{id}", any, SHOW, show),
        Route::put("/entries/{id}", any, EDIT, edit),
        Route::delete("/entries/{id}", any, DELETE, delete),
        Route::put("/entries/{id}/approved", any, APPROVE, approve),
        Route::put("/entries/{id}/unapproved", any, UNAPPROVE, unapprove),
        Route::put("/entries/{id}/marked_as_invoiced", any, INVOICE, invoice),
        Route::put("/entries/{id}/mark_as_invoiced", any, INVOICE, invoice),
        Route::put(
            "/entries/{id}/invoiced_outside_of_freckle",
            any,
            INVOICE,
            invoice,
        ),
    ]
}

/// The filters of every list of entries.
pub(crate) const FILTERS: &[(&str, &str)] = &[
    ("user_ids", "list of integers"),
    ("project_ids", "list of integers"),
    ("invoice_ids", "list of integers"),
    ("import_ids", "list of integers"),
    ("tag_ids", "list of integers"),
    ("tag_filter_type", "text: and, combination of"),
    ("description", "text"),
    ("from", "date"),
    ("to", "date"),
    ("invoiced", "boolean"),
    ("invoiced_at_from", "date"),
    ("invoiced_at_to", "date"),
    ("updated_from", "timestamp"),
    ("updated_to", "timestamp"),
    ("billable", "boolean"),
    ("approved_at_from", "date"),
    ("approved_at_to", "date"),
    ("approved_by_ids", "list of integers"),
];

const LIST: Doc = Doc {
    summary: "Lists entries, newest first.",
    answers: Shape::Many("entry"),
    filters: FILTERS,
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows an entry.",
    answers: Shape::One("entry"),
    ..Doc::PLAIN
};
const CREATE: Doc = Doc {
    summary: "Creates an entry.",
    answers: Shape::Created("entry"),
    inputs: &[
        ("date", "date, required"),
        ("minutes", "integer, required"),
        ("user_id", "integer"),
        ("description", "text"),
        ("project_id", "integer"),
        ("project_name", "text"),
        ("source_url", "text"),
    ],
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Edits an entry.",
    answers: Shape::One("entry"),
    inputs: &[
        ("date", "date"),
        ("minutes", "integer"),
        ("user_id", "integer"),
        ("description", "text"),
        ("project_id", "integer"),
        ("project_name", "text"),
        ("source_url", "text"),
    ],
    ..Doc::PLAIN
};
const DELETE: Doc = Doc {
    summary: "Deletes an entry.",
    ..Doc::PLAIN
};
const APPROVE: Doc = Doc {
    summary: "Approves an entry, which locks it.",
    inputs: &[("approved_at", "timestamp")],
    ..Doc::PLAIN
};
const APPROVE_ALL: Doc = Doc {
    summary: "Approves several entries, which locks them.",
    inputs: &[
        ("entry_ids", "list of integers, required"),
        ("approved_at", "timestamp"),
    ],
    ..Doc::PLAIN
};
const UNAPPROVE: Doc = Doc {
    summary: "Unapproves an entry, which unlocks it.",
    ..Doc::PLAIN
};
const UNAPPROVE_ALL: Doc = Doc {
    summary: "Unapproves several entries, which unlocks them.",
    inputs: &[("entry_ids", "list of integers, required")],
    ..Doc::PLAIN
};
const INVOICE: Doc = Doc {
    summary: "Marks an entry as invoiced elsewhere.",
    inputs: &[("date", "date, required")],
    ..Doc::PLAIN
};
const INVOICE_ALL: Doc = Doc {
    summary: "Marks several entries as invoiced elsewhere.",
    inputs: &[
        ("entry_ids", "list of integers, required"),
        ("date", "date, required"),
    ],
    ..Doc::PLAIN
};

async fn index(call: Call) -> Handled {
    list_within(call, Within::Account, |_| Ok(())).await
}

/// Answers with the entries within something, by the filters of the call. `admit` fails if the
/// actor does not see that thing: `|reader| projects::peek(reader, id).map(drop)`.
pub(crate) async fn list_within(
    call: Call,
    within: Within,
    admit: impl Fn(&Reader<'_>) -> Result<()> + Send + 'static,
) -> Handled {
    let mut filters = call.filters(Kind::Entry);
    let filter = filter(&mut filters);
    filters.finish()?;
    let page = (call.page().limit(), call.page().offset());
    let read = call.app.db.read(call.actor, move |reader| {
        admit(reader)?;
        let (entries, total) = table::list(reader, within, &filter, page)?;
        let seen = table::peek_seen(reader, entries)?;
        let show = |seen| EntryShape::of(seen, reader.api());
        Ok((seen.iter().map(show).collect::<Vec<_>>(), total))
    });
    let (entries, total) = read.await?;
    Answer::list(&call, &entries, total)
}

/// Reads in the order of the contract, in which problems are listed.
fn filter(filters: &mut Filters<'_>) -> Filter {
    let (users, projects) = (filters.ids("user_ids"), filters.ids("project_ids"));
    let invoices = filters.ids::<EntryMark>("invoice_ids");
    let imports = filters.ids::<EntryMark>("import_ids");
    Filter {
        users,
        projects,
        foreign: !invoices.is_empty() || !imports.is_empty(),
        tags: filters.ids("tag_ids"),
        tag_rule: match filters.one_of("tag_filter_type", &["and", "combination of"]) {
            Some("combination of") => TagRule::Any,
            _ => TagRule::All,
        },
        description: filters.text("description"),
        date: (filters.date("from"), filters.date("to")),
        invoiced: filters.boolean("invoiced"),
        invoiced_at: moments(filters, "invoiced_at_from", "invoiced_at_to"),
        updated_at: moments(filters, "updated_from", "updated_to"),
        billable: filters.boolean("billable"),
        approved_at: moments(filters, "approved_at_from", "approved_at_to"),
        approved_by: filters.ids("approved_by_ids"),
    }
}

fn moments(
    filters: &mut Filters<'_>,
    from: &'static str,
    to: &'static str,
) -> super::Bounds<base::WallTime> {
    (filters.moment_from(from), filters.moment_to(to))
}

async fn show(call: Call) -> Handled {
    let id = call.id::<EntryMark>("id")?;
    let read = call
        .app
        .db
        .read(call.actor, move |reader| shown(reader, id));
    Answer::ok(&read.await?)
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::Entry);
    let draft = Draft {
        date: input.required("date", |input| input.date("date")),
        minutes: input.required("minutes", minutes),
        user: input.id("user_id").value(),
        description: description(&mut input).unwrap_or_default(),
        project: named(&mut input, &call),
        source_url: input.url("source_url").value(),
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let entry = actions::enter(tx, &draft)?;
        let location = shape::url(*entry.value(), tx.api());
        changed(tx, entry).map(|shown| shown.map(|shown| (location.clone(), shown)))
    });
    let (location, entry) = write.await?;
    Answer::created(&location, &entry)
}

async fn edit(call: Call) -> Handled {
    let id = call.id::<EntryMark>("id")?;
    let mut input = call.input(Kind::Entry);
    let edit = Edit {
        date: input.date("date").value(),
        // Left out they stay, and only an explicit null is 0 (contract entries.md).
        minutes: match minutes(&mut input) {
            Given::Absent => None,
            Given::Null => Some(0),
            Given::Value(minutes) => Some(minutes),
        },
        user: input.id("user_id").value(),
        description: description(&mut input),
        project: named(&mut input, &call),
        source_url: input.url("source_url"),
    };
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let entry = actions::edit(tx, id, &edit)?;
        changed(tx, entry)
    });
    Answer::ok(&write.await?)
}

async fn delete(call: Call) -> Handled {
    let id = call.id::<EntryMark>("id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::delete(tx, id));
    write.await?;
    Answer::no_content()
}

async fn approve(call: Call) -> Handled {
    let mut input = call.input(Kind::Entry);
    let at = input.moment("approved_at").value();
    input.finish()?;
    review(call, Review::Approve(at)).await
}

async fn unapprove(call: Call) -> Handled {
    review(call, Review::Unapprove).await
}

async fn invoice(call: Call) -> Handled {
    let mut input = call.input(Kind::Entry);
    let date = input.required("date", |input| input.date("date"));
    input.finish()?;
    review(call, Review::MarkAsInvoiced(date)).await
}

async fn review(call: Call, review: Review) -> Handled {
    let id = call.id::<EntryMark>("id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::review(tx, id, review));
    write.await?;
    Answer::no_content()
}

async fn approve_all(call: Call) -> Handled {
    review_all(call, |input| {
        Review::Approve(input.moment("approved_at").value())
    })
    .await
}

async fn unapprove_all(call: Call) -> Handled {
    review_all(call, |_| Review::Unapprove).await
}

async fn invoice_all(call: Call) -> Handled {
    let date = |input: &mut Inputs<'_>| input.required("date", |input| input.date("date"));
    review_all(call, |input| Review::MarkAsInvoiced(date(input))).await
}

async fn review_all(call: Call, read: impl Fn(&mut Inputs<'_>) -> Review + Send) -> Handled {
    let mut input = call.input(Kind::Entry);
    let ids = input.required_ids::<EntryMark>("entry_ids");
    let review = read(&mut input);
    input.finish()?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::review_all(tx, &ids, review));
    write.await?;
    Answer::no_content()
}

fn minutes(input: &mut Inputs<'_>) -> Given<i64> {
    input.integer_in("minutes", 0..=limits::ENTRY_MINUTES_MAX)
}

fn description(input: &mut Inputs<'_>) -> Option<String> {
    input.text("description", limits::TEXT_CHARS_MAX).value()
}

fn named(input: &mut Inputs<'_>, call: &Call) -> Named {
    let id = input.id("project_id");
    let name = input.text("project_name", limits::NAME_CHARS_MAX).value();
    Named {
        id,
        name: name.filter(|name| !name.is_empty()),
        defaults: projects::Defaults::of(&call.app.settings),
    }
}

/// One entry as its answer shows it.
fn shown(reader: &Reader<'_>, id: base::Id<EntryMark>) -> Result<EntryShape> {
    let seen = table::peek_seen(reader, vec![table::peek(reader, id)?])?;
    Ok(EntryShape::of(&seen[0], reader.api()))
}

/// What an action left, as its answer shows it.
fn changed(tx: &Tx<'_>, entry: Recorded<base::Id<EntryMark>>) -> Result<Recorded<EntryShape>> {
    let shape = shown(tx, *entry.value())?;
    Ok(entry.map(|_| shape))
}
