//! Actions on a fresh database, and the events that they record.
//!
//! Never: HTTP.

use base::id::Id;
use base::{Audience, Error};
use serde_json::{Value, json};
use store::{Event, Record};

use super::{DEFAULTS, archive, create, delete, edit, enter, find};
use crate::resources::projects::{Defaults, Edit, actions};
use crate::resources::testing::{House, codes, is_forbidden, is_not_found, user_of};
use crate::resources::timers;
use crate::resources::timers::rules::Wish;

/// The only event since this was last asked.
fn event(house: &House) -> Event {
    match <[Record; 1]>::try_from(house.told()) {
        Ok([Record::Event(event)]) => event,
        other => panic!("{other:?} is not one event"),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("events are JSON")
}

#[test]
fn a_new_project_has_defaults_and_is_told_in_both_views() {
    let house = House::open();

    let seen = create(&house, house.lea, "Borealis").expect("a project");

    assert_eq!(seen.project.billing_increment, 15);
    assert!(seen.project.billable && seen.project.enabled);
    assert_eq!(
        seen,
        find(&house, house.lea, seen.project.id).expect("it is there")
    );
    let event = event(&house);
    assert_eq!(event.name, "project.created");
    assert_eq!(event.audience, Audience::ProjectMembers(seen.project.id));
    assert_eq!(event.full.changes, "{}");
    assert_eq!(parsed(&event.full.object)["budgeted_minutes"], 600);
    let limited = event.limited.expect("a budget is not for everybody");
    assert_eq!(parsed(&limited.object)["budgeted_minutes"], Value::Null);
    assert_eq!(parsed(&limited.object)["remaining_minutes"], Value::Null);
}

#[test]
fn a_name_is_unique_in_any_case_and_among_archived_ones_but_not_across_accounts() {
    let house = House::open();
    enter(&house, house.ben, house.atlas, 15, "billable");
    archive(&house, house.atlas).expect("it has entries");

    assert_eq!(
        codes(create(&house, house.ada, "ATLAS")),
        ["name already_exists"]
    );
    assert!(create(&house, house.dora, "Atlas").is_ok());
}

#[test]
fn a_full_account_takes_no_more_projects() {
    let house = House::open();
    let full = Defaults {
        limit: Some(1),
        ..DEFAULTS
    };
    let refused = house.write(house.ada, move |tx| actions::by_name(tx, "Borealis", full));
    assert_eq!(codes(refused), ["base reached_project_limit"]);
}

#[test]
fn a_named_project_is_found_in_any_case_or_made_by_whoever_may() {
    let house = House::open();
    let by_name = |actor, name: &'static str| {
        house.write(actor, move |tx| actions::by_name(tx, name, DEFAULTS))
    };
    assert_eq!(
        by_name(house.ben, "aTLAS").expect("it is there").id,
        house.atlas
    );
    assert_eq!(house.names(), [""; 0]);
    assert!(is_forbidden(&by_name(house.ben, "Borealis")));
    assert!(by_name(house.lea, "Borealis").is_ok());
    assert_eq!(house.names(), ["project.created"]);
}

#[test]
fn who_does_not_see_a_project_is_told_nothing_and_who_may_not_change_it_is_refused() {
    let house = House::open();
    let atlas = house.atlas;
    let rename = || Edit {
        name: Some("X".into()),
        ..Edit::default()
    };
    assert!(is_not_found(&edit(&house, house.cleo, atlas, rename())));
    assert!(is_not_found(&edit(&house, house.dora, atlas, rename())));
    assert!(is_forbidden(&edit(&house, house.ben, atlas, rename())));
    house.give(house.cleo, atlas);
    assert!(is_forbidden(&edit(&house, house.cleo, atlas, rename())));
    assert!(find(&house, house.cleo, atlas).is_ok());
}

#[test]
fn an_edit_lists_what_it_changed_without_totals() {
    let house = House::open();
    enter(&house, house.ben, house.atlas, 60, "billable");
    house.pass(90);
    let wish = Edit {
        billable: Some(false),
        budgeted_minutes: Some(Some(600)),
        ..Edit::default()
    };

    let seen = edit(&house, house.lea, house.atlas, wish).expect("it is enabled");

    assert_eq!(seen.totals.billable_minutes, 0);
    assert_eq!(seen.project.updated_at.to_string(), "2024-03-18T09:01:30Z");
    let event = event(&house);
    assert_eq!(event.name, "project.updated");
    let changes = json!({"billable": [true, false], "budgeted_minutes": [null, 600]});
    assert_eq!(parsed(&event.full.changes), changes);
    let limited = event.limited.expect("a budget is not for everybody");
    assert_eq!(parsed(&limited.changes), json!({"billable": [true, false]}));
}

#[test]
fn an_edit_that_changes_nothing_tells_nobody_and_leaves_the_time() {
    let house = House::open();
    house.pass(90);
    let same = Edit {
        name: Some("Atlas".into()),
        ..Edit::default()
    };

    let seen = edit(&house, house.lea, house.atlas, same).expect("it is enabled");

    assert_eq!(seen.project.updated_at, seen.project.created_at);
    assert_eq!(house.names(), [""; 0]);
}

#[test]
fn a_project_may_be_renamed_to_another_case_of_its_own_name_only() {
    let house = House::open();
    house.project(house.ada, "Borealis");
    let rename = |name: &str| {
        let name = Some(name.to_owned());
        edit(
            &house,
            house.lea,
            house.atlas,
            Edit {
                name,
                ..Edit::default()
            },
        )
    };
    assert!(rename("ATLAS").is_ok());
    assert_eq!(codes(rename("borealis")), ["name already_exists"]);
}

#[test]
fn an_invoiced_entry_keeps_its_billable_when_the_project_changes() {
    let house = House::open();
    for sort in ["billable", "invoiced"] {
        enter(&house, house.ben, house.atlas, 60, sort);
    }
    let wish = Edit {
        billable: Some(false),
        ..Edit::default()
    };

    let seen = edit(&house, house.lea, house.atlas, wish).expect("it is enabled");

    assert_eq!(seen.totals.billable_minutes, 60);
    assert_eq!(seen.totals.invoiced_minutes, 60);
}

#[test]
fn archiving_pauses_timers_and_unarchiving_brings_the_project_back() {
    let house = House::open();
    let atlas = house.atlas;
    enter(&house, house.ben, atlas, 15, "billable");
    house
        .write(house.ben, move |tx| {
            timers::actions::start(tx, atlas, Wish::default())
        })
        .expect("a timer");
    house.told();

    archive(&house, atlas).expect("it has entries");
    archive(&house, atlas).expect("again is fine");

    assert_eq!(house.names(), ["project.updated.archived", "timer.paused"]);
    let unarchive = move |tx: &mut store::Tx<'_>| actions::unarchive(tx, atlas);
    house.write(house.lea, unarchive).expect("it is archived");
    house.write(house.lea, unarchive).expect("again is fine");
    let event = event(&house);
    assert_eq!(event.name, "project.updated.unarchived");
    assert_eq!(
        parsed(&event.full.changes),
        json!({"enabled": [false, true]})
    );
}

#[test]
fn a_deletion_drops_timers_and_access_and_tells_the_last_state() {
    let house = House::open();
    let atlas = house.atlas;
    house.give(house.cleo, atlas);
    house
        .write(house.cleo, move |tx| {
            timers::actions::start(tx, atlas, Wish::default())
        })
        .expect("a timer");
    house.told();

    delete(&house, atlas).expect("it has no entries");

    let told = house.told();
    let [Record::Event(event), Record::Announcement(stopped)] = told.as_slice() else {
        panic!("{told:?} is not one event and one announcement");
    };
    assert_eq!(event.name, "project.deleted");
    assert_eq!(event.url, None);
    assert_eq!(
        event.audience,
        Audience::Members {
            users: vec![user_of(house.cleo)],
            into: None
        }
    );
    assert_eq!(parsed(&event.full.object)["name"], "Atlas");
    assert_eq!(stopped.last_event, "timer.stopped");
    assert!(is_not_found(&find(&house, house.ada, atlas)));
}

#[test]
fn bulk_actions_skip_what_cannot_be_done() {
    let house = House::open();
    let full = house.project(house.ada, "Borealis");
    let foreign = house.project(house.dora, "Castor");
    enter(&house, house.ben, full, 15, "billable");
    let ids = vec![full, house.atlas, foreign, full, Id::new(999_999)];

    let all = ids.clone();
    house
        .write(house.lea, move |tx| {
            actions::each(tx, &all, actions::archive)
        })
        .expect("the others are skipped");
    assert_eq!(house.names(), ["project.updated.archived"]);
    house
        .write(house.lea, move |tx| {
            actions::each(tx, &ids, actions::delete)
        })
        .expect("the others are skipped");
    assert_eq!(house.names(), ["project.deleted"]);
    assert!(is_not_found(&find(&house, house.ada, house.atlas)));
    assert!(find(&house, house.dora, foreign).is_ok());
}

#[test]
fn a_bulk_action_stops_at_what_is_no_matter_of_the_project() {
    let house = House::open();
    let ids = vec![house.atlas];
    let broken = house.write(house.lea, move |tx| {
        actions::each(tx, &ids, |_, _| Err(Error::internal("a fault of ours")))
    });
    assert!(matches!(broken, Err(Error::Internal(_))));
}
