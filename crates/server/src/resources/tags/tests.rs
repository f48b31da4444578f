//! The rules of tags as tables of cases, and the actions on a fresh database.

use base::{Actor, Id, Result, id};
use proptest::prelude::*;
use serde_json::{Value, json};
use store::{Event, Record};

use super::rules::{Hashtag, hashtags, rewrite};
use super::{Tag, actions, table};
use crate::resources::entries::{self, Entry, NewEntry};
use crate::resources::testing::{House, codes, is_forbidden, is_not_found, user_of};

fn formatted(description: &str) -> Vec<String> {
    hashtags(description)
        .iter()
        .map(Hashtag::formatted)
        .collect()
}

#[test]
fn hashtags_are_found_where_the_contract_says() {
    let long = format!("#{}", "a".repeat(256));
    for (description, found) in [
        ("", vec![]),
        ("#design", vec!["#design"]),
        ("Landing page #design, #review.", vec!["#design", "#review"]),
        ("(#design) and\n#build", vec!["#design", "#build"]),
        ("#travel* and #travel", vec!["#travel*", "#travel"]),
        ("#Design #DESIGN #design", vec!["#Design"]),
        ("#r&d/web_2.0+x-y", vec!["#r&d/web_2.0+x-y"]),
        ("#end.-&/", vec!["#end"]),
        ("#end.*", vec!["#end"]),
        (
            "#überstunden #日本 #e\u{301}te\u{301}",
            vec!["#überstunden", "#日本", "#e\u{301}te\u{301}"],
        ),
        ("#\u{c9}t\u{c9} #e\u{301}te\u{301}", vec!["#\u{c9}t\u{c9}"]),
        ("issue#7 ##8 [#9 a#b", vec![]),
        ("# #* #. #-/ #\u{301}a", vec![]),
        (long.as_str(), vec![]),
    ] {
        assert_eq!(formatted(description), found, "{description}");
    }
}

#[test]
fn names_given_as_input_may_carry_hash_and_star() {
    for (name, found) in [
        ("design", Some("#design")),
        (" #design ", Some("#design")),
        ("#travel*", Some("#travel*")),
        ("2.0", Some("#2.0")),
        ("two words", None),
        ("##a", None),
        ("a**", None),
        ("a.", None),
        ("*", None),
        ("#", None),
        ("", None),
    ] {
        let parsed = Hashtag::parse(name).map(|hashtag| hashtag.formatted());
        assert_eq!(parsed.as_deref(), found, "{name}");
    }
}

#[test]
fn rewriting_touches_that_hashtag_and_nothing_else() {
    for (description, old, new, rewritten) in [
        (
            "#a b #A, #a* #ab c#a",
            "a",
            Some("x"),
            "#x b #x, #a* #ab c#a",
        ),
        ("#a b #A, #a* #ab", "a*", Some("x"), "#a b #A, #x #ab"),
        ("(#a*) #a.", "a", Some("x*"), "(#a*) #x*."),
        (
            "#a*b #a** #a*. #a*\u{301}",
            "a*",
            Some("x"),
            "#x b #x * #x. #x \u{301}",
        ),
        ("(#a) #A. #a*", "a", None, "(a) A. #a*"),
        ("#a*, #a", "a*", None, "a, #a"),
    ] {
        let old = Hashtag::parse(old).expect("a name").identity();
        let new = new.map(|name| Hashtag::parse(name).expect("a name"));
        assert_eq!(rewrite(description, &old, new.as_ref()), rewritten);
    }
}

proptest! {
    #[test]
    fn a_rewritten_text_carries_the_new_tag_in_place_of_the_old(
        text in "[#*ab.\\-( é\u{301}]{0,24}",
        billable: bool,
        stays_billable: bool,
    ) {
        let old = Hashtag { name: "a".into(), billable };
        let new = Hashtag { name: "new".into(), billable: stays_billable };
        let mut expected: Vec<Hashtag> = Vec::new();
        for found in hashtags(&text) {
            let is_old = found.identity() == old.identity();
            expected.push(if is_old { new.clone() } else { found });
        }
        let rewritten = rewrite(&text, &old.identity(), Some(&new));
        prop_assert_eq!(hashtags(&rewritten), expected);
    }

    #[test]
    fn a_text_without_the_tag_any_more_keeps_the_others(
        text in "[#*ab.\\-( é\u{301}]{0,24}",
        billable: bool,
    ) {
        let old = Hashtag { name: "a".into(), billable };
        let mut expected = hashtags(&text);
        expected.retain(|found| found.identity() != old.identity());
        let rewritten = rewrite(&text, &old.identity(), None);
        prop_assert_eq!(hashtags(&rewritten), expected);
    }

    #[test]
    fn every_name_that_is_read_is_found_in_a_description(name in "\\PC{0,12}") {
        if let Some(hashtag) = Hashtag::parse(&name) {
            prop_assert_eq!(hashtags(&format!("x ({})", hashtag.formatted())), vec![hashtag]);
        }
    }
}

fn make(house: &House, actor: Actor, names: &[&str]) -> Result<Vec<Tag>> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    house.write(actor, move |tx| actions::create(tx, &names))
}

fn tag(house: &House, name: &str) -> Id<id::Tag> {
    make(house, house.ada, &[name]).expect("it is new")[0].id
}

fn peek(house: &House, id: Id<id::Tag>) -> Result<Tag> {
    house.read(house.ada, |reader| table::peek(reader, id))
}

fn entry(house: &House, description: &'static str) -> Id<id::Entry> {
    let (user, project) = (user_of(house.ben), house.atlas);
    let made = house.write(house.ben, move |tx| {
        let new = NewEntry {
            user,
            project: Some(project),
            date: tx.wall.date_at(0),
            minutes: 30,
            description: description.into(),
            source_url: None,
        };
        entries::actions::create(tx, new)
    });
    made.expect("ben may log on atlas")
}

/// An entry with the formatted names of its tags.
fn seen(house: &House, id: Id<id::Entry>) -> (Entry, Vec<String>) {
    let seen = house.read(house.ada, |reader| entries::testing::seen(reader, id));
    let seen = seen.expect("ada sees it");
    let tags = seen.tags.iter().map(|tag| tag.hashtag.formatted());
    (seen.entry.clone(), tags.collect())
}

fn events(house: &House) -> Vec<Event> {
    let event = |record| match record {
        Record::Event(event) => Some(event),
        Record::Announcement(_) => None,
    };
    house.told().into_iter().filter_map(event).collect()
}

fn changes(event: &Event) -> Value {
    serde_json::from_str(&event.full.changes).expect("changes are JSON")
}

#[test]
fn creating_skips_what_exists_and_what_cannot_be() {
    let house = House::open();
    tag(&house, "design");
    house.told();

    let made = make(
        &house,
        house.ben,
        &["#Design", "travel*", "two words", "new", "NEW"],
    );

    let made = made.expect("a coworker may");
    let names: Vec<_> = made.iter().map(|tag| tag.hashtag.formatted()).collect();
    assert_eq!(names, ["#travel*", "#new"]);
    assert_eq!(house.names(), ["tag.created", "tag.created"]);
    assert!(
        make(&house, house.ben, &["new"])
            .expect("skipped")
            .is_empty()
    );
    assert!(house.names().is_empty());
    assert!(is_forbidden(&make(&house, house.cleo, &["cleos"])));
}

#[test]
fn only_leaders_change_tags_and_only_those_of_their_account() {
    let house = House::open();
    let design = tag(&house, "design");
    let delete = |actor| house.write(actor, move |tx| actions::delete(tx, design));

    assert!(is_forbidden(&delete(house.ben)));
    assert!(is_forbidden(&delete(house.cleo)));
    assert!(is_not_found(&delete(house.dora)));
    delete(house.lea).expect("a leader may");
    assert!(is_not_found(&delete(house.lea)));
}

#[test]
fn renaming_rewrites_descriptions_and_recomputes_billable_unless_invoiced() {
    let house = House::open();
    let open = entry(&house, "Train #travel to town");
    let invoiced = entry(&house, "Bus #Travel");
    house.sql(
        "update entries set invoiced_at = 1 where id = $1",
        vec![invoiced.number()],
    );
    let travel = seen_tag(&house, "travel");
    house.told();
    house.pass(60);

    let edit = |name: &'static str| {
        house.write(house.lea, move |tx| actions::edit(tx, travel, Some(name)))
    };
    let renamed = edit("#Trips*").expect("the name is free");

    assert_eq!(renamed.hashtag.formatted(), "#Trips*");
    assert_eq!(renamed.entries, 2);
    let (entry, tags) = seen(&house, open);
    assert_eq!(
        (entry.description.as_str(), entry.billable),
        ("Train #Trips* to town", false)
    );
    assert_eq!(
        (tags, entry.updated_at),
        (vec!["#Trips*".to_owned()], renamed.updated_at)
    );
    let (entry, _) = seen(&house, invoiced);
    assert_eq!(
        (entry.description.as_str(), entry.billable),
        ("Bus #Trips*", true)
    );
    let told = events(&house);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].name, "tag.updated");
    assert_eq!(
        changes(&told[0]),
        json!({"name": ["travel", "Trips"], "billable": [true, false],
            "formatted_name": ["#travel", "#Trips*"]})
    );
    edit("Trips*").expect("nothing changes");
    assert!(house.names().is_empty());
}

#[test]
fn a_name_is_refused_if_it_is_impossible_or_taken() {
    let house = House::open();
    let (design, _) = (tag(&house, "design"), tag(&house, "build"));
    let edit = |name: &'static str| {
        codes(house.write(house.ada, move |tx| actions::edit(tx, design, Some(name))))
    };

    assert_eq!(edit("two words"), ["name invalid"]);
    assert_eq!(edit(""), ["name invalid"]);
    assert_eq!(edit("BUILD"), ["name already_exists"]);
    assert!(edit("build*").is_empty());
    assert_eq!(
        peek(&house, design)
            .expect("it is there")
            .hashtag
            .formatted(),
        "#build*"
    );
}

#[test]
fn merging_moves_entries_and_rewrites_their_descriptions() {
    let house = House::open();
    let both = entry(&house, "#old, then #new and #other");
    let one = entry(&house, "(#Old)");
    entry(&house, "#new");
    let (old, new) = (seen_tag(&house, "old"), seen_tag(&house, "new"));
    house.told();

    let merge = house.write(house.lea, move |tx| actions::merge(tx, new, old));

    merge.expect("two tags");
    assert!(is_not_found(&peek(&house, old)));
    let (entry, tags) = seen(&house, both);
    assert_eq!(entry.description, "#new, then #new and #other");
    assert_eq!(tags, ["#new", "#other"]);
    let (entry, tags) = seen(&house, one);
    assert_eq!(
        (entry.description.as_str(), tags),
        ("(#new)", vec!["#new".to_owned()])
    );
    let told = events(&house);
    let names: Vec<_> = told.iter().map(|event| event.name).collect();
    assert_eq!(names, ["tag.deleted.merged", "tag.updated"]);
    assert_eq!(changes(&told[0])["merged_into"][0], Value::Null);
    assert_eq!(
        changes(&told[0])["merged_into"][1]["formatted_name"],
        "#new"
    );
    assert_eq!((&told[0].url, told[0].subject), (&None, old.number()));
    assert_eq!(changes(&told[1]), json!({"entries": [2, 3]}));
}

#[test]
fn a_merge_needs_two_different_tags() {
    let house = House::open();
    let design = tag(&house, "design");
    let merge = |into: Id<id::Tag>, from: Id<id::Tag>| {
        house.write(house.ada, move |tx| actions::merge(tx, into, from))
    };

    assert_eq!(codes(merge(design, design)), ["tag_id invalid"]);
    assert_eq!(codes(merge(design, Id::new(999))), ["tag_id missing"]);
    assert!(is_not_found(&merge(Id::new(999), design)));
}

#[test]
fn deleting_leaves_plain_text() {
    let house = House::open();
    let logged = entry(&house, "Hotel #travel*, #food");
    let travel = house.read(house.ada, |reader| {
        let all = table::peek_page(reader, &super::Filter::default(), (10, 0))?;
        Ok(all.0.into_iter().find(|tag| !tag.hashtag.billable))
    });
    let travel = travel.expect("a list").expect("it was made").id;
    assert!(!seen(&house, logged).0.billable);
    house.told();

    let delete = house.write(house.lea, move |tx| {
        actions::delete_all(tx, &[Id::new(999), travel, travel])
    });

    delete.expect("others are skipped");
    let (entry, tags) = seen(&house, logged);
    assert_eq!(
        (entry.description.as_str(), entry.billable),
        ("Hotel travel, #food", true)
    );
    assert_eq!(tags, ["#food"]);
    let told = events(&house);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].name, changes(&told[0])),
        ("tag.deleted", json!({}))
    );
}

/// The billable tag of this name.
fn seen_tag(house: &House, name: &str) -> Id<id::Tag> {
    let filter = super::Filter {
        name: Some(name.to_owned()),
        billable: Some(true),
    };
    let page = house.read(house.ada, |reader| {
        table::peek_page(reader, &filter, (1, 0))
    });
    page.expect("a list").0[0].id
}
