//! What one broadcast receiver may see: promise I6.
//!
//! Never: the product's tables.

use std::time::Duration;

use base::EngineTime;

/// A round as a node took it.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) at: EngineTime,
    /// When the next one may start, if this one does not end before.
    pub(crate) until: EngineTime,
    /// URL and last event, in the order of sending.
    pub(crate) messages: Vec<(String, String)>,
}

/// One broadcast receiver, from its creation to its deletion.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    interval: Duration,
    /// Latest change last.
    pending: Vec<(String, String)>,
    first_at: Option<EngineTime>,
    rounds: u64,
    last_at: Option<EngineTime>,
    /// Until when the last round runs, if it has not ended.
    runs_until: Option<EngineTime>,
    sent: Vec<String>,
    pings: i64,
}

impl Follower {
    /// A follower with nothing collected, told at most once in this interval.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            ..Self::default()
        }
    }

    /// A change was acknowledged at this moment.
    pub(crate) fn changed(&mut self, at: EngineTime, url: String, last_event: &str) {
        self.pending.retain(|(known, _)| *known != url);
        self.pending.push((url, last_event.to_owned()));
        self.first_at = self.first_at.or(Some(at));
    }

    /// Off: what was collected is dropped.
    pub(crate) fn dropped(&mut self) {
        self.pending.clear();
        self.first_at = None;
        self.pings = 0;
    }

    /// A ping was asked for and not yet sent.
    pub(crate) fn pinged(&mut self) {
        self.pings = 1;
    }

    /// A ping was taken.
    pub(crate) fn ping_taken(&mut self) {
        self.pings -= 1;
        assert!(self.pings >= 0, "I6: a ping that nobody asked for");
    }

    /// A round was taken; its number.
    pub(crate) fn taken(&mut self, taken: &Taken) -> u64 {
        let at = taken.at;
        let expected = std::mem::take(&mut self.pending);
        assert_eq!(
            taken.messages, expected,
            "I6: all and only the last changes"
        );
        let first = self.first_at.take().expect("I6: a round without a change");
        assert!(at >= first + self.interval, "I6: a lone change waits");
        if let Some(last) = self.last_at {
            assert!(
                at >= last + self.interval,
                "I6: rounds are an interval apart"
            );
        }
        if let Some(until) = self.runs_until {
            assert!(at >= until, "I6: rounds do not overlap");
        }
        self.last_at = Some(at);
        self.runs_until = Some(taken.until);
        self.sent.clear();
        self.rounds += 1;
        self.rounds
    }

    /// A message of this round arrived.
    pub(crate) fn arrived(&mut self, round: u64, url: &str) {
        assert_eq!(round, self.rounds, "I6: a message of an earlier round");
        let is_new = !self.sent.iter().any(|sent| sent == url);
        assert!(is_new, "I6: {url} is announced twice in a round");
        self.sent.push(url.to_owned());
    }

    /// This round ended, durably.
    pub(crate) fn ended(&mut self, round: u64) {
        if round == self.rounds {
            self.runs_until = None;
        }
    }

    /// A lone server started: nothing runs any more.
    pub(crate) fn taken_over(&mut self) {
        self.runs_until = None;
    }

    /// Nothing is still to be announced.
    pub(crate) fn end(&self) {
        assert!(
            self.pending.is_empty(),
            "I6: never announced: {:?}",
            self.pending
        );
        assert_eq!(self.pings, 0, "a ping was never sent");
    }
}
