//! The connections of a node: each has a thread that takes changes and reads from one queue.
//!
//! A change runs in a transaction under READ COMMITTED with the rows that decide locked. One that
//! meets a collision runs again, at most three times; an unclear commit is looked up, never
//! repeated blindly (F7).
//! Never: holding a connection while nobody works on it waits for a stranger.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use base::{Actor, Error, Result, limits};

use super::connect::Options;
use super::notify::Notices;
use super::session::Session;
use crate::engine_time::EngineClock;
use crate::environment::Environment;
use crate::link::Link;
use crate::tx::{Reader, Tx};
use crate::wake::{Wake, Wakes};
use crate::writer::Job;

/// A read that waits for a connection.
pub(crate) type Read = Box<dyn FnOnce(Result<&Session>) + Send>;

/// Work that waits for a connection.
pub(crate) enum Work {
    Change(Job),
    Read(Read),
    /// The connection itself, for a caller that reads on its own thread and gives it back.
    Lend {
        lend: mpsc::Sender<Result<Session>>,
        given_back: mpsc::Receiver<Session>,
    },
}

/// What each worker has.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) options: Options,
    pub(crate) environment: Environment,
    pub(crate) engine_clock: EngineClock,
    pub(crate) wakes: Wakes,
    pub(crate) notices: Notices,
}

impl Worker {
    /// Starts the threads of the pool; they end when the queue's senders are gone.
    pub(crate) fn start(self, jobs: mpsc::Receiver<Work>) -> Result<()> {
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..self.options.pool_size.max(1) {
            let (worker, jobs) = (self.clone(), Arc::clone(&jobs));
            std::thread::Builder::new()
                .name(format!("postgres-{number}"))
                .spawn(move || worker.run(&jobs))
                .map_err(Error::internal)?;
        }
        Ok(())
    }

    fn run(self, jobs: &Mutex<mpsc::Receiver<Work>>) {
        let mut session: Option<Session> = None;
        loop {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(work) = next else { return };
            match work {
                Work::Change(job) => self.change(&job, &mut session),
                Work::Read(read) => read(self.begun(&mut session, BEGIN_READ)),
                Work::Lend { lend, given_back } => {
                    let begun = self.begun(&mut session, BEGIN_READ).map(drop);
                    match begun.map(|()| session.take()) {
                        Err(error) => drop(lend.send(Err(error))),
                        Ok(None) => {}
                        Ok(Some(whole)) => {
                            drop(lend.send(Ok(whole)));
                            session = given_back.recv().ok();
                        }
                    }
                }
            }
        }
    }

    /// The connection with a transaction that has begun. One that was lost while it rested is made
    /// anew, so that a restart of the database costs only what was under way.
    fn begun<'s>(&self, session: &'s mut Option<Session>, begin: &str) -> Result<&'s Session> {
        let kept = session.take();
        let is_whole = |kept: &Session| kept.batch(begin).is_ok();
        if let Some(kept) = kept.filter(is_whole) {
            return Ok(session.insert(kept));
        }
        let fresh = self.options.session()?;
        fresh.batch(begin)?;
        Ok(session.insert(fresh))
    }

    fn change(&self, job: &Job, session: &mut Option<Session>) {
        for run in 1..=limits::RUNS_MAX {
            // Before the first statement: a lease is counted from here.
            let now = self.engine_clock.next();
            let session = match self.begun(session, BEGIN) {
                Ok(session) => session,
                Err(error) => return job.refuse(error),
            };
            session.take_collision();
            let link = Link::Postgres(session);
            let reader = Reader::new(link, &self.environment, job.actor, now);
            let (outcome, answer) = (job.work)(Some(Tx::new(reader)));
            let ended = outcome.and_then(|mut wakes| {
                self.date_stops(&mut wakes);
                self.commit(session).map(|()| wakes)
            });
            if ended.is_err() {
                // After a commit that failed there is nothing left to roll back.
                drop(session.batch("rollback"));
            }
            if ended.is_err() && session.take_collision() && run < limits::RUNS_MAX {
                continue;
            }
            return self.end(ended, answer);
        }
    }

    /// A change may have waited for its locks, so that what it stops was begun after it: a stop
    /// covers all up to the moment before its commit (I8).
    fn date_stops(&self, wakes: &mut [Wake]) {
        for wake in wakes {
            if let Wake::Stop(_, at) = wake {
                *at = self.engine_clock.next();
            }
        }
    }

    fn end(&self, ended: Result<Vec<Wake>>, answer: crate::writer::Answer) {
        match ended {
            Ok(wakes) => {
                for wake in wakes {
                    self.wakes.send(wake);
                    self.notices.send(wake);
                }
                answer(Ok(()));
            }
            Err(error) => answer(Err(error)),
        }
    }

    /// Commits; if the connection is lost meanwhile, asks on another one what became of it.
    fn commit(&self, session: &Session) -> Result<()> {
        let id = session.text("select pg_current_xact_id_if_assigned()::text", &[])?;
        let Err(error) = session.batch("commit") else {
            return Ok(());
        };
        let Some(id) = id.filter(|_| session.is_closed()) else {
            return Err(error);
        };
        let status = self.options.session().and_then(|other| {
            let sql = "select pg_xact_status($1::text::xid8)";
            other.text(sql, &[crate::row::Value::Text(id)])
        });
        match status.as_ref().map(Option::as_deref) {
            Ok(Some("committed")) => Ok(()),
            Ok(Some("aborted")) => Err(error),
            _ => Err(Error::Unknown),
        }
    }
}

const BEGIN: &str = "begin";
/// A read sees one moment.
const BEGIN_READ: &str = "begin isolation level repeatable read read only";

/// Reads in the name of an actor on a session whose transaction has begun, and ends it.
pub(crate) fn read<T>(
    session: &Session,
    environment: &Environment,
    (actor, now): (Actor, base::EngineTime),
    read: impl FnOnce(&mut Reader<'_>) -> Result<T>,
) -> Result<T> {
    let mut reader = Reader::new(Link::Postgres(session), environment, actor, now);
    let found = crate::writer::caught(|| read(&mut reader));
    drop(session.batch("commit"));
    found
}
