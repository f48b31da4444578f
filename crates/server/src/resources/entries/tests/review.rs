//! Approving, unapproving, marking as invoiced.

use serde_json::json;

use super::*;
use crate::resources::entries::Review;
use crate::resources::testing::{codes, is_forbidden, is_not_found, user_of};

fn review(house: &House, actor: Actor, id: Id<id::Entry>, review: Review) -> Result<()> {
    house.write(actor, move |tx| act::review(tx, id, review))
}

#[test]
fn approval_locks_until_it_is_taken_back() {
    let house = House::open();
    let id = entered(&house, house.ben, draft(""));
    let at = moment("2024-03-01");
    let wish = || Edit {
        minutes: Some(60),
        ..untouched()
    };

    review(&house, house.lea, id, Review::Approve(Some(at))).expect("a leader may");

    let seen = seen(&house, id);
    assert_eq!(seen.entry.approved_at, Some(at));
    assert_eq!(seen.approved_by.expect("lea").id, user_of(house.lea));
    let told = events(&house);
    assert_eq!(told[0].name, "entry.updated.approved");
    assert_eq!(
        changes(&told[0])["approved_at"],
        json!([null, "2024-03-01T00:00:00Z"])
    );
    let again = review(&house, house.lea, id, Review::Approve(None));
    assert_eq!(codes(again), ["base already_approved"]);
    let locked = edit(&house, house.ben, id, wish());
    assert_eq!(codes(locked), ["base approved_and_locked"]);

    review(&house, house.lea, id, Review::Unapprove).expect("a leader may");
    assert_eq!(house.names(), ["entry.updated.unapproved"]);
    edit(&house, house.ben, id, wish()).expect("it is open again");
    house.told();
    review(&house, house.lea, id, Review::Unapprove).expect("nothing to do");
    assert!(house.names().is_empty());
}

#[test]
fn reviewing_needs_a_leader_and_an_entry_that_is_seen() {
    let house = House::open();
    let id = entered(&house, house.ben, draft(""));
    let approve = |actor, id| review(&house, actor, id, Review::Approve(None));

    assert!(is_forbidden(&approve(house.ben, id)));
    assert!(is_not_found(&approve(house.cleo, id)));
    assert!(is_not_found(&approve(house.dora, id)));
    assert!(is_not_found(&approve(house.ben, Id::new(999))));
    let all = house.write(house.ben, move |tx| {
        act::review_all(tx, &[id], Review::Approve(None))
    });
    assert!(is_forbidden(&all));
}

#[test]
fn an_archived_project_keeps_its_approvals_as_they_are() {
    let house = House::open();
    let id = entered(&house, house.ben, draft_on(house.atlas, 1));
    let other = entered(&house, house.ben, draft_on(house.atlas, 1));
    review(&house, house.lea, id, Review::Approve(None)).expect("a leader may");
    archive(&house, house.atlas);
    let codes_of = |id, wish| codes(review(&house, house.lea, id, wish));

    assert_eq!(
        codes_of(other, Review::Approve(None)),
        ["base archived_project"]
    );
    assert_eq!(
        codes_of(id, Review::Approve(None)),
        ["base already_approved", "base archived_project"]
    );
    assert_eq!(codes_of(id, Review::Unapprove), ["base archived_project"]);
    assert!(codes_of(other, Review::Unapprove).is_empty());
}

#[test]
fn marking_as_invoiced_tells_each_time_the_date_changes() {
    let house = House::open();
    let id = entered(&house, house.ben, draft(""));
    let mark = |text: &str| {
        let date = time::parse_date(text).expect("a date");
        review(&house, house.lea, id, Review::MarkAsInvoiced(date)).expect("a leader may");
        house.names()
    };

    assert_eq!(mark("2024-03-31"), ["entry.updated.invoiced"]);
    assert_eq!(
        seen(&house, id).entry.invoiced_at,
        Some(moment("2024-03-31"))
    );
    assert!(mark("2024-03-31").is_empty());
    assert_eq!(mark("2024-04-30"), ["entry.updated.invoiced"]);
    let deleted = house.write(house.ben, move |tx| act::delete(tx, id));
    assert_eq!(codes(deleted), ["base invoiced"]);
}

#[test]
fn many_are_reviewed_in_the_order_given_and_the_others_skipped() {
    let house = House::open();
    let ids: Vec<_> = (0..3)
        .map(|_| entered(&house, house.ben, draft("")))
        .collect();
    let locked = entered(&house, house.ben, draft_on(house.atlas, 1));
    archive(&house, house.atlas);
    review(&house, house.lea, ids[1], Review::Approve(None)).expect("a leader may");
    house.told();
    let asked = vec![ids[2], Id::new(999), locked, ids[1], ids[0], ids[2]];

    let all = house.write(house.lea, move |tx| {
        act::review_all(tx, &asked, Review::Approve(None))
    });

    all.expect("the others are skipped");
    let told: Vec<_> = events(&house).iter().map(|event| event.subject).collect();
    assert_eq!(told, [ids[2].number(), ids[0].number()]);
}
