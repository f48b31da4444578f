//! The rules of entries as tables of cases, and the actions on a fresh database.

mod actions;
mod lists;
mod review;

use base::{Actor, Id, Result, WallTime, id, time};
use serde_json::Value;
use store::{Event, Record};

use super::{Draft, Edit, Named, Seen, Terms, actions as act, rules, testing};
use crate::http::Given;
use crate::resources::projects;
use crate::resources::testing::House;

const DEFAULTS: projects::Defaults = projects::Defaults {
    billing_increment: 15,
    limit: Some(2),
};

const ATLAS: Terms = Terms {
    billing_increment: 15,
    enabled: true,
    billable: true,
};

#[test]
fn minutes_are_rounded_up_to_the_increment() {
    for (minutes, increment, rounded) in [
        (0, 15, 0),
        (1, 15, 15),
        (15, 15, 15),
        (16, 15, 30),
        (7, 1, 7),
        (61, 60, 120),
        (1_440_000, 60, 1_440_000),
    ] {
        let terms = Terms {
            billing_increment: increment,
            ..ATLAS
        };
        assert_eq!(rules::rounded(minutes, terms), rounded, "{minutes}");
    }
    assert_eq!(rules::rounded(7, Terms::NO_PROJECT), 7);
}

#[test]
fn time_is_billable_unless_the_project_or_a_tag_says_no() {
    let unbillable = Terms {
        billable: false,
        ..ATLAS
    };
    for (terms, tags, billable) in [
        (ATLAS, vec![], true),
        (ATLAS, vec![true, true], true),
        (ATLAS, vec![true, false], false),
        (unbillable, vec![true], false),
        (Terms::NO_PROJECT, vec![], true),
        (Terms::NO_PROJECT, vec![false], false),
    ] {
        assert_eq!(rules::billable(terms, tags), billable);
    }
}

#[test]
fn formatted_minutes_have_two_digits_of_hours_at_least() {
    for (minutes, shown) in [(0, "00:00"), (90, "01:30"), (1_440_000, "24000:00")] {
        assert_eq!(rules::formatted(minutes), shown);
    }
}

/// A new entry of whoever acts: no project, half an hour.
fn draft(description: &str) -> Draft {
    Draft {
        date: time::parse_date("2024-03-18").expect("a date"),
        minutes: 30,
        user: None,
        description: description.into(),
        project: nowhere(),
        source_url: None,
    }
}

/// The same on a project.
fn draft_on(project: Id<id::Project>, minutes: i64) -> Draft {
    Draft {
        minutes,
        project: on(project),
        ..draft("")
    }
}

/// An edit that changes nothing.
fn untouched() -> Edit {
    Edit {
        date: None,
        minutes: None,
        user: None,
        description: None,
        project: nowhere(),
        source_url: Given::Absent,
    }
}

fn nowhere() -> Named {
    Named {
        id: Given::Absent,
        name: None,
        defaults: DEFAULTS,
    }
}

fn on(project: Id<id::Project>) -> Named {
    Named {
        id: Given::Value(project),
        ..nowhere()
    }
}

fn named(name: &str) -> Named {
    Named {
        name: Some(name.into()),
        ..nowhere()
    }
}

fn enter(house: &House, actor: Actor, draft: Draft) -> Result<Id<id::Entry>> {
    house.write(actor, move |tx| act::enter(tx, &draft))
}

/// An entry that must come about; what was told of it is forgotten.
fn entered(house: &House, actor: Actor, draft: Draft) -> Id<id::Entry> {
    let id = enter(house, actor, draft).expect("a sound draft");
    house.told();
    id
}

fn edit(house: &House, actor: Actor, id: Id<id::Entry>, edit: Edit) -> Result<Id<id::Entry>> {
    house.write(actor, move |tx| act::edit(tx, id, &edit))
}

/// An entry as ada sees it.
fn seen(house: &House, id: Id<id::Entry>) -> Seen {
    let seen = house.read(house.ada, |reader| testing::seen(reader, id));
    seen.expect("ada sees it")
}

fn tags(seen: &Seen) -> Vec<String> {
    seen.tags
        .iter()
        .map(|tag| tag.hashtag.formatted())
        .collect()
}

/// The events recorded since this was last asked.
fn events(house: &House) -> Vec<Event> {
    let event = |record| match record {
        Record::Event(event) => Some(event),
        Record::Announcement(_) => None,
    };
    house.told().into_iter().filter_map(event).collect()
}

fn changes(event: &Event) -> Value {
    serde_json::from_str(&event.full.changes).expect("changes are JSON")
}

fn object(event: &Event) -> Value {
    serde_json::from_str(&event.full.object).expect("an object is JSON")
}

fn archive(house: &House, project: Id<id::Project>) {
    let sql = "update projects set enabled = 0 where id = $1";
    house.sql(sql, vec![project.number()]);
}

fn moment(text: &str) -> WallTime {
    WallTime::parse(text).expect("a moment")
}
