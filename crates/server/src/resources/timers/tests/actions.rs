//! Actions on a fresh database, and what they announce.
//!
//! Never: HTTP.

use base::id::{Id, Project};
use base::{Actor, Result};
use store::Record;

use super::{date, describing};
use crate::resources::scope::Scope;
use crate::resources::testing::{House, assert_fields, codes, is_not_found, plan, user_of};
use crate::resources::timers::rules::{LogWish, Wish};
use crate::resources::timers::shape::TimerShape;
use crate::resources::timers::table::{self, Filter};
use crate::resources::timers::{Seen, State, Timer, actions};

fn start(house: &House, actor: Actor, project: Id<Project>) -> Result<Timer> {
    house.write(actor, move |tx| {
        actions::start(tx, project, Wish::default())
    })
}

fn pause(house: &House, actor: Actor, project: Id<Project>) -> Result<Timer> {
    house.write(actor, move |tx| actions::pause(tx, project))
}

fn describe(
    house: &House,
    actor: Actor,
    project: Id<Project>,
    text: &'static str,
) -> Result<Timer> {
    house.write(actor, move |tx| {
        actions::edit(tx, project, describing(text))
    })
}

fn log(house: &House, actor: Actor, project: Id<Project>) -> Result<()> {
    house.write(actor, move |tx| {
        actions::log(tx, project, LogWish::default())
    })
}

fn seen(house: &House, actor: Actor, project: Id<Project>) -> Result<Seen> {
    house.read(actor, |reader| table::peek_of_actor(reader, project))
}

fn archive_quietly(house: &House, project: Id<Project>) {
    let sql = "update projects set enabled = 0 where id = $1";
    house.sql(sql, vec![project.number()]);
}

#[test]
fn a_start_pauses_the_timer_that_runs_elsewhere_first() {
    let house = House::open();
    let borealis = house.project(house.ben, "Borealis");
    let first = start(&house, house.ben, house.atlas).expect("a timer");
    house.pass(60);
    house.told();

    let second = start(&house, house.ben, borealis).expect("a timer");

    let paused = seen(&house, house.ben, house.atlas).expect("a timer").timer;
    assert_eq!(paused.state, State::Paused);
    assert_eq!(paused.collected.as_secs(), 60);
    let told = house.told();
    let told: Vec<_> = told.iter().map(announced).collect();
    assert_eq!(
        told,
        [
            ("timer.paused", first.id.number()),
            ("timer.running", second.id.number())
        ]
    );
}

fn announced(record: &Record) -> (&'static str, i64) {
    match record {
        Record::Announcement(it) => (it.last_event, it.key),
        Record::Event(event) => panic!("{} is no announcement", event.name),
    }
}

#[test]
fn an_announcement_names_the_address_at_which_its_user_reads_the_timer() {
    let house = House::open();
    start(&house, house.ben, house.atlas).expect("a timer");

    let told = house.told();

    let [Record::Announcement(told)] = told.as_slice() else {
        panic!("{told:?} is not one announcement");
    };
    let url = format!(
        "https://time.example.test/v2/projects/{}/timer",
        house.atlas
    );
    assert_eq!(told.url, url);
    assert_eq!(told.user, user_of(house.ben));
    assert_eq!(told.subject, "timer");
}

#[test]
fn each_action_announces_what_it_changed_and_nothing_else() {
    let house = House::open();
    let (ben, atlas) = (house.ben, house.atlas);
    let step = |done: Result<Timer>| {
        done.expect("it can be done");
        house.names()
    };
    assert_eq!(step(describe(&house, ben, atlas, "a")), ["timer.pending"]);
    assert_eq!(step(describe(&house, ben, atlas, "a")), [""; 0]);
    assert_eq!(step(describe(&house, ben, atlas, "b")), ["timer.pending"]);
    assert_eq!(step(start(&house, ben, atlas)), ["timer.running"]);
    assert_eq!(step(start(&house, ben, atlas)), [""; 0]);
    assert_eq!(step(describe(&house, ben, atlas, "c")), ["timer.running"]);
    assert_eq!(step(pause(&house, ben, atlas)), ["timer.paused"]);
    assert_eq!(step(pause(&house, ben, atlas)), [""; 0]);
    let add = |seconds| house.write(ben, move |tx| actions::add(tx, atlas, seconds));
    assert_eq!(step(add(60)), ["timer.paused"]);
    assert_eq!(step(add(0)), [""; 0]);
    house
        .write(ben, move |tx| actions::discard(tx, atlas))
        .expect("there is one");
    assert_eq!(house.names(), ["timer.stopped"]);
}

#[test]
fn a_log_makes_an_entry_and_ends_the_timer() {
    let house = House::open();
    let (ben, atlas) = (house.ben, house.atlas);
    describe(&house, ben, atlas, "Plans #design").expect("a timer");
    start(&house, ben, atlas).expect("a timer");
    house.pass(61);
    house.told();

    log(&house, ben, atlas).expect("it has run");

    let names = ["tag.created", "entry.created", "timer.stopped"];
    assert_eq!(house.names(), names);
    assert!(is_not_found(&seen(&house, ben, atlas)));
    let sql = "select minutes from entries where user_id = $1";
    let minutes = house.read(ben, |reader| reader.number(sql, &[&user_of(ben)]));
    assert_eq!(minutes.expect("a number"), 15);
}

#[test]
fn a_refused_log_leaves_the_timer_as_it_was() {
    let house = House::open();
    let (cleo, atlas) = (house.cleo, house.atlas);
    house.give(cleo, atlas);
    describe(&house, cleo, atlas, "Plans #unheard").expect("a timer");
    start(&house, cleo, atlas).expect("a timer");
    let before = seen(&house, cleo, atlas).expect("a timer");
    house.told();

    let refused = log(&house, cleo, atlas);

    assert_eq!(codes(refused), ["description cannot_create_tags"]);
    assert_eq!(seen(&house, cleo, atlas).expect("a timer"), before);
    assert_eq!(house.names(), [""; 0]);
}

#[test]
fn a_timer_on_an_archived_project_can_be_discarded_but_not_started_edited_or_logged() {
    let house = House::open();
    let (ben, atlas) = (house.ben, house.atlas);
    start(&house, ben, atlas).expect("a timer");
    archive_quietly(&house, atlas);

    let archived = ["base archived_project"];
    assert_eq!(codes(start(&house, ben, atlas)), archived);
    assert_eq!(codes(describe(&house, ben, atlas, "x")), archived);
    assert_eq!(codes(log(&house, ben, atlas)), archived);
    let discarded = house.write(ben, move |tx| actions::discard(tx, atlas));
    assert!(discarded.is_ok());
}

#[test]
fn what_is_absent_or_invisible_is_not_found() {
    let house = House::open();
    let atlas = house.atlas;
    for actor in [house.cleo, house.dora] {
        assert!(is_not_found(&start(&house, actor, atlas)));
        assert!(is_not_found(&describe(&house, actor, atlas, "x")));
    }
    assert!(is_not_found(&pause(&house, house.ben, atlas)));
    describe(&house, house.ben, atlas, "x").expect("a timer");
    assert!(is_not_found(&pause(&house, house.ben, atlas)));
    assert!(is_not_found(&log(&house, house.ben, atlas)));
    assert!(is_not_found(&seen(&house, house.ada, atlas)));
}

#[test]
fn a_timer_left_running_on_a_project_that_was_taken_away_is_paused_by_the_next_start() {
    let house = House::open();
    let borealis = house.project(house.ada, "Borealis");
    house.give(house.cleo, house.atlas);
    house.give(house.cleo, borealis);
    start(&house, house.cleo, house.atlas).expect("a timer");
    let take = "delete from project_access where project_id = $1";
    house.sql(take, vec![house.atlas.number()]);

    start(&house, house.cleo, borealis).expect("a timer");

    let sql = "select count(*) from timers where state = 'running'";
    let running = house.read(house.cleo, |reader| reader.number(sql, &[]));
    assert_eq!(running.expect("a number"), 1);
    assert!(is_not_found(&seen(&house, house.cleo, house.atlas)));
}

#[test]
fn a_list_shows_the_running_timer_first_and_no_pending_one() {
    let house = House::open();
    let [borealis, castor, draco] =
        ["Borealis", "Castor", "Draco"].map(|name| house.project(house.ben, name));
    for project in [castor, borealis, house.atlas] {
        start(&house, house.ben, project).expect("a timer");
        house.pass(60);
    }
    describe(&house, house.ben, castor, "Sorting #Mail").expect("a timer");
    describe(&house, house.ben, draco, "never run").expect("a timer");
    start(&house, house.ada, draco).expect("another's timer");

    assert_eq!(
        listed(&house, &Filter::default()),
        [house.atlas, castor, borealis]
    );
    let described = Filter {
        description: Some("#MAIL".into()),
        ..Filter::default()
    };
    assert_eq!(listed(&house, &described), [castor]);
    let of_projects = Filter {
        projects: vec![borealis, draco],
        ..Filter::default()
    };
    assert_eq!(listed(&house, &of_projects), [borealis]);
    let unbillable = Filter {
        billable: Some(false),
        ..Filter::default()
    };
    assert_eq!(listed(&house, &unbillable), []);
}

fn listed(house: &House, filter: &Filter) -> Vec<Id<Project>> {
    let page = house.read(house.ben, |reader| {
        table::peek_page(reader, filter, (30, 0))
    });
    let (seen, total) = page.expect("a page");
    assert_eq!(i64::try_from(seen.len()), Ok(total));
    seen.iter().map(|seen| seen.timer.project).collect()
}

#[test]
fn a_list_reads_only_the_timers_of_its_user() {
    let house = House::open();
    for actor in [house.ben, house.cleo] {
        let plan = house.read(actor, |reader| {
            let mut select = table::matching(&Scope::of(reader)?, &Filter::default());
            plan(reader, select.push(table::RUNNING_FIRST))
        });
        let plan = plan.expect("a plan");
        assert!(plan.contains("SEARCH t USING INDEX timers_one_"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

#[test]
fn an_answer_has_the_fields_of_its_shape() {
    let house = House::open();
    start(&house, house.ben, house.atlas).expect("a timer");
    house.pass(4530);

    let seen = seen(&house, house.ben, house.atlas).expect("a timer");
    let shape = TimerShape::of(&seen, house.db.engine_now(), "https://time.example.test/v2");

    assert_fields("timer", &shape);
    let shape = serde_json::to_value(&shape).expect("a shape is JSON");
    assert_eq!(shape["seconds"], 4530);
    assert_eq!(shape["formatted_time"], "01:15:30");
    let start_url = format!("{}/start", shape["url"].as_str().expect("an address"));
    assert_eq!(shape["start_url"], start_url);
}

#[test]
fn today_is_the_date_of_the_users_own_clock() {
    let house = House::open();
    let sql = "update users set utc_offset = 57600 where id = $1";
    house.sql(sql, vec![user_of(house.ben).number()]);

    let timer = start(&house, house.ben, house.atlas).expect("a timer");

    assert_eq!(timer.date, date("2024-03-19"));
}

#[test]
fn others_can_pause_and_discard_what_their_change_reaches() {
    let house = House::open();
    let atlas = house.atlas;
    start(&house, house.ben, atlas).expect("a timer");
    describe(&house, house.ada, atlas, "x").expect("a timer");
    house.told();

    house
        .write(house.ada, move |tx| {
            actions::pause_all_of_project(tx, atlas)
        })
        .expect("it can be done");
    assert_eq!(house.names(), ["timer.paused"]);

    let ben = user_of(house.ben);
    house
        .write(house.ada, move |tx| actions::discard_all_of_user(tx, ben))
        .expect("it can be done");
    assert_eq!(house.names(), ["timer.stopped"]);

    house
        .write(house.ada, move |tx| {
            actions::discard_all_of_project(tx, atlas)
        })
        .expect("it can be done");
    assert_eq!(house.names(), ["timer.stopped"]);
}
