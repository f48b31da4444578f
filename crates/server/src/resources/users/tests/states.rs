//! Who is at work and who was sent away.
//!
//! Never: HTTP.

use base::Actor;

use super::{edit, log_an_entry, new_user, operator, peek};
use crate::resources::testing::{House, account_of, codes, user_of};
use crate::resources::users::{Edit, State, actions};

fn start_a_timer(house: &House, of: Actor) {
    let sql = "insert into timers (account_id, user_id, project_id, state, collected, date,
                 description, description_folded, changed_at, created_at)
               values ($1, $2, $3, 'paused', 0, '2024-03-18', '', '', 0, 0)";
    let atlas = house.atlas.number();
    house.sql(
        sql,
        vec![account_of(of).number(), user_of(of).number(), atlas],
    );
}

#[test]
fn an_account_has_no_more_users_at_work_than_it_may() {
    let house = House::open();
    let new = new_user("eli@harbour.example");
    let refused = house.write(house.ada, move |tx| actions::create(tx, &new, Some(4)));
    assert_eq!(codes(refused), ["base reached_user_limit"]);

    let ben = user_of(house.ben);
    house
        .write(operator(&house), move |tx| actions::suspend(tx, ben))
        .expect("he is blocked");
    let new = new_user("eli@harbour.example");
    house
        .write(house.ada, move |tx| actions::create(tx, &new, Some(4)))
        .expect("his place is free");
    let back = house.write(operator(&house), move |tx| {
        actions::activate(tx, ben, Some(4))
    });
    assert_eq!(codes(back), ["base reached_user_limit"]);
}

#[test]
fn a_suspended_user_loses_timers_and_only_the_operator_brings_them_back() {
    let house = House::open();
    let ben = user_of(house.ben);
    start_a_timer(&house, house.ben);
    let suspend = |by| house.write(by, move |tx| actions::suspend(tx, ben));
    let activate = |by| house.write(by, move |tx| actions::activate(tx, ben, None));

    suspend(operator(&house)).expect("he is blocked");
    assert_eq!(house.names(), ["timer.stopped", "user.updated.deactivated"]);
    assert_eq!(peek(&house, house.ben).state, State::Suspended);
    suspend(operator(&house)).expect("he stays blocked");
    assert!(house.told().is_empty());

    assert_eq!(codes(activate(house.ada)), ["base not_deactivated"]);
    activate(operator(&house)).expect("he is back");
    assert_eq!(house.names(), ["user.updated.activated"]);
    assert_eq!(codes(activate(operator(&house))), ["base not_deactivated"]);
}

#[test]
fn the_owner_cannot_be_sent_away() {
    let house = House::open();
    let ada = user_of(house.ada);
    let blocked = house.write(operator(&house), move |tx| actions::suspend(tx, ada));
    assert_eq!(codes(blocked), ["base account_owner"]);
    let left = house.write(house.ada, move |tx| actions::deactivate(tx, ada));
    assert_eq!(
        codes(left),
        ["base account_owner", "base authenticated_user"]
    );
}

#[test]
fn a_user_who_logged_time_is_deactivated_and_any_other_is_not() {
    let house = House::open();
    let ben = user_of(house.ben);
    let deactivate = || house.write(house.ada, move |tx| actions::deactivate(tx, ben));

    assert_eq!(codes(deactivate()), ["base deletable"]);
    log_an_entry(&house, house.ben);
    deactivate().expect("now there is something to keep");
    assert_eq!(peek(&house, house.ben).state, State::Disabled);
    assert_eq!(peek(&house, house.ben).entries, 1);
    assert_eq!(house.names(), ["user.updated.deactivated"]);
    deactivate().expect("again is nothing");
    assert!(house.told().is_empty());
    let changed = edit(&house, house.ada, house.ben, Edit::default());
    assert_eq!(codes(changed), ["base deactivated"]);
    house
        .write(house.ada, move |tx| actions::activate(tx, ben, None))
        .expect("a supervisor undoes what a supervisor did");
    assert_eq!(house.names(), ["user.updated.activated"]);
}
