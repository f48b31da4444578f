//! Runs of several engines on one database under faults that a seed chooses; the promises hold
//! in each.
//!
//! A failure names its seed; the same seed makes the same run:
//! `CARILLON_SIMULATION_SEEDS=17..18 cargo test -p stories simulation`.
//! Words: *run* = what one seed makes happen.
//! Never: a real clock, thread or network in a run; chance that is not the seed's.

mod dice;
mod flights;
mod lanes;
mod network;
mod people;
mod plant;
mod things;
mod turns;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use plant::Plant;

/// Things that people and faults do in one run.
const ACTIONS: u64 = 90;
/// Runs at once: the processors of a small machine.
const THREADS: u64 = 2;
/// Lines of a failed run that are shown.
const LINES: usize = 400;

#[test]
fn the_promises_hold_in_a_thousand_fixed_runs_of_the_simulation() {
    run_all(0..1_000);
}

#[test]
fn the_promises_hold_in_the_fresh_runs_that_the_environment_asks_for() {
    run_all(asked_for());
}

#[test]
fn a_seed_makes_the_same_run_each_time() {
    for seed in [3, 14, 159] {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the seeds of a long run come from outside, and they are no setting of the product"
)]
fn asked_for() -> Range<u64> {
    let Ok(text) = std::env::var("CARILLON_SIMULATION_SEEDS") else {
        return 1_000_000..1_000_001;
    };
    let range = text.split_once("..").and_then(|(first, end)| {
        let first: u64 = first.trim().parse().ok()?;
        Some(first..end.trim().parse().ok()?)
    });
    range.expect("CARILLON_SIMULATION_SEEDS is FIRST..END")
}

fn run_all(seeds: Range<u64>) {
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let mine = seeds.clone().skip(usize::try_from(worker).expect("small"));
                let mine = mine.step_by(usize::try_from(THREADS).expect("small"));
                scope.spawn(move || mine.for_each(|seed| drop(run(seed))))
            })
            .collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

/// Makes the run of a seed; the answer is all that happened in it.
fn run(seed: u64) -> Vec<String> {
    let mut plant = Plant::new(seed);
    let ran = catch_unwind(AssertUnwindSafe(|| {
        plant.run(ACTIONS);
        // An attempt that left before may have failed since, as the last of its window.
        plant.open_all();
        plant.run(0);
        plant.end();
    }));
    if let Err(panic) = ran {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        let from = plant.trace.len().saturating_sub(LINES);
        panic!(
            "{}\nseed {seed}: {}",
            plant.trace[from..].join("\n"),
            text.unwrap_or_default()
        );
    }
    plant.trace
}

impl Plant {
    /// All is quiet: nothing may have been lost on the way.
    fn end(&mut self) {
        self.note(|| "all is quiet".to_owned());
        let lanes = lanes::all(&self.house);
        for (webhook, queue) in &self.queues {
            self.trace
                .push(format!("{webhook} ends as {:?}", lanes.get(webhook)));
            queue.end();
        }
        for follower in self.followers.values() {
            follower.end();
        }
    }
}
