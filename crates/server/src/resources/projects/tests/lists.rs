//! Totals, and which projects a list shows in which order.
//!
//! Never: HTTP.

use base::Role;
use base::id::{Id, Project};

use super::{create, edit, enter, find};
use crate::resources::projects::shape::ProjectShape;
use crate::resources::projects::{Edit, Filter, actions, table};
use crate::resources::scope::Scope;
use crate::resources::testing::{House, assert_fields, plan, user_of};

#[test]
fn totals_and_participants_come_from_all_entries() {
    let house = House::open();
    enter(&house, house.lea, house.atlas, 60, "billable");
    enter(&house, house.ben, house.atlas, 30, "unbillable");
    enter(&house, house.ben, house.atlas, 15, "invoiced");

    let seen = find(&house, house.ada, house.atlas).expect("it is there");

    let api = "https://time.example.test/v2";
    let shape = ProjectShape::of(&seen, api, Role::Supervisor.view());
    assert_fields("project", &shape);
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
    for (set, found) in [
        (no_filter as fn(&mut Filter), 2),
        (|it| it.name = Some("EALIS".into()), 1),
        (|it| it.foreign = true, 0),
        (|it| it.billing_increments = vec![6, 30], 1),
        (|it| it.billing_increments = vec![6, 15], 2),
        (|it| it.enabled = Some(false), 0),
        (|it| it.billable = Some(true), 1),
    ] {
        let mut filter = Filter::default();
        set(&mut filter);
        assert_eq!(listed(&house, &filter).len(), found, "{filter:?}");
    }
}

fn no_filter(_: &mut Filter) {}

#[test]
fn a_list_looks_things_up_and_scans_no_table() {
    let house = House::open();
    for actor in [house.ben, house.cleo] {
        let plan = house.read(actor, |reader| {
            let mut select = table::matching(&Scope::of(reader)?, &Filter::default());
            plan(reader, select.push(table::BY_ACTIVITY))
        });
        let plan = plan.expect("a plan");
        assert!(
            plan.contains("SEARCH p USING INDEX projects_by_name"),
            "{plan}"
        );
        assert!(plan.contains("INDEX entries_latest"), "{plan}");
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
