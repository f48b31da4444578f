//! Reading and changing: what a closure of `Db::read` and `Db::write` is given.
//!
//! Never: committing by itself; running without an actor.

use std::ops::Deref;
use std::sync::Arc;

use base::{
    Actor, Chance, EngineTime, Error, Id, Kind, MasterKey, Reason, Result, Role, WallTime, id,
};

use crate::environment::Environment;
use crate::link::Link;
use crate::record::{Ledger, Record, Recorded, Silence};
use crate::row::{FromRow, ToValue, Value};
use crate::select::Select;
use crate::wake::Wake;

/// A consistent look at the database in the name of an actor.
pub struct Reader<'c> {
    link: Link<'c>,
    environment: &'c Environment,
    /// In whose name this runs.
    pub actor: Actor,
    /// Engine time at the start.
    pub now: EngineTime,
    /// Wall time at the start, in whole seconds.
    pub wall: WallTime,
}

/// Statement parameters are given as a list of references.
pub type Params<'p> = &'p [&'p dyn ToValue];

impl<'c> Reader<'c> {
    pub(crate) fn new(
        link: Link<'c>,
        environment: &'c Environment,
        actor: Actor,
        now: EngineTime,
    ) -> Self {
        let wall = environment.clock.wall().whole_seconds();
        Self {
            link,
            environment,
            actor,
            now,
            wall,
        }
    }

    /// The account that bounds every statement of this actor. A `System` actor has none, and
    /// asking for it is a fault of ours: `Internal`.
    pub fn account(&self) -> Result<Id<id::Account>> {
        match self.actor {
            Actor::User { account, .. }
            | Actor::Operator(account)
            | Actor::System(Reason::FirstUse(account)) => Ok(account),
            Actor::System(reason) => Err(Error::internal(format!(
                "{reason:?} is bound to no account"
            ))),
        }
    }

    /// The user who acts; `Internal` if it is none.
    pub fn user(&self) -> Result<Id<id::User>> {
        match self.actor {
            Actor::User { id, .. } => Ok(id),
            other => Err(Error::internal(format!("{other:?} is no user"))),
        }
    }

    /// The role by which this actor sees things; the operator sees what a supervisor sees.
    pub fn role(&self) -> Role {
        match self.actor {
            Actor::User { role, .. } => role,
            Actor::Operator(_) | Actor::System(_) => Role::Supervisor,
        }
    }

    /// The `{api}` of the contract: every printed URL begins with it.
    pub fn api(&self) -> &str {
        &self.environment.api
    }

    /// What seals secrets at rest.
    pub fn master_key(&self) -> &MasterKey {
        &self.environment.master_key
    }

    /// Randomness.
    pub fn chance(&self) -> &dyn Chance {
        self.environment.chance.as_ref()
    }

    /// All rows of a select.
    pub fn rows<T: FromRow>(&self, sql: &str, params: Params<'_>) -> Result<Vec<T>> {
        query(self.link, sql, params)
    }

    /// The first row of a select, if there is one.
    pub fn row<T: FromRow>(&self, sql: &str, params: Params<'_>) -> Result<Option<T>> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// The single number that a select answers with, such as a count; 0 for none.
    pub fn number(&self, sql: &str, params: Params<'_>) -> Result<i64> {
        let row: Option<(Option<i64>,)> = self.row(sql, params)?;
        Ok(row.and_then(|(number,)| number).unwrap_or(0))
    }

    /// All rows of a select with filters.
    pub fn select<T: FromRow>(&self, select: &Select) -> Result<Vec<T>> {
        self.rows(select.text(), &select.values())
    }

    /// How many rows a select with filters has.
    pub fn count(&self, select: &Select) -> Result<i64> {
        let count = select.count();
        self.number(count.text(), &count.values())
    }
}

/// A transaction in the name of an actor. It commits with its records, or not at all.
pub struct Tx<'c> {
    reader: Reader<'c>,
    ledger: Ledger,
    wakes: Vec<Wake>,
}

impl<'c> Deref for Tx<'c> {
    type Target = Reader<'c>;
    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn new(reader: Reader<'c>) -> Self {
        Self {
            reader,
            ledger: Ledger::default(),
            wakes: Vec::new(),
        }
    }

    /// Runs an insert, update or delete on rows of this kind and tells how many it changed.
    pub fn write(&mut self, kind: Kind, sql: &str, params: Params<'_>) -> Result<usize> {
        self.ledger.wrote(kind);
        self.reader.link.execute(sql, &values(params))
    }

    /// Runs a writing statement with `returning` and takes what it returns.
    pub fn write_returning<T: FromRow>(
        &mut self,
        kind: Kind,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<T>> {
        self.ledger.wrote(kind);
        query(self.reader.link, sql, params)
    }

    /// Runs an insert that ends in `returning id`.
    pub fn insert<T>(&mut self, kind: Kind, sql: &str, params: Params<'_>) -> Result<Id<T>> {
        let rows: Vec<(i64,)> = self.write_returning(kind, sql, params)?;
        let row = rows
            .first()
            .ok_or_else(|| Error::internal("an insert returned no id"))?;
        Ok(Id::new(row.0))
    }

    /// Hands over what others must be told; it reaches them if this commits.
    pub fn record(&mut self, record: Record) -> Recorded<()> {
        self.ledger.record(record);
        Recorded::DONE
    }

    /// Ends a change that tells nobody, for a named reason.
    pub fn silent<T>(&mut self, silence: Silence, value: T) -> Recorded<T> {
        self.ledger.silence(silence);
        Recorded::new(value)
    }

    /// Wakes others after the commit.
    pub fn wake(&mut self, wake: Wake) {
        if !self.wakes.contains(&wake) {
            self.wakes.push(wake);
        }
    }

    /// Flushes the records through `record`; what it wants woken after the commit is the answer.
    pub(crate) fn finish(mut self) -> Result<Vec<Wake>> {
        if self.ledger.has_forgotten() {
            return Err(Error::internal("a change was neither recorded nor silent"));
        }
        let records = std::mem::take(&mut self.ledger.records);
        if !records.is_empty() {
            let record = Arc::clone(&self.reader.environment.record);
            record(&mut self, &records)?;
        }
        Ok(self.wakes)
    }
}

fn values(params: Params<'_>) -> Vec<Value> {
    params.iter().map(|param| param.to_value()).collect()
}

fn query<T: FromRow>(link: Link<'_>, sql: &str, params: Params<'_>) -> Result<Vec<T>> {
    let rows = link.rows(sql, &values(params))?;
    rows.iter().map(T::from_row).collect()
}
