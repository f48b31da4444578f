//! A database of PostgreSQL in which threads work at once, without a network.
//!
//! Never: SQLite; a wait: whoever has nothing to do looks again.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base::chance::SystemChance;
use base::clock::SystemClock;
use base::{Actor, Id, MasterKey, Reason, Result, id};
use delivery::Settings;
use store::{Db, Environment, Recorded, Tx};

use crate::engine::house::{insert_people, new_webhook, person};
use crate::world::storage::Database;

pub(super) const ENGINE: Actor = Actor::System(Reason::Engine);

/// A database with an account and its three people.
pub(super) struct Yard {
    pub(super) db: Db,
    pub(super) settings: Arc<Settings>,
    /// Last: what works on it ends before.
    _database: Database,
}

impl Yard {
    /// A fresh one; none on SQLite, and says so.
    pub(super) fn open(test: &str) -> Option<Self> {
        let Some(mut database) = Database::fresh() else {
            // Past the capture of the tests' output: this is for whoever reads the summary.
            let line = format!("not run without PostgreSQL: {test}\n");
            drop(std::io::stderr().write_all(line.as_bytes()));
            return None;
        };
        database.options.pool_size = 8;
        let settings = Arc::new(settings());
        let told = Arc::clone(&settings);
        let key = MasterKey::parse(MasterKey::draw(&SystemChance).reveal()).expect("a drawn key");
        let environment = Environment::new(
            Arc::new(SystemClock),
            Arc::new(SystemChance),
            key,
            "http://127.0.0.1:8080/v2".into(),
            Arc::new(move |tx, records| delivery::record::record(tx, &told, records)),
        );
        let db = Db::open_postgres(&database.options, environment).expect("a database");
        db.write_now(ENGINE, insert_people).expect("people move in");
        Some(Self {
            db,
            settings,
            _database: database,
        })
    }

    /// Changes in the name of a person, by number; every change here must go through.
    pub(super) fn change<T: Send + 'static>(
        &self,
        who: i64,
        change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    ) -> T {
        self.db
            .write_now(person(who), change)
            .expect("the change is made")
    }

    /// Makes a webhook of a person for all events.
    pub(super) fn webhook(&self, who: i64, host: &str) -> Id<id::Webhook> {
        let (settings, new) = (Arc::clone(&self.settings), new_webhook(host));
        self.change(who, move |tx| {
            let made = delivery::webhooks::create(tx, &settings, &new)?;
            Ok(made.map(|made| made.webhook.id))
        })
    }

    /// A number out of the database.
    pub(super) fn number(&self, sql: &'static str, of: i64) -> i64 {
        let found = self
            .db
            .read_now(ENGINE, |reader| reader.number(sql, &[&of]));
        found.expect("a number can be read")
    }
}

/// Retries at once, rounds often: the most interleavings in the least time.
fn settings() -> Settings {
    let mut settings = Settings {
        broadcast_interval: Duration::from_millis(5),
        ..Settings::default()
    };
    settings.retry.initial = Duration::from_millis(1);
    settings.retry.max_interval = Duration::from_millis(2);
    settings
}

/// What a thread that switches something on and off is certain of.
///
/// It goes round: surely on, going off, surely off, going on.
#[derive(Debug, Default)]
pub(super) struct Switch(AtomicU64);

/// What is certain about a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certain {
    On,
    Off,
    Neither,
}

impl Switch {
    /// Switches; `act` is the call whose answer makes it certain.
    pub(super) fn turn(&self, act: impl FnOnce()) {
        self.0.fetch_add(1, Ordering::SeqCst);
        act();
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Does something and tells what was certain all the while.
    pub(super) fn during<T>(&self, act: impl FnOnce() -> T) -> (T, Certain) {
        let before = self.0.load(Ordering::SeqCst);
        let done = act();
        let is_same = self.0.load(Ordering::SeqCst) == before;
        let certain = match before % 4 {
            0 if is_same => Certain::On,
            2 if is_same => Certain::Off,
            _ => Certain::Neither,
        };
        (done, certain)
    }
}

/// Ends what waits for a thread that panicked.
#[derive(Debug, Default)]
pub(super) struct Alarm(AtomicBool);

/// Raises the alarm if its thread panics.
pub(super) struct Watch<'a>(&'a Alarm);

impl Alarm {
    pub(super) fn watch(&self) -> Watch<'_> {
        Watch(self)
    }

    pub(super) fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.0.store(true, Ordering::SeqCst);
        }
    }
}
