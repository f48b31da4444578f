//! Which projects a contractor was given.
//!
//! Never: HTTP.

use base::Actor;
use base::id::{Id, Project, User as UserMark};

use super::operator;
use crate::resources::testing::{House, codes, is_forbidden, is_not_found, user_of};
use crate::resources::users::actions::{self, Revoked};

fn visible_projects(house: &House, to: Actor) -> i64 {
    let sql = "select count(*) from project_access where user_id = $1";
    house
        .read(to, move |reader| reader.number(sql, &[&user_of(to)]))
        .expect("a count")
}

#[test]
fn a_contractor_sees_the_projects_that_were_given() {
    let house = House::open();
    let cleo = user_of(house.cleo);
    let (atlas, borea) = (house.atlas, house.project(house.ada, "Borea"));
    let foreign = house.project(house.dora, "Foreign");
    let give = |projects: Vec<Id<Project>>| {
        house
            .write(house.ada, move |tx| {
                actions::give_access(tx, cleo, &projects)
            })
            .expect("access");
    };
    let revoke = |projects: Revoked| {
        house
            .write(house.ada, move |tx| {
                actions::revoke_access(tx, cleo, &projects)
            })
            .expect("no access");
    };

    give(vec![atlas, borea, borea, foreign, Id::new(999)]);
    give(vec![atlas]);
    assert_eq!(visible_projects(&house, house.cleo), 2);
    revoke(Revoked::Some(vec![borea, foreign, Id::new(999)]));
    assert_eq!(visible_projects(&house, house.cleo), 1);
    revoke(Revoked::All);
    assert_eq!(visible_projects(&house, house.cleo), 0);
    assert!(house.told().is_empty(), "access is no event");
}

#[test]
fn access_is_refused_where_it_means_nothing() {
    let house = House::open();
    let give = |by, of: Actor| {
        let (id, projects): (Id<UserMark>, _) = (user_of(of), [house.atlas]);
        house.write(by, move |tx| actions::give_access(tx, id, &projects))
    };
    let revoke = |by, of: Actor| {
        let id = user_of(of);
        house.write(by, move |tx| actions::revoke_access(tx, id, &Revoked::All))
    };

    give(house.ada, house.ben).expect("who sees all gets nothing more");
    assert_eq!(visible_projects(&house, house.ben), 0);
    assert_eq!(
        codes(give(house.ada, house.ada)),
        ["base authenticated_user"]
    );
    assert_eq!(
        codes(revoke(house.ada, house.ben)),
        ["base can_access_all_projects"]
    );
    assert_eq!(
        codes(revoke(house.ada, house.ada)),
        ["base can_access_all_projects", "base authenticated_user"]
    );
    for by in [house.lea, house.ben, house.cleo] {
        assert!(is_forbidden(&give(by, house.cleo)));
        assert!(is_forbidden(&revoke(by, house.cleo)));
    }
    assert!(is_not_found(&give(house.cleo, house.ben)));
    assert!(is_not_found(&revoke(house.dora, house.cleo)));

    let cleo = user_of(house.cleo);
    house
        .write(operator(&house), move |tx| actions::suspend(tx, cleo))
        .expect("she is blocked");
    assert_eq!(codes(give(house.ada, house.cleo)), ["base deactivated"]);
    assert_eq!(codes(revoke(house.ada, house.cleo)), ["base deactivated"]);
}
