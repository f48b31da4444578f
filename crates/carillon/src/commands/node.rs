//! A running server process: database, API and engine; `serve` and `demo` start one.
//!
//! Words: *work* = which of API and engine this process does.
//! Never: printing; what happens goes to the log.

mod membership;
mod metrics;
mod process;
mod readiness;

use std::net::SocketAddr;
use std::sync::Arc;

use base::clock::SystemClock;
use delivery::courier::Courier;
use delivery::engine::Engine;
use delivery::runner::{self, Runner};
use server::{App, Delivery, Shutdown, Stopper, Wiring};
use store::{Db, Lock};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::installation;
use super::signals::Signals;
use crate::config::Config;
use crate::failed::{Failed, Result};
use membership::Membership;
use metrics::Metrics;
use readiness::{Ready, Stage};

/// Which of API and engine a process does. The operating endpoints are always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Both.
    All,
    /// Only requests; payloads wait for another process.
    Api,
    /// Only deliveries.
    Engine,
}

/// Everything of a server, of which nothing runs yet.
pub(crate) struct Node {
    /// The database.
    pub(crate) db: Db,
    app: App,
    runner: Option<Runner>,
    stage: watch::Sender<Stage>,
    stop_sending: watch::Sender<bool>,
    stopper: Stopper,
    shutdown: Shutdown,
    /// What must not end before it is told to.
    tasks: JoinSet<()>,
    /// What is cut at the end.
    chores: JoinSet<()>,
    membership: Membership,
    _lock: Option<Lock>,
}

/// Takes a port; a taken one is refused with the setting that moves it.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| {
        Failed::refused(format!(
            "{address} cannot be listened on: {cause}. Set listen to another address or port."
        ))
    })
}

/// Takes the lock of servers on a SQLite file; exit code 1 if another one has it. Servers on
/// PostgreSQL share it, so there is none.
pub(crate) fn lock(config: &Config) -> Result<Option<Lock>> {
    let taken = config.file().map(Lock::take).transpose();
    taken.map_err(|error| Failed::refused(error.to_string()))
}

impl Node {
    /// Opens the database and puts the parts together. Needs the runtime, and the lock that
    /// proves that this is the only server.
    pub(crate) fn open(
        config: &Config,
        settings: delivery::Settings,
        work: Work,
        lock: Option<Lock>,
    ) -> Result<Self> {
        let public_url = settings.public_url.clone();
        lock.iter().try_for_each(|it| it.note_origin(&public_url))?;
        let settings = Arc::new(settings);
        let db = installation::open(config, &settings)?;
        let courier = Courier::new(Arc::clone(&settings), Arc::new(SystemClock))?;
        let membership = Membership::new(db.clone(), membership::name());
        let engine = Engine::new(db.clone(), Arc::clone(&settings), membership.name());
        let delivery = Delivery {
            settings: Arc::clone(&settings),
            courier: courier.clone(),
            held: engine.held(),
        };
        let disk_free_min = config.count("disk.free_min");
        let mut chores = JoinSet::new();
        if work == Work::Api {
            let settings = Arc::clone(&settings);
            chores.spawn(runner::watch_over(db.clone(), settings, disk_free_min));
        }
        let metrics = Arc::new(Metrics::install(db.clone())?);
        chores.spawn(metrics.keep_up());
        let stage = watch::channel(Stage::Starting).0;
        let ready = Ready::new(db.clone(), stage.subscribe(), work, disk_free_min);
        let runner = Runner {
            db: db.clone(),
            settings,
            courier,
            engine,
            disk_free_min,
            stop_timeout: config.duration("shutdown_timeout"),
        };
        let (stopper, shutdown) = server::shutdown();
        Ok(Self {
            app: App::new(Wiring {
                settings: config.server(public_url),
                db: db.clone(),
                clock: Arc::new(SystemClock),
                delivery: Arc::new(delivery),
                resources: resources(work),
                authenticate: server::identity::authenticate,
                readiness: Arc::new(ready),
                metrics: metrics.printer(),
            }),
            db,
            runner: (work != Work::Api).then_some(runner),
            stage,
            stop_sending: watch::channel(false).0,
            stopper,
            shutdown,
            tasks: JoinSet::new(),
            chores,
            membership,
            _lock: lock,
        })
    }

    /// Begins to answer requests.
    pub(crate) fn answer(&mut self, listener: TcpListener) {
        let serving = server::serve(self.app.clone(), listener, self.shutdown.clone());
        self.tasks.spawn(serving);
    }

    /// Begins to deliver, if that is this process's work and the installation is not paused. On a
    /// SQLite file, what an earlier process left in flight is taken over first: the lock proves
    /// that it is gone.
    pub(crate) fn deliver(&mut self) -> Result<()> {
        self.membership.sign()?;
        self.chores.spawn(self.membership.sign_often());
        if let Some(runner) = self.runner.take() {
            if !self.db.is_shared() {
                runner.engine.take_over()?;
            }
            let stop = self.stop_sending.subscribe();
            self.tasks
                .spawn(membership::send_when_resumed(runner, stop));
        }
        self.stage.send_replace(Stage::Working);
        Ok(())
    }

    /// Runs something beside until the end, when it is cut.
    pub(crate) fn beside(&mut self, chore: impl Future<Output = ()> + Send + 'static) {
        self.chores.spawn(chore);
    }

    /// Works until Ctrl-C or SIGTERM, then stops in order: no new connections and attempts, and
    /// what is under way may end within `shutdown_timeout`, or until a second signal. Exit code 1
    /// if a part broke.
    pub(crate) async fn run(mut self, signals: &mut Signals) -> Result<()> {
        let ended_early = signals.or_ended(&mut self.tasks).await;
        if let Some(Err(error)) = &ended_early {
            tracing::error!(event = "part_broke", %error);
        }
        let mut is_broken = ended_early.is_some();
        tracing::info!(event = "stopping");
        self.stage.send_replace(Stage::Stopping);
        self.stopper.stop();
        self.stop_sending.send_replace(true);
        while !self.tasks.is_empty() {
            match signals.or_ended(&mut self.tasks).await {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::error!(event = "part_broke", %error);
                    is_broken = true;
                }
                None => {
                    tracing::warn!(event = "cut");
                    break;
                }
            }
        }
        self.chores.shutdown().await;
        self.tasks.shutdown().await;
        self.membership.leave();
        tracing::info!(event = "stopped");
        if is_broken {
            Err(Failed::refused(
                "A part of the server broke and the rest was stopped; the log says why.",
            ))
        } else {
            Ok(())
        }
    }
}

/// The registry, unless only the operating endpoints are this process's work.
fn resources(work: Work) -> &'static [server::http::Resource] {
    match work {
        Work::All | Work::Api => server::resources::RESOURCES,
        Work::Engine => &[],
    }
}
