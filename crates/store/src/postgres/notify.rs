//! Wake-ups between nodes: hints on one channel, sent after the commit, gathered to one in 5 ms.
//!
//! Never: a notification inside a writing transaction, which would serialise all commits.

use std::sync::{Weak, mpsc};
use std::time::Duration;

use base::{Error, Result};
use postgres::fallible_iterator::FallibleIterator as _;

use super::connect::Options;
use crate::wake::{Wake, Wakes};

const CHANNEL: &str = "carillon";
/// At most one notification of a node in this time.
const GATHERED_FOR: Duration = Duration::from_millis(5);
/// How long a lost listener rests before it connects again; the engine polls meanwhile.
const REST: Duration = Duration::from_secs(1);

/// Where wake-ups for other nodes go; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Notices(mpsc::SyncSender<Wake>);

/// Wake-ups that may wait to be sent; beyond that they are dropped, since polling finds the work.
const NOTICES_MAX: usize = 1_024;

impl Notices {
    /// Starts the threads that tell and that listen; they end with the database's last handle.
    pub(crate) fn start(options: &Options, wakes: &Wakes, alive: Weak<()>) -> Result<Self> {
        let (sender, receiver) = mpsc::sync_channel(NOTICES_MAX);
        let (telling, listening, wakes) = (options.clone(), options.clone(), wakes.clone());
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            let started = std::thread::Builder::new().name(name.into()).spawn(run);
            started.map(drop).map_err(Error::internal)
        };
        spawn("notify", Box::new(move || tell(&telling, &receiver)))?;
        spawn(
            "listen",
            Box::new(move || {
                while alive.strong_count() > 0 {
                    if let Err(error) = listen(&listening, &wakes, &alive) {
                        tracing::warn!(event = "listener_lost", %error);
                    }
                    wakes.send(Wake::Engine);
                    std::thread::park_timeout(REST);
                }
            }),
        )?;
        Ok(Self(sender))
    }

    pub(crate) fn send(&self, wake: Wake) {
        // A full queue is no fault: the safety poll of the others finds the work.
        let _ = self.0.try_send(wake);
    }
}

fn payload(wake: Wake) -> Option<String> {
    match wake {
        Wake::Engine => Some("lanes".to_owned()),
        Wake::Lane(webhook) => Some(format!("lane:{webhook}")),
        Wake::Stop(..) => None,
    }
}

fn tell(options: &Options, notices: &mpsc::Receiver<Wake>) {
    let mut client = None;
    while let Ok(first) = notices.recv() {
        std::thread::park_timeout(GATHERED_FOR);
        let mut texts: Vec<String> = payload(first).into_iter().collect();
        while let Ok(wake) = notices.try_recv() {
            texts.extend(payload(wake).filter(|text| !texts.contains(text)));
        }
        if texts.is_empty() {
            continue;
        }
        if client.as_ref().is_none_or(postgres::Client::is_closed) {
            client = options.client().ok();
        }
        if let Some(client) = &mut client {
            let calls: Vec<String> = texts
                .iter()
                .map(|text| format!("select pg_notify('{CHANNEL}', '{text}')"))
                .collect();
            drop(client.batch_execute(&calls.join(";")));
        }
    }
}

fn listen(options: &Options, wakes: &Wakes, alive: &Weak<()>) -> Result<()> {
    let mut client = options.client()?;
    let failed = |cause: postgres::Error| Error::internal(cause);
    client
        .batch_execute(&format!("listen {CHANNEL}"))
        .map_err(failed)?;
    wakes.send(Wake::Engine);
    while alive.strong_count() > 0 {
        hear(&mut client, wakes).map_err(failed)?;
        if client.is_closed() {
            return Err(Error::internal("the connection was closed"));
        }
    }
    Ok(())
}

/// Passes on what arrives until nothing does for a while.
fn hear(client: &mut postgres::Client, wakes: &Wakes) -> std::result::Result<(), postgres::Error> {
    let mut notices = client.notifications();
    let mut arriving = notices.timeout_iter(REST);
    while let Some(notice) = arriving.next()? {
        match notice.payload().strip_prefix("lane:").map(str::parse) {
            Some(Ok(webhook)) => wakes.send(Wake::Lane(webhook)),
            _ => wakes.send(Wake::Engine),
        }
    }
    Ok(())
}
