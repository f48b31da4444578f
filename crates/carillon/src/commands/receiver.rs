//! A small receiver that verifies what arrives; `demo` and `listen` run it.
//!
//! Words: *source* = a webhook or a broadcast receiver of the server, with its path here.
//! Never: an address other than loopback; trusting a body whose signature does not match.

mod arrival;
mod forward;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Terminal;
use super::client::Target;
use crate::failed::{Failed, Result};

/// Connections at once: a server delivers one payload per webhook at a time.
const CONNECTIONS_MAX: usize = 64;

/// How long a connection may be silent.
const IDLE_TIME: Duration = Duration::from_mins(1);

/// Where deliveries come from, and the secret that they are signed with.
#[derive(Debug)]
pub(crate) struct Source {
    /// Shown in each line, unless empty.
    pub(crate) label: String,
    /// The path at which this source's deliveries arrive.
    pub(crate) path: &'static str,
    /// Known only after the source was made, while its first ping may be here already.
    pub(crate) secret: watch::Receiver<Option<String>>,
    /// The highest sequence that was processed; 0 before the first.
    pub(crate) last_sequence: AtomicU64,
}

/// What to do with deliveries.
#[derive(Debug)]
pub(crate) struct Plan {
    /// From where they may come.
    pub(crate) sources: Vec<Source>,
    /// The program that answers in our place.
    pub(crate) forward: Option<Target>,
    /// The directory in which each is kept.
    pub(crate) save: Option<PathBuf>,
    /// Where each is told.
    pub(crate) terminal: Terminal,
}

/// A bound receiver that does not answer yet.
#[derive(Debug)]
pub(crate) struct Receiver {
    listener: TcpListener,
    address: SocketAddr,
}

impl Receiver {
    /// Takes a free port of this machine.
    pub(crate) async fn bind() -> Result<Self> {
        let refuse = |cause| Failed::doing("No port could be opened on 127.0.0.1", cause);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        Ok(Self { listener, address })
    }

    /// The URL that a source sends to.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers for ever; dropping the future closes all connections.
    pub(crate) async fn run(self, plan: Arc<Plan>) {
        let mut connections = JoinSet::new();
        loop {
            // A connection that broke before it was taken concerns nobody.
            let Ok((stream, _)) = self.listener.accept().await else {
                continue;
            };
            while connections.try_join_next().is_some() {}
            if connections.len() >= CONNECTIONS_MAX {
                connections.join_next().await;
            }
            let plan = Arc::clone(&plan);
            connections.spawn(async move {
                let answer = service_fn(|request| arrival::answer(&plan, request));
                let mut connection = http1::Builder::new();
                connection
                    .timer(TokioTimer::new())
                    .header_read_timeout(IDLE_TIME);
                // What the sender breaks, the sender repeats.
                connection
                    .serve_connection(TokioIo::new(stream), answer)
                    .await
                    .ok();
            });
        }
    }
}
