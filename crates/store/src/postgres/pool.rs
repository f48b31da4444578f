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
            let connected = self.connected(&mut session);
            match (work, connected) {
                (Work::Read(read), connected) => read(connected),
                (Work::Change(job), Ok(session)) => self.change(&job, session),
                (Work::Change(job), Err(error)) => job.refuse(error),
                (Work::Lend { lend, .. }, Err(error)) => drop(lend.send(Err(error))),
                (Work::Lend { lend, given_back }, Ok(_)) => {
                    if let Some(whole) = session.take() {
                        drop(lend.send(Ok(whole)));
                        session = given_back.recv().ok();
                    }
                }
            }
        }
    }

    /// The connection, made anew if it is gone.
    fn connected<'s>(&self, session: &'s mut Option<Session>) -> Result<&'s Session> {
        if session.as_ref().is_some_and(Session::is_closed) {
            *session = None;
        }
        match session {
            Some(session) => Ok(session),
            None => Ok(session.insert(self.options.session()?)),
        }
    }

    fn change(&self, job: &Job, session: &Session) {
        for run in 1..=limits::RUNS_MAX {
            let now = self.engine_clock.next();
            session.take_collision();
            if let Err(error) = session.batch("begin") {
                return job.refuse(error);
            }
            let link = Link::Postgres(session);
            let reader = Reader::new(link, &self.environment, job.actor, now);
            let (outcome, answer) = (job.work)(Some(Tx::new(reader)));
            let ended = match outcome {
                Ok(wakes) => self.commit(session).map(|()| wakes),
                Err(error) => {
                    drop(session.batch("rollback"));
                    Err(error)
                }
            };
            if ended.is_err() && session.take_collision() && run < limits::RUNS_MAX {
                continue;
            }
            return self.end(ended, answer);
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

/// Reads on a session in the name of an actor.
pub(crate) fn read<T>(
    session: &Session,
    environment: &Environment,
    (actor, now): (Actor, base::EngineTime),
    read: impl FnOnce(&mut Reader<'_>) -> Result<T>,
) -> Result<T> {
    session.batch("begin isolation level repeatable read read only")?;
    let mut reader = Reader::new(Link::Postgres(session), environment, actor, now);
    let found = crate::writer::caught(|| read(&mut reader));
    drop(session.batch("commit"));
    found
}
