//! The database: the only bridge from asynchronous callers to synchronous actions.
//!
//! Never: a transaction that is open while somebody waits for a stranger.

#[cfg(feature = "testing")]
mod inline;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use base::{Actor, EngineTime, Error, Reason, Result, limits};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use crate::engine_time::EngineClock;
use crate::environment::Environment;
use crate::migrate;
use crate::record::Recorded;
use crate::tx::{Reader, Tx, failure};
use crate::wake::Wakes;
use crate::writer::{Job, Writer, caught};

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
}

enum Driver {
    /// A writer thread and a pool of read-only connections.
    Threaded {
        queue: Mutex<mpsc::SyncSender<Job>>,
        readers: Readers,
    },
    /// Everything on the caller's thread and one connection: for tests.
    #[cfg(feature = "testing")]
    Inline(Box<Mutex<Writer>>),
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    path: PathBuf,
}

impl Db {
    /// Opens or creates a SQLite file, brings its schema up to date and checks the master key.
    ///
    /// Errors are sentences for the operator: `Unavailable` if the file cannot be used,
    /// `Malformed` if its schema or its key do not fit.
    pub fn open(path: &Path, environment: Environment) -> Result<Self> {
        let is_new = !path.exists();
        let mut connection = open_writer(path)?;
        migrate::run(&mut connection)?;
        migrate::check_key(&connection, &environment)?;
        if is_new {
            sync_folder(path);
        }
        let engine_clock = start_clock(&connection, &environment)?;
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
        let readers = Readers {
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(READERS_MAX)),
            path: path.to_owned(),
        };
        Ok(Self(Arc::new(Inner {
            environment,
            engine_clock,
            wakes,
            driver: Driver::Threaded {
                queue: Mutex::new(queue),
                readers,
            },
            path: Some(path.to_owned()),
            refusal: Mutex::default(),
        })))
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
            #[cfg(feature = "testing")]
            Driver::Inline(_) => self.read_now(actor, read),
        }
    }

    /// Reads on the caller's thread, which may block: for commands and the engine.
    pub fn read_now<T>(
        &self,
        actor: Actor,
        read: impl Fn(&mut Reader<'_>) -> Result<T>,
    ) -> Result<T> {
        let run = |connection: &Connection| {
            connection
                .execute_batch("begin")
                .map_err(|cause| failure(&cause))?;
            let environment = &self.0.environment;
            let mut reader = Reader::new(connection, environment, actor, self.engine_now());
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

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
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

    /// Writes down the highest engine time, so that a clock set back does not bring it back.
    pub fn persist_engine_time(&self) -> Result<()> {
        self.write_now(Actor::System(Reason::Engine), |tx| {
            let now = tx.now;
            tx.write(
                base::Kind::Delivery,
                "update engine_time set value = $1",
                &[&now],
            )?;
            Ok(tx.silent(crate::Silence::Engine, ()))
        })
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
            Driver::Threaded { queue, .. } => match lock(queue).try_send(job) {
                Ok(()) => Ok(()),
                Err(mpsc::TrySendError::Full(_)) => Err(Error::Unavailable(
                    "Too many changes wait for the database. Nothing was changed; try again."
                        .into(),
                )),
                Err(mpsc::TrySendError::Disconnected(_)) => Err(stopping()),
            },
            #[cfg(feature = "testing")]
            Driver::Inline(writer) => {
                lock(writer).run_alone(job);
                Ok(())
            }
        }
    }
}

/// Wraps a change so that its value reaches the caller only if its group was committed.
fn job<T: Send + 'static>(
    actor: Actor,
    change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    tell: impl FnOnce(Result<T>) + Send + 'static,
) -> Job {
    Job {
        actor,
        work: Box::new(move |tx| {
            let done = caught(|| {
                let mut tx = tx.ok_or_else(stopping)?;
                let recorded = change(&mut tx)?;
                Ok((recorded.into_value(), tx.finish()?))
            });
            match done {
                Ok((value, wakes)) => (
                    Ok(wakes),
                    Box::new(move |ended: Result<()>| tell(ended.map(|()| value))),
                ),
                Err(error) => (
                    Err(error),
                    Box::new(move |ended: Result<()>| {
                        tell(Err(ended.err().unwrap_or_else(stopping)));
                    }),
                ),
            }
        }),
    }
}

fn stopping() -> Error {
    Error::Unavailable("The server is stopping. Nothing was changed; try again.".into())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic inside a change is caught before it reaches a lock, so what a lock holds is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Readers {
    fn take(&self) -> Result<Connection> {
        if let Some(connection) = lock(&self.idle).pop() {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&self.path, flags);
        let connection = opened.map_err(|cause| failure(&cause))?;
        keep_statements(&connection).map_err(|cause| failure(&cause))?;
        connection
            .busy_timeout(limits::BUSY_TIME)
            .map_err(|cause| failure(&cause))?;
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = lock(&self.idle);
        if idle.len() < READERS_MAX {
            idle.push(connection);
        }
    }
}

/// Read-only connections at once.
const READERS_MAX: usize = 4;
/// Prepared statements that a connection keeps.
const STATEMENTS_KEPT: usize = 512;

/// Keeps prepared statements and their plans. Without the second line SQLite prepares a statement
/// anew whenever another value is bound to it: measured as half of an engine turn's time.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn open_writer(path: &Path) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        keep_statements(&connection)?;
        connection.busy_timeout(limits::BUSY_TIME)?;
        // `auto_vacuum` has an effect only before the first table.
        connection.execute_batch(
            "pragma auto_vacuum = incremental;
             pragma journal_mode = wal;
             pragma synchronous = full;
             pragma fullfsync = on;
             pragma checkpoint_fullfsync = on;
             pragma foreign_keys = on;",
        )?;
        Ok(connection)
    };
    open().map_err(|cause| {
        Error::Unavailable(format!(
            "The database {} cannot be opened: {cause}.",
            path.display()
        ))
    })
}

fn start_clock(connection: &Connection, environment: &Environment) -> Result<EngineClock> {
    let persisted = connection
        .query_row("select value from engine_time", [], |row| row.get(0))
        .map_err(|cause| failure(&cause))?;
    Ok(EngineClock::start(
        Arc::clone(&environment.clock),
        EngineTime(persisted),
    ))
}

/// Makes a new file's name survive a power loss.
fn sync_folder(path: &Path) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    if let Err(cause) = synced {
        tracing::warn!(event = "folder_not_synced", %cause);
    }
}
