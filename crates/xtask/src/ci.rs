//! Every check in its order: cheap ones first, and one build for all that need one.
//!
//! Never: a second set of features. Each step that builds selects the whole workspace, so that
//! cargo resolves the same features and finds what the step before has built.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::shell::{cargo, say, succeed};
use crate::{cluster, docs, features, tidy};

/// Seeds that each run of the simulation draws anew.
const FRESH_SEEDS: u64 = 200;
/// Where the simulation finds them, as `FIRST..END`.
const SEEDS_VARIABLE: &str = "CARILLON_SIMULATION_SEEDS";

type Step = (&'static str, fn(&Path) -> Result<()>);

const STEPS: &[Step] = &[
    ("fmt", |root| succeed(&mut cargo(root, "fmt --all --check"))),
    ("tidy", tidy::run),
    ("features", features::check),
    ("clippy", |root| {
        succeed(&mut cargo(
            root,
            "clippy --workspace --all-targets -- -D warnings",
        ))
    }),
    ("docs", check_docs),
    ("tests", |root| {
        succeed(cargo(root, "test --workspace").env_remove(cluster::VARIABLE))
    }),
    ("postgres", test_on_postgres),
    ("simulation", simulate),
];

/// Runs the steps until one fails; the last line counts them.
pub(crate) fn run(root: &Path) -> ExitCode {
    let mut passed = 0;
    for (name, step) in STEPS {
        say(&format!("== {name}"));
        if let Err(error) = step(root) {
            say(&format!("{name} failed: {error:#}"));
            say(&format!("{passed} passed, 1 failed"));
            return ExitCode::FAILURE;
        }
        passed += 1;
    }
    say(&format!("{passed} passed, 0 failed"));
    ExitCode::SUCCESS
}

fn check_docs(root: &Path) -> Result<()> {
    let mut rustdoc = cargo(root, "doc --workspace --no-deps --document-private-items");
    succeed(rustdoc.env("RUSTDOCFLAGS", "-D warnings"))?;
    docs::check(root)
}

/// The tests that open databases as the product does, by their modules, and those that only
/// PostgreSQL can show.
const ON_POSTGRES: &str = "contract:: stories:: statements:: stress:: nodes:: isolation::twice::";

/// The same tests with the same build once more, on PostgreSQL.
fn test_on_postgres(root: &Path) -> Result<()> {
    let cluster = cluster::Cluster::start()?;
    let arguments = format!("test --workspace --test stories -- {ON_POSTGRES}");
    succeed(cargo(root, &arguments).env(cluster::VARIABLE, cluster.address()))
}

/// The fixed seeds are among the tests; these are new in each run. A failure prints its seed.
fn simulate(root: &Path) -> Result<()> {
    let first = RandomState::new().hash_one(SEEDS_VARIABLE) >> 32;
    let seeds = format!("{first}..{}", first + FRESH_SEEDS);
    say(&format!("{SEEDS_VARIABLE}={seeds}"));
    let mut simulation = cargo(root, "test --workspace --test stories -- simulation");
    succeed(simulation.env(SEEDS_VARIABLE, seeds))
}
