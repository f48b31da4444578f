//! Accounts, tokens and authentication on a fresh database.
//!
//! Never: HTTP.

use base::id::{Account, Id, User};
use base::{Actor, Reason, Result, Secret, secret};
use futures_util::FutureExt;
use store::Record;

use super::accounts::{self, Created, NewAccount};
use super::{actor_of, tokens};
use crate::http::Presented;
use crate::resources::testing::{House, account_of, codes, is_not_found, user_of};

const START_UP: Actor = Actor::System(Reason::StartUp);

fn new_account(name: &str, email: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        email: email.to_owned(),
        first_name: "Nora".to_owned(),
        last_name: "Lind".to_owned(),
        password_hash: "$argon2id$kept".to_owned(),
        utc_offset: 3600,
    }
}

fn create(house: &House, name: &str, email: &str) -> Result<Created> {
    let new = new_account(name, email);
    house.write(START_UP, move |tx| accounts::create(tx, &new))
}

fn authenticate(house: &House, presented: Presented) -> Result<Actor> {
    actor_of(&house.db, presented)
        .now_or_never()
        .expect("an inline database answers at once")
}

fn token_of(house: &House, user: Actor) -> Secret<String> {
    let (operator, id) = (Actor::Operator(account_of(user)), user_of(user));
    let made = house.write(operator, move |tx| tokens::create(tx, id, "script"));
    made.expect("a token").1
}

fn personal(token: &Secret<String>) -> Presented {
    Presented::Personal(token.clone())
}

#[test]
fn a_new_account_has_an_owner_who_can_ask_at_once() {
    let house = House::open();

    let made = create(&house, " Fjord ", "Nora@fjord.example").expect("an account");

    let actor = authenticate(&house, personal(&made.token)).expect("the first token is good");
    let Actor::User { account, id, role } = actor else {
        panic!("{actor:?} is no user")
    };
    assert_eq!((account, id), (made.account, made.user));
    assert_eq!(role, base::Role::Supervisor);
    assert!(house.told().is_empty(), "an account is no event");
    let found = house.read(START_UP, |reader| accounts::find(reader, Some("fjord")));
    assert_eq!(found.expect("found by name"), made.account);
}

#[test]
fn names_and_addresses_are_taken_only_once_in_the_installation() {
    let house = House::open();
    for (name, email, expected) in [
        ("harbour", "new@fjord.example", vec!["name already_exists"]),
        ("Fjord", "ADA@harbour.example", vec!["email already_exists"]),
        ("", "", vec!["name missing_field", "email missing_field"]),
        ("Fjord", "nowhere", vec!["email invalid"]),
        ("Fjord", "a@b@c", vec!["email invalid"]),
        (&"x".repeat(256), "a@b.example", vec!["name invalid"]),
    ] {
        assert_eq!(
            codes(create(&house, name, email)),
            expected,
            "{name} {email}"
        );
    }
}

#[test]
fn a_command_names_the_account_unless_there_is_only_one() {
    let house = House::open();
    let find = |name: Option<&'static str>| {
        let found: Result<Id<Account>> =
            house.read(START_UP, move |reader| accounts::find(reader, name));
        found.map_err(|error| error.to_string())
    };

    assert_eq!(find(Some("HARBOUR")), Ok(account_of(house.ada)));
    assert_eq!(
        find(None),
        Err(
            "There are several accounts: say which one with --account NAME. \
             Known accounts: Harbour, Elsewhere."
                .to_owned()
        )
    );
    assert_eq!(
        find(Some("nobody")),
        Err("There is no account named nobody. Known accounts: Harbour, Elsewhere.".to_owned())
    );
}

#[test]
fn a_personal_token_is_no_access_token_and_basic_does_not_say_which_it_is() {
    let house = House::open();
    let token = token_of(&house, house.ben);

    let either = Presented::Either(token.clone());
    assert_eq!(authenticate(&house, either).expect("a user"), house.ben);
    for wrong in [
        Presented::Access(token.clone()),
        personal(&Secret::new("crp-nothing".to_owned())),
        personal(&Secret::new(secret::digest(token.reveal()))),
        personal(&Secret::new(token.reveal().to_uppercase())),
    ] {
        let refused = authenticate(&house, wrong);
        assert!(matches!(refused, Err(base::Error::Unauthenticated)));
    }
}

#[test]
fn a_revoked_token_and_a_blocked_user_are_unauthenticated_at_once() {
    for sql in [
        "delete from tokens where user_id = $1",
        "update users set state = 'disabled' where id = $1",
        "update users set state = 'suspended' where id = $1",
    ] {
        let house = House::open();
        let token = token_of(&house, house.ben);
        authenticate(&house, personal(&token)).expect("it is good before");

        house.sql(sql, vec![user_of(house.ben).number()]);

        let refused = authenticate(&house, personal(&token));
        assert!(
            matches!(refused, Err(base::Error::Unauthenticated)),
            "{sql}"
        );
    }
}

#[test]
fn a_pending_user_becomes_active_at_first_use_and_only_then() {
    let house = House::open();
    let ben = user_of(house.ben).number();
    house.sql(
        "update users set state = 'pending' where id = $1",
        vec![ben],
    );
    let token = token_of(&house, house.ben);

    assert_eq!(
        authenticate(&house, personal(&token)).expect("a user"),
        house.ben
    );

    let told = house.told();
    let [Record::Event(event)] = told.as_slice() else {
        panic!("one event, not {told:?}")
    };
    assert_eq!(event.name, "user.updated.activated");
    assert_eq!(event.full.changes, r#"{"state":["pending","active"]}"#);
    authenticate(&house, personal(&token)).expect("a user");
    assert!(house.told().is_empty());
}

#[test]
fn tokens_are_seen_and_revoked_by_their_user_and_the_operator_alone() {
    let house = House::open();
    let operator = Actor::Operator(account_of(house.ada));
    let ben: Id<User> = user_of(house.ben);
    let (id, _) = house
        .write(house.ben, move |tx| tokens::create(tx, ben, "laptop"))
        .expect("one's own");
    let listed = |actor| {
        let list = house.read(actor, |reader| tokens::list(reader, None));
        list.expect("a list").len()
    };

    assert_eq!(listed(house.ben), 1);
    assert_eq!(listed(operator), 1);
    assert_eq!(listed(house.ada), 0);
    assert_eq!(listed(Actor::Operator(account_of(house.dora))), 0);
    let of_another = house.write(house.ada, move |tx| tokens::create(tx, ben, "spare"));
    assert!(is_not_found(&of_another));
    for stranger in [
        house.ada,
        house.dora,
        Actor::Operator(account_of(house.dora)),
    ] {
        assert!(is_not_found(
            &house.write(stranger, move |tx| tokens::revoke(tx, id))
        ));
    }
    house
        .write(operator, move |tx| tokens::revoke(tx, id))
        .expect("the operator may");
    assert_eq!(listed(house.ben), 0);
    let nameless = house.write(operator, move |tx| tokens::create(tx, ben, "  "));
    assert_eq!(codes(nameless), ["name missing_field"]);
}

#[test]
fn only_the_digest_of_a_token_is_kept() {
    let house = House::open();
    let token = token_of(&house, house.ben);
    let kept: Vec<(String,)> = house
        .read(house.ben, |reader| {
            reader.rows("select digest from tokens", &[])
        })
        .expect("rows");
    assert_eq!(kept, [(secret::digest(token.reveal()),)]);
    assert!(token.reveal().starts_with("crp-"));
}
