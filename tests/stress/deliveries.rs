//! Recorders, two nodes, somebody who switches off and on, somebody who skips and retries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use base::{Id, id};
use delivery::attempt::{Attempt, Ended};
use delivery::engine::{Engine, Finished, Sending};
use delivery::outcome::Exchange;
use delivery::payloads;

use super::yard::{Alarm, Certain, ENGINE, Switch, Yard};
use crate::engine::desk::{accepted, refused};
use crate::engine::house::record_event;

const RECORDERS: i64 = 3;
const EVENTS_EACH: i64 = 120;
/// How often the switched webhook goes off and on again.
const SWITCHES: usize = 12;

/// An acknowledged change: its mark, the span of its call, and what was certain meanwhile.
struct Acknowledged {
    mark: i64,
    began: i64,
    ended: i64,
    certain: Certain,
}

/// What goes on in the yard.
struct Work<'y> {
    yard: &'y Yard,
    steady: Id<id::Webhook>,
    switched: Id<id::Webhook>,
    failing: Id<id::Webhook>,
    switch: Switch,
    tickets: AtomicI64,
    acknowledged: Mutex<Vec<Acknowledged>>,
    recorded: AtomicUsize,
    is_draining: AtomicBool,
    alarm: Alarm,
    /// Per webhook: what is under way, and the highest sequence handed out.
    handed: Mutex<BTreeMap<i64, (Option<i64>, i64)>>,
}

#[test]
fn nothing_is_lost_reordered_or_queued_while_off_whatever_gets_in_between() {
    let Some(yard) = Yard::open("stress of deliveries") else {
        return;
    };
    let work = Work {
        steady: yard.webhook(1, "steady.example.test"),
        switched: yard.webhook(2, "switched.example.test"),
        failing: yard.webhook(3, "failing.example.test"),
        yard: &yard,
        switch: Switch::default(),
        tickets: AtomicI64::new(0),
        acknowledged: Mutex::default(),
        recorded: AtomicUsize::new(0),
        is_draining: AtomicBool::new(false),
        alarm: Alarm::default(),
        handed: Mutex::default(),
    };
    thread::scope(|scope| {
        let work = &work;
        let recorders: Vec<_> = (0..RECORDERS)
            .map(|number| scope.spawn(move || work.record(number)))
            .collect();
        let others = [
            scope.spawn(|| work.switch_off_and_on()),
            scope.spawn(|| work.skip_and_retry()),
        ];
        for node in ["a", "b"] {
            scope.spawn(move || work.deliver(node));
        }
        let ended: Vec<_> = recorders
            .into_iter()
            .chain(others)
            .map(thread::ScopedJoinHandle::join)
            .collect();
        // The nodes end when they see this, so it comes before a failure shows.
        work.is_draining.store(true, Ordering::SeqCst);
        for ended in ended {
            ended.expect("a thread does its work");
        }
    });
    work.check_queues();
}

impl Work<'_> {
    fn ticket(&self) -> i64 {
        self.tickets.fetch_add(1, Ordering::SeqCst)
    }

    fn is_over(&self) -> bool {
        self.recorded.load(Ordering::SeqCst) >= usize::try_from(RECORDERS).unwrap_or(0)
            || self.alarm.is_raised()
    }

    fn record(&self, number: i64) {
        let _watch = self.alarm.watch();
        for count in 0..EVENTS_EACH {
            let (mark, began) = (number * 10_000 + count, self.ticket());
            let change = move |tx: &mut store::Tx<'_>| Ok(record_event(tx, mark));
            let ((), certain) = self.switch.during(|| self.yard.change(1, change));
            let ended = self.ticket();
            let known = Acknowledged {
                mark,
                began,
                ended,
                certain,
            };
            self.acknowledged
                .lock()
                .expect("no panic holds it")
                .push(known);
        }
        self.recorded.fetch_add(1, Ordering::SeqCst);
    }

    fn acknowledged_count(&self) -> usize {
        self.acknowledged.lock().expect("no panic holds it").len()
    }

    fn switch_off_and_on(&self) {
        let _watch = self.alarm.watch();
        let webhook = self.switched;
        for _ in 0..SWITCHES {
            for what in [delivery::webhooks::disable, delivery::webhooks::enable] {
                self.switch
                    .turn(|| self.yard.change(2, move |tx| what(tx, webhook)));
                let seen = self.acknowledged_count();
                while self.acknowledged_count() < seen + 6 && !self.is_over() {
                    thread::yield_now();
                }
            }
        }
    }

    /// The head of the failing webhook, again and again: skipped, or asked for once more.
    fn skip_and_retry(&self) {
        let _watch = self.alarm.watch();
        let webhook = self.failing;
        let mut count = 0;
        while !self.is_over() {
            let sql = "select p.id from lanes l
                join payloads p on p.webhook_id = l.webhook_id and p.seq = l.head
                where l.webhook_id = $1 and p.state = 'failing'";
            let head = self
                .yard
                .db
                .read_now(ENGINE, |reader| reader.row(sql, &[&webhook]));
            let head: Option<(base::PayloadId,)> = head.expect("the head can be read");
            let Some((payload,)) = head else { continue };
            count += 1;
            let (settings, who) = (
                Arc::clone(&self.yard.settings),
                crate::engine::house::person(3),
            );
            let done = if count % 3 == 0 {
                self.yard.db.write_now(who, move |tx| {
                    let done = payloads::skip(tx, &settings, webhook, payload, None)?;
                    Ok(done.map(drop))
                })
            } else {
                self.yard.db.write_now(who, move |tx| {
                    payloads::retry(tx, &settings, webhook, payload)
                })
            };
            // The head may have gone on meanwhile; nothing else may be wrong.
            if let Err(error) = done {
                assert!(matches!(error, base::Error::Conflict { .. }), "{error:?}");
            }
        }
    }

    fn deliver(&self, node: &str) {
        let _watch = self.alarm.watch();
        let (db, settings) = (self.yard.db.clone(), Arc::clone(&self.yard.settings));
        let mut engine = Engine::new(db, settings, node);
        let (mut finished, mut turns) = (Vec::new(), 0_u64);
        while !self.alarm.is_raised() {
            turns += 1;
            for ended in &finished {
                self.let_go(ended);
            }
            let is_last = self.is_draining.load(Ordering::SeqCst);
            let ended = std::mem::take(&mut finished);
            let (turn, certain) = self.switch.during(|| engine.turn(ended));
            for sending in turn.start {
                if let Sending::Attempt(attempt) = sending {
                    self.hand(&attempt, certain);
                    let exchange = self.answer(&attempt, turns, is_last);
                    let ended = Ended {
                        attempt: *attempt,
                        exchange,
                    };
                    finished.push(Finished::Attempt(Box::new(ended)));
                }
            }
            let sql = "select count(*) from lanes where head < next_seq and webhook_id > $1";
            if is_last && finished.is_empty() && self.yard.number(sql, 0) == 0 {
                return;
            }
        }
    }

    fn answer(&self, attempt: &Attempt, turns: u64, is_last: bool) -> Exchange {
        let fails = attempt.webhook == self.failing.number() && !turns.is_multiple_of(4);
        if fails && !is_last {
            refused()
        } else {
            accepted()
        }
    }

    /// One at a time, in order, and none that was handed out while surely off.
    fn hand(&self, attempt: &Attempt, certain: Certain) {
        let is_switched = attempt.webhook == self.switched.number();
        assert!(
            !(is_switched && certain == Certain::Off),
            "I8: {attempt:?} is handed out while off"
        );
        {
            let mut handed = self.handed.lock().expect("no panic holds it");
            let (under_way, highest) = handed.entry(attempt.webhook).or_default();
            assert_eq!(*under_way, None, "I3: {attempt:?} beside another");
            assert!(attempt.seq >= *highest, "I2: {attempt:?} after {highest}");
            (*under_way, *highest) = (Some(attempt.seq), attempt.seq);
        }
        if is_switched {
            let (db, begun) = (&self.yard.db, attempt.started_at);
            let gate = || {
                db.wakes()
                    .write_unless_stopped(attempt.webhook, begun, || {})
            };
            for _ in 0..20 {
                let (passes, certain) = self.switch.during(gate);
                let is_off = certain == Certain::Off;
                assert!(!(is_off && passes), "I8: a first byte after the answer");
                thread::yield_now();
            }
        }
    }

    fn let_go(&self, finished: &Finished) {
        if let Finished::Attempt(ended) = finished {
            let mut handed = self.handed.lock().expect("no panic holds it");
            handed.entry(ended.attempt.webhook).or_default().0 = None;
        }
    }

    /// The marks of a webhook's queue in its order, each checked to be there to stay.
    fn marks(&self, webhook: Id<id::Webhook>) -> Vec<i64> {
        let sql = "select p.seq, p.state, e.object from payloads p
            left join events e on e.id = p.event_id where p.webhook_id = $1 order by p.seq";
        let rows = self
            .yard
            .db
            .read_now(ENGINE, |reader| reader.rows(sql, &[&webhook]));
        let rows: Vec<(i64, String, Option<String>)> = rows.expect("a queue can be read");
        let mut marks = Vec::new();
        for (place, (seq, state, object)) in (1..).zip(rows) {
            assert_eq!(seq, place, "I2: sequences are dense");
            assert!(matches!(state.as_str(), "delivered" | "skipped"), "{state}");
            if let Some(object) = object {
                let object: serde_json::Value = serde_json::from_str(&object).expect("JSON");
                marks.push(object["mark"].as_i64().expect("a mark"));
            }
        }
        marks
    }

    fn check_queues(&self) {
        let acknowledged = self.acknowledged.lock().expect("no panic holds it");
        let spans: BTreeMap<i64, &Acknowledged> =
            acknowledged.iter().map(|it| (it.mark, it)).collect();
        let all: BTreeSet<i64> = spans.keys().copied().collect();
        for webhook in [self.steady, self.failing] {
            let marks = self.marks(webhook);
            let queued: BTreeSet<i64> = marks.iter().copied().collect();
            assert_eq!(marks.len(), queued.len(), "each once");
            assert_eq!(queued, all, "I1: all, and only what was acknowledged");
            // Who was answered before another began comes before it.
            let mut latest_begin = -1;
            for mark in marks {
                assert!(spans[&mark].ended > latest_begin, "I2: order of commits");
                latest_begin = latest_begin.max(spans[&mark].began);
            }
        }
        let queued: BTreeSet<i64> = self.marks(self.switched).into_iter().collect();
        for change in acknowledged.iter() {
            let is_queued = queued.contains(&change.mark);
            match change.certain {
                Certain::On => assert!(is_queued, "I1: {} is lost", change.mark),
                Certain::Off => assert!(!is_queued, "I8: {} is queued", change.mark),
                Certain::Neither => {}
            }
        }
    }
}
