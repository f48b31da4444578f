//! A fresh database with the personas of all tests.
//!
//! Words: *house*, the database with ada (owner, supervisor), lea (leader), ben (coworker), cleo
//! (contractor) and project atlas; dora owns a second account that must never be seen.
//! Never: HTTP; waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::chance::SeededChance;
use base::clock::ManualClock;
use base::id::{self, Id};
use base::text::fold;
use base::{Actor, Error, Kind, MasterKey, Reason, Result, Role, WallTime};
use serde::Serialize;
use store::{Db, Environment, Reader, Record, Recorded, Row, Select, Silence, ToValue, Tx};

/// Where every house begins: a Monday morning, in wall time.
pub(crate) const MORNING: &str = "2024-03-18T09:00:00Z";

/// A database in memory and who lives in it.
pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) clock: Arc<ManualClock>,
    /// Supervisor and owner of the account.
    pub(crate) ada: Actor,
    /// Leader.
    pub(crate) lea: Actor,
    /// Coworker.
    pub(crate) ben: Actor,
    /// Contractor, to whom nothing was given yet.
    pub(crate) cleo: Actor,
    /// Supervisor and owner of another account.
    pub(crate) dora: Actor,
    /// A billable project of the first account that rounds up to 15 minutes.
    pub(crate) atlas: Id<id::Project>,
    told: Arc<Mutex<Vec<Record>>>,
}

impl House {
    /// Opens a fresh one.
    pub(crate) fn open() -> Self {
        let told: Arc<Mutex<Vec<Record>>> = Arc::default();
        let clock = Arc::new(ManualClock::at(
            WallTime::parse(MORNING).expect("a timestamp"),
        ));
        let db = Db::inline(environment(&clock, &told)).expect("a database in memory");
        let harbour = insert_account(&db, "Harbour");
        let other = insert_account(&db, "Elsewhere");
        Self {
            ada: insert_user(&db, harbour, "ada", Role::Supervisor),
            lea: insert_user(&db, harbour, "lea", Role::Leader),
            ben: insert_user(&db, harbour, "ben", Role::Coworker),
            cleo: insert_user(&db, harbour, "cleo", Role::Contractor),
            dora: insert_user(&db, other, "dora", Role::Supervisor),
            atlas: insert_project(&db, harbour, "Atlas"),
            db,
            clock,
            told,
        }
    }

    /// One more project in the account of this actor.
    pub(crate) fn project(&self, owner: Actor, name: &'static str) -> Id<id::Project> {
        insert_project(&self.db, account_of(owner), name)
    }

    /// Gives a contractor access to a project.
    pub(crate) fn give(&self, contractor: Actor, project: Id<id::Project>) {
        let sql = "insert into project_access (account_id, user_id, project_id)
                   values ($1, $2, $3)";
        let (account, user) = (account_of(contractor), user_of(contractor));
        self.sql(sql, vec![account.number(), user.number(), project.number()]);
    }

    /// Runs a statement with numbers for values, past all rules: to arrange, never to act.
    pub(crate) fn sql(&self, sql: &'static str, values: Vec<i64>) {
        run(&self.db, move |tx| {
            let values: Vec<&dyn ToValue> = values.iter().map(|it| it as &dyn ToValue).collect();
            tx.write(Kind::User, sql, &values)
        });
    }

    /// Changes something in the name of an actor.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        actor: Actor,
        change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    ) -> Result<T> {
        self.db.write_now(actor, change)
    }

    /// Reads something in the name of an actor.
    pub(crate) fn read<T>(
        &self,
        actor: Actor,
        read: impl Fn(&mut Reader<'_>) -> Result<T>,
    ) -> Result<T> {
        self.db.read_now(actor, read)
    }

    /// Lets time pass, and a millisecond more: on a clock that stands still each transaction
    /// takes a microsecond, so that whole seconds would not be quite over.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock
            .advance(Duration::from_millis(seconds * 1000 + 1));
    }

    /// What was recorded since this was last asked, in order.
    pub(crate) fn told(&self) -> Vec<Record> {
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names of what was recorded since this was last asked: `entry.created`,
    /// `timer.paused`.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let name = |record: &Record| match record {
            Record::Event(event) => event.name,
            Record::Announcement(announcement) => announcement.last_event,
        };
        self.told().iter().map(name).collect()
    }
}

/// The user that an actor is; panics for the operator and the system.
pub(crate) fn user_of(actor: Actor) -> Id<id::User> {
    match actor {
        Actor::User { id, .. } => id,
        other => panic!("{other:?} is no user"),
    }
}

/// The account of a user; panics for the operator and the system.
pub(crate) fn account_of(actor: Actor) -> Id<id::Account> {
    match actor {
        Actor::User { account, .. } => account,
        other => panic!("{other:?} is no user"),
    }
}

/// The `field code` of every problem of an error, or nothing if it is of another sort.
pub(crate) fn codes<T>(outcome: Result<T>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(problems) | Error::Conflict { problems, .. }) => problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.code))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether the answer would be 404.
pub(crate) fn is_not_found<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::NotFound(_)))
}

/// Whether the answer would be 403.
pub(crate) fn is_forbidden<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::Forbidden(_)))
}

/// Asserts that an answer has exactly the fields of a shape file, in its order.
pub(crate) fn assert_fields(shape: &str, answer: &impl Serialize) {
    let declared = crate::shapes::find(shape).expect("it is built in");
    let declared = declared["fields"].as_array().expect("a list of fields");
    let declared: Vec<_> = declared
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    let answer = serde_json::to_value(answer).expect("an answer is JSON");
    let answer = answer.as_object().expect("a shape is an object");
    let answered: Vec<_> = answer.keys().map(String::as_str).collect();
    assert_eq!(answered, declared);
}

/// How the database would run a select.
pub(crate) fn plan(reader: &Reader<'_>, select: &Select) -> Result<String> {
    let sql = format!("explain query plan {}", select.text());
    let rows: Vec<Row> = reader.rows(&sql, &select.values())?;
    let details: Result<Vec<String>> = rows.iter().map(|row| row.get("detail")).collect();
    Ok(details?.join("; "))
}

fn environment(clock: &Arc<ManualClock>, told: &Arc<Mutex<Vec<Record>>>) -> Environment {
    let chance = SeededChance::new(7);
    let key = MasterKey::draw(&chance);
    let key = MasterKey::parse(key.reveal()).expect("a drawn key");
    let api = "https://time.example.test/v2".to_owned();
    let told = Arc::clone(told);
    let record: store::environment::RecordHook = Arc::new(move |_, records| {
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend_from_slice(records);
        Ok(())
    });
    Environment::new(clock.clone(), Arc::new(chance), key, api, record)
}

fn run<T: Send + 'static>(db: &Db, write: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
    let done = db.write_now(Actor::System(Reason::StartUp), move |tx| {
        let value = write(tx)?;
        Ok(tx.silent(Silence::Account, value))
    });
    done.expect("the statement is sound")
}

fn insert_account(db: &Db, name: &'static str) -> Id<id::Account> {
    run(db, move |tx| {
        let sql = "insert into accounts (name, name_folded, created_at, updated_at)
                   values ($1, $2, $3, $3) returning id";
        let wall = tx.wall;
        tx.insert(Kind::Account, sql, &[&name, &fold(name), &wall])
    })
}

fn insert_user(db: &Db, account: Id<id::Account>, name: &'static str, role: Role) -> Actor {
    let id = run(db, move |tx| {
        let sql = "insert into users (account_id, email, email_folded, first_name, last_name,
                     name_folded, role, state, time_format, week_start, utc_offset,
                     send_personal_weekly_report, send_team_weekly_report, created_at, updated_at)
                   values ($1, $2, $2, $3, 'Tester', $4, $5, 'active', 'fraction', 'monday', 0,
                     0, 0, $6, $6)
                   returning id";
        let email = format!("{name}@harbour.example");
        let (full_name, wall) = (format!("{name} tester"), tx.wall);
        let values: [&dyn ToValue; 6] = [&account, &email, &name, &full_name, &role, &wall];
        tx.insert(Kind::User, sql, &values)
    });
    if role == Role::Supervisor {
        run(db, move |tx| {
            let sql = "update accounts set owner_id = $2 where id = $1";
            tx.write(Kind::Account, sql, &[&account, &id])
        });
    }
    Actor::User { account, id, role }
}

fn insert_project(db: &Db, account: Id<id::Account>, name: &'static str) -> Id<id::Project> {
    run(db, move |tx| {
        let sql = "insert into projects (account_id, name, name_folded, billing_increment,
                     enabled, billable, color, created_at, updated_at)
                   values ($1, $2, $3, 15, 1, 1, '#2b7a78', $4, $4)
                   returning id";
        let wall = tx.wall;
        let values: [&dyn ToValue; 4] = [&account, &name, &fold(name), &wall];
        tx.insert(Kind::User, sql, &values)
    })
}
