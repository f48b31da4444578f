//! What a database is given of the world around it.
//!
//! Never: reading any of it by itself.

use std::sync::Arc;

use base::{Chance, Clock, MasterKey, Result};

use crate::record::Record;
use crate::tx::Tx;

/// Takes the records of a transaction before it commits: delivery gives it.
pub type RecordHook = Arc<dyn Fn(&mut Tx<'_>, &[Record]) -> Result<()> + Send + Sync>;

/// What a database needs of the world around it.
#[derive(Clone)]
pub struct Environment {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub chance: Arc<dyn Chance>,
    /// What seals secrets.
    pub master_key: MasterKey,
    /// `{public_url}/v2`.
    pub api: String,
    /// What becomes of records.
    pub record: RecordHook,
    /// Faults that a test asks for.
    #[cfg(feature = "testing")]
    pub faults: Faults,
}

/// Faults that a test asks for.
#[cfg(feature = "testing")]
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<std::sync::atomic::AtomicBool>);

#[cfg(feature = "testing")]
impl Faults {
    /// Lets the next commit fail.
    pub fn fail_next_commit(&self) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst);
    }

    pub(crate) fn take_commit_failure(&self) -> bool {
        self.0.swap(false, std::sync::atomic::Ordering::SeqCst)
    }
}

impl Environment {
    /// The world as it is: `api` is `{public_url}/v2`, `record` takes the records of each change.
    pub fn new(
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        master_key: MasterKey,
        api: String,
        record: RecordHook,
    ) -> Self {
        Self {
            clock,
            chance,
            master_key,
            api,
            record,
            #[cfg(feature = "testing")]
            faults: Faults::default(),
        }
    }
}
