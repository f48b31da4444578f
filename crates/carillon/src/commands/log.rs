//! The log: one JSON object per line on standard error.
//!
//! Never: secrets; they do not print themselves.

use std::fmt::Debug;
use std::io::Write;

use base::clock::{Clock, SystemClock};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::failed::{Failed, Result};

/// The crates whose ordinary news are told; of others only warnings are.
const OURS: [&str; 4] = ["store", "delivery", "server", "carillon"];

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loudness {
    /// Warnings, and the ordinary news of our own crates.
    News,
    /// Warnings only.
    Warnings,
}

/// Begins to write the log of this process. A second call is refused.
pub(crate) fn begin(loudness: Loudness) -> Result<()> {
    let level = match loudness {
        Loudness::News => LevelFilter::INFO,
        Loudness::Warnings => LevelFilter::WARN,
    };
    let ours = OURS.map(|name| (name, level));
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(ours);
    let lines = Lines(|line: &str| {
        // Who closed standard error wants to read nothing.
        writeln!(std::io::stderr().lock(), "{line}").ok();
    });
    let subscriber = tracing_subscriber::registry().with(lines.with_filter(filter));
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|cause| Failed::doing("The log cannot be begun", cause))
}

/// Makes a line of each event: `at`, `level`, then its fields in their order.
struct Lines<W>(W);

impl<S: Subscriber, W: Fn(&str) + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut fields = Fields(Map::new());
        fields.put("at", SystemClock.wall().to_string());
        fields.put("level", word(*event.metadata().level()));
        event.record(&mut fields);
        (self.0)(&Value::Object(fields.0).to_string());
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn an_event_is_one_line_with_its_fields_as_json() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&written);
        let lines = Lines(move |line: &str| {
            keep.lock()
                .expect("no other test holds it")
                .push(line.to_owned());
        });
        let subscriber = tracing_subscriber::registry().with(lines);

        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(event = "webhook_failing", webhook = 5120, status = %500, "line\nbreak");
        });

        let written = written.lock().expect("nobody else is left");
        assert_eq!(written.len(), 1);
        assert!(!written[0].contains('\n'));
        let line: Value = serde_json::from_str(&written[0]).expect("JSON");
        assert_eq!(line["level"], "warn");
        assert_eq!(line["event"], "webhook_failing");
        assert_eq!(line["webhook"], 5120);
        assert_eq!(line["message"], "line\nbreak");
        assert!(line["at"].as_str().is_some_and(|at| at.ends_with('Z')));
    }
}
