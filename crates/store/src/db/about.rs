//! What a database says of itself: where it is, who shares it, whether its schema fits.
//!
//! Never: a transaction of somebody's; only the installation is asked for.

use std::path::Path;

use base::{Actor, Reason, Result};

use super::{Db, Driver};
use crate::location::Location;
use crate::migrate::MIGRATIONS;

impl Db {
    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// Whether other servers may work on the same database.
    pub fn is_shared(&self) -> bool {
        matches!(self.0.driver, Driver::Pooled(_))
    }

    /// Whether the schema still has all that this release needs: the database may have been replaced.
    /// It blocks.
    pub fn has_its_schema(&self) -> Result<bool> {
        if let Some(path) = self.path() {
            return Ok(Location::Sqlite(path.to_owned()).pending()?.is_empty());
        }
        if !self.is_shared() {
            return Ok(true);
        }
        let version = self.read_now(Actor::System(Reason::Health), |reader| {
            reader.number("select value from schema_version", &[])
        })?;
        // A newer release may have migrated already, while its servers take over one by one.
        Ok(usize::try_from(version).is_ok_and(|done| done >= MIGRATIONS.len()))
    }
}
