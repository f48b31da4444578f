//! How flights move on, and what dies or stands still with their nodes.
//!
//! Never: an arrival that the gate of the runner would not let out.

use std::time::Duration;

use base::EngineTime;
use delivery::attempt::{Attempt, Ended};
use delivery::broadcasts::{Round, RoundEnded};
use delivery::engine::Finished;
use delivery::outcome::{Exchange, Outcome};

use super::network::{Cargo, Flight, Phase, Script, script};
use super::plant::Plant;
use crate::engine::desk::ended;
use crate::invariants::Arrival;

impl Plant {
    /// Lets this flight take its next step.
    pub(super) fn fly(&mut self, index: usize) {
        let flight = self.flights.remove(index);
        match flight.phase.clone() {
            Phase::Leaving(script) => self.leave(flight, *script),
            Phase::Returning(exchange) => self.come_back(flight, *exchange),
        }
    }

    fn leave(&mut self, mut flight: Flight, script: Script) {
        let mut exchange = script.exchange;
        let mut takes = script.takes;
        if script.arrives && !self.arrive(&flight, &exchange) {
            exchange = ended(Outcome::Interrupted, None);
            takes = Duration::from_millis(1);
        }
        if matches!(flight.cargo, Cargo::Round(..)) {
            takes = takes.min(self.house.settings.broadcast_timeout / 2);
        }
        flight.phase = Phase::Returning(Box::new(exchange));
        flight.at = self.house.now() + takes;
        self.flights.push(flight);
    }

    /// The first byte meets the gate; `false` if it may not go out.
    fn arrive(&mut self, flight: &Flight, exchange: &Exchange) -> bool {
        let now = self.house.now();
        match &flight.cargo {
            Cargo::Attempt(attempt) => {
                let wakes = self.house.db.wakes();
                let is_let_out = now < attempt.lease_until
                    && wakes.write_unless_stopped(attempt.webhook, attempt.started_at, || ());
                if is_let_out {
                    self.attempt_arrives(flight.key, attempt, exchange);
                }
                is_let_out
            }
            Cargo::Round(round, number, place) => {
                let is_let_out = now < round.writes_until(&self.house.settings);
                if is_let_out {
                    self.message_arrives(round, *number, *place);
                }
                is_let_out
            }
        }
    }

    fn attempt_arrives(&mut self, key: u64, attempt: &Attempt, exchange: &Exchange) {
        self.note(|| format!("arrives {key}, {:?}", exchange.outcome));
        let Some(queue) = self.queues.get_mut(&attempt.webhook) else {
            panic!("I8: {key} arrives after its webhook was deleted");
        };
        queue.arrived(Arrival {
            key,
            sequence: attempt.seq,
            id: attempt.payload,
            body: String::from_utf8(attempt.body.to_vec()).expect("bodies are text"),
        });
        if exchange.outcome == Outcome::Accepted {
            queue.answered(attempt.seq);
        }
    }

    fn message_arrives(&mut self, round: &Round, number: u64, place: usize) {
        let follower = self.followers.get_mut(&round.receiver.number());
        // A round that started may send what it took, even to a receiver that is gone.
        if let (Some(follower), Some(_)) = (follower, round.until) {
            follower.arrived(number, &round.messages[place].url);
        }
    }

    fn come_back(&mut self, mut flight: Flight, exchange: Exchange) {
        let now = self.house.now();
        let finished = match flight.cargo {
            Cargo::Attempt(attempt) => {
                let is_late = now > flight.at + self.house.settings.answer_timeout;
                let exchange = if is_late && self.dice.one_in(2) {
                    ended(Outcome::TimedOut, None)
                } else {
                    exchange
                };
                let attempt = *attempt;
                Finished::Attempt(Box::new(Ended { attempt, exchange }))
            }
            Cargo::Round(round, number, place) if place + 1 < round.messages.len() => {
                let next = script(&self.dice, self.mood_of_receiver(&round));
                let cargo = Cargo::Round(round, number, place + 1);
                self.launch(
                    flight.node,
                    flight.key,
                    cargo,
                    Phase::Leaving(Box::new(next)),
                );
                return;
            }
            Cargo::Round(ref round, ..) => Finished::Round(RoundEnded {
                receiver: round.receiver,
                until: round.until,
                sent_count: i64::try_from(round.messages.len()).expect("a round is short"),
                accepted: exchange.outcome == Outcome::Accepted,
            }),
        };
        flight.at = now;
        let node = &mut self.nodes[flight.node];
        node.fresh.push((flight.key, finished));
        node.turn_at = Some(now);
    }

    fn mood_of_receiver(&self, round: &Round) -> super::network::Mood {
        self.moods[&-round.receiver.number()]
    }

    /// Counts a fault for each payload that this node has under way.
    fn count_faults(&mut self, node: usize) {
        let flying = self.flights.iter().filter(|it| it.node == node);
        let mut webhooks: Vec<i64> = flying
            .filter_map(|it| match &it.cargo {
                Cargo::Attempt(attempt) => Some(attempt.webhook),
                Cargo::Round(..) => None,
            })
            .collect();
        let node = &self.nodes[node];
        let heard = node.fresh.iter().chain(&node.kept);
        webhooks.extend(heard.filter_map(|(_, it)| match it {
            Finished::Attempt(ended) => Some(ended.attempt.webhook),
            Finished::Round(_) => None,
        }));
        for webhook in webhooks {
            if let Some(queue) = self.queues.get_mut(&webhook) {
                queue.fault();
            }
        }
    }

    /// This node stands still for a while, beyond its leases or not.
    pub(super) fn freeze(&mut self, node: usize) {
        let lease = self.house.settings.lease.duration;
        let until = self.house.now() + self.dice.up_to(lease * 5);
        self.note(|| format!("{node} is frozen until {}", until.0));
        self.count_faults(node);
        self.nodes[node].frozen_until = until;
    }

    /// This node dies and another takes its place; what it was sending arrives or does not.
    pub(super) fn crash(&mut self, node: usize) {
        self.note(|| format!("{node} dies"));
        self.count_faults(node);
        let (dying, living) = std::mem::take(&mut self.flights)
            .into_iter()
            .partition(|it| it.node == node);
        self.flights = living;
        for flight in dying {
            self.die(&flight);
        }
        let mut next = self.new_node();
        if self.nodes.len() == 1 {
            self.take_over(&next);
        }
        next.turn_at = Some(self.house.now() + self.dice.up_to(Duration::from_secs(3)));
        self.nodes[node] = next;
    }

    fn die(&mut self, flight: &Flight) {
        self.rounds.remove(&flight.key);
        let is_frozen = self.nodes[flight.node].frozen_until > self.house.now();
        if let Phase::Leaving(script) = &flight.phase
            && script.arrives
            && !is_frozen
            && self.dice.one_in(3)
        {
            self.arrive(flight, &script.exchange);
        }
    }

    fn take_over(&mut self, node: &super::plant::Node) {
        let taken = node.engine.take_over();
        taken.expect("no fault was asked of this commit");
        for queue in self.queues.values_mut() {
            queue.taken_over();
        }
        for follower in self.followers.values_mut() {
            follower.taken_over();
        }
    }

    /// All processes die, and start again on what was committed, perhaps under another wall clock.
    pub(super) fn restart(&mut self) {
        self.note(|| "all restart".to_owned());
        let written = self.house.db.persist_engine_time();
        written.expect("no fault was asked of this commit");
        for node in 0..self.nodes.len() {
            self.count_faults(node);
        }
        for flight in std::mem::take(&mut self.flights) {
            self.die(&flight);
        }
        let before = self.house.now();
        self.house.restart();
        assert!(self.house.now() >= before, "engine time only grows");
        for index in 0..self.nodes.len() {
            self.nodes[index] = self.new_node();
        }
        let first = self.new_node();
        self.take_over(&first);
        self.nodes[0] = first;
    }

    /// The clock on the wall jumps; engine time does not.
    pub(super) fn jump(&mut self) {
        let scales = [1_000_000_i64, 3_600_000_000, 86_400_000_000 * 3_650];
        let scale = self.dice.pick(&scales).copied().expect("there are scales");
        let sign = if self.dice.one_in(2) { 1 } else { -1 };
        let before: EngineTime = self.house.now();
        self.house.clock.jump_wall(scale * sign);
        assert_eq!(self.house.now(), before, "engine time follows no wall");
        self.note(|| format!("the wall jumps by {}", scale * sign));
    }
}
