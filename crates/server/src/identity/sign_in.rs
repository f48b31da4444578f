//! Signing in: a password is checked, not too often and not too many at once (L23).
//!
//! Words: *known browser*, one from which somebody signed in before: its tries are counted apart,
//! so that guesses of others do not keep the owner out (T18).
//! Never: telling a wrong address from a wrong password; a lock-out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::id::{Account, Id, User};
use base::{Actor, Error, Reason, Result, Secret, text};
use store::{FromRow, Reader, Row};
use tokio::sync::Semaphore;

use super::{passwords, sessions};
use crate::App;
use crate::http::network_of;
use crate::resources::users;
use crate::resources::users::State;

/// Passwords that are hashed at the same time (L23).
const HASHES_MAX: usize = 4;
/// Tries of one user's password, by time (L23).
const PER_USER: [(usize, Duration); 2] = [(5, MINUTE), (60, Duration::from_hours(1))];
/// Tries from one address, by time (L23).
const PER_ADDRESS: [(usize, Duration); 1] = [(20, MINUTE)];
const MINUTE: Duration = Duration::from_mins(1);
/// Keys that are remembered; when they are full, the oldest are looked through first.
const KEYS_MAX: usize = 65_536;
/// What seals the name of a known browser's user.
const KNOWN_PLACE: &str = "cookie.known_browser";

/// What signing in shares between requests.
#[derive(Debug)]
pub(crate) struct SignIn {
    tries: Mutex<HashMap<Key, Vec<Duration>>>,
    hashes: Arc<Semaphore>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            tries: Mutex::default(),
            hashes: Arc::new(Semaphore::new(HASHES_MAX)),
        }
    }
}

/// What tries are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    /// From browsers that are not known.
    User(String),
    /// From this browser, known for this user.
    Known(String),
}

/// What somebody typed, and from where.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) email: String,
    pub(super) password: Secret<String>,
    pub(super) address: IpAddr,
    /// The cookie of a known browser.
    pub(super) known: Option<String>,
}

/// How signing in went.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The new session, and what the browser is known by from now on.
    In {
        session: Secret<String>,
        known: String,
    },
    /// E-mail or password is wrong, or the user may not work.
    Wrong,
    /// Nothing was looked at; this long from now it will be.
    Wait(Duration),
}

struct Person {
    account: Id<Account>,
    id: Id<User>,
    state: State,
    password_hash: Option<String>,
}

impl FromRow for Person {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            account: row.get("account_id")?,
            id: row.get("id")?,
            state: row.get("state")?,
            password_hash: row.get("password_hash")?,
        })
    }
}

/// Checks a password and begins a session.
pub(super) async fn sign_in(app: &App, attempt: Attempt) -> Result<Outcome> {
    let email = text::fold(attempt.email.trim());
    let now = app.clock.monotonic();
    let keys = keys(app, &attempt, &email);
    if let Err(wait) = app.sign_in.admit(&keys, now) {
        return Ok(Outcome::Wait(wait));
    }
    let by = Actor::System(Reason::SignIn);
    let person = {
        let email = email.clone();
        app.db.read(by, move |reader| find(reader, &email)).await?
    };
    let kept = person.as_ref().and_then(|it| it.password_hash.clone());
    if !app.sign_in.is_right(attempt.password, kept.clone()).await? {
        return Ok(Outcome::Wrong);
    }
    let (Some(person), Some(hash)) = (person, kept) else {
        return Ok(Outcome::Wrong);
    };
    match person.state {
        State::Active => {}
        State::Pending => {
            let first = Actor::System(Reason::FirstUse(person.account));
            let user = person.id;
            let write = app
                .db
                .write(first, move |tx| users::actions::first_use(tx, user));
            write.await?;
        }
        State::Disabled | State::Suspended => return Ok(Outcome::Wrong),
    }
    app.sign_in.forget(&keys);
    let of = (person.account, person.id);
    let session = app
        .db
        .write(by, move |tx| sessions::begin(tx, of, &hash))
        .await?;
    let known = know(app, &email);
    Ok(Outcome::In { session, known })
}

fn find(reader: &Reader<'_>, email: &str) -> Result<Option<Person>> {
    let sql = "select account_id, id, state, password_hash from users where email_folded = $1";
    reader.row(sql, &[&email])
}

fn keys(app: &App, attempt: &Attempt, email: &str) -> [(Key, &'static [(usize, Duration)]); 2] {
    let known = attempt.known.as_deref();
    let is_known = known.is_some_and(|cookie| knows(app, cookie, email));
    let user = match known {
        Some(cookie) if is_known => Key::Known(cookie.to_owned()),
        _ => Key::User(base::secret::digest(email)),
    };
    let address = Key::Address(network_of(attempt.address));
    [(address, &PER_ADDRESS), (user, &PER_USER)]
}

/// What a browser gets so that it is known for this user.
fn know(app: &App, email: &str) -> String {
    let environment = app.db.environment();
    let secret = Secret::new(email.to_owned());
    let sealed = environment
        .master_key
        .seal(&secret, KNOWN_PLACE, environment.chance.as_ref());
    super::sealed::write(&sealed)
}

fn knows(app: &App, cookie: &str, email: &str) -> bool {
    let opened = super::sealed::read(cookie).and_then(|sealed| {
        app.db
            .environment()
            .master_key
            .open(&sealed, KNOWN_PLACE)
            .ok()
    });
    opened.is_some_and(|known| known.reveal() == email)
}

impl SignIn {
    /// Counts a try for all keys, or for none and says how long to wait.
    fn admit(
        &self,
        keys: &[(Key, &'static [(usize, Duration)])],
        now: Duration,
    ) -> Result<(), Duration> {
        let mut tries = self.tries.lock().expect("no holder of this lock panics");
        if tries.len() >= KEYS_MAX {
            tries.retain(|_, times| times.last().is_some_and(|last| now < *last + MINUTE));
        }
        if tries.len() >= KEYS_MAX {
            return Err(MINUTE);
        }
        let waits = keys.iter().filter_map(|(key, limits)| {
            let times = tries.get(key)?;
            limits
                .iter()
                .filter_map(|limit| wait(times, *limit, now))
                .max()
        });
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        for (key, limits) in keys {
            let longest = limits
                .iter()
                .map(|(_, window)| *window)
                .max()
                .unwrap_or(MINUTE);
            let times = tries.entry(key.clone()).or_default();
            times.retain(|at| now < *at + longest);
            times.push(now);
        }
        Ok(())
    }

    /// A right password makes up for the wrong ones before it; the address keeps its count.
    fn forget(&self, keys: &[(Key, &'static [(usize, Duration)])]) {
        let mut tries = self.tries.lock().expect("no holder of this lock panics");
        for (key, _) in keys {
            if !matches!(key, Key::Address(_)) {
                tries.remove(key);
            }
        }
    }

    async fn is_right(&self, password: Secret<String>, kept: Option<String>) -> Result<bool> {
        let permit = Arc::clone(&self.hashes).acquire_owned().await;
        let permit = permit.map_err(Error::internal)?;
        let task = tokio::task::spawn_blocking(move || {
            let is_right = passwords::is_right(&password, kept.as_deref());
            drop(permit);
            is_right
        });
        task.await.map_err(Error::internal)
    }
}

/// How long until one more try fits into this limit; none if it fits now.
fn wait(times: &[Duration], (count, window): (usize, Duration), now: Duration) -> Option<Duration> {
    let within = times.iter().filter(|at| now < **at + window).count();
    let oldest_that_counts = times.len().checked_sub(count).map(|place| times[place]);
    let until = oldest_that_counts.filter(|_| within >= count)? + window;
    Some(until.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn keys(user: &str, address: u8) -> [(Key, &'static [(usize, Duration)]); 2] {
        let address = Key::Address(IpAddr::from([192, 0, 2, address]));
        [
            (address, &PER_ADDRESS),
            (Key::User(user.to_owned()), &PER_USER),
        ]
    }

    #[test]
    fn a_users_password_is_tried_five_times_a_minute_from_wherever() {
        let sign_in = SignIn::default();
        for second in 0..5 {
            let from = u8::try_from(second).expect("a small number");
            assert_eq!(sign_in.admit(&keys("ada", from), S(second)), Ok(()));
        }
        assert_eq!(sign_in.admit(&keys("ada", 9), S(10)), Err(S(50)));
        assert_eq!(sign_in.admit(&keys("ben", 9), S(10)), Ok(()));
        assert_eq!(sign_in.admit(&keys("ada", 9), S(60)), Ok(()));
    }

    #[test]
    fn of_ten_thousand_guesses_in_an_hour_sixty_are_evaluated() {
        let sign_in = SignIn::default();
        let guesses = (0..10_000_u64).filter(|guess| {
            let from = u8::try_from(guess % 100).expect("a small number");
            let now = Duration::from_millis(guess * 360);
            sign_in.admit(&keys("ada", from), now).is_ok()
        });
        assert_eq!(guesses.count(), 60);
        let known = [(Key::Known("browser".to_owned()), &PER_USER as &'static [_])];
        assert_eq!(sign_in.admit(&known, S(3_599)), Ok(()), "the owner gets in");
    }

    #[test]
    fn an_address_tries_twenty_times_a_minute_and_a_right_password_forgets_wrong_ones() {
        let sign_in = SignIn::default();
        for number in 0..20 {
            assert_eq!(
                sign_in.admit(&keys(&format!("user {number}"), 1), S(1)),
                Ok(())
            );
        }
        assert_eq!(sign_in.admit(&keys("another", 1), S(2)), Err(S(59)));
        for _ in 0..5 {
            assert_eq!(sign_in.admit(&keys("ada", 2), S(2)), Ok(()));
        }
        sign_in.forget(&keys("ada", 2));
        assert_eq!(sign_in.admit(&keys("ada", 2), S(3)), Ok(()));
    }
}
