//! What the receiver of one webhook may see: promises I1 to I5 and I8.
//!
//! Never: the product's tables.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{EngineTime, PayloadId};
use delivery::lanes::Trigger;

/// An attempt that was handed out.
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    /// Names the attempt in this run.
    pub(crate) key: u64,
    pub(crate) sequence: i64,
    pub(crate) trigger: Trigger,
    pub(crate) at: EngineTime,
    /// When another node may take the lane over: end of the lease and its grace.
    pub(crate) lease_over: EngineTime,
}

/// A request that a receiver got.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) key: u64,
    pub(crate) sequence: i64,
    pub(crate) id: PayloadId,
    pub(crate) body: String,
}

/// How an attempt was settled, durably.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Accepted,
    Failed,
    /// No fault of the receiver's: no step.
    Interrupted,
    /// A kept connection was closed: no step, once per payload.
    Reused,
}

/// One webhook, from its creation to its deletion.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    give_up_after: Duration,
    /// What each body must hold, in the order of the commits: sequence 1 first.
    expected: Vec<String>,
    delivered: BTreeSet<i64>,
    skipped: BTreeSet<i64>,
    last_arrived: i64,
    bodies: BTreeMap<i64, (PayloadId, String)>,
    /// Sequences to which the receiver answered 2xx.
    answered: BTreeSet<i64>,
    outstanding: BTreeMap<u64, Handed>,
    /// Attempts that were handed out before the last shut.
    stopped_keys: BTreeSet<u64>,
    /// Faults that may each have repeated one payload.
    faults: i64,
    is_shut: bool,
    may_retry: bool,
    window_from: Option<EngineTime>,
    was_reused: bool,
}

impl Queue {
    /// An open, empty queue whose webhook gives up after this time.
    pub(crate) fn new(give_up_after: Duration) -> Self {
        Self {
            give_up_after,
            ..Self::default()
        }
    }

    /// An acknowledged change joined the queue; its body will hold this text.
    pub(crate) fn queued(&mut self, text: String) {
        self.expected.push(text);
    }

    /// A person skipped the head, and that was acknowledged.
    pub(crate) fn skipped(&mut self, sequence: i64) {
        assert_eq!(sequence, self.head(), "I2: only the head can be skipped");
        self.skipped.insert(sequence);
        self.next_head();
    }

    /// The lowest sequence that is neither delivered nor skipped.
    pub(crate) fn head(&self) -> i64 {
        let mut done = self.delivered.union(&self.skipped);
        (1..=self.len() + 1)
            .find(|seq| done.next() != Some(seq))
            .unwrap_or(1)
    }

    fn next_head(&mut self) {
        self.window_from = None;
        self.was_reused = false;
    }

    /// Off: the answer to disable, delete, deactivate went out, or the webhook stopped.
    pub(crate) fn shut(&mut self) {
        self.is_shut = true;
        self.may_retry = false;
    }

    /// After a person's shut no byte of an earlier attempt goes out.
    pub(crate) fn shut_by_a_person(&mut self) {
        self.shut();
        self.stopped_keys.extend(self.outstanding.keys());
    }

    /// On again, with a fresh window.
    pub(crate) fn opened(&mut self) {
        self.is_shut = false;
        self.window_from = None;
    }

    /// A manual retry was acknowledged.
    pub(crate) fn retried(&mut self) {
        self.may_retry = true;
    }

    /// A node was handed an attempt.
    pub(crate) fn handed_out(&mut self, handed: Handed) {
        let (sequence, at) = (handed.sequence, handed.at);
        assert_eq!(sequence, self.head(), "I3: only the head is handed out");
        assert!(
            sequence <= self.len(),
            "I1: what is handed out was acknowledged"
        );
        for other in self.outstanding.values() {
            assert!(
                at >= other.lease_over,
                "I3: {other:?} still runs when {handed:?} is handed out"
            );
        }
        let is_allowed = !self.is_shut || (handed.trigger == Trigger::Manual && self.may_retry);
        assert!(is_allowed, "I8: {handed:?} is handed out while off");
        if !self.is_shut {
            self.window_from = self.window_from.or(Some(at));
        }
        self.outstanding.insert(handed.key, handed);
    }

    /// The receiver got a request.
    pub(crate) fn arrived(&mut self, arrival: Arrival) {
        let sequence = arrival.sequence;
        let index = usize::try_from(sequence - 1).expect("sequences begin with 1");
        let expected = self.expected.get(index);
        let expected = expected.expect("I1: what arrives was acknowledged");
        assert!(
            arrival.body.contains(expected.as_str()),
            "I2: {sequence} should hold {expected}: {}",
            arrival.body
        );
        let is_stopped = self.stopped_keys.contains(&arrival.key);
        assert!(
            !is_stopped,
            "I8: a first byte after the answer: {arrival:?}"
        );
        let seen = (arrival.id, arrival.body);
        let first = self.bodies.entry(sequence).or_insert_with(|| seen.clone());
        assert_eq!(*first, seen, "I4: all attempts have the same id and bytes");
        // What follows is a retry of an attempt that failed, until it is answered anew.
        if self.answered.remove(&sequence) {
            self.faults -= 1;
            assert!(
                self.faults >= 0,
                "I4: {sequence} is repeated without a fault"
            );
            return;
        }
        if sequence > self.last_arrived {
            for passed in self.last_arrived + 1..sequence {
                let is_known = self.skipped.contains(&passed);
                assert!(is_known, "I2: {passed} is passed over by {sequence}");
            }
            self.last_arrived = sequence;
        }
        assert_eq!(sequence, self.last_arrived, "I2: an older payload arrives");
    }

    /// The receiver answered 2xx.
    pub(crate) fn answered(&mut self, sequence: i64) {
        self.answered.insert(sequence);
    }

    /// The outcome of an attempt is durable; whether the webhook must give up now.
    pub(crate) fn settled(&mut self, key: u64, how: How) -> bool {
        let handed = self.outstanding.remove(&key);
        let handed = handed.expect("I3: only what was handed out is settled");
        if handed.trigger == Trigger::Manual {
            self.may_retry = false;
        }
        match how {
            How::Accepted => {
                self.delivered.insert(handed.sequence);
                self.next_head();
                false
            }
            How::Interrupted => false,
            How::Reused if !self.was_reused => {
                self.was_reused = true;
                false
            }
            How::Reused | How::Failed => {
                let is_step = handed.trigger == Trigger::Schedule && !self.is_shut;
                let end = self.window_from.map(|from| from + self.give_up_after);
                is_step && end.is_some_and(|end| handed.at >= end)
            }
        }
    }

    /// A node died or froze while an attempt was out: its payload may come once more.
    pub(crate) fn fault(&mut self) {
        self.faults += 1;
    }

    /// A node came too late with the outcome of this attempt.
    pub(crate) fn fenced(&mut self, key: u64) {
        self.outstanding.remove(&key);
    }

    /// A lone server started: what others were handed is over.
    pub(crate) fn taken_over(&mut self) {
        self.outstanding.clear();
    }

    /// Every planned attempt lies within the window, the last at its end. One that is late, or that
    /// this server could not make, comes within a second.
    pub(crate) fn planned(&self, due_at: EngineTime, now: EngineTime) {
        if let Some(from) = self.window_from.filter(|_| !self.is_shut) {
            let end = from + self.give_up_after;
            let soon = now + Duration::from_secs(1);
            assert!(due_at <= end.max(soon), "I5: {due_at:?} is beyond {end:?}");
        }
    }

    /// How many payloads joined.
    pub(crate) fn len(&self) -> i64 {
        i64::try_from(self.expected.len()).expect("a run is short")
    }

    /// What the payload with this sequence must hold.
    pub(crate) fn text(&self, sequence: i64) -> Option<&String> {
        self.expected.get(usize::try_from(sequence - 1).ok()?)
    }

    /// Nothing acknowledged is lost, once receivers are well and time has passed.
    pub(crate) fn end(&self) {
        assert_eq!(
            self.head(),
            self.len() + 1,
            "I1: delivered up to {}, acknowledged up to {}",
            self.head() - 1,
            self.len()
        );
        for sequence in &self.delivered {
            let is_known = self.answered.contains(sequence);
            assert!(
                is_known,
                "I1: {sequence} counts as delivered, no receiver has it"
            );
        }
    }
}
