//! What a project may be and what may be done to it, as tables of cases.
//!
//! Never: a database.

use base::{Role, WallTime};

use super::DEFAULTS;
use crate::resources::changes::Change;
use crate::resources::projects::rules;
use crate::resources::projects::{Draft, Edit, Project, Totals};
use crate::resources::testing::{codes, is_forbidden};

fn project() -> Project {
    let draft = Draft {
        name: "Atlas".into(),
        ..Draft::default()
    };
    rules::create(draft, DEFAULTS, 0, WallTime(0))
}

fn archived() -> Project {
    Project {
        enabled: false,
        ..project()
    }
}

fn with_entries(entries: i64) -> Totals {
    Totals {
        entries,
        ..Totals::default()
    }
}

#[test]
fn colours_are_kept_as_six_lower_case_digits() {
    for (given, kept) in [
        ("#2B7A78", Some("#2b7a78")),
        ("2b7a78", Some("#2b7a78")),
        ("#fA0", Some("#ffaa00")),
        ("abc", Some("#aabbcc")),
        ("", None),
        ("#", None),
        ("#12345", None),
        ("##123", None),
        ("teal", None),
        ("#1234567", None),
        ("äöü", None),
    ] {
        assert_eq!(rules::color(given).as_deref(), kept, "{given}");
    }
}

#[test]
fn colours_without_a_wish_come_in_turn() {
    let turns: Vec<_> = (0..13).map(rules::next_color).collect();
    assert_ne!(turns[0], turns[1]);
    assert_eq!(turns[0], turns[12]);
    for color in turns {
        assert_eq!(rules::color(color).as_deref(), Some(color));
    }
}

#[test]
fn only_leaders_and_supervisors_change_projects() {
    for (role, may) in [
        (Role::Supervisor, true),
        (Role::Leader, true),
        (Role::Coworker, false),
        (Role::Contractor, false),
    ] {
        let checked = rules::require_leader(role);
        assert_eq!(checked.is_ok(), may, "{role:?}");
        assert_eq!(is_forbidden(&checked), !may, "{role:?}");
    }
}

#[test]
fn a_limit_counts_the_projects_that_are_there() {
    for (projects, limit, refused) in [
        (1_000_000, None, false),
        (2, Some(3), false),
        (3, Some(3), true),
        (4, Some(3), true),
        (0, Some(0), true),
    ] {
        let room = rules::require_room(projects, limit);
        assert_eq!(room.is_err(), refused, "{projects} of {limit:?}");
    }
}

#[test]
fn what_is_not_given_stays() {
    assert_eq!(
        rules::edit(&project(), Edit::default()).expect("it is enabled"),
        Change::None(project())
    );
    let edit = Edit {
        description: Some(Some("Maps".into())),
        budgeted_minutes: Some(None),
        ..Edit::default()
    };
    let edited = Project {
        description: Some("Maps".into()),
        ..project()
    };
    assert_eq!(
        rules::edit(&project(), edit).expect("it is enabled"),
        Change::Made(edited)
    );
    assert_eq!(
        codes(rules::edit(&archived(), Edit::default())),
        ["base archived_project"]
    );
}

#[test]
fn a_project_is_archived_with_entries_and_deleted_without() {
    let archive = |project: &Project, entries| rules::archive(project, &with_entries(entries));
    assert_eq!(
        archive(&project(), 1).expect("it has entries"),
        Change::Made(archived())
    );
    assert_eq!(
        archive(&archived(), 1).expect("it is archived"),
        Change::None(archived())
    );
    assert_eq!(codes(archive(&project(), 0)), ["base deletable"]);

    let delete = |project: &Project, entries| codes(rules::delete(project, &with_entries(entries)));
    assert_eq!(delete(&project(), 0), [""; 0]);
    assert_eq!(delete(&project(), 1), ["base not_deletable"]);
    assert_eq!(delete(&archived(), 0), ["base archived_project"]);
    assert_eq!(
        delete(&archived(), 1),
        ["base archived_project", "base not_deletable"]
    );
}
