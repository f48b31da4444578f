//! A person is deactivated or activated while their webhooks are made, enabled and disabled.

use std::sync::{Arc, Barrier};
use std::thread;

use base::{Id, Kind, Result, id};
use delivery::address::Target;
use delivery::receivers::{self, NewReceiver};
use delivery::{creators, webhooks};
use store::{Recorded, Silence, Tx};

use super::yard::Yard;
use crate::engine::house::{new_webhook, person};

/// How often each pair meets.
const MEETINGS: usize = 40;
/// Whose webhooks these are.
const CREATOR: i64 = 2;

type Change = Box<dyn Fn(&mut Tx<'_>) -> Result<Recorded<()>> + Send>;

/// Two changes at once; a refusal is an answer like any other.
fn meet(yard: &Yard, by: (i64, Change), and: (i64, Change)) {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        for (who, change) in [by, and] {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                if let Err(error) = yard.db.write_now(person(who), change) {
                    let is_refusal = matches!(error, base::Error::Conflict { .. });
                    assert!(is_refusal, "{error:?}");
                }
            });
        }
    });
}

fn switch_person(state: &'static str) -> Change {
    Box::new(move |tx| {
        let user = Id::<id::User>::new(CREATOR);
        let lock = "select id from users where id = $1{for_update}";
        let _: Vec<(i64,)> = tx.rows(lock, &[&user])?;
        let sql = "update users set state = $2 where id = $1";
        tx.write(Kind::User, sql, &[&user, &state])?;
        let done = match state {
            "active" => creators::resume(tx, user)?,
            _ => creators::silence(tx, user)?,
        };
        Ok(done.and(tx.silent(Silence::Account, ())).map(drop))
    })
}

fn on_webhook(what: &'static str, webhook: Id<id::Webhook>) -> Change {
    Box::new(move |tx| match what {
        "enable" => webhooks::enable(tx, webhook),
        _ => webhooks::disable(tx, webhook),
    })
}

fn on_receiver(what: &'static str, receiver: Id<id::BroadcastReceiver>) -> Change {
    Box::new(move |tx| match what {
        "enable" => receivers::enable(tx, receiver),
        _ => receivers::disable(tx, receiver),
    })
}

fn make_both(yard: &Yard) -> Change {
    let settings = Arc::clone(&yard.settings);
    Box::new(move |tx| {
        let webhook = webhooks::create(tx, &settings, &new_webhook("new.example.test"))?;
        let receiver = receivers::create(tx, &settings, &new_receiver())?;
        Ok(webhook.and(receiver).map(drop))
    })
}

fn new_receiver() -> NewReceiver {
    NewReceiver {
        name: "receiver".to_owned(),
        target: Target::parse("http://receiver.example.test/").expect("a plain address"),
        subjects: vec!["timer".to_owned()],
    }
}

const OPEN_LANES: &str = "select count(*) from lanes where owner_id = $1 and state = 'enabled'";
const SILENT_LANES: &str = "select count(*) from lanes where owner_id = $1 and state = 'silent'";
const OPEN_RECEIVERS: &str =
    "select count(*) from broadcast_receivers where creator_id = $1 and state = 'enabled'";
const SILENT_RECEIVERS: &str =
    "select count(*) from broadcast_receivers where creator_id = $1 and state = 'silent'";

#[test]
fn nothing_of_a_deactivated_person_is_open_and_nothing_of_an_active_one_silent() {
    let Some(yard) = Yard::open("stress of deactivation") else {
        return;
    };
    let webhook = yard.webhook(CREATOR, "one.example.test");
    let settings = Arc::clone(&yard.settings);
    let receiver = yard.change(CREATOR, move |tx| {
        let made = receivers::create(tx, &settings, &new_receiver())?;
        Ok(made.map(|(receiver, _)| receiver.id))
    });
    for meeting in 0..MEETINGS {
        let what = if meeting % 2 == 0 {
            "enable"
        } else {
            "disable"
        };
        for other in [
            on_webhook(what, webhook),
            on_receiver(what, receiver),
            make_both(&yard),
        ] {
            yard.change(1, on_webhook("disable", webhook));
            yard.change(1, on_receiver("disable", receiver));
            meet(&yard, (1, switch_person("disabled")), (CREATOR, other));
            for sql in [OPEN_LANES, OPEN_RECEIVERS] {
                assert_eq!(yard.number(sql, CREATOR), 0, "I8: {sql}");
            }
            yard.change(1, switch_person("active"));
        }
        for other in [on_webhook(what, webhook), on_receiver(what, receiver)] {
            yard.change(1, switch_person("disabled"));
            meet(&yard, (1, switch_person("active")), (1, other));
            for sql in [SILENT_LANES, SILENT_RECEIVERS] {
                assert_eq!(yard.number(sql, CREATOR), 0, "I1: {sql}");
            }
        }
    }
}
