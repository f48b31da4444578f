//! The database: the only bridge from asynchronous callers to synchronous actions.
//!
//! Never: a transaction that is open while somebody waits for a stranger.

mod about;
#[cfg(feature = "testing")]
mod inline;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use base::{Actor, EngineTime, Error, Reason, Result, limits};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::dialect;
use crate::engine_time::EngineClock;
use crate::environment::Environment;
use crate::link::Link;
use crate::location::Location;
use crate::migrate;
use crate::postgres::pool::{self, Work, Worker};
use crate::postgres::{connect, notify::Notices};
use crate::record::Recorded;
use crate::sqlite::{self, Readers, failure};
use crate::tx::{Reader, Tx};
use crate::wake::Wakes;
use crate::writer::{Answer, Job, Writer, caught};

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    environment: Environment,
    engine_clock: EngineClock,
    wakes: Wakes,
    driver: Driver,
    path: Option<PathBuf>,
    refusal: Mutex<Option<String>>,
    /// Threads that only listen end when this does.
    _alive: Arc<()>,
}

enum Driver {
    /// A writer thread and a pool of read-only connections.
    Threaded {
        queue: Mutex<mpsc::SyncSender<Job>>,
        readers: Readers,
    },
    /// A pool of connections to PostgreSQL, each with a thread.
    Pooled(Mutex<mpsc::SyncSender<Work>>),
    /// Everything on the caller's thread and one connection: for tests.
    #[cfg(feature = "testing")]
    Inline(Box<Mutex<Writer>>),
}

impl Db {
    /// Opens or creates a SQLite file, brings its schema up to date and checks the master key.
    ///
    /// Errors are sentences for the operator: `Unavailable` if the file cannot be used,
    /// `Malformed` if its schema or its key do not fit.
    pub fn open(path: &Path, environment: Environment) -> Result<Self> {
        let is_new = !path.exists();
        let mut connection = sqlite::open_writer(path)?;
        migrate::run(&mut connection)?;
        migrate::check_key(&connection, &environment)?;
        if is_new {
            sqlite::sync_folder(path);
        }
        let engine_clock = sqlite::start_clock(&connection, &environment)?;
        let wakes = Wakes::new();
        let (queue, jobs) = mpsc::sync_channel(limits::WRITER_QUEUE_MAX);
        let writer = Writer {
            connection,
            environment: environment.clone(),
            engine_clock: engine_clock.clone(),
            wakes: wakes.clone(),
        };
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || writer.run(&jobs))
            .map_err(Error::internal)?;
        Ok(Self(Arc::new(Inner {
            environment,
            engine_clock,
            wakes,
            driver: Driver::Threaded {
                queue: Mutex::new(queue),
                readers: Readers::new(path),
            },
            path: Some(path.to_owned()),
            refusal: Mutex::default(),
            _alive: Arc::default(),
        })))
    }

    /// Connects to PostgreSQL, brings its schema up to date and checks the master key.
    ///
    /// Errors are sentences for the operator, as those of `open`.
    pub fn open_postgres(options: &connect::Options, environment: Environment) -> Result<Self> {
        let (options, given) = (options.clone(), environment.clone());
        let alive = Arc::new(());
        let listening = Arc::downgrade(&alive);
        // A thread of its own: the client waits by itself, which an async caller must not.
        let opened = std::thread::spawn(move || -> Result<_> {
            let session = options.session()?;
            connect::check_server(&session)?;
            crate::postgres::migrate::run(&session)?;
            crate::postgres::migrate::check_key(&session, &given)?;
            let engine_clock = crate::postgres::engine_clock(&session, &given)?;
            let wakes = Wakes::new();
            let notices = Notices::start(&options, &wakes, listening)?;
            let (queue, jobs) = mpsc::sync_channel(limits::WRITER_QUEUE_MAX);
            let worker = Worker {
                options,
                environment: given,
                engine_clock: engine_clock.clone(),
                wakes: wakes.clone(),
                notices,
            };
            worker.start(jobs)?;
            Ok((engine_clock, wakes, queue))
        });
        let opened = opened
            .join()
            .map_err(|_| Error::internal("opening the database failed"))?;
        let (engine_clock, wakes, queue) = opened?;
        Ok(Self(Arc::new(Inner {
            environment,
            engine_clock,
            wakes,
            driver: Driver::Pooled(Mutex::new(queue)),
            path: None,
            refusal: Mutex::default(),
            _alive: alive,
        })))
    }

    /// Opens the database at a location: see `open` and `open_postgres`.
    pub fn open_at(location: &Location, environment: Environment) -> Result<Self> {
        match location {
            Location::Sqlite(path) => Self::open(path, environment),
            Location::Postgres(options) => Self::open_postgres(options, environment),
        }
    }

    /// Reads in the name of an actor.
    pub async fn read<T: Send + 'static>(
        &self,
        actor: Actor,
        read: impl Fn(&mut Reader<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0.driver {
            Driver::Threaded { readers, .. } => {
                let permit = Arc::clone(&readers.permits).acquire_owned().await;
                let permit = permit.map_err(Error::internal)?;
                let db = self.clone();
                let task = tokio::task::spawn_blocking(move || {
                    let found = db.read_now(actor, read);
                    drop(permit);
                    found
                });
                task.await.map_err(Error::internal)?
            }
            Driver::Pooled(queue) => {
                let (sender, receiver) = oneshot::channel();
                self.queue_read(queue, actor, read, move |found| drop(sender.send(found)))?;
                receiver.await.map_err(|_| stopping())?
            }
            #[cfg(feature = "testing")]
            Driver::Inline(_) => self.read_now(actor, read),
        }
    }

    /// Hands a read to the pool.
    fn queue_read<T: Send + 'static>(
        &self,
        queue: &Mutex<mpsc::SyncSender<Work>>,
        actor: Actor,
        read: impl Fn(&mut Reader<'_>) -> Result<T> + Send + 'static,
        tell: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()> {
        let (environment, now) = (self.0.environment.clone(), self.engine_now());
        let work = move |session: Result<&_>| {
            let found = session
                .and_then(|session| pool::read(session, &environment, (actor, now), |it| read(it)));
            tell(found);
        };
        queued(lock(queue).try_send(Work::Read(Box::new(work))))
    }

    /// Reads on the caller's thread, which blocks: for commands and the engine.
    pub fn read_now<T>(
        &self,
        actor: Actor,
        read: impl Fn(&mut Reader<'_>) -> Result<T>,
    ) -> Result<T> {
        let run = |connection: &Connection| {
            connection
                .execute_batch("begin")
                .map_err(|cause| failure(&cause))?;
            let link = Link::Sqlite(connection);
            let mut reader = Reader::new(link, &self.0.environment, actor, self.engine_now());
            let found = caught(|| read(&mut reader));
            drop(connection.execute_batch("commit"));
            found
        };
        match &self.0.driver {
            Driver::Threaded { readers, .. } => {
                let connection = readers.take()?;
                let found = run(&connection);
                readers.give_back(connection);
                found
            }
            Driver::Pooled(queue) => {
                let (lend, loan) = mpsc::channel();
                let (hand_back, given_back) = mpsc::channel();
                queued(lock(queue).try_send(Work::Lend { lend, given_back }))?;
                let session = loan.recv().map_err(|_| stopping())??;
                let found = pool::read(
                    &session,
                    &self.0.environment,
                    (actor, self.engine_now()),
                    |reader| read(reader),
                );
                // A worker that is gone needs no connection.
                drop(hand_back.send(session));
                found
            }
            #[cfg(feature = "testing")]
            Driver::Inline(writer) => run(&lock(writer).connection),
        }
    }

    /// Changes in the name of an actor: everything the closure does, or nothing. The answer comes
    /// when it is durable. The closure may run again, so it borrows what it captured.
    pub async fn write<T: Send + 'static>(
        &self,
        actor: Actor,
        change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    ) -> Result<T> {
        self.refuse_for(actor)?;
        let (sender, receiver) = oneshot::channel();
        self.hand_over(job(actor, change, move |outcome| {
            drop(sender.send(outcome));
        }))?;
        receiver.await.map_err(|_| stopping())?
    }

    /// Changes on the caller's thread, which blocks: for commands and the engine.
    pub fn write_now<T: Send + 'static>(
        &self,
        actor: Actor,
        change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    ) -> Result<T> {
        self.refuse_for(actor)?;
        let (sender, receiver) = mpsc::channel();
        self.hand_over(job(actor, change, move |outcome| {
            drop(sender.send(outcome));
        }))?;
        receiver.recv().map_err(|_| stopping())?
    }

    /// Engine time now.
    pub fn engine_now(&self) -> EngineTime {
        self.0.engine_clock.now()
    }

    /// What the database was given of the world.
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }

    /// Where wake-ups arrive.
    pub fn wakes(&self) -> &Wakes {
        &self.0.wakes
    }

    /// Refuses changes of people with this sentence, or takes them again. The engine goes on: it
    /// frees room.
    pub fn refuse_changes(&self, sentence: Option<String>) {
        *lock(&self.0.refusal) = sentence;
    }

    /// The sentence with which changes are refused at present.
    pub fn refusal(&self) -> Option<String> {
        lock(&self.0.refusal).clone()
    }

    /// Writes down the highest engine time, so that a clock set back does not bring it back. On
    /// PostgreSQL it also follows the database's clock, slowly.
    pub fn persist_engine_time(&self) -> Result<()> {
        let actor = Actor::System(Reason::Engine);
        self.write_now(actor, |tx| {
            let now = tx.now;
            let sql = "update engine_time set value = $1 where value < $1";
            tx.write(base::Kind::Delivery, sql, &[&now])?;
            Ok(tx.silent(crate::Silence::Engine, ()))
        })?;
        if matches!(self.0.driver, Driver::Pooled(_)) {
            let clock = self.read_now(actor, |reader| reader.number(dialect::CLOCK, &[]))?;
            self.0.engine_clock.follow(EngineTime(clock));
        }
        Ok(())
    }

    fn refuse_for(&self, actor: Actor) -> Result<()> {
        match (actor, self.refusal()) {
            (Actor::User { .. } | Actor::Operator(_), Some(sentence)) => {
                Err(Error::Unavailable(sentence))
            }
            _ => Ok(()),
        }
    }

    fn hand_over(&self, job: Job) -> Result<()> {
        match &self.0.driver {
            Driver::Threaded { queue, .. } => queued(lock(queue).try_send(job)),
            Driver::Pooled(queue) => queued(lock(queue).try_send(Work::Change(job))),
            #[cfg(feature = "testing")]
            Driver::Inline(writer) => {
                lock(writer).run_alone(&job);
                Ok(())
            }
        }
    }
}

fn queued<T>(sent: std::result::Result<(), mpsc::TrySendError<T>>) -> Result<()> {
    sent.map_err(|refused| match refused {
        mpsc::TrySendError::Full(_) => Error::Unavailable(
            "Too many changes wait for the database. Nothing was changed; try again.".into(),
        ),
        mpsc::TrySendError::Disconnected(_) => stopping(),
    })
}

/// Wraps a change so that its value reaches the caller only if it was committed. It may run
/// again; the caller is told once.
fn job<T: Send + 'static>(
    actor: Actor,
    change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    tell: impl FnOnce(Result<T>) + Send + 'static,
) -> Job {
    let tell = Arc::new(Mutex::new(Some(tell)));
    let work = move |tx: Option<Tx<'_>>| {
        let tell = Arc::clone(&tell);
        let tell_once = move |outcome| {
            if let Some(tell) = lock(&tell).take() {
                tell(outcome);
            }
        };
        let done = caught(|| {
            let mut tx = tx.ok_or_else(stopping)?;
            let recorded = change(&mut tx)?;
            Ok((recorded.into_value(), tx.finish()?))
        });
        match done {
            Ok((value, wakes)) => {
                let answer: Answer =
                    Box::new(move |ended: Result<()>| tell_once(ended.map(|()| value)));
                (Ok(wakes), answer)
            }
            Err(error) => {
                let answer: Answer = Box::new(move |ended: Result<()>| {
                    tell_once(Err(ended.err().unwrap_or_else(stopping)));
                });
                (Err(error), answer)
            }
        }
    };
    Job {
        actor,
        work: Box::new(work),
    }
}

fn stopping() -> Error {
    Error::Unavailable("The server is stopping. Nothing was changed; try again.".into())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic inside a change is caught before it reaches a lock, so what a lock holds is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
