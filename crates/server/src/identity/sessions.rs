//! Sessions of people at the pages: a cookie, kept as a digest, with an end.
//!
//! Never: credentials of programs; an effect outside of pages.

use std::time::Duration;

use base::id::{Account, Id, User};
use base::secret::{digest, is_equal};
use base::{Actor, Kind, Reason, Result, Role, Secret, WallTime};
use store::{FromRow, Reader, Recorded, Row, Silence, Tx};

use crate::App;
use crate::http::Visitor;
use crate::resources::users::State;

/// What every session's text begins with.
const PREFIX: &str = "crs-";
/// Between two page views (L27).
const IDLE_MAX: Duration = Duration::from_hours(8);
/// From sign-in to the end (L27); the cookie's age.
pub(super) const TOTAL_MAX: Duration = Duration::from_hours(30 * 24);
/// How exact the last page view is kept: a write per view would be too many.
const SEEN_EVERY: Duration = Duration::from_mins(5);

/// A session with its user, as pages need them.
struct Session {
    account: Id<Account>,
    account_name: String,
    user: Id<User>,
    name: String,
    role: Role,
    state: State,
    utc_offset: i64,
    password_hash: Option<String>,
    password_digest: String,
    created_at: WallTime,
    seen_at: WallTime,
}

impl FromRow for Session {
    fn from_row(row: &Row) -> Result<Self> {
        let (first, last): (String, String) = (row.get("first_name")?, row.get("last_name")?);
        let full = format!("{first} {last}");
        let name = match full.trim() {
            "" => row.get("email")?,
            full => full.to_owned(),
        };
        Ok(Self {
            account: row.get("account_id")?,
            account_name: row.get("account_name")?,
            user: row.get("user_id")?,
            name,
            role: row.get("role")?,
            state: row.get("state")?,
            utc_offset: row.get("utc_offset")?,
            password_hash: row.get("password_hash")?,
            password_digest: row.get("password_digest")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
        })
    }
}

impl Session {
    fn is_alive(&self, now: WallTime) -> bool {
        let password = self.password_hash.as_deref().map(digest);
        let is_unchanged = password
            .is_some_and(|password| is_equal(password.as_bytes(), self.password_digest.as_bytes()));
        is_unchanged
            && self.state == State::Active
            && now - self.seen_at < IDLE_MAX
            && now - self.created_at < TOTAL_MAX
    }
}

/// Who is signed in with this cookie; none if the session is over, or its user may not work.
pub(crate) async fn visitor(app: &App, cookie: String) -> Result<Option<Visitor>> {
    let by = Actor::System(Reason::SignIn);
    let kept = digest(&cookie);
    let found = {
        let kept = kept.clone();
        app.db.read(by, move |reader| find(reader, &kept)).await?
    };
    let now = app.clock.wall().whole_seconds();
    let Some(session) = found.filter(|session| session.is_alive(now)) else {
        return Ok(None);
    };
    if now - session.seen_at >= SEEN_EVERY {
        app.db.write(by, move |tx| touch(tx, &kept)).await?;
    }
    Ok(Some(Visitor {
        account: session.account,
        account_name: session.account_name,
        user: session.user,
        role: session.role,
        name: session.name,
        utc_offset: session.utc_offset,
        cookie: Secret::new(cookie),
    }))
}

fn find(reader: &Reader<'_>, kept: &str) -> Result<Option<Session>> {
    reader.row(
        "select s.account_id, s.user_id, s.password_digest, s.created_at, s.seen_at,
           a.name as account_name, u.email, u.first_name, u.last_name, u.role, u.state,
           u.utc_offset, u.password_hash
         from sessions s join users u on u.id = s.user_id join accounts a on a.id = s.account_id
         where s.digest = $1",
        &[&kept],
    )
}

fn touch(tx: &mut Tx<'_>, kept: &str) -> Result<Recorded<()>> {
    let now = tx.wall;
    let sql = "update sessions set seen_at = $2 where digest = $1";
    tx.write(Kind::Token, sql, &[&kept, &now])?;
    Ok(tx.silent(Silence::Credentials, ()))
}

/// Begins a session of a user whose password was right; what the cookie holds. Sessions of that
/// user that are over go on this occasion.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    (account, user): (Id<Account>, Id<User>),
    password_hash: &str,
) -> Result<Recorded<Secret<String>>> {
    let now = tx.wall;
    let (oldest, quietest) = (now - TOTAL_MAX, now - IDLE_MAX);
    let sql = "delete from sessions where user_id = $1 and (created_at < $2 or seen_at < $3)";
    tx.write(Kind::Token, sql, &[&user, &oldest, &quietest])?;
    let cookie = Secret::token(PREFIX, tx.chance());
    tx.write(
        Kind::Token,
        "insert into sessions (digest, account_id, user_id, password_digest, created_at, seen_at)
         values ($1, $2, $3, $4, $5, $5)",
        &[
            &digest(cookie.reveal()),
            &account,
            &user,
            &digest(password_hash),
            &now,
        ],
    )?;
    Ok(tx.silent(Silence::Credentials, cookie))
}

/// Ends a session at once.
pub(super) fn end(tx: &mut Tx<'_>, cookie: &str) -> Result<Recorded<()>> {
    let sql = "delete from sessions where digest = $1";
    tx.write(Kind::Token, sql, &[&digest(cookie)])?;
    Ok(tx.silent(Silence::Credentials, ()))
}
