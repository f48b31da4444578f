//! Accounts: made by a command, found by their name.
//!
//! Never: HTTP; what an account looks like in the API, which is the slice `account`.

use base::id::{Account, Id, User};
use base::{Error, Kind, Problem, Result, Secret, WallTime, limits, text};
use store::{FromRow, Reader, Recorded, Row, Silence, Tx};

use super::tokens;
use crate::resources::users::actions as users;
use crate::resources::users::{NewUser, State};

/// What a command gives to make an account with its owner.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Short name, unique in the installation.
    pub name: String,
    /// The owner's address, unique in the installation.
    pub email: String,
    /// The owner's first name, possibly empty.
    pub first_name: String,
    /// The owner's last name, possibly empty.
    pub last_name: String,
    /// From [`super::passwords::hash`].
    pub password_hash: String,
    /// The owner's seconds east of UTC.
    pub utc_offset: i64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Created {
    /// The account.
    pub account: Id<Account>,
    /// Its owner, an active supervisor.
    pub user: Id<User>,
    /// The owner's first token: this is the only time that it is seen.
    pub token: Secret<String>,
}

/// An account as a command lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: Id<Account>,
    /// Its short name.
    pub name: String,
    /// When it was made.
    pub created_at: WallTime,
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// Makes an account, its owner and the owner's first token.
///
/// `Invalid` with `missing_field`, `invalid` or `already_exists` on `name` and `email`. Runs as
/// `System(StartUp)`: there is no account yet that could bound it. Contract: authentication.md §1.
pub fn create(tx: &mut Tx<'_>, new: &NewAccount) -> Result<Recorded<Created>> {
    let name = new.name.trim();
    let owner = NewUser {
        email: new.email.trim().to_owned(),
        first_name: new.first_name.trim().to_owned(),
        last_name: new.last_name.trim().to_owned(),
        role: base::Role::Supervisor,
        state: State::Active,
        password_hash: Some(new.password_hash.clone()),
        utc_offset: new.utc_offset,
    };
    let mut problems = check_name(tx, name)?;
    problems.extend(users::check_new(tx, &owner)?);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let account = insert(tx, name)?;
    let user = users::insert_owner(tx, account, &owner)?;
    tx.write(
        Kind::Account,
        "update accounts set owner_id = $2 where id = $1",
        &[&account, user.value()],
    )?;
    let id = *user.value();
    let (_, token) = tokens::insert(tx, account, id, "First token")?;
    let created = Created {
        account,
        user: id,
        token,
    };
    let told = tx.silent(Silence::Account, created);
    Ok(told.and(tx.silent(Silence::Credentials, ())).and(user))
}

/// All accounts of the installation, oldest first. For commands.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Listed>> {
    reader.rows("select id, name, created_at from accounts order by id", &[])
}

/// The account that a command works on: the named one, or the only one.
///
/// `Malformed` with a sentence for the operator if there is none or a name is needed.
pub fn find(reader: &Reader<'_>, name: Option<&str>) -> Result<Id<Account>> {
    let accounts = list(reader)?;
    if let Some(name) = name {
        let folded = text::fold(name.trim());
        let named = accounts.iter().find(|it| text::fold(&it.name) == folded);
        return named.map(|it| it.id).ok_or_else(|| {
            Error::Malformed(format!(
                "There is no account named {name}. {}",
                known(&accounts)
            ))
        });
    }
    match accounts.as_slice() {
        [only] => Ok(only.id),
        [] => Err(Error::Malformed(known(&accounts))),
        _ => Err(Error::Malformed(format!(
            "There are several accounts: say which one with --account NAME. {}",
            known(&accounts)
        ))),
    }
}

fn known(accounts: &[Listed]) -> String {
    let names: Vec<&str> = accounts.iter().map(|it| it.name.as_str()).collect();
    if names.is_empty() {
        "There is no account yet. Make one with `carillon account create`.".to_owned()
    } else {
        format!("Known accounts: {}.", names.join(", "))
    }
}

fn check_name(tx: &Tx<'_>, name: &str) -> Result<Vec<Problem>> {
    let code = if name.is_empty() {
        "missing_field"
    } else if name.chars().count() > limits::NAME_CHARS_MAX || name.chars().any(char::is_control) {
        "invalid"
    } else if is_taken(tx, name)? {
        "already_exists"
    } else {
        return Ok(Vec::new());
    };
    let problem = Problem::new(Kind::Account, "name", code);
    Ok(vec![match code {
        "already_exists" => problem.saying(format!(
            "An account named {name} exists already. Choose another name."
        )),
        "missing_field" => problem.saying("An account needs a name."),
        _ => problem.saying("An account's name has at most 255 characters, all of them visible."),
    }])
}

fn is_taken(tx: &Tx<'_>, name: &str) -> Result<bool> {
    let sql = "select count(*) from accounts where name_folded = $1";
    Ok(tx.number(sql, &[&text::fold(name)])? > 0)
}

fn insert(tx: &mut Tx<'_>, name: &str) -> Result<Id<Account>> {
    let now = tx.wall;
    tx.insert(
        Kind::Account,
        "insert into accounts (name, name_folded, created_at, updated_at)
         values ($1, $2, $3, $3)
         returning id",
        &[&name, &text::fold(name), &now],
    )
}
