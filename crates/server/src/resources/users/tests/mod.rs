//! Users on a fresh database: who sees whom, and who is invited.
//!
//! Never: HTTP.

mod access;
mod deletion;
mod edits;
mod states;

use base::{Actor, Result, Role};
use store::Record;

use super::{Edit, Filter, NewUser, State, User, UserShape, actions};
use crate::resources::testing::{House, account_of, codes, is_forbidden, is_not_found, user_of};

fn new_user(email: &str) -> NewUser {
    NewUser {
        email: email.to_owned(),
        first_name: "Eli".to_owned(),
        last_name: String::new(),
        role: Role::Leader,
        state: State::Pending,
        password_hash: None,
        utc_offset: 0,
    }
}

fn create(house: &House, by: Actor, email: &str) -> Result<User> {
    let new = new_user(email);
    house.write(by, move |tx| actions::create(tx, &new, None))
}

fn edit(house: &House, by: Actor, of: Actor, wish: Edit) -> Result<User> {
    let id = user_of(of);
    house.write(by, move |tx| actions::edit(tx, id, &wish))
}

fn peek(house: &House, of: Actor) -> User {
    let (id, seer) = (user_of(of), Actor::Operator(account_of(of)));
    house
        .read(seer, move |reader| actions::peek(reader, id))
        .expect("the operator sees everybody")
}

fn operator(house: &House) -> Actor {
    Actor::Operator(account_of(house.ada))
}

fn log_an_entry(house: &House, of: Actor) {
    let sql = "insert into entries (account_id, user_id, date, minutes, description,
                 description_folded, billable, created_at, updated_at)
               values ($1, $2, '2024-03-18', 60, '', '', 1, 0, 0)";
    house.sql(sql, vec![account_of(of).number(), user_of(of).number()]);
}

fn emails(house: &House, by: Actor, filter: Filter) -> Vec<String> {
    let read = house.read(by, move |reader| actions::page(reader, &filter, (30, 0)));
    let (users, total) = read.expect("a list");
    assert_eq!(i64::try_from(users.len()), Ok(total));
    users.into_iter().map(|user| user.email).collect()
}

#[test]
fn a_user_has_the_fields_of_the_shape_in_its_order() {
    let house = House::open();
    let shape = UserShape::of(&peek(&house, house.ben), "https://time.example.test/v2");
    let shown = serde_json::to_value(shape).expect("JSON");
    let fields = shown.as_object().expect("an object");

    let file = crate::shapes::find("user").expect("a shape");
    let listed = file["fields"].as_array().expect("a list");
    let names = listed.iter().filter_map(|field| field["name"].as_str());
    assert!(fields.keys().map(String::as_str).eq(names), "{shown}");
    let url = format!("https://time.example.test/v2/users/{}", user_of(house.ben));
    assert_eq!(shown["url"], url);
    for field in listed {
        let name = field["name"].as_str().expect("a name");
        let Some(template) = field["template"].as_str() else {
            continue;
        };
        let expected = template.replace("{api}/users/{id}", &url);
        assert_eq!(shown[name], expected, "{name}");
    }
}

#[test]
fn a_contractor_sees_nobody_but_themselves_and_nobody_sees_another_account() {
    let house = House::open();
    let all = ["ada", "lea", "ben", "cleo"].map(|name| format!("{name}@harbour.example"));

    for actor in [house.ada, house.lea, house.ben, operator(&house)] {
        assert_eq!(emails(&house, actor, Filter::default()), all);
    }
    assert_eq!(
        emails(&house, house.cleo, Filter::default()),
        ["cleo@harbour.example"]
    );
    let (ben, dora) = (user_of(house.ben), user_of(house.dora));
    let of_cleo = house.read(house.cleo, |reader| actions::peek(reader, ben));
    assert!(is_not_found(&of_cleo));
    let of_ada = house.read(house.ada, |reader| actions::peek(reader, dora));
    assert!(is_not_found(&of_ada));
}

#[test]
fn filters_look_into_names_addresses_roles_and_states() {
    let house = House::open();
    create(&house, house.ada, "Zoë@fjord.example").expect("a user");
    let name = |part: &str| Filter {
        name: Some(part.to_owned()),
        ..Filter::default()
    };
    let email = |part: &str| Filter {
        email: Some(part.to_owned()),
        ..Filter::default()
    };
    let role = Filter {
        role: Some("contractor"),
        ..Filter::default()
    };
    let state = Filter {
        state: Some("pending"),
        ..Filter::default()
    };
    for (filter, expected) in [
        (name("A TEST"), "ada@harbour.example lea@harbour.example"),
        (name("eli"), "Zoë@fjord.example"),
        (name("nobody"), ""),
        (email("ZOË"), "Zoë@fjord.example"),
        (role, "cleo@harbour.example"),
        (state, "Zoë@fjord.example"),
    ] {
        assert_eq!(emails(&house, house.ben, filter).join(" "), expected);
    }
}

#[test]
fn a_supervisor_and_the_operator_invite_users_and_tell_so() {
    let house = House::open();

    let made = create(&house, house.ada, "eli@harbour.example").expect("a user");

    assert_eq!((made.state, made.role), (State::Pending, Role::Leader));
    assert_eq!(made.created_at, made.updated_at);
    let told = house.told();
    let [Record::Event(event)] = told.as_slice() else {
        panic!("one event, not {told:?}")
    };
    assert_eq!(
        (event.name, event.full.changes.as_str()),
        ("user.created", "{}")
    );
    assert_eq!(event.audience, base::Audience::Person(made.id));
    assert_eq!(event.limited, None);
    create(&house, operator(&house), "flo@harbour.example").expect("a user");
    for (by, email, expected) in [
        (house.ada, "ELI@harbour.example", "email already_exists"),
        (house.dora, "eli@harbour.example", "email already_exists"),
        (house.ada, "eli at home", "email invalid"),
    ] {
        assert_eq!(codes(create(&house, by, email)), [expected]);
    }
    for by in [house.lea, house.ben, house.cleo] {
        assert!(is_forbidden(&create(&house, by, "gus@harbour.example")));
    }
}
