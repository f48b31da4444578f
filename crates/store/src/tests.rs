//! The promises of the store, on files and in memory.

use std::sync::Arc;

use base::chance::SeededChance;
use base::clock::ManualClock;
use base::{Actor, Error, Kind, MasterKey, Reason, WallTime};

use crate::{Db, Environment, Silence};

const ENGINE: Actor = Actor::System(Reason::Engine);

fn environment() -> Environment {
    let chance = SeededChance::new(7);
    let key = MasterKey::parse(MasterKey::draw(&chance).reveal()).expect("a drawn key");
    let clock = ManualClock::at(WallTime::parse("2024-03-18").expect("a date"));
    let api = "http://127.0.0.1:8080/v2".into();
    Environment::new(
        Arc::new(clock),
        Arc::new(chance),
        key,
        api,
        Arc::new(|_, _| Ok(())),
    )
}

fn insert_node(db: &Db, id: &'static str) -> base::Result<()> {
    db.write_now(ENGINE, move |tx| {
        let sql = "insert into nodes (id, seen_at, version) values ($1, $2, 'x')";
        let now = tx.now;
        tx.write(Kind::Delivery, sql, &[&id, &now])?;
        Ok(tx.silent(Silence::Engine, ()))
    })
}

fn count_nodes(db: &Db) -> i64 {
    db.read_now(ENGINE, |reader| {
        reader.number("select count(*) from nodes", &[])
    })
    .expect("nodes can be counted")
}

#[test]
fn a_change_without_record_or_silence_does_not_commit() {
    let db = Db::inline(environment()).expect("a database");
    let forgetful = db.write_now(ENGINE, |tx| {
        tx.write(Kind::Project, "update projects set enabled = 0", &[])?;
        Ok(tx.silent(Silence::Unchanged, ()))
    });
    assert!(matches!(forgetful, Err(Error::Internal(_))));
}

#[test]
fn an_error_or_a_panic_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("c.db"), environment()).expect("a database");
    let failed: base::Result<()> = db.write_now(ENGINE, |tx| {
        tx.write(
            Kind::Delivery,
            "insert into nodes values ('a', 1, 'x')",
            &[],
        )?;
        Err(Error::Limited)
    });
    let panicked: base::Result<()> = db.write_now(ENGINE, |tx| {
        tx.write(
            Kind::Delivery,
            "insert into nodes values ('b', 1, 'x')",
            &[],
        )?;
        panic!("a fault of ours")
    });
    insert_node(&db, "c").expect("the writer goes on");
    assert!(matches!(failed, Err(Error::Limited)));
    assert!(matches!(panicked, Err(Error::Internal(_))));
    assert_eq!(count_nodes(&db), 1);
}

#[test]
fn a_failed_commit_is_answered_as_unavailable_and_changes_nothing() {
    let environment = environment();
    let faults = environment.faults.clone();
    let db = Db::inline(environment).expect("a database");
    faults.fail_next_commit();
    assert!(matches!(insert_node(&db, "a"), Err(Error::Unavailable(_))));
    assert_eq!(count_nodes(&db), 0);
    insert_node(&db, "a").expect("the next one commits");
}

#[test]
fn changes_from_many_threads_all_arrive_and_time_only_grows() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("c.db"), environment()).expect("a database");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let db = &db;
            scope.spawn(move || {
                for turn in 0..50_i64 {
                    let id = format!("{thread}-{turn}");
                    let done = db.write_now(ENGINE, move |tx| {
                        let now = tx.now;
                        let sql = "insert into nodes (id, seen_at, version) values ($1, $2, '')";
                        tx.write(Kind::Delivery, sql, &[&id, &now])?;
                        Ok(tx.silent(Silence::Engine, ()))
                    });
                    done.expect("a change");
                }
            });
        }
    });
    let distinct = db.read_now(ENGINE, |reader| {
        reader.number("select count(distinct seen_at) from nodes", &[])
    });
    assert_eq!(distinct.expect("a count"), 200);
}

#[test]
fn a_wrong_key_and_a_newer_schema_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("c.db");
    drop(Db::open(&path, environment()).expect("a database"));

    let chance = SeededChance::new(8);
    let key = MasterKey::parse(MasterKey::draw(&chance).reveal()).expect("a drawn key");
    let other = Environment {
        master_key: key,
        ..environment()
    };
    assert!(matches!(Db::open(&path, other), Err(Error::Malformed(_))));

    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection
        .pragma_update(None, "user_version", 999)
        .expect("can be set");
    assert!(matches!(
        Db::open(&path, environment()),
        Err(Error::Malformed(_))
    ));
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("c.db");
    let first = crate::Lock::take(&path).expect("the first one gets it");
    assert!(matches!(
        crate::Lock::take(&path),
        Err(Error::Unavailable(_))
    ));
    drop(first);
    crate::Lock::take(&path).expect("it is free again");
}

#[test]
fn engine_time_does_not_go_back_when_the_wall_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("c.db");
    let db = Db::open(&path, environment()).expect("a database");
    db.persist_engine_time().expect("it is written down");
    let before = db.engine_now();
    drop(db);

    let early = ManualClock::at(WallTime::parse("2014-03-18").expect("a date"));
    let environment = Environment {
        clock: Arc::new(early),
        ..environment()
    };
    let again = Db::open(&path, environment).expect("a database");
    assert!(again.engine_now() >= before);
}

#[test]
fn a_change_after_a_lost_transaction_of_its_group_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("c.db"), environment()).expect("a database");
    let (began, is_begun) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel();
    let may_go = std::sync::Mutex::new(may_go);

    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            db.write_now(ENGINE, move |tx| {
                began.send(()).map_err(Error::internal)?;
                let may_go = may_go.lock().map_err(Error::internal)?;
                may_go.recv().map_err(Error::internal)?;
                // What SQLite does by itself when the disk is full.
                tx.write(Kind::Delivery, "rollback", &[])?;
                Ok(tx.silent(Silence::Engine, ()))
            })
        });
        is_begun.recv().expect("the first change runs");
        let mut second = std::pin::pin!(db.write(ENGINE, |tx| {
            let sql = "insert into nodes (id, seen_at, version) values ('b', 1, 'x')";
            tx.write(Kind::Delivery, sql, &[])?;
            Ok(tx.silent(Silence::Engine, ()))
        }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(
            second.as_mut().poll(&mut context).is_pending(),
            "it waits in the queue"
        );
        go.send(()).expect("the first change waits");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let second = runtime.expect("a runtime").block_on(second);
        (first.join().expect("no panic"), second)
    });

    assert!(matches!(first, Err(Error::Unavailable(_))), "{first:?}");
    assert!(matches!(second, Err(Error::Unavailable(_))), "{second:?}");
    assert_eq!(count_nodes(&db), 0);
}

#[test]
fn a_database_in_memory_goes_on_from_its_image() {
    let db = Db::inline(environment()).expect("a database");
    insert_node(&db, "a").expect("a change");
    let image = db.image().expect("an image");
    insert_node(&db, "b").expect("a change");
    let again = Db::inline_from(&image, environment()).expect("the image opens");
    assert_eq!(count_nodes(&again), 1);
    insert_node(&again, "c").expect("it can be changed");
}
