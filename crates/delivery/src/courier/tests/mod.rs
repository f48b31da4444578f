//! The courier against real sockets on loopback.
//!
//! Never: assertions on time; the internet.

mod exchange;
mod hostile;
mod kept;
mod secure;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use base::WallTime;
use base::clock::ManualClock;

use super::{Courier, Gate, Outgoing};
use crate::address::Target;
use crate::settings::Settings;

/// A gate that counts, and can be shut.
#[derive(Default)]
struct Door {
    is_shut: AtomicBool,
    passed: AtomicUsize,
}

impl Gate for Door {
    fn pass(&self, write: &mut dyn FnMut()) -> bool {
        if self.is_shut.load(Ordering::Relaxed) {
            return false;
        }
        self.passed.fetch_add(1, Ordering::Relaxed);
        write();
        true
    }
}

fn open_door() -> Arc<dyn Gate> {
    Arc::new(Door::default())
}

/// Loopback may be called; an answer has 300 ms.
fn settings() -> Settings {
    Settings {
        answer_timeout: Duration::from_millis(300),
        allow_networks: ["127.0.0.0/8", "::1/128"]
            .map(|net| net.parse().expect("a network"))
            .into(),
        ..Settings::default()
    }
}

/// Wall time stands still at the moment from which `Retry-After` dates are counted.
fn clock() -> Arc<ManualClock> {
    let now = WallTime::parse("1994-11-06T08:49:07Z").expect("a moment");
    Arc::new(ManualClock::at(now))
}

fn courier(settings: Settings) -> Courier {
    Courier::new(Arc::new(settings), clock()).expect("a courier opens without a network")
}

fn target(url: &str) -> Target {
    Target::parse(url).unwrap_or_else(|refusal| panic!("{url}: {refusal}"))
}

/// A request like a webhook's, its connection closed afterwards.
fn outgoing(url: &str) -> Outgoing {
    Outgoing {
        target: target(url),
        headers: vec![
            ("Content-Type", "application/json".into()),
            ("User-Agent", "Carillon".into()),
            ("X-Carillon-Sequence", "7".into()),
            ("webhook-id", "id".into()),
        ],
        body: r#"{"a":1}"#.into(),
        keep: None,
        whole: None,
    }
}

/// The same, its connection kept for lane 1.
fn keeping(url: &str) -> Outgoing {
    Outgoing {
        keep: Some(1),
        ..outgoing(url)
    }
}
