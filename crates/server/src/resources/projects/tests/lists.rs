//! Totals, and which projects a list shows in which order.
//!
//! Never: HTTP.

use base::Role;
use base::id::{Id, Project};

use super::{create, edit, enter, find};
use crate::resources::projects::shape::ProjectShape;
use crate::resources::projects::{Edit, Filter, actions};
use crate::resources::testing::{House, user_of};

#[test]
fn totals_and_participants_come_from_all_entries() {
    let house = House::open();
    enter(&house, house.lea, house.atlas, 60, "billable");
    enter(&house, house.ben, house.atlas, 30, "unbillable");
    enter(&house, house.ben, house.atlas, 15, "invoiced");

    let seen = find(&house, house.ada, house.atlas).expect("it is there");

    let api = "https://time.example.test/v2";
    let shape = ProjectShape::of(&seen, api, Role::Supervisor.view());
    let shape = serde_json::to_value(&shape).expect("a shape is JSON");
    for (field, value) in [
        ("minutes", 105),
        ("billable_minutes", 75),
        ("unbillable_minutes", 30),
        ("invoiced_minutes", 15),
        ("uninvoiced_minutes", 60),
        ("entries", 3),
    ] {
        assert_eq!(shape[field], value, "{field}");
    }
    let participants: Vec<_> = seen.totals.participants.iter().map(|it| it.id).collect();
    assert_eq!(participants, [user_of(house.lea), user_of(house.ben)]);
}

#[test]
fn a_list_has_the_latest_activity_first() {
    let house = House::open();
    house.pass(60);
    let borealis = create(&house, house.lea, "Borealis")
        .expect("a project")
        .project
        .id;
    house.pass(60);
    let castor = create(&house, house.lea, "Castor")
        .expect("a project")
        .project
        .id;
    assert_eq!(
        listed(&house, &Filter::default()),
        [castor, borealis, house.atlas]
    );

    enter(&house, house.ben, house.atlas, 15, "billable");
    let later = "update entries set created_at = created_at + 600000000 where project_id = $1";
    house.sql(later, vec![house.atlas.number()]);

    assert_eq!(
        listed(&house, &Filter::default()),
        [house.atlas, castor, borealis]
    );
}

#[test]
fn filters_narrow_a_list_down() {
    let house = House::open();
    let borealis = create(&house, house.lea, "Borealis 6")
        .expect("a project")
        .project
        .id;
    let wish = Edit {
        billing_increment: Some(6),
        billable: Some(false),
        ..Edit::default()
    };
    edit(&house, house.lea, borealis, wish).expect("it is enabled");
    let plain = Filter::default;
    for (filter, found) in [
        (plain(), 2),
        (
            Filter {
                name: Some("EALIS".into()),
                ..plain()
            },
            1,
        ),
        (
            Filter {
                foreign: true,
                ..plain()
            },
            0,
        ),
        (
            Filter {
                billing_increments: vec![6, 30],
                ..plain()
            },
            1,
        ),
        (
            Filter {
                billing_increments: vec![6, 15],
                ..plain()
            },
            2,
        ),
        (
            Filter {
                enabled: Some(false),
                ..plain()
            },
            0,
        ),
        (
            Filter {
                billable: Some(true),
                ..plain()
            },
            1,
        ),
    ] {
        assert_eq!(listed(&house, &filter).len(), found, "{filter:?}");
    }
}

#[test]
fn a_contractor_lists_only_projects_that_were_given() {
    let house = House::open();
    house.project(house.ada, "Borealis");
    house.give(house.cleo, house.atlas);
    let page = house.read(house.cleo, |reader| {
        actions::page(reader, &Filter::default(), (30, 0))
    });
    let (seen, total) = page.expect("a page");
    assert_eq!(total, 1);
    assert_eq!(seen[0].project.id, house.atlas);
}

fn listed(house: &House, filter: &Filter) -> Vec<Id<Project>> {
    let page = house.read(house.ada, |reader| actions::page(reader, filter, (30, 0)));
    let (seen, total) = page.expect("a page");
    assert_eq!(i64::try_from(seen.len()), Ok(total));
    seen.iter().map(|seen| seen.project.id).collect()
}
