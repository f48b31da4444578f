//! What concerns the data: key, database, its clock, migrations, and the servers that share it.
//!
//! Never: migrating, or opening the database as a server does.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use base::clock::{Clock, SystemClock};
use base::{EngineTime, MasterKey};
use delivery::nodes::SEEN_WITHIN;
use store::Location;
use store::look::{self, Look};

use super::Finding;
use crate::commands::{installation, key};
use crate::config::Config;

/// A small statement that takes longer makes every answer slow.
const LATENCY_MAX: Duration = Duration::from_millis(50);
/// Clocks that are further apart show other times than they should.
const CLOCKS_APART_MAX: Duration = Duration::from_secs(2);
/// Clocks that are further apart are wrong: leases and signatures rely on them.
const CLOCKS_WRONG: Duration = Duration::from_mins(1);
/// Servers that are told one by one.
const NODES_SHOWN_MAX: usize = 32;

/// Looks at all of it.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    let (mut findings, key) = match key(config) {
        Ok((finding, key)) => (vec![finding], Some(key)),
        Err(finding) => (vec![finding], None),
    };
    if let Some(file) = config.file().filter(|file| !file.exists()) {
        findings.push(Finding::wrong(
            "database",
            format!("There is no file {}.", file.display()),
            "Name the right one with --database sqlite:PATH, or make one with `carillon account \
             create`.",
        ));
        return findings;
    }
    match look::look(&config.location(), key.as_ref(), &SystemClock) {
        Err(error) => findings.push(Finding::wrong(
            "database",
            error.to_string(),
            format!("The address is {}.", config.database()),
        )),
        Ok(seen) => {
            if seen.has_key == Some(false) {
                findings[0] = other_key(&seen);
            }
            findings.push(database(config, &seen));
            findings.push(migrations(&seen));
            findings.push(clock(config, &seen));
            findings.extend(nodes(&seen));
        }
    }
    findings
}

fn key(config: &Config) -> Result<(Finding, MasterKey), Finding> {
    let wrong = |sentence: String, remedy: &str| Finding::wrong("key", sentence, remedy);
    let path = installation::key_file(config)
        .map_err(|failed| wrong("No master key is named.".to_owned(), &failed.text()))?;
    let shown = path.display();
    let Ok(metadata) = std::fs::metadata(&path) else {
        return Err(wrong(
            format!("{shown} does not exist."),
            "Put the file back, or name it with master_key_file; a new installation makes one.",
        ));
    };
    let key = key::read(&path).map_err(|failed| {
        let remedy = "Put the right file there, readable for the server's user.";
        wrong(failed.text(), remedy)
    })?;
    if metadata.permissions().mode() & 0o077 != 0 {
        let finding = Finding::doubtful(
            "key",
            format!("{shown} may be read by others."),
            format!("Run `chmod 600 {shown}`."),
        );
        return Ok((finding, key));
    }
    Ok((Finding::fine("key", format!("{shown} ({})", key.id())), key))
}

fn other_key(seen: &Look) -> Finding {
    Finding::wrong(
        "key",
        format!(
            "It is not the one that sealed the database's secrets, {}.",
            seen.keys.join(", ")
        ),
        "Name the right file with master_key_file.",
    )
}

fn database(config: &Config, seen: &Look) -> Finding {
    let ms = seen.latency.as_secs_f64() * 1_000.0;
    let what = match config.location() {
        Location::Sqlite(_) => format!("SQLite {}", seen.version),
        Location::Postgres(_) => format!("PostgreSQL {}, primary", seen.version),
    };
    let sentence = format!("{what}, answers in {ms:.1} ms");
    if seen.latency > LATENCY_MAX {
        let remedy = "Bring server and database nearer to each other, or find out what keeps the \
                      database busy.";
        return Finding::doubtful("database", sentence, remedy);
    }
    Finding::fine("database", sentence)
}

fn migrations(seen: &Look) -> Finding {
    if seen.pending.is_empty() {
        return Finding::fine("migrations", "The schema is up to date.");
    }
    let sentence = format!("The schema needs {}.", seen.pending.join(", "));
    Finding::wrong("migrations", sentence, "Run `carillon migrate`.")
}

/// PostgreSQL has a clock of its own; SQLite has what was written down under ours.
fn clock(config: &Config, seen: &Look) -> Finding {
    let wall = SystemClock.wall();
    let ahead = Duration::from_micros(seen.clock.saturating_sub(wall.0).max(0).unsigned_abs());
    let behind = Duration::from_micros(wall.0.saturating_sub(seen.clock).max(0).unsigned_abs());
    let (apart, sentence) = match config.location() {
        Location::Sqlite(_) => (
            ahead,
            format!(
                "It is {wall}, {} s before the database's latest time.",
                ahead.as_secs()
            ),
        ),
        Location::Postgres(_) => (
            ahead.max(behind),
            format!(
                "It is {wall}, the database's clock is {:.1} s away.",
                ahead.max(behind).as_secs_f64()
            ),
        ),
    };
    let remedy = "Let NTP set the clocks of both machines. Due times go on in the database's time.";
    if seen.clock == 0 || apart <= CLOCKS_APART_MAX {
        Finding::fine("clock", format!("It is {wall}."))
    } else if apart <= CLOCKS_WRONG {
        Finding::doubtful("clock", sentence, remedy)
    } else {
        Finding::wrong("clock", sentence, remedy)
    }
}

fn nodes(seen: &Look) -> Vec<Finding> {
    let now = EngineTime(seen.clock.max(SystemClock.wall().0));
    let ages = seen
        .nodes
        .iter()
        .map(|(name, at, version)| (name, now - EngineTime(*at), version));
    let mut findings: Vec<_> = ages
        .take(NODES_SHOWN_MAX)
        .map(|(name, age, version)| {
            let sentence = format!("{name} ({version}), sign of life {} s ago", age.as_secs());
            if age <= SEEN_WITHIN {
                return Finding::fine("node", sentence);
            }
            let remedy = "If it should run, look at its log and start it again; it is forgotten \
                          after a day.";
            Finding::doubtful("node", sentence, remedy)
        })
        .collect();
    if findings.is_empty() {
        findings.push(Finding::fine("node", "No server runs."));
    }
    findings
}
