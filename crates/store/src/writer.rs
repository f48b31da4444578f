//! The single writer of SQLite and its group commit.
//!
//! Words: *group* = the changes that one COMMIT makes durable together.
//! A group ends at an empty queue, 2 ms or 256 changes (limit L37). Each change runs in a
//! savepoint; all answers, errors too, wait for the group's end.
//! Never: answering before the commit; going on after a sync failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use base::{Actor, Error, Result, limits};
use rusqlite::Connection;

use crate::engine_time::EngineClock;
use crate::environment::Environment;
use crate::link::Link;
use crate::sqlite::failure;
use crate::tx::{Reader, Tx};
use crate::wake::{Wake, Wakes};

/// Tells the caller of a change how its group ended.
pub(crate) type Answer = Box<dyn FnOnce(Result<()>) + Send>;
/// Runs a change in its transaction, if there is one; gives what to wake after the commit.
type Work = Box<dyn Fn(Option<Tx<'_>>) -> (Result<Vec<Wake>>, Answer) + Send>;

/// A change that waits for the writer.
pub(crate) struct Job {
    pub(crate) actor: Actor,
    pub(crate) work: Work,
}

impl Job {
    /// Answers without having run.
    pub(crate) fn refuse(&self, error: Error) {
        let (_, answer) = (self.work)(None);
        answer(Err(error));
    }
}

/// The writer's connection and what its transactions need.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) environment: Environment,
    pub(crate) engine_clock: EngineClock,
    pub(crate) wakes: Wakes,
}

/// What a group has gathered until its end.
#[derive(Default)]
struct Group {
    answers: Vec<(Result<()>, Answer)>,
    wakes: Vec<Wake>,
    is_lost: bool,
}

impl Writer {
    /// Works until every sender of the queue is gone.
    pub(crate) fn run(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let ends = self.environment.clock.monotonic() + limits::GROUP_TIME;
            let mut next = Some(first);
            let mut group = Group::default();
            if let Err(cause) = self.connection.execute_batch("begin immediate") {
                group.is_lost = true;
                tracing::warn!(event = "begin_failed", %cause);
            }
            while let Some(job) = next {
                self.change(&job, &mut group);
                let is_full = group.answers.len() >= limits::GROUP_CHANGES_MAX
                    || self.environment.clock.monotonic() >= ends;
                next = if is_full { None } else { queue.try_recv().ok() };
            }
            self.end(group);
        }
    }

    /// Runs one change as a group of its own.
    #[cfg(feature = "testing")]
    pub(crate) fn run_alone(&mut self, job: &Job) {
        let is_lost = self.connection.execute_batch("begin immediate").is_err();
        let mut group = Group {
            is_lost,
            ..Group::default()
        };
        self.change(job, &mut group);
        self.end(group);
    }

    fn change(&mut self, job: &Job, group: &mut Group) {
        let now = self.engine_clock.next();
        group.is_lost = group.is_lost || self.connection.execute_batch("savepoint change").is_err();
        if group.is_lost {
            // Outside a transaction each statement would commit by itself.
            let (_, answer) = (job.work)(None);
            group
                .answers
                .push((Err(Error::Unavailable(LOST.into())), answer));
            return;
        }
        let reader = Reader::new(
            Link::Sqlite(&self.connection),
            &self.environment,
            job.actor,
            now,
        );
        let (outcome, answer) = (job.work)(Some(Tx::new(reader)));
        let ended = match outcome {
            Ok(wakes) => {
                group.wakes.extend(wakes);
                group.answers.push((Ok(()), answer));
                self.connection.execute_batch("release change")
            }
            Err(error) => {
                group.answers.push((Err(error), answer));
                self.connection
                    .execute_batch("rollback to change; release change")
            }
        };
        // Some failures make SQLite roll the whole transaction back: then the group is gone.
        if ended.is_err() || self.connection.is_autocommit() {
            group.is_lost = true;
        }
    }

    fn end(&mut self, group: Group) {
        let committed = if group.is_lost {
            drop(self.connection.execute_batch("rollback"));
            Err(Error::Unavailable(LOST.into()))
        } else {
            let begun = self.environment.clock.monotonic();
            let committed = self.commit();
            let spent = self.environment.clock.monotonic().saturating_sub(begun);
            metrics::histogram!("carillon_db_commit_duration_seconds").record(spent.as_secs_f64());
            committed
        };
        let rows = u32::try_from(group.answers.len()).unwrap_or(u32::MAX);
        metrics::histogram!("carillon_db_batch_rows").record(f64::from(rows));
        match committed {
            Ok(()) => {
                // Wake-ups first: a stop must be known here before its answer goes out (I8).
                for wake in group.wakes {
                    self.wakes.send(wake);
                }
                for (outcome, answer) in group.answers {
                    answer(outcome);
                }
            }
            Err(_) => {
                for (_, answer) in group.answers {
                    answer(Err(Error::Unavailable(LOST.into())));
                }
            }
        }
    }

    fn commit(&mut self) -> Result<()> {
        #[cfg(feature = "testing")]
        if self.environment.faults.take_commit_failure() {
            drop(self.connection.execute_batch("rollback"));
            return Err(Error::Unavailable(LOST.into()));
        }
        self.connection.execute_batch("commit").map_err(|cause| {
            stop_if_a_sync_failed(&cause);
            drop(self.connection.execute_batch("rollback"));
            tracing::error!(event = "commit_failed", %cause);
            failure(&cause)
        })
    }
}

const LOST: &str = "The change could not be made durable. Nothing was changed; try again.";

/// After a failed sync nobody knows what the disk holds; only a restart reads it anew (F4).
fn stop_if_a_sync_failed(cause: &rusqlite::Error) {
    const SQLITE_IOERR_FSYNC: i32 = 0x40a;
    const SQLITE_IOERR_DIR_FSYNC: i32 = 0x50a;
    let code = cause.sqlite_error().map(|error| error.extended_code);
    if matches!(code, Some(SQLITE_IOERR_FSYNC | SQLITE_IOERR_DIR_FSYNC)) {
        tracing::error!(event = "sync_failed", %cause, "the process stops; restart it");
        std::process::abort();
    }
}

/// Runs a closure of the application and makes a panic of it an error.
pub(crate) fn caught<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(format!(
            "panic: {}",
            text.unwrap_or_default()
        )))
    })
}
