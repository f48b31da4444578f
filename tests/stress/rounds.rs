//! Recorders against the rounds of two nodes and against disable: no mark is lost or sent twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use base::{EngineTime, Id, id};
use delivery::address::Target;
use delivery::broadcasts::{Round, RoundEnded};
use delivery::engine::{Engine, Finished, Sending};
use delivery::receivers::{self, NewReceiver};

use super::yard::{Alarm, Certain, Switch, Yard};
use crate::engine::house::record_announcement;

const RECORDERS: i64 = 3;
const CHANGES_EACH: i64 = 120;
const SWITCHES: usize = 8;

struct Work<'y> {
    yard: &'y Yard,
    steady: Id<id::BroadcastReceiver>,
    switched: Id<id::BroadcastReceiver>,
    switch: Switch,
    /// Keys of what was acknowledged, and what was certain meanwhile.
    acknowledged: Mutex<Vec<(i64, Certain)>>,
    recorded: AtomicUsize,
    is_draining: AtomicBool,
    alarm: Alarm,
    rounds: Mutex<Vec<Round>>,
}

#[test]
fn each_change_goes_into_one_round_and_rounds_keep_their_distance() {
    let Some(yard) = Yard::open("stress of rounds") else {
        return;
    };
    let work = Work {
        steady: receiver(&yard, 1, "steady.example.test"),
        switched: receiver(&yard, 2, "switched.example.test"),
        yard: &yard,
        switch: Switch::default(),
        acknowledged: Mutex::default(),
        recorded: AtomicUsize::new(0),
        is_draining: AtomicBool::new(false),
        alarm: Alarm::default(),
        rounds: Mutex::default(),
    };
    thread::scope(|scope| {
        let work = &work;
        let recorders: Vec<_> = (0..RECORDERS)
            .map(|number| scope.spawn(move || work.record(number)))
            .collect();
        let switching = scope.spawn(|| work.switch_off_and_on());
        for node in ["a", "b"] {
            scope.spawn(move || work.send(node));
        }
        let threads = recorders.into_iter().chain([switching]);
        let ended: Vec<_> = threads.map(thread::ScopedJoinHandle::join).collect();
        // The nodes end when they see this, so it comes before a failure shows.
        work.is_draining.store(true, Ordering::SeqCst);
        for ended in ended {
            ended.expect("a thread does its work");
        }
    });
    work.check_messages();
    work.check_distance();
}

fn receiver(yard: &Yard, who: i64, host: &str) -> Id<id::BroadcastReceiver> {
    let settings = Arc::clone(&yard.settings);
    let new = NewReceiver {
        name: host.to_owned(),
        target: Target::parse(&format!("http://{host}/")).expect("a plain address"),
        subjects: vec!["timer".to_owned()],
    };
    yard.change(who, move |tx| {
        let made = receivers::create(tx, &settings, &new)?;
        Ok(made.map(|(receiver, _)| receiver.id))
    })
}

impl Work<'_> {
    fn is_over(&self) -> bool {
        self.recorded.load(Ordering::SeqCst) >= usize::try_from(RECORDERS).unwrap_or(0)
            || self.alarm.is_raised()
    }

    fn acknowledged_count(&self) -> usize {
        self.acknowledged.lock().expect("no panic holds it").len()
    }

    /// Each change has a key of its own, so each must be told of once. It is of both people's.
    fn record(&self, number: i64) {
        let _watch = self.alarm.watch();
        for count in 0..CHANGES_EACH {
            let key = number * 10_000 + count + 1;
            let change = move |tx: &mut store::Tx<'_>| {
                let of_one = record_announcement(tx, 1, (key, "timer.started"));
                let of_other = record_announcement(tx, 2, (key, "timer.started"));
                Ok(of_one.and(of_other))
            };
            let ((), certain) = self.switch.during(|| self.yard.change(1, change));
            let mut acknowledged = self.acknowledged.lock().expect("no panic holds it");
            acknowledged.push((key, certain));
        }
        self.recorded.fetch_add(1, Ordering::SeqCst);
    }

    fn switch_off_and_on(&self) {
        let _watch = self.alarm.watch();
        let receiver = self.switched;
        for _ in 0..SWITCHES {
            for what in [receivers::disable, receivers::enable] {
                self.switch
                    .turn(|| self.yard.change(2, move |tx| what(tx, receiver)));
                let seen = self.acknowledged_count();
                while self.acknowledged_count() < seen + 8 && !self.is_over() {
                    thread::yield_now();
                }
            }
        }
    }

    fn send(&self, node: &str) {
        let _watch = self.alarm.watch();
        let (db, settings) = (self.yard.db.clone(), Arc::clone(&self.yard.settings));
        let mut engine = Engine::new(db, settings, node);
        let mut finished = Vec::new();
        while !self.alarm.is_raised() {
            let is_last = self.is_draining.load(Ordering::SeqCst);
            let ended = std::mem::take(&mut finished);
            let (turn, certain) = self.switch.during(|| engine.turn(ended));
            for sending in turn.start {
                if let Sending::Round(round) = sending {
                    let is_off = round.receiver == self.switched && certain == Certain::Off;
                    assert!(!is_off, "I6: a round starts while off");
                    finished.push(Finished::Round(ended_well(&round)));
                    self.rounds.lock().expect("no panic holds it").push(*round);
                }
            }
            let sql = "select count(*) from marks where receiver_id > $1";
            if is_last && finished.is_empty() && self.yard.number(sql, 0) == 0 {
                return;
            }
        }
    }

    fn check_messages(&self) {
        let acknowledged = self.acknowledged.lock().expect("no panic holds it");
        let (mut steady, mut switched) = (BTreeMap::new(), BTreeMap::new());
        for round in self.rounds.lock().expect("no panic holds it").iter() {
            let told = if round.receiver == self.steady {
                &mut steady
            } else {
                &mut switched
            };
            assert!(!round.messages.is_empty(), "I6: a round of nothing");
            for message in &round.messages {
                *told.entry(key(&message.url)).or_insert(0) += 1;
            }
        }
        let twice = steady.values().chain(switched.values()).any(|it| *it > 1);
        assert!(!twice, "I6: a message is repeated");
        let told: BTreeSet<i64> = steady.into_keys().collect();
        let all: BTreeSet<i64> = acknowledged.iter().map(|(key, _)| *key).collect();
        assert_eq!(told, all, "no mark is lost, and none is made up");
        let off = acknowledged.iter().filter(|(_, it)| *it == Certain::Off);
        for (key, _) in off {
            assert!(!switched.contains_key(key), "{key} is collected while off");
        }
    }

    fn check_distance(&self) {
        let rounds = self.rounds.lock().expect("no panic holds it");
        for receiver in [self.steady, self.switched] {
            let of_it = rounds.iter().filter(|it| it.receiver == receiver);
            let mut starts: Vec<EngineTime> = of_it.map(|it| it.started_at).collect();
            starts.sort();
            for pair in starts.windows(2) {
                let is_apart = pair[1] >= pair[0] + self.yard.settings.broadcast_interval;
                assert!(is_apart, "I6: rounds an interval apart: {pair:?}");
            }
        }
    }
}

fn ended_well(round: &Round) -> RoundEnded {
    RoundEnded {
        receiver: round.receiver,
        until: round.until,
        sent_count: i64::try_from(round.messages.len()).expect("a round is short"),
        accepted: true,
    }
}

fn key(url: &str) -> i64 {
    let number = url.rsplit('/').next().and_then(|it| it.parse().ok());
    number.expect("a timer's number")
}
