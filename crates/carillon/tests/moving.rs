//! Backup, restore, copy and doctor, through the real binary; also on PostgreSQL, if the tests'
//! cluster runs.
//!
//! Never: a server that happens to be running; the cluster is the one that `cargo xtask` started.

mod binary;
#[path = "binary/running.rs"]
mod running;

use std::path::Path;

use binary::{Ended, carillon, run};
use running::{Api, Running};
use serde_json::Value;

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory for this test")
}

/// Where an installation of a test is.
struct Place {
    database: String,
    key: &'static str,
}

impl Place {
    fn sqlite(name: &str, key: &'static str) -> Self {
        let database = format!("sqlite:{name}");
        Self { database, key }
    }

    /// A fresh database of the tests' cluster, if it runs.
    fn postgres(name: &str) -> Option<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the tests' runner speaks by the environment"
        )]
        let cluster = std::env::var("CARILLON_TEST_POSTGRES").ok()?;
        let name = format!("moving_{}_{name}", std::process::id());
        let database = |name: &str| format!("{cluster}&dbname={name}");
        let mut client = postgres::Client::connect(&database("postgres"), postgres::NoTls)
            .expect("the cluster runs");
        let sql = format!("create database {name}");
        client.batch_execute(&sql).expect("a fresh database");
        Some(Self {
            database: database(&name),
            key: "key",
        })
    }

    fn environment(&self) -> [(&str, &str); 3] {
        [
            ("CARILLON_DATABASE", &self.database),
            ("CARILLON_MASTER_KEY_FILE", self.key),
            ("CARILLON_DELIVERY_ALLOW_NETWORKS", "127.0.0.0/8"),
        ]
    }

    fn command(&self, home: &Path, arguments: &[&str]) -> Ended {
        run(home, arguments, &self.environment(), "")
    }

    /// A server, its second line, and how to ask it.
    fn serve(&self, home: &Path, flags: &[&str], token: &str) -> (Running, String, Api) {
        let arguments = [&["--listen", "127.0.0.1:0"], flags].concat();
        let mut server = Running::start(home, "serve", &arguments, &self.environment());
        let line = server.line_with(" serving ");
        let origin = line.split(' ').nth(3).expect("the origin").to_owned();
        let storage = server.line_with("storage ");
        let token = token.to_owned();
        (server, storage, Api { origin, token })
    }

    /// An account with a webhook that nobody answers; its token.
    fn fill(&self, home: &Path) -> String {
        let arguments = ["account", "create", "--json", "--name", "Acme"];
        let email = ["--email", "ada@example.test"];
        let made = good(&self.command(home, &[&arguments[..], &email].concat()));
        let token = text(&made["token"]).to_owned();
        let (server, _, api) = self.serve(home, &["--no-engine"], &token);
        let webhook =
            r#"{"name":"Desk","payload_uri":"http://127.0.0.1:9/","events":["user.created"]}"#;
        assert_eq!(api.send("POST", "/v2/webhooks", webhook).0, 201);
        assert_eq!(server.end(), 0);
        let create = ["users", "create", "--email", "ben@example.test"];
        assert_eq!(self.command(home, &create).code, 0);
        token
    }
}

fn good(ended: &Ended) -> Value {
    assert_eq!(ended.code, 0, "{}", ended.words);
    ended.json()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// Makes the key that every place of a test has.
fn key(home: &Path) {
    assert_eq!(carillon(home, &["key", "create", "key"]).code, 0);
}

/// The whole story from one place to another, which is empty.
fn move_by_backup(home: &Path, from: &Place, to: &Place) {
    key(home);
    let token = from.fill(home);
    let (server, _, _) = from.serve(home, &["--no-engine"], &token);
    let written = good(&from.command(home, &["backup", "all.dump", "--json"]));
    assert_eq!(server.end(), 0);

    let restored = good(&to.command(home, &["restore", "all.dump", "--json"]));
    assert_eq!(restored["rows"], written["rows"]);
    let again = to.command(home, &["restore", "all.dump"]);
    assert_eq!(again.code, 1);
    assert!(again.words.contains("not empty"), "{}", again.words);

    let (mut paused, _, api) = to.serve(home, &[], &token);
    paused.line_with("Paused since ");
    let waiting = paused.line_with("\"Desk\": ");
    assert!(waiting.starts_with("  webhook 1 "), "{waiting}");
    let path = "/v2/webhooks/1/payloads?type=user.created";
    assert_eq!(api.get(path)[0]["attempts_count"], 0);
    // Numbers go on after those of the original.
    let (status, user) = api.send("POST", "/v2/users", r#"{"email":"cleo@example.test"}"#);
    assert_eq!((status, &user["id"]), (201, &Value::from(3)));
    assert_eq!(paused.end(), 0);
    let (resumed, _, _) = to.serve(home, &["--resume"], &token);
    assert_eq!(resumed.end(), 0);
    let (_working, line, _) = to.serve(home, &["--no-engine"], &token);
    assert!(line.contains("1 webhook"), "{line}");
}

/// A copy is refused while a server works, complete when none does, and no second one is made.
fn move_by_copy(home: &Path, from: &Place, to: &Place) {
    key(home);
    let token = from.fill(home);
    let copy = ["copy", "--from", &from.database, "--to", &to.database];
    let (server, _, _) = from.serve(home, &[], &token);
    let refused = from.command(home, &copy);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert_eq!(server.end(), 0);

    let copied = from.command(home, &copy);
    assert_eq!(copied.code, 0, "{}", copied.words);
    let refused = from.command(home, &copy);
    assert!(refused.words.contains("not empty"), "{}", refused.words);
    let users = good(&to.command(home, &["users", "list", "--json"]));
    assert_eq!(users["users"].as_array().map(Vec::len), Some(2));
    let (server, _, api) = to.serve(home, &["--no-engine"], &token);
    assert_eq!(api.get("/v2/current_user")["email"], "ada@example.test");
    assert_eq!(server.end(), 0);
}

#[test]
fn a_backup_is_restored_paused_and_sends_when_it_is_resumed() {
    let home = directory();
    let (from, to) = (Place::sqlite("a.db", "key"), Place::sqlite("b.db", "key"));
    move_by_backup(home.path(), &from, &to);
}

#[test]
fn a_copy_has_everything_and_needs_an_installation_at_rest() {
    let home = directory();
    let (from, to) = (Place::sqlite("a.db", "key"), Place::sqlite("b.db", "key"));
    move_by_copy(home.path(), &from, &to);
}

#[test]
fn a_damaged_backup_or_another_key_leaves_nothing_behind() {
    let home = directory();
    key(home.path());
    let from = Place::sqlite("a.db", "key");
    from.fill(home.path());
    good(&from.command(home.path(), &["backup", "all.dump", "--json"]));
    let whole = std::fs::read_to_string(home.path().join("all.dump")).expect("it is there");
    let lines: Vec<_> = whole.lines().collect();
    let write = |text: String| {
        std::fs::write(home.path().join("bad.dump"), text).expect("the directory is ours");
    };
    let to = Place::sqlite("b.db", "key");
    let restore = || to.command(home.path(), &["restore", "bad.dump"]);

    for text in [
        String::new(),
        "no backup\n".to_owned(),
        lines[..lines.len() - 1].join("\n") + "\n",
        whole.replace("ada@example", "eve@example"),
        whole.replacen("{\"rows\":1}", "{\"rows\":2}", 1),
    ] {
        write(text);
        let refused = restore();
        assert_eq!(refused.code, 1, "{}", refused.out);
        assert!(!home.path().join("b.db").exists());
    }
    assert_eq!(carillon(home.path(), &["key", "create", "other"]).code, 0);
    let other = Place::sqlite("b.db", "other");
    let refused = other.command(home.path(), &["restore", "all.dump"]);
    assert!(refused.words.contains("other is "), "{}", refused.words);
    assert!(!home.path().join("b.db").exists());
}

#[test]
fn the_doctor_ends_with_6_if_something_is_wrong_and_says_what_helps() {
    let home = directory();
    key(home.path());
    let place = Place::sqlite("a.db", "key");
    let missing = place.command(home.path(), &["doctor", "--json"]);
    assert_eq!(missing.code, 6);
    place.fill(home.path());
    let healthy = good(&place.command(home.path(), &["doctor", "--json"]));
    assert_eq!(healthy["healthy"], true);

    assert_eq!(carillon(home.path(), &["key", "create", "other"]).code, 0);
    let other = Place::sqlite("a.db", "other");
    let ended = other.command(home.path(), &["doctor", "--json"]);
    assert_eq!(ended.code, 6);
    let findings = ended.json()["findings"].clone();
    let key = &findings[0];
    assert_eq!(
        (&key["part"], &key["state"]),
        (&"key".into(), &"wrong".into())
    );
    assert!(text(&key["remedy"]).contains("master_key_file"));
}

#[test]
fn an_installation_moves_to_postgresql_and_back() {
    let home = directory();
    let Some(to) = Place::postgres("restored") else {
        return;
    };
    move_by_backup(home.path(), &Place::sqlite("a.db", "key"), &to);
    let home = directory();
    let from = Place::postgres("copied").expect("it was there before");
    move_by_copy(home.path(), &from, &Place::sqlite("b.db", "key"));
}

#[test]
fn several_servers_share_postgresql_and_are_seen_until_they_stop() {
    let home = directory();
    let Some(place) = Place::postgres("shared") else {
        return;
    };
    let unnamed = [("CARILLON_DATABASE", place.database.as_str())];
    let refused = run(home.path(), &["users", "list"], &unnamed, "");
    assert_eq!(refused.code, 1);
    assert!(
        refused.words.contains("master_key_file"),
        "{}",
        refused.words
    );

    key(home.path());
    let token = place.fill(home.path());
    let (first, line, _) = place.serve(home.path(), &[], &token);
    assert!(line.contains("(primary, 1 node seen)"), "{line}");
    let (second, line, api) = place.serve(home.path(), &[], &token);
    assert!(line.contains("(primary, 2 nodes seen)"), "{line}");
    assert_eq!(api.get("/readyz")["ready"], true);
    assert_eq!(first.end(), 0);
    assert_eq!(second.end(), 0);
    let healthy = good(&place.command(home.path(), &["doctor", "--json"]));
    let findings = healthy["findings"].to_string();
    assert!(findings.contains("No server runs."), "{findings}");

    let gone = "postgres://postgres@127.0.0.1:1/x";
    let away = run(
        home.path(),
        &["users", "list"],
        &[
            ("CARILLON_DATABASE", gone),
            ("CARILLON_MASTER_KEY_FILE", "key"),
        ],
        "",
    );
    assert_eq!(away.code, 3);
    assert!(away.words.contains("cannot be reached"), "{}", away.words);
}
