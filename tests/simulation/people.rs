//! What people and the application do in a run, and what the plant then knows.
//!
//! Words: *door* = the state of a webhook or receiver, as people know it.
//! Never: an action beside the product's own; knowing what was not acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base::{Actor, Error, Id, Result, Secret, id};
use delivery::attempt::Attempt;
use delivery::signature;
use store::{Recorded, Tx};

use super::lanes;
use super::plant::Plant;
use crate::engine::house::person;

/// The state of a webhook or receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Open,
    Off,
    Stopped,
    Silent,
}

impl Door {
    /// The word in the table.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Open => "enabled",
            Self::Off => "disabled",
            Self::Stopped => "stopped",
            Self::Silent => "silent",
        }
    }
}

/// A webhook or receiver as its owner knows it.
pub(super) struct Owned {
    pub(super) owner: i64,
    pub(super) door: Door,
    pub(super) secret: Secret<String>,
}

/// What people know.
#[derive(Default)]
pub(super) struct People {
    pub(super) webhooks: BTreeMap<i64, Owned>,
    pub(super) receivers: BTreeMap<i64, Owned>,
    pub(super) suspended: BTreeSet<i64>,
    pub(super) marks_count: i64,
}

impl People {
    /// The door of a webhook.
    pub(super) fn door(&mut self, webhook: i64) -> &mut Door {
        let owned = self.webhooks.get_mut(&webhook);
        &mut owned.expect("its owner knows it").door
    }

    /// An attempt is signed with the secret of the moment.
    pub(super) fn check_signature(&self, attempt: &Attempt) {
        let secret = &self.webhooks[&attempt.webhook].secret;
        let expected = signature::hexadecimal(secret, &attempt.body);
        let mut headers = attempt.headers.iter();
        let sent = headers.find(|(name, _)| *name == "x-noko-signature");
        assert_eq!(
            sent.map(|(_, value)| value),
            Some(&expected),
            "F21: the secret"
        );
    }
}

impl Plant {
    /// Somebody or something does something.
    pub(super) fn act(&mut self) {
        let pause = self.pause();
        self.action_at = self.house.now() + pause;
        let due = lanes::due(&self.house);
        match self.dice.below(100) {
            0..35 => self.change_things(),
            35..50 => self.change_timers(),
            50..56 => self.make_webhook(),
            56..60 => self.make_receiver(),
            60..74 => self.touch_webhook(),
            74..78 => self.touch_receiver(),
            78..82 => self.touch_person(),
            82..89 => self.change_mood(),
            // The processes that start look by themselves.
            89..93 => return self.fault(Self::crash),
            93..96 => self.fault(Self::freeze),
            96..98 => self.jump(),
            _ => return self.restart(),
        }
        self.wake(&due);
    }

    fn fault(&mut self, what: impl Fn(&mut Self, usize)) {
        let count = u64::try_from(self.nodes.len()).expect("few nodes");
        let node = usize::try_from(self.dice.below(count)).expect("an index");
        what(self, node);
    }

    /// Mostly moments, seldom hours.
    fn pause(&self) -> Duration {
        let scales = [
            Duration::from_millis(5),
            Duration::from_millis(500),
            Duration::from_secs(3),
            Duration::from_secs(20),
            Duration::from_mins(3),
        ];
        if self.dice.one_in(40) {
            return self.dice.up_to(self.house.settings.retry.give_up_after);
        }
        let longest = self.dice.pick(&scales).copied().unwrap_or_default();
        self.dice.up_to(longest)
    }

    /// Makes a change whose commit may fail; `None` if it was refused or not made durable.
    pub(super) fn make<T: Send + 'static>(
        &mut self,
        actor: Actor,
        change: impl Fn(&mut Tx<'_>) -> Result<Recorded<T>> + Send + 'static,
    ) -> Option<T> {
        let fails = self.is_wild && self.dice.one_in(25);
        if fails {
            self.house.faults.fail_next_commit();
        }
        match self.house.db.write_now(actor, change) {
            Ok(value) => {
                assert!(!fails, "I7: what did not commit is not acknowledged");
                Some(value)
            }
            Err(Error::Conflict { .. } | Error::NotFound(_)) => None,
            Err(Error::Unavailable(_)) if fails => None,
            Err(error) => panic!("nothing else goes wrong: {error}"),
        }
    }

    /// A person who may act now.
    pub(super) fn somebody(&self) -> i64 {
        let active: Vec<i64> = (1..=3)
            .filter(|number| !self.people.suspended.contains(number))
            .collect();
        self.dice.pick(&active).copied().unwrap_or(1)
    }

    fn change_mood(&mut self) {
        let keys: Vec<i64> = self.moods.keys().copied().collect();
        if let Some(key) = self.dice.pick(&keys).copied() {
            let mood = super::network::Mood::draw(&self.dice);
            self.note(|| format!("{key} is now {mood:?}"));
            self.moods.insert(key, mood);
        }
    }

    /// Suspends a person, or activates them again. Somebody always stays.
    fn touch_person(&mut self) {
        let number = 1 + i64::try_from(self.dice.below(3)).expect("small");
        let is_suspended = self.people.suspended.contains(&number);
        if !is_suspended && self.people.suspended.len() == 2 {
            return;
        }
        if is_suspended {
            self.activate(number);
        } else {
            self.suspend(number);
        }
    }

    fn suspend(&mut self, number: i64) {
        let done = self.make(person(number), move |tx| {
            set_state(tx, number, "suspended")?;
            let silenced = delivery::creators::silence(tx, Id::new(number))?;
            Ok(tx.silent(store::Silence::Settings, ()).and(silenced))
        });
        if done.is_none() {
            return;
        }
        self.note(|| format!("{number} is suspended"));
        self.people.suspended.insert(number);
        let webhooks = self.people.webhooks.iter_mut();
        for (webhook, owned) in webhooks.filter(|(_, it)| it.owner == number) {
            if owned.door == Door::Open {
                owned.door = Door::Silent;
            }
            let queue = self.queues.get_mut(webhook).expect("it is there");
            queue.shut_by_a_person();
        }
        let receivers = self.people.receivers.iter_mut();
        for (receiver, owned) in receivers.filter(|(_, it)| it.owner == number) {
            if owned.door == Door::Open {
                owned.door = Door::Silent;
                self.followers
                    .get_mut(receiver)
                    .expect("it is there")
                    .dropped();
            }
        }
    }

    /// Activates a person who was suspended.
    pub(super) fn activate(&mut self, number: i64) {
        let done = self.make(person(number), move |tx| {
            set_state(tx, number, "active")?;
            let resumed = delivery::creators::resume(tx, Id::new(number))?;
            Ok(tx.silent(store::Silence::Settings, ()).and(resumed))
        });
        if done.is_none() {
            return;
        }
        self.note(|| format!("{number} is active"));
        self.people.suspended.remove(&number);
        let webhooks = self.people.webhooks.iter_mut();
        for (webhook, owned) in webhooks.filter(|(_, it)| it.owner == number) {
            if owned.door == Door::Silent {
                owned.door = Door::Open;
                self.queues.get_mut(webhook).expect("it is there").opened();
            }
        }
        let receivers = self.people.receivers.iter_mut();
        for (_, owned) in receivers.filter(|(_, it)| it.owner == number) {
            if owned.door == Door::Silent {
                owned.door = Door::Open;
            }
        }
    }

    /// Faults end, receivers are well, people come back and open what is shut.
    pub(super) fn heal(&mut self) {
        self.is_wild = false;
        self.note(|| "all is well from here on".to_owned());
        for mood in self.moods.values_mut() {
            *mood = super::network::Mood::Well;
        }
        for node in &mut self.nodes {
            node.frozen_until = base::EngineTime(0);
        }
        for number in self.people.suspended.clone() {
            self.activate(number);
        }
        self.open_all();
    }

    /// Opens every webhook that is shut.
    pub(super) fn open_all(&mut self) {
        let due = lanes::due(&self.house);
        let webhooks: Vec<i64> = self.people.webhooks.keys().copied().collect();
        for webhook in webhooks {
            self.enable(webhook);
        }
        self.wake(&due);
    }

    pub(super) fn enable(&mut self, webhook: i64) {
        let actor = person(self.somebody());
        let opened = self.make(actor, move |tx| {
            delivery::webhooks::enable(tx, Id::new(webhook))
        });
        let door = *self.people.door(webhook);
        if opened.is_none() || matches!(door, Door::Open | Door::Silent) {
            return;
        }
        let owner = self.people.webhooks[&webhook].owner;
        let is_silent = self.people.suspended.contains(&owner);
        self.note(|| format!("{webhook} is enabled"));
        *self.people.door(webhook) = if is_silent { Door::Silent } else { Door::Open };
        if !is_silent {
            self.queues.get_mut(&webhook).expect("it is there").opened();
        }
    }

    pub(super) fn settings(&self) -> Arc<delivery::Settings> {
        Arc::clone(&self.house.settings)
    }
}

fn set_state(tx: &mut Tx<'_>, number: i64, state: &'static str) -> Result<()> {
    let user: Id<id::User> = Id::new(number);
    let sql = "update users set state = $2 where id = $1";
    tx.write(base::Kind::User, sql, &[&user, &state])?;
    Ok(())
}
