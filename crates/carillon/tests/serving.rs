//! The server and what works beside it, through the real binary.
//!
//! Never: a fixed port; the environment or the working directory of the test run.

mod binary;
#[path = "binary/running.rs"]
mod running;

use std::path::Path;

use binary::{carillon, run};
use running::{Api, Running};
use serde_json::Value;

const DATABASE: [&str; 2] = ["--database", "sqlite:time.db"];

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory for this test")
}

/// Arguments with the database of the test at their end.
fn on_database<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &DATABASE].concat()
}

/// An account of that name, as `--json` prints it.
fn account(home: &Path, name: &str, email: &str) -> Value {
    let arguments = [
        "account", "create", "--json", "--name", name, "--email", email,
    ];
    let ended = carillon(home, &on_database(&arguments));
    assert_eq!(ended.code, 0, "{}", ended.words);
    ended.json()
}

/// A server that may call this machine, and how to ask it.
fn serve(home: &Path, flags: &[&str], token: &str) -> (Running, Api) {
    let arguments = on_database(&[&["--listen", "127.0.0.1:0"], flags].concat());
    let environment = [("CARILLON_DELIVERY_ALLOW_NETWORKS", "127.0.0.0/8")];
    let mut server = Running::start(home, "serve", &arguments, &environment);
    let line = server.line_with(" serving ");
    let origin = line.split(' ').nth(3).expect("the origin").to_owned();
    assert!(line.ends_with(&origin.replace("http://", " on ")), "{line}");
    let token = token.to_owned();
    (server, Api { origin, token })
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

#[test]
fn an_account_is_made_again_under_other_names_only() {
    let home = directory();
    let first = account(home.path(), "Acme", "ada@example.test");
    let second = account(home.path(), "Borg", "dora@example.test");
    let arguments = |name, email| {
        on_database(&[
            "account", "create", "--json", "--name", name, "--email", email,
        ])
    };
    let same_name = carillon(home.path(), &arguments("ACME", "eve@example.test"));
    let same_email = carillon(home.path(), &arguments("Cyan", "Ada@example.test"));

    assert_eq!(keys(&first), ["account", "user", "token", "password"]);
    assert_eq!(first["account"]["owner"]["id"], first["user"]["id"]);
    assert_eq!(first["user"]["role"], "supervisor");
    assert_ne!(first["account"]["id"], second["account"]["id"]);
    for (ended, field) in [(same_name, "name"), (same_email, "email")] {
        assert_eq!(ended.code, 1);
        assert!(ended.words.contains(" already."), "{}", ended.words);
        assert_eq!(ended.json()["errors"][0]["field"], field);
        assert_eq!(ended.json()["errors"][0]["code"], "already_exists");
    }
}

#[test]
fn a_password_that_is_given_is_not_shown() {
    let home = directory();
    let create = [
        "account",
        "create",
        "--name",
        "Acme",
        "--email",
        "ada@example.test",
    ];
    let by_input = [&create[..], &["--json", "--password-file", "-"]].concat();
    let made = run(home.path(), &on_database(&by_input), &[], "correct horse\n");
    let environment = [("CARILLON_PASSWORD", "battery staple")];
    let set = on_database(&["users", "set-password", "ada@example.test"]);
    let set = run(home.path(), &set, &environment, "");

    assert_eq!(keys(&made.json()), ["account", "user", "token"]);
    assert!(!(made.out + &made.words).contains("horse"));
    assert_eq!(set.code, 0, "{}", set.words);
    assert!(!(set.out + &set.words).contains("staple"));
}

#[test]
fn people_and_tokens_are_managed_beside_a_running_server() {
    let home = directory();
    let made = account(home.path(), "Acme", "ada@example.test");
    let (server, api) = serve(home.path(), &[], text(&made["token"]));
    let command = |arguments: &[&str]| carillon(home.path(), &on_database(arguments));
    let create = [
        "users",
        "create",
        "--email",
        "ben@example.test",
        "--role",
        "coworker",
    ];

    let user = command(&[&create[..], &["--json"]].concat()).json();
    let token = command(&["tokens", "create", "--user", "ben@example.test", "--json"]).json();
    let of_ben = Api {
        origin: api.origin.clone(),
        token: text(&token["token"]).to_owned(),
    };
    let path = format!("/v2/users/{}", user["id"]);
    assert_eq!(keys(&user), keys(&api.get(&path)));
    assert_eq!(of_ben.get("/v2/current_user")["email"], "ben@example.test");

    assert_eq!(command(&["users", "suspend", "ben@example.test"]).code, 0);
    assert_eq!(of_ben.send("GET", "/v2/current_user", "").0, 401);
    assert_eq!(command(&["users", "activate", "ben@example.test"]).code, 0);
    assert_eq!(of_ben.send("GET", "/v2/current_user", "").0, 200);
    let number = token["id"].to_string();
    assert_eq!(command(&["tokens", "revoke", &number]).code, 0);
    assert_eq!(of_ben.send("GET", "/v2/current_user", "").0, 401);

    let users = command(&["users", "list", "--json"]).json();
    assert_eq!(users["users"].as_array().map(Vec::len), Some(2));
    let tokens = command(&["tokens", "list", "--json"]).json();
    assert_eq!(tokens["tokens"][0]["user"]["email"], "ada@example.test");
    assert_eq!(tokens["tokens"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.end(), 0);
}

#[test]
fn what_a_command_records_shows_the_origin_of_the_server_beside_it() {
    let home = directory();
    let made = account(home.path(), "Acme", "ada@example.test");
    let (server, api) = serve(home.path(), &[], text(&made["token"]));
    let webhook = r#"{"name":"n","payload_uri":"http://127.0.0.1:9/","events":["user.created"]}"#;
    assert_eq!(api.send("POST", "/v2/webhooks", webhook).0, 201);

    let create = on_database(&["users", "create", "--email", "ben@example.test"]);
    assert_eq!(carillon(home.path(), &create).code, 0);

    let payloads = api.get("/v2/webhooks/1/payloads?type=user.created");
    let url = text(&payloads[0]["object"]["url"]);
    assert!(url.starts_with(&api.origin), "{url}");
    assert_eq!(server.end(), 0);
}

#[test]
fn an_account_must_be_named_where_there_are_several_and_must_be_there() {
    let home = directory();
    let list = on_database(&["users", "list"]);
    assert_eq!(carillon(home.path(), &list).code, 3);
    assert!(!home.path().join("time.db").exists());
    account(home.path(), "Acme", "ada@example.test");
    assert_eq!(carillon(home.path(), &list).code, 0);
    account(home.path(), "Borg", "dora@example.test");

    let unnamed = carillon(home.path(), &list);
    assert_eq!(unnamed.code, 4);
    assert!(
        unnamed.words.contains("--account NAME"),
        "{}",
        unnamed.words
    );
    let named = |name| carillon(home.path(), &[&list[..], &["--account", name]].concat());
    assert!(named("borg").out.contains("dora@example.test"));
    assert!(!named("borg").out.contains("ada@example.test"));
    assert_eq!(named("Cyan").code, 4);
}

#[test]
fn a_server_answers_is_alone_and_stops_in_order() {
    let home = directory();
    let made = account(home.path(), "Acme", "ada@example.test");
    let (server, api) = serve(home.path(), &[], text(&made["token"]));
    let second = on_database(&["serve", "--listen", "127.0.0.1:0"]);
    let second = carillon(home.path(), &second);

    assert_eq!(second.code, 1);
    assert!(
        second
            .words
            .starts_with("Another Carillon server runs on time.db."),
        "{}",
        second.words
    );
    assert_eq!(api.get("/v2/account")["name"], "Acme");
    let url = format!("{}/v2/account", api.origin);
    assert_eq!(api.get("/v2/account")["url"], url);
    let ready = api.get("/readyz");
    assert_eq!(ready["ready"], true);
    assert_eq!(
        keys(&ready["checks"]),
        ["database", "migrations", "disk", "engine"]
    );
    let metrics = api.get("/metrics");
    for name in [
        "carillon_build_info{",
        "carillon_webhooks{condition=\"idle\"} 0\n",
        "carillon_payloads_waiting 0\n",
        "carillon_db_bytes ",
        "process_start_time_seconds ",
    ] {
        assert!(text(&metrics).contains(name), "{name}");
    }
    assert_eq!(server.end(), 0);
}

#[test]
fn a_server_without_an_account_names_the_command_that_makes_one() {
    let home = directory();
    let (mut server, _) = serve(home.path(), &[], "");
    let hint = server.line_with("There is no account yet");
    assert!(
        hint.contains("carillon account create --database sqlite:time.db"),
        "{hint}"
    );
    assert_eq!(server.end(), 0);
}

#[test]
fn each_half_of_a_server_runs_alone() {
    let home = directory();
    let made = account(home.path(), "Acme", "ada@example.test");
    let (engine, api) = serve(home.path(), &["--no-api"], text(&made["token"]));
    assert_eq!(api.send("GET", "/v2/account", "").0, 404);
    assert_eq!(api.get("/readyz")["ready"], true);
    assert_eq!(engine.end(), 0);

    let (api_only, api) = serve(home.path(), &["--no-engine"], text(&made["token"]));
    assert_eq!(api.get("/v2/account")["name"], "Acme");
    assert_eq!(api_only.end(), 0);
    let neither = on_database(&["serve", "--no-api", "--no-engine"]);
    assert_eq!(carillon(home.path(), &neither).code, 2);
}

#[test]
fn a_demo_shows_verified_arrivals_and_makes_nothing_twice() {
    let home = directory();
    let environment = [("CARILLON_BROADCASTS_INTERVAL", "10ms")];
    let start = || {
        let mut demo = Running::start(
            home.path(),
            "demo",
            &["--port", "0", "--json"],
            &environment,
        );
        let line = demo.line_with("\"token\"");
        let said: Value = serde_json::from_str(&line).expect("one object");
        let api = Api {
            origin: text(&said["url"]).to_owned(),
            token: text(&said["token"]).to_owned(),
        };
        (demo, api, said)
    };

    let (mut demo, api, first) = start();
    let ping = demo.line_with("webhook.ping");
    assert!(ping.contains("\"signature_ok\":true"), "{ping}");
    let entry = r#"{"date":"2024-03-18","minutes":30,"description":"Hello #carillon","project_name":"Atlas"}"#;
    assert_eq!(api.send("POST", "/v2/entries", entry).0, 201);
    let arrived = demo.line_with("entry.created");
    assert!(arrived.contains("\"signature_ok\":true"), "{arrived}");
    let path = format!("/v2/projects/{}/timer/start", first["project_id"]);
    assert_eq!(api.send("PUT", &path, "").0, 200);
    let told = demo.line_with("timer.running");
    assert!(told.contains("\"signature_ok\":true"), "{told}");
    assert_eq!(demo.end(), 0);

    let (mut demo, api, second) = start();
    assert_eq!(first["token"], second["token"]);
    let ping = demo.line_with("webhook.ping");
    assert!(ping.contains("\"signature_ok\":true"), "{ping}");
    for (path, count) in [
        ("/v2/projects", 2),
        ("/v2/webhooks", 1),
        ("/v2/broadcast_receivers", 1),
        ("/v2/users", 1),
        ("/v2/entries", 1),
    ] {
        assert_eq!(
            api.get(path).as_array().map(Vec::len),
            Some(count),
            "{path}"
        );
    }
    assert_eq!(demo.end(), 0);
}

#[test]
fn listen_verifies_what_arrives_and_leaves_nothing_behind() {
    let home = directory();
    let made = account(home.path(), "Acme", "ada@example.test");
    let token = text(&made["token"]);
    let (server, api) = serve(home.path(), &[], token);
    let arguments = [
        "--url",
        &api.origin,
        "--events",
        "entry.*",
        "--broadcasts",
        "--save",
        "in",
    ];
    let environment = [("CARILLON_TOKEN", token)];
    let mut listener = Running::start(home.path(), "listen", &arguments, &environment);
    listener.line_with("webhook.ping");

    let entry = r#"{"date":"2024-03-18","minutes":30,"project_name":"Atlas"}"#;
    let (status, entry) = api.send("POST", "/v2/entries", entry);
    assert_eq!(status, 201, "{entry}");
    let line = listener.line_with("entry.created");
    assert!(line.contains("#2 entry.created"), "{line}");
    assert!(line.contains("signature ok → 200"), "{line}");
    let saved = std::fs::read_dir(home.path().join("in")).expect("the directory was made");
    assert_eq!(saved.count(), 4);

    assert_eq!(listener.end(), 0);
    for path in ["/v2/webhooks", "/v2/broadcast_receivers"] {
        assert_eq!(api.get(path).as_array().map(Vec::len), Some(0), "{path}");
    }
    assert_eq!(server.end(), 0);
}
