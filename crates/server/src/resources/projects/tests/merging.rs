//! One project becomes part of another: what moves, what is told, what is refused.
//!
//! Never: HTTP.

use base::id::{Id, Project};
use base::{Actor, Audience, Result};
use serde_json::{Value, json};
use store::{Event, Record};

use super::{archive, enter, find};
use crate::resources::projects::actions;
use crate::resources::testing::{House, codes, is_forbidden, is_not_found, user_of};
use crate::resources::timers;
use crate::resources::timers::rules::Wish;

fn merge(house: &House, by: Actor, into: Id<Project>, from: Id<Project>) -> Result<()> {
    house.write(by, move |tx| actions::merge(tx, into, from))
}

fn start(house: &House, by: Actor, project: Id<Project>) {
    let start = move |tx: &mut store::Tx<'_>| timers::actions::start(tx, project, Wish::default());
    house.write(by, start).expect("a timer");
}

/// The events since this was last asked, and beside them the announcements in short.
fn told(house: &House) -> (Vec<Event>, Vec<(&'static str, String)>) {
    let (mut events, mut announced) = (Vec::new(), Vec::new());
    for record in house.told() {
        match record {
            Record::Event(event) => events.push(event),
            Record::Announcement(it) => announced.push((it.last_event, it.url)),
        }
    }
    (events, announced)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("events are JSON")
}

#[test]
fn entries_move_as_they_are_and_both_projects_are_told_of() {
    let house = House::open();
    let borealis = house.project(house.ada, "Borealis");
    house.give(house.cleo, borealis);
    enter(&house, house.ben, house.atlas, 60, "billable");
    enter(&house, house.cleo, borealis, 7, "billable");

    merge(&house, house.lea, house.atlas, borealis).expect("both are enabled");

    assert!(is_not_found(&find(&house, house.ada, borealis)));
    let atlas = find(&house, house.ada, house.atlas).expect("it stays");
    assert_eq!((atlas.totals.minutes, atlas.totals.entries), (67, 2));
    assert!(is_not_found(&find(&house, house.cleo, house.atlas)));
    let (events, _) = told(&house);
    let [deleted, updated] = events.as_slice() else {
        panic!("{events:?} are not two events");
    };
    assert_eq!(deleted.name, "project.deleted.merged");
    assert_eq!(deleted.url, None);
    let cleo = vec![user_of(house.cleo)];
    let into = Some(house.atlas);
    assert_eq!(deleted.audience, Audience::Members { users: cleo, into });
    let changes = parsed(&deleted.full.changes);
    assert_eq!(changes["merged_into"][0], Value::Null);
    assert_eq!(changes["merged_into"][1]["name"], "Atlas");
    assert_eq!(parsed(&deleted.full.object)["name"], "Borealis");
    assert_eq!(parsed(&deleted.full.object)["minutes"], 7);
    assert_eq!(updated.name, "project.updated");
    let changes = parsed(&updated.full.changes);
    assert_eq!(changes["minutes"], json!([60, 67]));
    assert_eq!(changes["entries"], json!([1, 2]));
}

#[test]
fn a_timer_moves_and_joins_the_one_that_is_there_already() {
    let house = House::open();
    let borealis = house.project(house.ada, "Borealis");
    start(&house, house.ben, house.atlas);
    house.pass(60);
    start(&house, house.ben, borealis);
    start(&house, house.lea, borealis);
    house.pass(30);
    house.told();

    merge(&house, house.lea, house.atlas, borealis).expect("both are enabled");

    let (_, announced) = told(&house);
    let url = |id| format!("https://time.example.test/v2/projects/{id}/timer");
    let expected = [
        ("timer.stopped", url(borealis)),
        ("timer.paused", url(house.atlas)),
        ("timer.stopped", url(borealis)),
        ("timer.running", url(house.atlas)),
    ];
    assert_eq!(announced, expected);
    let atlas = house.atlas;
    let log = |by| {
        house
            .write(by, move |tx| {
                timers::actions::pause(tx, atlas)
                    .map(|timer| timer.map(|it| it.collected.as_secs()))
            })
            .expect("there is one")
    };
    assert_eq!((log(house.ben), log(house.lea)), (90, 30));
}

#[test]
fn a_merge_needs_two_projects_at_work_and_a_leader() {
    let house = House::open();
    let (atlas, borealis) = (house.atlas, house.project(house.ada, "Borealis"));
    let foreign = house.project(house.dora, "Castor");
    let refused = |into, from| codes(merge(&house, house.lea, into, from));

    assert!(is_forbidden(&merge(&house, house.ben, atlas, borealis)));
    assert!(is_not_found(&merge(&house, house.cleo, atlas, borealis)));
    assert!(is_not_found(&merge(&house, house.lea, foreign, atlas)));
    assert_eq!(refused(atlas, foreign), ["project_id missing"]);
    assert_eq!(refused(atlas, Id::new(999_999)), ["project_id missing"]);
    assert_eq!(refused(atlas, atlas), ["project_id invalid"]);
    enter(&house, house.ben, atlas, 15, "billable");
    archive(&house, atlas).expect("it has entries");
    assert_eq!(refused(atlas, borealis), ["base archived_project"]);
    assert_eq!(refused(borealis, atlas), ["base archived_project"]);
}
