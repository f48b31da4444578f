//! Edits of others and of oneself.
//!
//! Never: HTTP.

use base::{Actor, Role};
use store::Record;

use super::{edit, operator, peek};
use crate::resources::testing::{House, account_of, codes, is_forbidden, is_not_found, user_of};
use crate::resources::users::{Edit, OwnEdit, actions};

#[test]
fn an_edit_tells_what_changed_and_nothing_if_nothing_did() {
    let house = House::open();
    house.pass(60);
    let wish = Edit {
        last_name: Some("Moe".to_owned()),
        role: Some(Role::Leader),
        ..Edit::default()
    };

    let after = edit(&house, house.ada, house.ben, wish.clone()).expect("an edit");

    assert_eq!(after.updated_at.to_string(), "2024-03-18T09:01:00Z");
    let told = house.told();
    let [Record::Event(event)] = told.as_slice() else {
        panic!("one event, not {told:?}")
    };
    assert_eq!(event.name, "user.updated");
    assert_eq!(
        event.full.changes,
        r#"{"last_name":["Tester","Moe"],"role":["coworker","leader"]}"#
    );
    house.pass(60);
    let same = edit(&house, house.ada, house.ben, wish).expect("no edit");
    assert_eq!(same.updated_at, after.updated_at);
    assert!(house.told().is_empty());
}

#[test]
fn nobody_changes_their_own_role_or_the_owners() {
    let house = House::open();
    let promoted = Edit {
        role: Some(Role::Supervisor),
        ..Edit::default()
    };
    let demoted = Edit {
        role: Some(Role::Leader),
        ..Edit::default()
    };
    edit(&house, house.ada, house.lea, promoted.clone()).expect("a second supervisor");
    let lea = Actor::User {
        account: account_of(house.lea),
        id: user_of(house.lea),
        role: Role::Supervisor,
    };

    let own = edit(&house, lea, lea, demoted.clone());
    assert_eq!(codes(own), ["role authenticated_user"]);
    let owners = edit(&house, lea, house.ada, demoted);
    assert_eq!(codes(owners), ["base account_owner"]);
    edit(&house, lea, lea, promoted).expect("the role that one has is no change");
}

#[test]
fn whoever_may_not_manage_people_is_told_so_only_about_people_they_see() {
    let house = House::open();
    let wish = Edit::default();
    for by in [house.lea, house.ben] {
        assert!(is_forbidden(&edit(&house, by, house.cleo, wish.clone())));
    }
    assert!(is_forbidden(&edit(
        &house,
        house.cleo,
        house.cleo,
        wish.clone()
    )));
    assert!(is_not_found(&edit(
        &house,
        house.cleo,
        house.ben,
        wish.clone()
    )));
    assert!(is_not_found(&edit(&house, house.ada, house.dora, wish)));
}

#[test]
fn an_own_edit_tells_of_names_and_keeps_settings_to_itself() {
    let house = House::open();
    let own = |actor, wish: OwnEdit| {
        house
            .write(actor, move |tx| actions::edit_own(tx, &wish))
            .expect("an edit")
    };
    let settings = OwnEdit {
        week_start: Some("sunday"),
        utc_offset: Some(-3600),
        send_team_weekly_report: Some(true),
        ..OwnEdit::default()
    };

    let ben = own(house.ben, settings.clone());
    assert_eq!(
        (ben.settings.week_start.as_str(), ben.settings.utc_offset),
        ("sunday", -3600)
    );
    assert!(
        !ben.settings.send_team_weekly_report,
        "that is for supervisors"
    );
    assert!(own(house.ada, settings).settings.send_team_weekly_report);
    assert!(house.told().is_empty());

    let name = OwnEdit {
        first_name: Some("Benno".to_owned()),
        time_format: Some("hours_minutes"),
        ..OwnEdit::default()
    };
    own(house.ben, name);
    assert_eq!(house.names(), ["user.updated"]);
}

#[test]
fn a_password_is_replaced_in_silence() {
    let house = House::open();
    let ben = user_of(house.ben);
    house
        .write(operator(&house), move |tx| {
            actions::set_password(tx, ben, "$new")
        })
        .expect("a new password");
    assert!(house.told().is_empty());
    assert_eq!(
        peek(&house, house.ben).updated_at.to_string(),
        "2024-03-18T09:00:00Z"
    );
    let sql = "select password_hash from users where id = $1";
    let kept: Option<(String,)> = house
        .read(house.ben, move |reader| reader.row(sql, &[&ben]))
        .expect("a row");
    assert_eq!(kept, Some(("$new".to_owned(),)));
}
