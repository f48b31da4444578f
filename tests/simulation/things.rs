//! Changes that are told, and what people do with webhooks and receivers.
//!
//! Never: telling the invariants of what was not acknowledged.

use base::{EngineTime, Id, PayloadId, Result};
use delivery::address::Target;
use delivery::payloads::{self, Skipped};
use delivery::receivers::{self, NewReceiver};
use delivery::webhooks;
use store::{Recorded, Tx};

use super::network::Mood;
use super::people::{Door, Owned};
use super::plant::Plant;
use crate::engine::house::{mark_of, new_webhook, person, record_announcement, record_event};
use crate::invariants::{Follower, Queue};

/// Webhooks, and receivers, that one run has.
const OWNED_MAX: usize = 6;
/// What a ping's body holds.
const PING: &str = r#""type":"webhook.ping""#;

impl Plant {
    /// One to three events in one change.
    pub(super) fn change_things(&mut self) {
        let count = 1 + i64::try_from(self.dice.below(3)).expect("small");
        let first = self.people.marks_count + 1;
        let last = self.people.marks_count + count;
        self.people.marks_count = last;
        let made = self.make(person(self.somebody()), move |tx| {
            let sql = "select webhook_id, head, next_seq from lanes where state = 'enabled'";
            let open: Vec<(i64, i64, i64)> = tx.rows(sql, &[])?;
            let mut recorded = record_event(tx, first);
            for mark in first + 1..=last {
                recorded = recorded.and(record_event(tx, mark));
            }
            Ok(recorded.with(open))
        });
        for (webhook, head, next_seq) in made.unwrap_or_default() {
            let queue = self.queues.get_mut(&webhook).expect("it is there");
            if next_seq - head + count > self.house.settings.waiting_max {
                queue.shut();
                *self.people.door(webhook) = Door::Stopped;
                continue;
            }
            for mark in first..=last {
                queue.queued(mark_of(mark));
            }
        }
        self.note(|| format!("events {first} to {last}"));
    }

    /// One to three announcements of one person in one change.
    pub(super) fn change_timers(&mut self) {
        let (user, count) = (self.somebody(), 1 + self.dice.below(3));
        let words = ["timer.running", "timer.paused", "timer.stopped"];
        let timers: Vec<(i64, &'static str)> = (0..count)
            .map(|_| {
                let timer = i64::try_from(self.dice.below(4)).expect("small");
                (timer, self.dice.pick(&words).copied().expect("words"))
            })
            .collect();
        let told = timers.clone();
        let made = self.make(person(user), move |tx| {
            for timer in &told {
                drop(record_announcement(tx, user, *timer));
            }
            let now = tx.now;
            Ok(tx.silent(store::Silence::Unchanged, now))
        });
        let Some(at) = made else { return };
        self.note(|| format!("timers of {user}: {timers:?}"));
        let open = self.people.receivers.iter();
        let open = open.filter(|(_, it)| it.owner == user && it.door == Door::Open);
        for (receiver, _) in open {
            let follower = self.followers.get_mut(receiver).expect("it is there");
            for (timer, word) in &timers {
                let url = format!("http://127.0.0.1:8080/v2/timers/{timer}");
                follower.changed(at, url, word);
            }
        }
    }

    pub(super) fn make_webhook(&mut self) {
        if self.queues.len() >= OWNED_MAX {
            return;
        }
        let (owner, settings) = (self.somebody(), self.settings());
        let new = new_webhook(&format!("h{}.example.test", self.dice.below(3)));
        let made = self.make(person(owner), move |tx| {
            let made = webhooks::create(tx, &settings, &new)?;
            Ok(made.map(|made| (made.webhook.id.number(), made.secret)))
        });
        let Some((webhook, secret)) = made else {
            return;
        };
        self.note(|| format!("{owner} makes webhook {webhook}"));
        let mut queue = Queue::new(self.house.settings.retry.give_up_after);
        queue.queued(PING.to_owned());
        self.queues.insert(webhook, queue);
        self.moods.insert(webhook, Mood::draw(&self.dice));
        let door = Door::Open;
        let known = Owned {
            owner,
            door,
            secret,
        };
        self.people.webhooks.insert(webhook, known);
    }

    pub(super) fn make_receiver(&mut self) {
        if self.followers.len() >= OWNED_MAX {
            return;
        }
        let (owner, settings) = (self.somebody(), self.settings());
        let target = Target::parse("http://b.example.test/").expect("a plain address");
        let new = NewReceiver {
            name: "r".to_owned(),
            target,
            subjects: vec!["timer".to_owned()],
        };
        let made = self.make(person(owner), move |tx| {
            let made = receivers::create(tx, &settings, &new)?;
            Ok(made.map(|(made, secret)| (made.id.number(), secret)))
        });
        let Some((receiver, secret)) = made else {
            return;
        };
        self.note(|| format!("{owner} makes receiver {receiver}"));
        let interval = self.house.settings.broadcast_interval;
        self.followers.insert(receiver, Follower::new(interval));
        self.moods.insert(-receiver, Mood::draw(&self.dice));
        let door = Door::Open;
        let known = Owned {
            owner,
            door,
            secret,
        };
        self.people.receivers.insert(receiver, known);
    }

    pub(super) fn touch_webhook(&mut self) {
        let all: Vec<i64> = self.people.webhooks.keys().copied().collect();
        let Some(webhook) = self.dice.pick(&all).copied() else {
            return;
        };
        match self.dice.below(12) {
            0 | 1 => self.disable(webhook),
            2..=4 => self.enable(webhook),
            5 => self.delete(webhook),
            6 => self.ping(webhook),
            7 => self.skip(webhook),
            8 | 9 => self.retry(webhook),
            10 => self.redeliver(webhook),
            _ => self.reroll(webhook),
        }
    }

    fn disable(&mut self, webhook: i64) {
        let actor = person(self.somebody());
        let done = self.make(actor, move |tx| webhooks::disable(tx, Id::new(webhook)));
        if done.is_none() {
            return;
        }
        self.note(|| format!("{webhook} is disabled"));
        let queue = self.queues.get_mut(&webhook).expect("it is there");
        let door = self.people.door(webhook);
        if matches!(*door, Door::Open | Door::Silent) {
            *door = Door::Off;
        }
        queue.shut_by_a_person();
    }

    fn delete(&mut self, webhook: i64) {
        let actor = person(self.somebody());
        let done = self.make(actor, move |tx| webhooks::delete(tx, Id::new(webhook)));
        if done.is_some() {
            self.note(|| format!("{webhook} is deleted"));
            self.queues.remove(&webhook);
            self.moods.remove(&webhook);
            self.people.webhooks.remove(&webhook);
        }
    }

    fn ping(&mut self, webhook: i64) {
        let actor = person(self.somebody());
        let done = self.make(actor, move |tx| webhooks::ping(tx, Id::new(webhook)));
        if done.is_some() {
            let queue = self.queues.get_mut(&webhook).expect("it is there");
            queue.queued(PING.to_owned());
        }
    }

    fn skip(&mut self, webhook: i64) {
        let (actor, settings) = (person(self.somebody()), self.settings());
        let done = self.make(actor, move |tx| {
            let Some((seq, head)) = head(tx, webhook)? else {
                return Ok(tx.silent(store::Silence::Unchanged, None));
            };
            let skipped = payloads::skip(tx, &settings, Id::new(webhook), head, None)?;
            Ok(skipped.map(|how| (how == Skipped::Done).then_some(seq)))
        });
        if let Some(Some(seq)) = done {
            self.note(|| format!("{webhook}/{seq} is skipped"));
            let queue = self.queues.get_mut(&webhook).expect("it is there");
            queue.skipped(seq);
        }
    }

    fn retry(&mut self, webhook: i64) {
        let (actor, settings) = (person(self.somebody()), self.settings());
        let done = self.make(actor, move |tx| match head(tx, webhook)? {
            Some((_, head)) => payloads::retry(tx, &settings, Id::new(webhook), head),
            None => Ok(tx.silent(store::Silence::Unchanged, ())),
        });
        if done.is_some() {
            self.note(|| format!("{webhook} is retried"));
            self.queues
                .get_mut(&webhook)
                .expect("it is there")
                .retried();
        }
    }

    fn redeliver(&mut self, webhook: i64) {
        let (actor, settings) = (person(self.somebody()), self.settings());
        let queue = self.queues.get(&webhook).expect("it is there");
        let places = u64::try_from(queue.len()).expect("a length");
        let seq = 1 + i64::try_from(self.dice.below(places)).expect("small");
        let text = queue.text(seq).cloned();
        let done = self.make(actor, move |tx| {
            let payload = payload_at(tx, webhook, seq)?;
            let payload = payload.ok_or(base::Error::NotFound(base::Kind::WebhookPayload))?;
            payloads::redeliver(tx, &settings, Id::new(webhook), payload)
        });
        if let (Some(_), Some(text)) = (done, text) {
            self.note(|| format!("{webhook}/{seq} is redelivered"));
            self.queues
                .get_mut(&webhook)
                .expect("it is there")
                .queued(text);
        }
    }

    fn reroll(&mut self, webhook: i64) {
        let actor = person(self.somebody());
        let secret = self.make(actor, move |tx| {
            webhooks::reroll_secret(tx, Id::new(webhook))
        });
        let owned = self.people.webhooks.get_mut(&webhook);
        if let (Some(secret), Some(owned)) = (secret, owned) {
            owned.secret = secret;
        }
    }

    pub(super) fn touch_receiver(&mut self) {
        let all: Vec<i64> = self.people.receivers.keys().copied().collect();
        let Some(receiver) = self.dice.pick(&all).copied() else {
            return;
        };
        let what = self.dice.below(7);
        let done = self.make(person(self.somebody()), move |tx| {
            touch(tx, Id::new(receiver), what)
        });
        if done.is_none() {
            return;
        }
        self.note(|| format!("receiver {receiver}: {what}"));
        let owned = self.people.receivers.get_mut(&receiver).expect("known");
        let follower = self.followers.get_mut(&receiver).expect("known");
        match what {
            0..=1 => {
                owned.door = Door::Off;
                follower.dropped();
            }
            2..=3 if owned.door == Door::Off => {
                let is_silent = self.people.suspended.contains(&owned.owner);
                owned.door = if is_silent { Door::Silent } else { Door::Open };
            }
            2..=3 => {}
            4..=5 => follower.pinged(),
            _ => {
                self.people.receivers.remove(&receiver);
                self.followers.remove(&receiver);
            }
        }
    }
}

fn touch(
    tx: &mut Tx<'_>,
    receiver: Id<base::id::BroadcastReceiver>,
    what: u64,
) -> Result<Recorded<EngineTime>> {
    let now = tx.now;
    let done = match what {
        0..=1 => receivers::disable(tx, receiver),
        2..=3 => receivers::enable(tx, receiver),
        4..=5 => receivers::ping(tx, receiver),
        _ => receivers::delete(tx, receiver),
    };
    Ok(done?.map(|()| now))
}

fn payload_at(tx: &Tx<'_>, webhook: i64, seq: i64) -> Result<Option<PayloadId>> {
    let sql = "select id from payloads where webhook_id = $1 and seq = $2";
    let row: Option<(PayloadId,)> = tx.row(sql, &[&webhook, &seq])?;
    Ok(row.map(|(id,)| id))
}

/// The head of a lane, if anything waits.
fn head(tx: &Tx<'_>, webhook: i64) -> Result<Option<(i64, PayloadId)>> {
    let seq = tx.number("select head from lanes where webhook_id = $1", &[&webhook])?;
    Ok(payload_at(tx, webhook, seq)?.map(|id| (seq, id)))
}
