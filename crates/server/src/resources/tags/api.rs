//! Tags over HTTP: parse, call one action, show.
//!
//! Never: SQL; decisions.

use base::id::Tag as TagMark;
use base::{Kind, Role, limits};
use hyper::StatusCode;

use super::shape::TagShape;
use super::{Filter, actions, table};
use crate::http::{Answer, Call, Doc, Handled, Policy, Route, Shape};
use crate::resources::entries::{self, Within};

/// All routes of tags. Contract: resources/tags.md.
pub(super) fn routes() -> Vec<Route> {
    // Of one tag the action asks first whether it is there, then for the role.
    let any = Policy::AnyUser;
    let keepers = Policy::AtLeast(Role::Leader);
    let all = "/tags/delete";
    vec![
        Route::get("/tags", any, LIST, index),
        Route::post("/tags", Policy::AtLeast(Role::Coworker), CREATE, create),
        Route::put(all, keepers, DELETE_ALL, delete_all),
        Route::delete(all, keepers, DELETE_ALL, delete_all).reading_body(),
        Route::get("/tags/{id}", any, SHOW, show),
        Route::put("/tags/{id}", any, EDIT, edit),
        Route::delete("/tags/{id}", any, DELETE, delete),
        Route::get("/tags/{id}/entries", any, ENTRIES, list_entries),
        Route::put("/tags/{id}/merge", any, MERGE, merge),
    ]
}

const LIST: Doc = Doc {
    summary: "Lists tags by name.",
    answers: Shape::Many("tag"),
    filters: &[("name", "text"), ("billable", "boolean")],
    ..Doc::PLAIN
};
const CREATE: Doc = Doc {
    summary: "Creates those tags that do not exist yet.",
    answers: Shape::Many("tag"),
    inputs: &[("names", "list of texts, required")],
    ..Doc::PLAIN
};
const SHOW: Doc = Doc {
    summary: "Shows a tag.",
    answers: Shape::One("tag"),
    ..Doc::PLAIN
};
const EDIT: Doc = Doc {
    summary: "Renames a tag, also in the descriptions of its entries.",
    answers: Shape::One("tag"),
    inputs: &[("name", "text")],
    ..Doc::PLAIN
};
const DELETE: Doc = Doc {
    summary: "Deletes a tag; its entries stay.",
    ..Doc::PLAIN
};
const DELETE_ALL: Doc = Doc {
    summary: "Deletes several tags; their entries stay.",
    inputs: &[("tag_ids", "list of integers")],
    ..Doc::PLAIN
};
const ENTRIES: Doc = Doc {
    summary: "Lists the entries that carry a tag, newest first.",
    answers: Shape::Many("entry"),
    filters: entries::api::FILTERS,
    ..Doc::PLAIN
};
const MERGE: Doc = Doc {
    summary: "Merges another tag into this one, for ever.",
    inputs: &[("tag_id", "integer, required")],
    ..Doc::PLAIN
};

async fn index(call: Call) -> Handled {
    let mut filters = call.filters(Kind::Tag);
    let filter = Filter {
        name: filters.text("name"),
        billable: filters.boolean("billable"),
    };
    filters.finish()?;
    let page = (call.page().limit(), call.page().offset());
    let read = call.app.db.read(call.actor, move |reader| {
        let (tags, total) = table::peek_page(reader, &filter, page)?;
        let show = |tag| TagShape::of(tag, reader.api());
        Ok((tags.iter().map(show).collect::<Vec<_>>(), total))
    });
    let (tags, total) = read.await?;
    Answer::list(&call, &tags, total)
}

async fn create(call: Call) -> Handled {
    let mut input = call.input(Kind::Tag);
    // What is too long for a name is skipped like every impossible one.
    let names = input.required_texts("names", limits::TEXT_CHARS_MAX);
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let made = actions::create(tx, &names)?;
        let show = |tag| TagShape::of(tag, tx.api());
        let shown: Vec<_> = made.value().iter().map(show).collect();
        Ok(made.map(|_| shown))
    });
    Answer::of(StatusCode::CREATED).with_json(&write.await?)
}

async fn show(call: Call) -> Handled {
    let id = call.id::<TagMark>("id")?;
    let read = call.app.db.read(call.actor, move |reader| {
        Ok(TagShape::of(&table::peek(reader, id)?, reader.api()))
    });
    Answer::ok(&read.await?)
}

async fn edit(call: Call) -> Handled {
    let id = call.id::<TagMark>("id")?;
    let mut input = call.input(Kind::Tag);
    let name = input.text("name", limits::TEXT_CHARS_MAX).value();
    input.finish()?;
    let write = call.app.db.write(call.actor, move |tx| {
        let tag = actions::edit(tx, id, name.as_deref())?;
        let shown = TagShape::of(tag.value(), tx.api());
        Ok(tag.map(|_| shown))
    });
    Answer::ok(&write.await?)
}

async fn merge(call: Call) -> Handled {
    let into = call.id::<TagMark>("id")?;
    let mut input = call.input(Kind::Tag);
    let from = input.required_id("tag_id");
    input.finish()?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::merge(tx, into, from));
    write.await?;
    Answer::no_content()
}

async fn delete(call: Call) -> Handled {
    let id = call.id::<TagMark>("id")?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::delete(tx, id));
    write.await?;
    Answer::no_content()
}

async fn delete_all(call: Call) -> Handled {
    let mut input = call.input(Kind::Tag);
    let ids = input.ids("tag_ids").value().unwrap_or_default();
    input.finish()?;
    let write = call
        .app
        .db
        .write(call.actor, move |tx| actions::delete_all(tx, &ids));
    write.await?;
    Answer::no_content()
}

async fn list_entries(call: Call) -> Handled {
    let id = call.id::<TagMark>("id")?;
    let admit = move |reader: &store::Reader<'_>| table::peek(reader, id).map(drop);
    entries::api::list_within(call, Within::Tag(id), admit).await
}
