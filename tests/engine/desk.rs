//! One engine with its sendings on the desk: a runner whose network is a function.
//!
//! It turns only when a commit woke it, something ended, or the engine's own `wake_at` has come:
//! a wake-up that is missing shows as a payload that does not arrive.
//! Words: *desk*.
//! Never: a turn out of habit; waiting in real time.

use std::sync::Arc;

use base::EngineTime;
use delivery::attempt::{Attempt, Ended};
use delivery::broadcasts::{Round, RoundEnded};
use delivery::engine::{Engine, Finished, Sending};
use delivery::outcome::{Exchange, Outcome, Timings};

use super::house::House;

/// An engine and what it wants.
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    /// What was handed out and has not ended.
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) rounds: Vec<Round>,
    pub(crate) finished: Vec<Finished>,
    pub(crate) wake_at: Option<EngineTime>,
}

/// Turns without time passing: more than any test needs, fewer than for ever.
const TURNS_AT_ONCE_MAX: usize = 2_000;

impl Desk {
    /// An engine under this name, before its first turn.
    pub(crate) fn new(house: &House, node: &str) -> Self {
        Self {
            engine: Engine::new(house.db.clone(), Arc::clone(&house.settings), node),
            attempts: Vec::new(),
            rounds: Vec::new(),
            finished: Vec::new(),
            wake_at: Some(house.now()),
        }
    }

    /// Takes one turn. An idle one must not want the next at once.
    pub(crate) fn turn(&mut self, house: &House) {
        let finished = std::mem::take(&mut self.finished);
        let was_idle = finished.is_empty();
        let turn = self.engine.turn(finished);
        if was_idle && turn.start.is_empty() {
            let is_later = turn.wake_at.is_none_or(|at| at > house.now());
            assert!(is_later, "an idle engine waits: {:?}", turn.wake_at);
        }
        self.wake_at = turn.wake_at;
        for sending in turn.start {
            match sending {
                Sending::Attempt(attempt) => self.attempts.push(*attempt),
                Sending::Round(round) => self.rounds.push(*round),
            }
        }
    }

    /// Whether a runner would take a turn now.
    pub(crate) fn is_due(&self, house: &House) -> bool {
        house.is_woken()
            || !self.finished.is_empty()
            || self.wake_at.is_some_and(|at| at <= house.now())
    }

    /// Lets the oldest attempt on the desk end this way.
    pub(crate) fn end(&mut self, exchange: Exchange) {
        let attempt = self.attempts.remove(0);
        let ended = Ended { attempt, exchange };
        self.finished.push(Finished::Attempt(Box::new(ended)));
    }

    /// Lets the oldest round on the desk end; its messages all went out.
    pub(crate) fn end_round(&mut self, accepted: bool) -> Round {
        let round = self.rounds.remove(0);
        self.finished.push(Finished::Round(RoundEnded {
            receiver: round.receiver,
            until: round.until,
            sent_count: i64::try_from(round.messages.len()).expect("a round is short"),
            accepted,
        }));
        round
    }

    /// Plays the runner until nothing is to be done now.
    pub(crate) fn settle_down(
        &mut self,
        house: &House,
        receiver: &mut dyn FnMut(&Attempt) -> Exchange,
    ) {
        for _ in 0..TURNS_AT_ONCE_MAX {
            if !self.is_due(house) {
                return;
            }
            self.turn(house);
            while let Some(attempt) = self.attempts.first() {
                let exchange = receiver(attempt);
                self.end(exchange);
            }
        }
        panic!("the engine turns and turns while no time passes");
    }

    /// Plays the runner until this moment, each answer coming at once.
    pub(crate) fn run_until(
        &mut self,
        house: &House,
        moment: EngineTime,
        receiver: &mut dyn FnMut(&Attempt) -> Exchange,
    ) {
        loop {
            self.settle_down(house, receiver);
            match self.wake_at {
                Some(at) if at <= moment => house.advance_to(at),
                _ => break,
            }
        }
        house.advance_to(moment);
    }
}

/// An exchange that ended like this.
pub(crate) fn ended(outcome: Outcome, status: Option<u16>) -> Exchange {
    Exchange {
        outcome,
        status,
        error: None,
        address: None,
        tls_version: None,
        timings: Timings::default(),
        answer: None,
        retry_after: None,
        was_reused: false,
        exempt: false,
    }
}

/// 200.
pub(crate) fn accepted() -> Exchange {
    ended(Outcome::Accepted, Some(200))
}

/// 500.
pub(crate) fn refused() -> Exchange {
    ended(Outcome::Refused, Some(500))
}

/// A kept connection that was closed without a byte of answer.
pub(crate) fn reused() -> Exchange {
    Exchange {
        was_reused: true,
        ..ended(Outcome::BadAnswer, None)
    }
}
