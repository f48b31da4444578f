//! Creating, editing and deleting.

use base::{Audience, Former, Role};
use serde_json::json;

use super::*;
use crate::resources::testing::{MORNING, codes, is_forbidden, is_not_found, user_of};

#[test]
fn creating_rounds_attaches_tags_and_tells_in_order() {
    let house = House::open();
    let draft = Draft {
        description: "Landing page #Design (#travel*) #design".into(),
        project: named("Borealis"),
        minutes: 16,
        ..draft("")
    };

    let id = enter(&house, house.lea, draft).expect("a leader may make all of it");

    let seen = seen(&house, id);
    assert_eq!((seen.entry.minutes, seen.entry.billable), (30, false));
    assert_eq!(tags(&seen), ["#Design", "#travel*"]);
    assert_eq!(seen.project.expect("it was made").name, "Borealis");
    let told = events(&house);
    let names: Vec<_> = told.iter().map(|event| event.name).collect();
    assert_eq!(
        names,
        [
            "project.created",
            "tag.created",
            "tag.created",
            "entry.created"
        ]
    );
    let entry = object(&told[3]);
    assert_eq!(entry["formatted_minutes"], "00:30");
    assert_eq!(entry["updated_at"], MORNING);
    assert_eq!(entry["invoice"], Value::Null);
    assert_eq!(entry["tags"][1]["formatted_name"], "#travel*");
    assert_eq!(changes(&told[3]), json!({}));
    assert_eq!(
        told[3].audience,
        Audience::OwnTime {
            owner: user_of(house.lea),
            project: seen.entry.project,
            former: Former::default()
        }
    );
}

#[test]
fn the_shape_has_the_fields_of_the_contract_in_their_order() {
    let house = House::open();
    enter(&house, house.ben, draft_on(house.atlas, 1)).expect("ben may");

    let told = events(&house);

    let object = object(&told[0]);
    let fields: Vec<_> = object.as_object().expect("an object").keys().collect();
    let shape = crate::shapes::find("entry").expect("it is built in");
    let named = shape["fields"].as_array().expect("a list").iter();
    let expected: Vec<_> = named
        .map(|field| field["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(fields, expected);
}

#[test]
fn a_name_finds_the_project_in_any_case_and_none_means_none() {
    let house = House::open();
    let draft = Draft {
        project: named("ATLAS"),
        ..draft("")
    };

    let id = entered(&house, house.ben, draft);
    let without = entered(&house, house.ben, super::draft(""));

    assert_eq!(seen(&house, id).entry.project, Some(house.atlas));
    assert_eq!(seen(&house, without).project, None);
}

#[test]
fn all_problems_of_a_new_entry_are_listed_in_input_order() {
    let house = House::open();
    let other = house.project(house.dora, "Elsewhere");
    archive(&house, house.atlas);
    let refused = |actor, draft| codes(enter(&house, actor, draft));
    let for_ben = Some(user_of(house.ben));

    let by_cleo = Draft {
        user: for_ben,
        project: named("New"),
        ..draft("#new")
    };
    assert_eq!(
        refused(house.cleo, by_cleo),
        [
            "user_id insufficent_permissions",
            "description cannot_create_tags",
            "project_name cannot_create_projects"
        ]
    );
    assert_eq!(
        refused(house.ben, draft_on(other, 1)),
        ["project_id missing"]
    );
    let for_nobody = Draft {
        user: Some(Id::new(999)),
        ..draft_on(house.atlas, 1)
    };
    assert_eq!(
        refused(house.lea, for_nobody),
        ["user_id missing", "project_id archived_project"]
    );
    let by_name = |name| Draft {
        project: named(name),
        ..draft("")
    };
    assert_eq!(
        refused(house.ben, by_name("atlas")),
        ["project_name archived_project"]
    );
    enter(&house, house.lea, by_name("Second")).expect("there is room for two");
    assert_eq!(
        refused(house.lea, by_name("Third")),
        ["project_name reached_project_limit"]
    );
}

#[test]
fn time_can_be_given_to_others_who_work_by_leaders_only() {
    let house = House::open();
    let for_user = |actor| Draft {
        user: Some(user_of(actor)),
        ..draft("")
    };

    let id = entered(&house, house.lea, for_user(house.ben));
    assert_eq!(seen(&house, id).entry.user, user_of(house.ben));

    let sql = "update users set state = 'disabled' where id = $1";
    house.sql(sql, vec![user_of(house.ben).number()]);
    assert_eq!(
        codes(enter(&house, house.lea, for_user(house.ben))),
        ["user_id deactivated"]
    );
    assert_eq!(
        codes(enter(&house, house.lea, for_user(house.dora))),
        ["user_id missing"]
    );
}

#[test]
fn a_contractor_sees_and_logs_own_time_in_given_projects_or_none() {
    let house = House::open();
    let look = |id| house.read(house.cleo, |reader| testing::seen(reader, id));
    assert_eq!(
        codes(enter(&house, house.cleo, draft_on(house.atlas, 1))),
        ["project_id missing"]
    );
    let loose = entered(&house, house.cleo, draft(""));
    let bens = entered(&house, house.ben, draft_on(house.atlas, 1));
    house.give(house.cleo, house.atlas);
    let own = entered(&house, house.cleo, draft_on(house.atlas, 1));

    look(loose).expect("without a project it is hers");
    look(own).expect("it is hers");
    assert!(is_not_found(&look(bens)));
    let sql = "delete from project_access where project_id = $1";
    house.sql(sql, vec![house.atlas.number()]);
    assert!(is_not_found(&look(own)));
}

#[test]
fn an_edit_tells_what_changed_and_nothing_if_nothing_did() {
    let house = House::open();
    let id = entered(&house, house.ben, draft_on(house.atlas, 20));
    house.pass(60);

    edit(&house, house.ben, id, untouched()).expect("it is his");
    let same = Edit {
        minutes: Some(30),
        project: on(house.atlas),
        ..untouched()
    };
    edit(&house, house.ben, id, same).expect("it is his");
    assert!(house.names().is_empty());
    assert_eq!(seen(&house, id).entry.updated_at, moment(MORNING));

    let more = Edit {
        minutes: Some(31),
        description: Some("#late*".into()),
        ..untouched()
    };
    edit(&house, house.ben, id, more).expect("it is his");

    let told = events(&house);
    let names: Vec<_> = told.iter().map(|event| event.name).collect();
    assert_eq!(names, ["tag.created", "entry.updated"]);
    let changes = changes(&told[1]);
    let keys: Vec<_> = changes.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["billable", "minutes", "description", "tags"]);
    assert_eq!(changes["minutes"], json!([30, 45]));
    assert_eq!(changes["tags"][1][0]["name"], "late");
}

#[test]
fn minutes_are_rounded_again_when_they_or_the_project_change() {
    let house = House::open();
    let id = entered(
        &house,
        house.ben,
        Draft {
            minutes: 7,
            ..draft("")
        },
    );
    let change = |wish: Edit| {
        edit(&house, house.ben, id, wish).expect("it is his");
        seen(&house, id).entry.minutes
    };

    let described = Edit {
        description: Some("x".into()),
        ..untouched()
    };
    assert_eq!(change(described), 7);
    assert_eq!(
        change(Edit {
            project: on(house.atlas),
            ..untouched()
        }),
        15
    );
    assert_eq!(
        change(Edit {
            minutes: Some(16),
            ..untouched()
        }),
        30
    );
    let nowhere = Named {
        id: Given::Null,
        ..nowhere()
    };
    assert_eq!(
        change(Edit {
            project: nowhere,
            ..untouched()
        }),
        30
    );
    assert_eq!(seen(&house, id).entry.project, None);
    assert_eq!(
        change(Edit {
            minutes: Some(0),
            ..untouched()
        }),
        0
    );
}

#[test]
fn another_user_s_entry_needs_a_leader() {
    let house = House::open();
    let id = entered(&house, house.lea, draft(""));
    let later = |actor| {
        let wish = Edit {
            minutes: Some(60),
            ..untouched()
        };
        edit(&house, actor, id, wish)
    };
    let to_ada = |actor, id| {
        let wish = Edit {
            user: Some(user_of(house.ada)),
            ..untouched()
        };
        codes(edit(&house, actor, id, wish))
    };

    assert!(is_forbidden(&later(house.ben)));
    assert!(is_forbidden(
        &house.write(house.ben, move |tx| act::delete(tx, id))
    ));
    assert!(is_not_found(&later(house.cleo)));
    assert!(is_not_found(&later(house.dora)));
    later(house.ada).expect("a supervisor may");
    let own = entered(&house, house.ben, draft(""));
    assert_eq!(to_ada(house.ben, own), ["user_id insufficent_permissions"]);
    assert!(to_ada(house.lea, own).is_empty());
    assert_eq!(seen(&house, own).entry.user, user_of(house.ada));
    assert!(rules::is_over_others(Role::Leader));
}

#[test]
fn archived_projects_lock_their_entries_and_take_none() {
    let house = House::open();
    let borealis = house.project(house.ada, "Borealis");
    let inside = entered(&house, house.ben, draft_on(borealis, 1));
    let outside = entered(&house, house.ben, draft_on(house.atlas, 1));
    archive(&house, borealis);
    let change = |id, wish| codes(edit(&house, house.ben, id, wish));

    let wish = Edit {
        minutes: Some(60),
        user: Some(Id::new(999)),
        ..untouched()
    };
    assert_eq!(
        change(inside, wish),
        ["base archived_project", "user_id insufficent_permissions"]
    );
    let wish = Edit {
        project: on(borealis),
        ..untouched()
    };
    assert_eq!(change(outside, wish), ["project_id archived_project"]);
}

#[test]
fn deleting_lists_all_that_forbids_it() {
    let house = House::open();
    let id = entered(&house, house.ben, draft_on(house.atlas, 1));
    let free = entered(&house, house.ben, draft("#kept"));
    archive(&house, house.atlas);
    let sql = "update entries set approved_at = 1, approved_by = user_id, invoiced_at = 1
               where id = $1";
    house.sql(sql, vec![id.number()]);
    let delete = |id| house.write(house.ben, move |tx| act::delete(tx, id));

    assert_eq!(
        codes(delete(id)),
        [
            "base approved_and_locked",
            "base invoiced",
            "base archived_project"
        ]
    );
    delete(free).expect("nothing forbids it");
    let told = events(&house);
    assert_eq!((told[0].name, &told[0].url), ("entry.deleted", &None));
    assert_eq!(object(&told[0])["tags"][0]["name"], "kept");
    assert!(is_not_found(&delete(free)));
}
