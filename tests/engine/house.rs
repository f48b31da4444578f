//! A database with an account and its people, under a manual clock: what engine tests live in.
//!
//! Words: *house* = database, clock and settings of one installation in a test.
//! Never: the server crate; a network; a real clock.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Waker};
use std::time::Duration;

use base::chance::SeededChance;
use base::clock::ManualClock;
use base::{Actor, Audience, EngineTime, Id, Kind, MasterKey, Reason, Result, Role, WallTime, id};
use delivery::Settings;
use delivery::address::Target;
use delivery::webhooks::NewWebhook;
use store::environment::Faults;
use store::{Announcement, Db, Environment, Event, Record, Recorded, Rendering, Silence, Tx};

/// An account, its people and what keeps them.
pub(crate) struct House {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) db: Db,
    pub(crate) faults: Faults,
    pub(crate) settings: Arc<Settings>,
    seed: u64,
}

const ENGINE: Actor = Actor::System(Reason::Engine);
const ACCOUNT: i64 = 1;

/// Supervisors of the one account, by number: 1, 2 and 3.
pub(crate) fn person(number: i64) -> Actor {
    Actor::User {
        account: Id::new(ACCOUNT),
        id: Id::new(number),
        role: Role::Supervisor,
    }
}

fn environment(seed: u64, clock: &Arc<ManualClock>, settings: &Arc<Settings>) -> Environment {
    let key = MasterKey::draw(&SeededChance::new(1));
    let settings = Arc::clone(settings);
    Environment::new(
        Arc::clone(clock) as Arc<dyn base::Clock>,
        Arc::new(SeededChance::new(seed)),
        MasterKey::parse(key.reveal()).expect("a drawn key can be read"),
        "http://127.0.0.1:8080/v2".into(),
        Arc::new(move |tx, records| delivery::record::record(tx, &settings, records)),
    )
}

fn start_of_time() -> Arc<ManualClock> {
    let wall = WallTime::parse("2024-03-18T09:00:00Z").expect("a timestamp");
    Arc::new(ManualClock::at(wall))
}

/// The schema with the account and its people, made once: migrations would cost most of a seed.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let environment = environment(1, &start_of_time(), &Arc::new(Settings::default()));
        let db = Db::inline(environment).expect("a database in memory opens");
        db.write_now(ENGINE, insert_people).expect("people move in");
        db.image().expect("a database in memory has an image")
    })
}

pub(crate) fn insert_people(tx: &mut Tx<'_>) -> Result<Recorded<()>> {
    let wall = tx.wall;
    tx.write(
        Kind::Account,
        "insert into accounts (name, name_folded, created_at, updated_at)
         values ('House', 'house', $1, $1)",
        &[&wall],
    )?;
    for number in 1..=3_i64 {
        tx.write(
            Kind::User,
            "insert into users (account_id, email, email_folded, first_name, last_name,
               name_folded, role, state, time_format, week_start, utc_offset,
               send_personal_weekly_report, send_team_weekly_report, created_at, updated_at)
             values (1, $1, $1, 'P', $1, $1, 'supervisor', 'active', 'fraction', 'monday', 0, 0,
               0, $2, $2)",
            &[&number.to_string(), &wall],
        )?;
    }
    Ok(tx.silent(Silence::Account, ()))
}

impl House {
    /// A house with the settings as they come.
    pub(crate) fn new() -> Self {
        Self::with(Settings::default(), 7)
    }

    /// A house with these settings and this stream of chance.
    pub(crate) fn with(settings: Settings, seed: u64) -> Self {
        let (clock, settings) = (start_of_time(), Arc::new(settings));
        let environment = environment(seed, &clock, &settings);
        let faults = environment.faults.clone();
        let db = Db::inline_from(template(), environment).expect("the template opens");
        Self {
            clock,
            db,
            faults,
            settings,
            seed,
        }
    }

    /// The process dies and starts again on what was committed; the wall may have jumped.
    pub(crate) fn restart(&mut self) {
        let image = self.db.image().expect("a database in memory has an image");
        self.seed += 1;
        let environment = environment(self.seed, &self.clock, &self.settings);
        self.faults = environment.faults.clone();
        self.db = Db::inline_from(&image, environment).expect("what was committed opens");
    }

    pub(crate) fn now(&self) -> EngineTime {
        self.db.engine_now()
    }

    pub(crate) fn advance_to(&self, moment: EngineTime) {
        self.clock.advance(moment - self.now());
    }

    /// Whether the engine was woken since this was last asked.
    pub(crate) fn is_woken(&self) -> bool {
        let woken = pin!(self.db.wakes().engine());
        woken
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    /// Changes in the name of the first person.
    pub(crate) fn change<T: Send + 'static>(
        &self,
        change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    ) -> T {
        self.db
            .write_now(person(1), change)
            .expect("the change is made")
    }

    /// Makes a webhook of the first person for all events; its ping waits in its queue.
    pub(crate) fn webhook(&self, host: &str) -> Id<id::Webhook> {
        let settings = Arc::clone(&self.settings);
        let new = new_webhook(host);
        self.change(move |tx| {
            let made = delivery::webhooks::create(tx, &settings, &new)?;
            Ok(made.map(|made| made.webhook.id))
        })
    }

    /// Records a change whose object holds this mark.
    pub(crate) fn event(&self, mark: i64) {
        self.change(move |tx| Ok(record_event(tx, mark)));
    }

    /// Records that a timer changed, in the name of the first person.
    pub(crate) fn announce(&self, timer: i64, last_event: &'static str) {
        self.change(move |tx| Ok(record_announcement(tx, 1, (timer, last_event))));
    }

    /// A number out of the database.
    pub(crate) fn number(&self, sql: &'static str, of: i64) -> i64 {
        self.db
            .read_now(ENGINE, |reader| reader.number(sql, &[&of]))
            .expect("a number can be read")
    }

    /// A word out of the database.
    pub(crate) fn word(&self, sql: &'static str, of: i64) -> String {
        let row: Option<(String,)> = self
            .db
            .read_now(ENGINE, |reader| reader.row(sql, &[&of]))
            .expect("a word can be read");
        row.map(|(word,)| word).unwrap_or_default()
    }

    /// The state of a webhook's lane.
    pub(crate) fn state(&self, webhook: Id<id::Webhook>) -> String {
        self.word(
            "select state from lanes where webhook_id = $1",
            webhook.number(),
        )
    }
}

/// A webhook for all events on a host of its own.
pub(crate) fn new_webhook(host: &str) -> NewWebhook {
    NewWebhook {
        name: host.to_owned(),
        target: Target::parse(&format!("http://{host}/hook")).expect("a plain address"),
        events: vec!["*".to_owned()],
    }
}

/// An event that everybody's webhooks get.
pub(crate) fn record_event(tx: &mut Tx<'_>, mark: i64) -> Recorded<()> {
    tx.record(Record::Event(Event {
        name: "project.created",
        kind: Kind::Project,
        subject: mark,
        url: None,
        full: Rendering {
            changes: "{}".into(),
            object: mark_of(mark),
        },
        limited: None,
        audience: Audience::Everybody,
    }))
}

/// The object of the event with this mark.
pub(crate) fn mark_of(mark: i64) -> String {
    format!(r#"{{"mark":{mark}}}"#)
}

/// An announcement for the receivers of one person.
pub(crate) fn record_announcement(
    tx: &mut Tx<'_>,
    user: i64,
    (timer, last_event): (i64, &'static str),
) -> Recorded<()> {
    tx.record(Record::Announcement(Announcement {
        kind: Kind::Timer,
        subject: "timer",
        key: timer,
        last_event,
        url: format!("http://127.0.0.1:8080/v2/timers/{timer}"),
        user: Id::new(user),
    }))
}

/// Seconds, for tables of moments.
pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
