//! Personal access tokens: made once, shown once, kept as a digest.
//!
//! Never: keeping a token; OAuth tokens, which are a set of their own.

use base::id::{Account, Id, Token, User};
use base::secret::digest;
use base::{Actor, Error, Kind, Problem, Result, Role, Secret, WallTime, limits};
use store::{FromRow, Reader, Recorded, Row, Silence, Tx};

use crate::resources::users;

/// What every personal token begins with.
const PREFIX: &str = "crp-";

/// A token as it is listed, without what makes it valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: Id<Token>,
    /// What it was called when it was made.
    pub name: String,
    /// Whose it is.
    pub user: Id<User>,
    /// That user's address.
    pub email: String,
    /// When it was made.
    pub created_at: WallTime,
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            user: row.get("user_id")?,
            email: row.get("email")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// Makes a token that speaks for this user; the answer is the only time that it is seen.
///
/// The operator makes them for anybody of the account, users for themselves: for others
/// `NotFound`. `Invalid` if the name is empty or too long.
pub fn create(
    tx: &mut Tx<'_>,
    user: Id<User>,
    name: &str,
) -> Result<Recorded<(Id<Token>, Secret<String>)>> {
    let name = name.trim();
    check_name(name)?;
    let account = tx.account()?;
    let user = users::actions::lock(tx, user)?;
    if whose(tx.actor).is_some_and(|only| only != user) {
        return Err(Error::NotFound(Kind::User));
    }
    let made = insert(tx, account, user, name)?;
    Ok(tx.silent(Silence::Credentials, made))
}

/// The tokens of this user, or of everybody whose tokens the actor may see; oldest first.
pub fn list(reader: &Reader<'_>, user: Option<Id<User>>) -> Result<Vec<Listed>> {
    let only = whose(reader.actor);
    reader.rows(
        "select t.id, t.name, t.user_id, u.email, t.created_at
         from tokens t join users u on u.id = t.user_id
         where t.account_id = $1
           and (cast($2 as {int}) is null or t.user_id = $2)
           and (cast($3 as {int}) is null or t.user_id = $3)
         order by t.id",
        &[&reader.account()?, &user, &only],
    )
}

/// Ends a token at once; `NotFound` if the actor has no such token.
pub fn revoke(tx: &mut Tx<'_>, id: Id<Token>) -> Result<Recorded<()>> {
    let (account, only) = (tx.account()?, whose(tx.actor));
    let gone = tx.write(
        Kind::Token,
        "delete from tokens
         where id = $1 and account_id = $2
           and (cast($3 as {int}) is null or user_id = $3)",
        &[&id, &account, &only],
    )?;
    if gone == 0 {
        return Err(Error::NotFound(Kind::Token));
    }
    Ok(tx.silent(Silence::Credentials, ()))
}

/// Ends all tokens of a user who is being deleted; whoever deletes them has asked for the right.
pub(crate) fn revoke_all_of(tx: &mut Tx<'_>, user: Id<User>) -> Result<Recorded<()>> {
    let account = tx.account()?;
    let sql = "delete from tokens where account_id = $1 and user_id = $2";
    tx.write(Kind::Token, sql, &[&account, &user])?;
    Ok(tx.silent(Silence::Credentials, ()))
}

/// Draws and keeps a token of a user of this account; the caller says why it is silent.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    account: Id<Account>,
    user: Id<User>,
    name: &str,
) -> Result<(Id<Token>, Secret<String>)> {
    let token = Secret::token(PREFIX, tx.chance());
    let now = tx.wall;
    let id = tx.insert(
        Kind::Token,
        "insert into tokens (account_id, user_id, name, digest, created_at)
         values ($1, $2, $3, $4, $5)
         returning id",
        &[&account, &user, &name, &digest(token.reveal()), &now],
    )?;
    Ok((id, token))
}

/// Who presents this token, and in which state that user is.
pub(super) struct Bearer {
    pub(super) account: Id<Account>,
    pub(super) user: Id<User>,
    pub(super) role: Role,
    pub(super) state: users::State,
    pub(super) digest: String,
}

impl FromRow for Bearer {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            account: row.get("account_id")?,
            user: row.get("user_id")?,
            role: row.get("role")?,
            state: row.get("state")?,
            digest: row.get("digest")?,
        })
    }
}

/// Looks a token up by its digest, in the whole installation: it decides the account.
pub(super) fn find(reader: &Reader<'_>, token: &Secret<String>) -> Result<Option<Bearer>> {
    reader.row(
        "select u.account_id, t.user_id, u.role, u.state, t.digest
         from tokens t join users u on u.id = t.user_id
         where t.digest = $1",
        &[&digest(token.reveal())],
    )
}

/// The only user whose tokens this actor sees; none for the operator, who sees all.
fn whose(actor: Actor) -> Option<Id<User>> {
    match actor {
        Actor::User { id, .. } => Some(id),
        Actor::Operator(_) | Actor::System(_) => None,
    }
}

fn check_name(name: &str) -> Result<()> {
    let code = if name.is_empty() {
        "missing_field"
    } else if name.chars().count() > limits::NAME_CHARS_MAX {
        "invalid"
    } else {
        return Ok(());
    };
    let sentence = "A token has a name of at most 255 characters.";
    let problem = Problem::new(Kind::Token, "name", code).saying(sentence);
    Err(Error::Invalid(vec![problem]))
}
