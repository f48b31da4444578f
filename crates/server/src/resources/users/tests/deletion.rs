//! Who can be deleted, and what goes with them.
//!
//! Never: HTTP.

use base::Result;
use base::id::{Id, User};
use store::Record;

use super::{create, log_an_entry, operator};
use crate::identity::tokens;
use crate::resources::testing::{House, account_of, codes, is_forbidden, is_not_found, user_of};
use crate::resources::timers;
use crate::resources::timers::rules::Wish;
use crate::resources::users::actions;

fn delete(house: &House, by: base::Actor, id: Id<User>) -> Result<()> {
    house.write(by, move |tx| actions::delete(tx, id))
}

#[test]
fn a_deleted_user_takes_tokens_timers_and_access_along() {
    let house = House::open();
    let (cleo, atlas) = (user_of(house.cleo), house.atlas);
    house.give(house.cleo, atlas);
    let start = move |tx: &mut store::Tx<'_>| timers::actions::start(tx, atlas, Wish::default());
    house.write(house.cleo, start).expect("a timer");
    let make = move |tx: &mut store::Tx<'_>| tokens::create(tx, cleo, "desk");
    house.write(operator(&house), make).expect("a token");
    house.told();

    delete(&house, house.ada, cleo).expect("she has no entries");

    let told = house.told();
    let [Record::Announcement(stopped), Record::Event(event)] = told.as_slice() else {
        panic!("{told:?} is not one announcement and one event");
    };
    assert_eq!(stopped.last_event, "timer.stopped");
    assert_eq!((event.name, event.url.as_deref()), ("user.deleted", None));
    assert_eq!(event.full.changes, "{}");
    let left = house.read(operator(&house), |reader| tokens::list(reader, None));
    assert_eq!(left.expect("a list"), []);
    assert!(is_not_found(&delete(&house, house.ada, cleo)));
    create(&house, house.ada, "cleo@harbour.example").expect("the address is free again");
}

#[test]
fn what_a_deleted_user_approved_stays_approved() {
    let house = House::open();
    let lea = user_of(house.lea);
    log_an_entry(&house, house.ben);
    let sql = "update entries set approved_at = 0, approved_by = $1 where user_id = $2";
    house.sql(sql, vec![lea.number(), user_of(house.ben).number()]);

    delete(&house, house.ada, lea).expect("she has no entries");

    let account = account_of(house.ada);
    let kept = house.read(house.ada, move |reader| {
        reader.number(
            "select count(*) from entries
             where account_id = $1 and approved_at is not null and approved_by is null",
            &[&account],
        )
    });
    assert_eq!(kept.expect("a number"), 1);
}

#[test]
fn all_reasons_against_a_deletion_are_told() {
    let house = House::open();
    let (ada, ben) = (user_of(house.ada), user_of(house.ben));
    log_an_entry(&house, house.ada);
    log_an_entry(&house, house.ben);

    assert_eq!(
        codes(delete(&house, house.ada, ada)),
        [
            "base not_deletable",
            "base account_owner",
            "base authenticated_user"
        ]
    );
    assert_eq!(
        codes(delete(&house, house.ada, ben)),
        ["base not_deletable"]
    );
    for by in [house.lea, house.ben] {
        assert!(is_forbidden(&delete(&house, by, ben)));
    }
    assert!(is_not_found(&delete(&house, house.cleo, ben)));
    assert!(is_not_found(&delete(&house, house.dora, ben)));
}
