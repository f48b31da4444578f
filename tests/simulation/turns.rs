//! The turns of a run's engines: what they settle, what they hand out, what must hold after each.
//!
//! Never: deciding what comes next.

use std::collections::BTreeMap;

use base::EngineTime;
use delivery::attempt::Ended;
use delivery::broadcasts::{Round, RoundEnded};
use delivery::engine::{Finished, Sending};
use delivery::lanes::Trigger;
use delivery::outcome::{Exchange, Outcome};

use super::lanes::{self, LaneRow};
use super::network::{Cargo, Flight, Phase, script};
use super::people::Door;
use super::plant::Plant;
use crate::invariants::{Handed, How, Taken};

/// What the settled attempts of a turn demand of their lanes.
#[derive(Default)]
pub(super) struct Demands {
    /// Webhooks that must have given up.
    gave_up: Vec<i64>,
}

impl Plant {
    /// Lets this engine take a turn.
    pub(super) fn turn(&mut self, index: usize) {
        let before = lanes::all(&self.house);
        let fails = self.is_wild && self.dice.one_in(30);
        if fails {
            self.house.faults.fail_next_commit();
        }
        let node = &mut self.nodes[index];
        let fresh = std::mem::take(&mut node.fresh);
        let turn = node
            .engine
            .turn(fresh.iter().map(|(_, it)| it.clone()).collect());
        node.kept.extend(fresh);
        node.turn_at = turn.wake_at;
        let now = self.house.now();
        if fails {
            assert!(
                turn.start.is_empty(),
                "I3: nothing goes out before it is durable"
            );
            assert!(
                turn.wake_at.is_some_and(|at| at > now),
                "a failed turn comes again"
            );
            return;
        }
        let settled = std::mem::take(&mut node.kept);
        let is_idle = settled.is_empty() && turn.start.is_empty();
        let is_later = turn.wake_at.is_none_or(|at| at > now);
        assert!(
            !is_idle || is_later,
            "an idle engine waits: {:?}",
            turn.wake_at
        );
        let mut demands = Demands::default();
        for (key, finished) in settled {
            match finished {
                Finished::Attempt(ended) => self.settled(key, &ended, &before, &mut demands),
                Finished::Round(ended) => self.round_settled(key, &ended),
            }
        }
        for sending in turn.start {
            match sending {
                Sending::Attempt(attempt) => self.start_attempt(index, attempt),
                Sending::Round(round) => self.start_round(index, round),
            }
        }
        self.check_lanes(&demands);
        if !is_idle && self.nodes.len() > 1 {
            self.poke(Some(index));
        }
    }

    fn settled(
        &mut self,
        key: u64,
        ended: &Ended,
        before: &BTreeMap<i64, LaneRow>,
        demands: &mut Demands,
    ) {
        let attempt = &ended.attempt;
        self.note(|| format!("settled {key} {:?}", ended.exchange.outcome));
        let Some(queue) = self.queues.get_mut(&attempt.webhook) else {
            return;
        };
        let is_ours = before.get(&attempt.webhook).is_some_and(|lane| {
            lane.epoch == attempt.epoch && lane.started_seq == Some(attempt.seq)
        });
        if !is_ours {
            queue.fenced(key);
            return;
        }
        let how = how(&ended.exchange);
        if queue.settled(key, how) {
            demands.gave_up.push(attempt.webhook);
        }
        if how == How::Accepted && attempt.trigger == Trigger::Manual {
            self.retry_succeeded(attempt.webhook);
        }
    }

    /// A webhook that stopped goes on, if its creator is not away.
    fn retry_succeeded(&mut self, webhook: i64) {
        let owner = self.people.webhooks[&webhook].owner;
        let is_away = self.people.suspended.contains(&owner);
        let door = self.people.door(webhook);
        if *door != Door::Stopped {
            return;
        }
        *door = if is_away { Door::Silent } else { Door::Open };
        if !is_away {
            self.queues.get_mut(&webhook).expect("it is there").opened();
        }
    }

    fn round_settled(&mut self, key: u64, ended: &RoundEnded) {
        self.note(|| format!("round settled {key}"));
        let number = self.rounds.remove(&key);
        let follower = self.followers.get_mut(&ended.receiver.number());
        if let (Some(number), Some(follower), Some(_)) = (number, follower, ended.until) {
            follower.ended(number);
        }
    }

    fn start_attempt(&mut self, node: usize, attempt: Box<delivery::attempt::Attempt>) {
        let key = self.new_key();
        let webhook = attempt.webhook;
        self.note(|| {
            let (seq, number, trigger) = (attempt.seq, attempt.number, attempt.trigger);
            format!("start {key} on {node}: {webhook}/{seq} no {number} {trigger:?}")
        });
        let grace = self.house.settings.lease.grace;
        let queue = self.queues.get_mut(&webhook).expect("its webhook is there");
        queue.handed_out(Handed {
            key,
            sequence: attempt.seq,
            trigger: attempt.trigger,
            at: attempt.started_at,
            lease_over: attempt.lease_until + grace,
        });
        self.people.check_signature(&attempt);
        let mood = self.moods.get(&webhook).copied();
        let plan = script(&self.dice, mood.expect("its receiver has a mood"));
        self.launch(
            node,
            key,
            Cargo::Attempt(attempt),
            Phase::Leaving(Box::new(plan)),
        );
    }

    fn start_round(&mut self, node: usize, round: Box<Round>) {
        let key = self.new_key();
        let receiver = round.receiver.number();
        self.note(|| format!("round {key} on {node}: {receiver} {:?}", round.until));
        let follower = self.followers.get_mut(&receiver).expect("it is there");
        let mut number = 0;
        if let Some(until) = round.until {
            let messages = round.messages.iter();
            number = follower.taken(&Taken {
                at: round.started_at,
                until,
                messages: messages
                    .map(|it| (it.url.clone(), it.last_event.clone()))
                    .collect(),
            });
            self.rounds.insert(key, number);
        } else {
            follower.ping_taken();
        }
        let plan = script(&self.dice, self.moods[&-receiver]);
        self.launch(
            node,
            key,
            Cargo::Round(round, number, 0),
            Phase::Leaving(Box::new(plan)),
        );
    }

    pub(super) fn launch(&mut self, node: usize, key: u64, cargo: Cargo, phase: Phase) {
        let longest = match &cargo {
            Cargo::Attempt(_) => self.house.settings.connect_timeout,
            Cargo::Round(..) => self.house.settings.broadcast_timeout / 2,
        };
        let at = self.house.now() + self.dice.up_to(longest);
        self.flights.push(Flight {
            key,
            node,
            cargo,
            phase,
            at,
        });
    }

    /// Checks that each lane is as people and attempts left it.
    pub(super) fn check_lanes(&mut self, demands: &Demands) {
        let now = self.house.now();
        for (webhook, lane) in lanes::all(&self.house) {
            lane.check(webhook);
            let queue = self.queues.get_mut(&webhook).expect("its webhook is there");
            let door = self.people.door(webhook);
            match (*door, lane.state.as_str()) {
                (Door::Open, "stopped") => {
                    let is_right = demands.gave_up.contains(&webhook);
                    assert!(is_right, "I5: {webhook} gave up before its time");
                    *door = Door::Stopped;
                    queue.shut();
                }
                (door, state) => {
                    assert_eq!(door.word(), state, "the state of {webhook}");
                    let must_stop = demands.gave_up.contains(&webhook) && state == "enabled";
                    assert!(!must_stop, "I5: {webhook} goes on after its time");
                }
            }
            if let (Some(due_at), None) = (lane.due_at, lane.started_seq) {
                queue.planned(EngineTime(due_at), now);
            }
        }
    }
}

fn how(exchange: &Exchange) -> How {
    match exchange.outcome {
        Outcome::Accepted => How::Accepted,
        Outcome::Interrupted => How::Interrupted,
        _ if exchange.was_reused => How::Reused,
        _ => How::Failed,
    }
}
