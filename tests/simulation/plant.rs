//! Several engines on one database, the network between them and their receivers, and the loop
//! that moves time to whatever comes next.
//!
//! Words: *plant*.
//! Never: a choice that is not of the seed; the product's real runner.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base::EngineTime;
use delivery::Settings;
use delivery::engine::{Engine, Finished};

use super::dice::Dice;
use super::lanes;
use super::network::{Flight, Mood};
use super::people::People;
use crate::engine::house::House;
use crate::invariants::{Follower, Queue};

/// One server process.
pub(super) struct Node {
    pub(super) engine: Engine,
    pub(super) turn_at: Option<EngineTime>,
    pub(super) frozen_until: EngineTime,
    /// What ended and the engine has not heard of, with the key of its flight.
    pub(super) fresh: Vec<(u64, Finished)>,
    /// What the engine heard of and could not settle yet.
    pub(super) kept: Vec<(u64, Finished)>,
}

/// Everything in a run.
pub(super) struct Plant {
    pub(super) house: House,
    pub(super) dice: Dice,
    pub(super) nodes: Vec<Node>,
    pub(super) flights: Vec<Flight>,
    pub(super) queues: BTreeMap<i64, Queue>,
    pub(super) followers: BTreeMap<i64, Follower>,
    pub(super) moods: BTreeMap<i64, Mood>,
    /// Numbers of the rounds under way, by the keys of their flights.
    pub(super) rounds: BTreeMap<u64, u64>,
    pub(super) people: People,
    /// What happened, for whoever reads a failure.
    pub(super) trace: Vec<String>,
    /// Whether faults and people still come.
    pub(super) is_wild: bool,
    keys: u64,
    names: u64,
    pub(super) action_at: EngineTime,
}

/// What comes next.
enum Next {
    Action,
    Turn(usize),
    Flight(usize),
}

/// How soon a process sees what another one wrote.
const SEEN_WITHIN: Duration = Duration::from_secs(1);
/// Moves of a run that ends well: far more than any needs.
const MOVES_MAX: usize = 60_000;

impl Plant {
    /// A plant of this seed: 1 to 5 engines, no webhook yet.
    pub(super) fn new(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let house = House::with(settings(&dice), seed);
        let mut plant = Self {
            action_at: house.now(),
            house,
            nodes: Vec::new(),
            flights: Vec::new(),
            queues: BTreeMap::new(),
            followers: BTreeMap::new(),
            moods: BTreeMap::new(),
            rounds: BTreeMap::new(),
            people: People::default(),
            trace: Vec::new(),
            is_wild: true,
            keys: 0,
            names: 0,
            dice,
        };
        let count = [1, 1, 2, 3, 5][usize::try_from(plant.dice.below(5)).expect("small")];
        for _ in 0..count {
            let node = plant.new_node();
            plant.nodes.push(node);
        }
        plant
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        let now = self.house.now().0;
        self.trace.push(format!("{now} {}", what()));
    }

    /// A process that starts now.
    pub(super) fn new_node(&mut self) -> Node {
        self.names += 1;
        let name = format!("n{}", self.names);
        let settings = Arc::clone(&self.house.settings);
        Node {
            engine: Engine::new(self.house.db.clone(), settings, name),
            turn_at: Some(self.house.now()),
            frozen_until: EngineTime(0),
            fresh: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// A fresh key for a flight.
    pub(super) fn new_key(&mut self) -> u64 {
        self.keys += 1;
        self.keys
    }

    /// Moves until so many actions were taken, if things are wild; then until all is quiet.
    pub(super) fn run(&mut self, mut actions: u64) {
        for _ in 0..MOVES_MAX {
            let Some((at, next)) = self.next() else {
                return;
            };
            if at > self.house.now() {
                self.house.advance_to(at);
            }
            match next {
                Next::Action => {
                    self.act();
                    actions = actions.saturating_sub(1);
                    if actions == 0 {
                        self.heal();
                    }
                }
                Next::Turn(node) => self.turn(node),
                Next::Flight(flight) => self.fly(flight),
            }
        }
        panic!("the run never comes to rest");
    }

    fn next(&self) -> Option<(EngineTime, Next)> {
        let thawed = |node: usize, at: EngineTime| at.max(self.nodes[node].frozen_until);
        let action = self.is_wild.then_some((self.action_at, Next::Action));
        let turns = self.nodes.iter().enumerate();
        let turns = turns
            .filter_map(|(index, node)| Some((thawed(index, node.turn_at?), Next::Turn(index))));
        let flights = self.flights.iter().enumerate();
        let flights = flights.map(|(index, it)| (thawed(it.node, it.at), Next::Flight(index)));
        let all = action.into_iter().chain(flights).chain(turns);
        all.min_by_key(|(at, _)| *at)
    }

    /// Lets every process but this one see soon what was written.
    pub(super) fn poke(&mut self, but: Option<usize>) {
        let now = self.house.now();
        for index in 0..self.nodes.len() {
            if Some(index) != but {
                let at = now + self.dice.up_to(SEEN_WITHIN);
                let node = &mut self.nodes[index];
                node.turn_at = Some(node.turn_at.map_or(at, |planned| planned.min(at)));
            }
        }
    }

    /// After a person's change: a lone process is told by the wake-up alone.
    pub(super) fn wake(&mut self, due_before: &BTreeSet<i64>) {
        let is_woken = self.house.is_woken();
        let is_new = lanes::due(&self.house).difference(due_before).count() > 0;
        assert!(
            is_woken || !is_new,
            "a lane became due and nobody was woken"
        );
        if self.nodes.len() > 1 {
            self.poke(None);
        } else if is_woken {
            self.nodes[0].turn_at = Some(self.house.now());
        }
    }
}

/// Three days in their true length, or in ten minutes, so that runs see many of their ends.
fn settings(dice: &Dice) -> Settings {
    let mut settings = Settings::default();
    if dice.one_in(2) {
        settings.retry.max_interval = Duration::from_mins(1);
        settings.retry.give_up_after = Duration::from_mins(10);
    }
    if dice.one_in(4) {
        settings.waiting_max = 3 + i64::try_from(dice.below(6)).expect("small");
    }
    if dice.one_in(4) {
        settings.caps.attempts_max = 2;
        settings.caps.per_host_max = 1;
        settings.caps.per_owner_max = 2;
        settings.caps.broadcasts_max = 2;
    }
    settings
}
