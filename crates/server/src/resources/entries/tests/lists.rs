//! Lists with their filters, order and plans.

use super::*;
use crate::resources::entries::{Filter, TagRule, Within, table};
use crate::resources::testing::user_of;

fn list(house: &House, actor: Actor, within: Within, filter: &Filter) -> Vec<Id<id::Entry>> {
    let found = house.read(actor, |reader| {
        table::list(reader, within, filter, (100, 0))
    });
    let (entries, total) = found.expect("a list");
    assert_eq!(usize::try_from(total), Ok(entries.len()));
    entries.iter().map(|entry| entry.id).collect()
}

#[test]
fn newest_dates_come_first_then_the_latest_made() {
    let house = House::open();
    let on_date = |text: &str| {
        let date = time::parse_date(text).expect("a date");
        entered(&house, house.ben, Draft { date, ..draft("") })
    };
    let (first, second) = (on_date("2024-03-18"), on_date("2024-03-18"));
    let old = on_date("2023-12-31");
    house.pass(60);
    let latest = on_date("2024-03-18");

    let all = list(&house, house.ben, Within::Account, &Filter::default());

    assert_eq!(all, [latest, second, first, old]);
    let page = house.read(house.ben, |reader| {
        table::list(reader, Within::Account, &Filter::default(), (2, 2))
    });
    let (entries, total) = page.expect("a page");
    assert_eq!((entries[0].id, entries[1].id, total), (first, old, 4));
}

#[test]
fn tags_are_asked_for_together_or_one_by_one() {
    let house = House::open();
    let both = entered(&house, house.ben, draft("#a #b"));
    let one = entered(&house, house.ben, draft("#a"));
    entered(&house, house.ben, draft("plain"));
    let (a, b) = (seen(&house, both).tags[0].id, seen(&house, both).tags[1].id);
    let found = |tags: Vec<Id<id::Tag>>, tag_rule| {
        let filter = Filter {
            tags,
            tag_rule,
            ..Filter::default()
        };
        list(&house, house.ben, Within::Account, &filter)
    };

    assert_eq!(found(vec![a], TagRule::All), [one, both]);
    assert_eq!(found(vec![a, b, a], TagRule::All), [both]);
    assert_eq!(found(vec![a, b], TagRule::Any), [one, both]);
    assert_eq!(found(vec![b, Id::new(999)], TagRule::Any), [both]);
    assert!(found(vec![b, Id::new(999)], TagRule::All).is_empty());
    assert_eq!(
        list(&house, house.ben, Within::Tag(b), &Filter::default()),
        [both]
    );
}

/// Oldest first: ben's, lea's on atlas, and a minute later ben's that is done with.
struct Three {
    plain: Id<id::Entry>,
    other: Id<id::Entry>,
    done: Id<id::Entry>,
}

fn three(house: &House) -> Three {
    let plain = entered(house, house.ben, draft("Über uns"));
    let other = entered(house, house.lea, draft_on(house.atlas, 1));
    house.pass(60);
    let done = entered(house, house.ben, draft("#free*"));
    let sql = "update entries set invoiced_at = $2, approved_at = $2, approved_by = user_id
               where id = $1";
    let noon = moment("2024-02-29T12:00:00Z");
    house.sql(sql, vec![done.number(), noon.0]);
    Three { plain, other, done }
}

fn filter(set: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    set(&mut filter);
    filter
}

fn check_all(house: &House, cases: Vec<(Filter, Vec<Id<id::Entry>>)>) {
    for (filter, expected) in cases {
        let found = list(house, house.ada, Within::Account, &filter);
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[test]
fn lists_are_filtered_by_what_entries_refer_to() {
    let house = House::open();
    let Three { plain, other, done } = three(&house);
    let (ben, lea, atlas) = (user_of(house.ben), user_of(house.lea), house.atlas);

    check_all(
        &house,
        vec![
            (filter(|it| it.users = vec![ben]), vec![done, plain]),
            (
                filter(|it| it.users = vec![ben, lea]),
                vec![done, other, plain],
            ),
            (filter(|it| it.projects = vec![atlas]), vec![other]),
            (filter(|it| it.approved_by = vec![ben, lea]), vec![done]),
            (filter(|it| it.foreign = true), vec![]),
        ],
    );
    let within = |actor, within| list(&house, actor, within, &Filter::default());
    assert_eq!(within(house.ada, Within::User(lea)), [other]);
    assert_eq!(within(house.ada, Within::Project(atlas)), [other]);
    assert!(within(house.cleo, Within::Account).is_empty());
    assert!(within(house.dora, Within::Account).is_empty());
}

#[test]
fn lists_are_filtered_by_what_entries_hold() {
    let house = House::open();
    let Three { plain, other, done } = three(&house);
    let day = |text: &str| time::parse_date(text);
    let at = |text: &str| Some(moment(text));
    let (made, later) = (at("2024-03-18T09:00:00Z"), at("2024-03-18T09:01:00Z"));
    let leap = (at("2024-02-29"), at("2024-02-29T23:59:59Z"));

    check_all(
        &house,
        vec![
            (
                filter(|it| it.description = Some("ÜBER".into())),
                vec![plain],
            ),
            (
                filter(|it| it.date.0 = day("2024-03-18")),
                vec![done, other, plain],
            ),
            (filter(|it| it.date.0 = day("2024-03-19")), vec![]),
            (filter(|it| it.date.1 = day("2024-03-17")), vec![]),
            (filter(|it| it.invoiced = Some(true)), vec![done]),
            (filter(|it| it.invoiced = Some(false)), vec![other, plain]),
            (filter(|it| it.invoiced_at = leap), vec![done]),
            (filter(|it| it.approved_at.0 = at("2024-03-01")), vec![]),
            (filter(|it| it.billable = Some(false)), vec![done]),
            (filter(|it| it.updated_at.0 = later), vec![done]),
            (filter(|it| it.updated_at.1 = made), vec![other, plain]),
        ],
    );
}

#[test]
fn lists_are_read_from_an_index_in_their_order() {
    let house = House::open();
    for (within, index) in [
        (Within::Account, "entries_newest"),
        (Within::Project(house.atlas), "entries_of_project"),
        (Within::User(user_of(house.ben)), "entries_of_user"),
    ] {
        let plan = house.read(house.ben, |reader| {
            table::plan(reader, within, &Filter::default())
        });
        let plan = plan.expect("a plan");
        assert!(
            plan.contains(index) && !plan.contains("TEMP B-TREE"),
            "{plan}"
        );
    }
}
