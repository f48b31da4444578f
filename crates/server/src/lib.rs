//! The HTTP server: the kit, and one folder per resource with its API and pages.
//!
//! Words: *app*, what every handler works with; *wiring*, what the binary gives it.
//! Never: configuration files, process matters.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Actor, Clock, Result};
use delivery::caps::{Held, HeldBy};

pub mod http;
pub mod identity;
mod openapi;
pub mod operating;
pub mod resources;
pub mod settings;
pub mod shapes;

pub use http::{Page, Shutdown, Stopper, Urls, serve, shutdown};
pub use openapi::document;
pub use settings::Settings;

/// Turns credentials into the actor they name; `Unauthenticated` if they name none.
pub type Authenticate =
    fn(App, http::Presented) -> Pin<Box<dyn Future<Output = Result<Actor>> + Send>>;

/// The part of delivery that requests need; clones of the courier share everything.
pub struct Delivery {
    /// What the operator set of delivery.
    pub settings: Arc<delivery::Settings>,
    /// Asks whether an address may be called before it is saved.
    pub courier: delivery::courier::Courier,
    /// What keeps due lanes waiting on this node: `engine.held()`.
    pub held: Arc<Mutex<Held>>,
}

impl Delivery {
    /// Gives requests a courier of their own. `Internal` if the system's name servers or hosts
    /// file cannot be read.
    pub fn new(
        settings: Arc<delivery::Settings>,
        clock: Arc<dyn Clock>,
        held: Arc<Mutex<Held>>,
    ) -> Result<Self> {
        Ok(Self {
            courier: delivery::courier::Courier::new(Arc::clone(&settings), clock)?,
            settings,
            held,
        })
    }

    /// Which cap keeps a due lane of this owner and host waiting: `owner`, `host` or none.
    fn held_by(&self, owner: i64, host: &str) -> Option<&'static str> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.by(owner, host)? {
            HeldBy::Owner => Some("owner"),
            HeldBy::Host => Some("host"),
            HeldBy::All => None,
        }
    }
}

/// What the server is made of.
pub struct Wiring {
    /// What the operator set.
    pub settings: Settings,
    /// The database.
    pub db: store::Db,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Settings, courier and caps of delivery.
    pub delivery: Arc<Delivery>,
    /// The registry, usually [`resources::RESOURCES`].
    pub resources: &'static [http::Resource],
    /// Who a token stands for, usually `identity::authenticate`.
    pub authenticate: Authenticate,
    /// Whether requests should be sent here.
    pub readiness: Arc<dyn operating::Readiness>,
    /// Prints all metrics in Prometheus text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// What every handler works with; cloning it is cheap.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`], read as its fields.
pub struct Parts {
    /// What the operator set.
    pub settings: Settings,
    /// Prints URLs.
    pub urls: http::Urls,
    /// The database, to which an actor is the only key.
    pub db: store::Db,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Settings, courier and caps of delivery.
    pub delivery: Arc<Delivery>,
    /// The registry.
    pub resources: &'static [http::Resource],
    pub(crate) authenticate: Authenticate,
    pub(crate) readiness: Arc<dyn operating::Readiness>,
    pub(crate) metrics: Arc<dyn Fn() -> String + Send + Sync>,
    pub(crate) table: http::Table,
    pub(crate) rate_limit: http::RateLimit,
    pub(crate) sign_in: identity::SignIn,
    /// How many pages said that something went wrong: it makes their ids differ.
    pub(crate) refusals: AtomicU64,
}

impl App {
    /// Puts the server together. Panics if the registry contradicts itself.
    pub fn new(wiring: Wiring) -> Self {
        let resources = wiring
            .resources
            .iter()
            .flat_map(|resource| (resource.routes)());
        let pages = wiring
            .resources
            .iter()
            .flat_map(|resource| (resource.pages)());
        let own = operating::routes(&wiring.settings)
            .into_iter()
            .chain(openapi::routes())
            .chain(http::asset_routes())
            .chain(identity::pages())
            .chain(pages);
        Self(Arc::new(Parts {
            urls: http::Urls::new(&wiring.settings.public_url),
            table: http::Table::new(resources.chain(own)),
            rate_limit: http::RateLimit::default(),
            sign_in: identity::SignIn::default(),
            refusals: AtomicU64::default(),
            settings: wiring.settings,
            db: wiring.db,
            clock: wiring.clock,
            delivery: wiring.delivery,
            resources: wiring.resources,
            authenticate: wiring.authenticate,
            readiness: wiring.readiness,
            metrics: wiring.metrics,
        }))
    }
}

/// Every page and form of this build, for sweeps over them.
pub fn pages() -> Vec<http::Route> {
    let of_resources = resources::RESOURCES.iter().flat_map(|it| (it.pages)());
    identity::pages().into_iter().chain(of_resources).collect()
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("public_url", &self.settings.public_url)
            .finish_non_exhaustive()
    }
}
