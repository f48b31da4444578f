//! The password of PostgreSQL: from `PGPASSWORD`, else from the password file.
//!
//! Never: a file that others may read, as PostgreSQL's own programs refuse it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base::Secret;
use store::postgres::Target;

/// Finds the password for an address that has none; `Err` is a sentence for the operator.
pub(super) fn find(
    url: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Secret<String>>, String> {
    let target = Target::parse(url).map_err(|error| error.to_string())?;
    if target.has_password {
        return Ok(None);
    }
    if let Some(password) = environment("PGPASSWORD") {
        return Ok(Some(Secret::new(password)));
    }
    let named = environment("PGPASSFILE").map(PathBuf::from);
    let at_home = || Some(Path::new(&environment("HOME")?).join(".pgpass"));
    let Some(path) = named.or_else(at_home).filter(|path| path.is_file()) else {
        return Ok(None);
    };
    let text = read(&path)?;
    let user = target.user.clone().or_else(|| environment("USER"));
    Ok(matching(
        &text,
        &target,
        user.as_deref().unwrap_or_default(),
    ))
}

fn read(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let refuse = |cause| format!("The password file {shown} cannot be read: {cause}.");
    let metadata = std::fs::metadata(path).map_err(refuse)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(format!(
            "The password file {shown} may be read by others. Run `chmod 600 {shown}`."
        ));
    }
    std::fs::read_to_string(path).map_err(refuse)
}

/// The password of the first line that fits: `host:port:database:user:password`, where `*` fits
/// everything, and `\:` and `\\` stand for themselves.
fn matching(text: &str, target: &Target, user: &str) -> Option<Secret<String>> {
    let port = target.port.to_string();
    let database = target.database.as_deref().unwrap_or(user);
    let wanted = [target.host.as_str(), &port, database, user];
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.find_map(|line| {
        let fields = fields(line);
        let [places @ .., password] = fields.as_slice() else {
            return None;
        };
        let fits = |(place, wanted): (&String, &&str)| place == "*" || place == wanted;
        let is_fit = places.len() == wanted.len() && places.iter().zip(&wanted).all(fits);
        is_fit.then(|| Secret::new(password.clone()))
    })
}

/// The five fields of a line; colons belong to the last one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let is_end = character == ':' && fields.len() < 5;
        if is_end {
            fields.push(String::new());
            continue;
        }
        let plain = match character {
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(field) = fields.last_mut() {
            field.push(plain);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# of the team\n\
        other.example.test:*:*:*:wrong\n\
        db.example.test:5432:time:ada:se\\:sa\\\\me\n\
        *:*:*:ben:open:sesame\n";

    fn found(url: &str) -> Option<String> {
        let target = Target::parse(url).expect("an address");
        let user = target.user.clone().unwrap_or_default();
        matching(FILE, &target, &user).map(|password| password.reveal().clone())
    }

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let ada = "postgres://ada@db.example.test/time";
        assert_eq!(found(ada).as_deref(), Some("se:sa\\me"));
        let ben = "postgres://ben@/time?host=/run/postgresql";
        assert_eq!(found(ben).as_deref(), Some("open:sesame"));
        assert_eq!(found("postgres://ada@db.example.test/other"), None);
        assert_eq!(found("postgres://ada@db.example.test:5433/time"), None);
    }

    #[test]
    fn the_environment_wins_over_the_file_and_an_address_over_both() {
        let environment = |name: &str| (name == "PGPASSWORD").then(|| "sesame".to_owned());
        let given = find("postgres://ada@db/time", &environment).expect("found");
        assert_eq!(given.expect("a password").reveal(), "sesame");
        let own = find("postgres://ada:own@db/time", &environment).expect("found");
        assert!(own.is_none());
    }
}
