//! The commands that need no database, through the real binary.
//!
//! Never: the environment or the working directory of the test run.

mod binary;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use binary::{Ended, carillon, run};

const SIGNATURE: &str =
    "X-Noko-Signature: 6d227858bf0d926fb657873b932cbfca06d4831d54142d65a1408889c11196fd";

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory for this test")
}

fn write(directory: &Path, name: &str, text: &str) {
    std::fs::write(directory.join(name), text).expect("the file is new");
}

/// Value and origin of a setting.
fn setting(ended: &Ended, name: &str) -> (String, String) {
    let settings = ended.json()["settings"].clone();
    let rows = settings.as_array().expect("a list").iter();
    let row = rows
        .clone()
        .find(|row| row["name"] == name)
        .expect("the setting is listed");
    let text = |key: &str| row[key].as_str().expect("text").to_owned();
    (text("value"), text("origin"))
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_the_default() {
    let home = directory();
    write(
        home.path(),
        "carillon.toml",
        "listen = '127.0.0.1:3'\nbroadcasts.interval = '3s'",
    );
    let file = ["config", "--json", "--config", "carillon.toml"];
    let flag = [
        "config",
        "--json",
        "--config",
        "carillon.toml",
        "--listen",
        "127.0.0.1:1",
    ];
    let environment = [("CARILLON_LISTEN", "127.0.0.1:2")];

    let by_default = carillon(home.path(), &["config", "--json"]);
    let by_file = carillon(home.path(), &file);
    let by_environment = run(home.path(), &file, &environment, "");
    let by_flag = run(home.path(), &flag, &environment, "");

    let listen = |ended| setting(ended, "listen");
    assert_eq!(
        listen(&by_default),
        ("127.0.0.1:8080".into(), "default".into())
    );
    assert_eq!(
        listen(&by_file),
        ("127.0.0.1:3".into(), "carillon.toml".into())
    );
    assert_eq!(
        listen(&by_environment),
        ("127.0.0.1:2".into(), "CARILLON_LISTEN".into())
    );
    assert_eq!(listen(&by_flag), ("127.0.0.1:1".into(), "--listen".into()));
    assert_eq!(setting(&by_flag, "broadcasts.interval").0, "3s");
}

#[test]
fn bad_settings_end_with_2_and_name_value_origin_and_remedy() {
    let home = directory();
    write(
        home.path(),
        "unknown.toml",
        "[webhooks.retry]\ninital = '1s'",
    );
    for (arguments, environment, said) in [
        (
            &["config", "--config", "unknown.toml"][..],
            ("A", ""),
            "webhooks.retry.inital, which is no setting. Did you mean webhooks.retry.initial?",
        ),
        (
            &["config", "--check"],
            ("CARILLON_WEBHOOKS_RETRY_INITIAL", "soon"),
            "webhooks.retry.initial (CARILLON_WEBHOOKS_RETRY_INITIAL) is \"soon\": a duration is",
        ),
        (
            &["config", "--check", "--listen", "0.0.0.0:8080"],
            ("A", ""),
            "listen is 0.0.0.0:8080, every address of this machine, so public_url must be set",
        ),
        (
            &["config"],
            ("CARILLON_DELIVERY_LEASE_DURATION", "10s"),
            "delivery.lease.duration (10s) less twice delivery.lease.renewal (5s) must cover",
        ),
        (
            &["config", "--config", "absent.toml"],
            ("A", ""),
            "absent.toml cannot be read",
        ),
    ] {
        let ended = run(home.path(), arguments, &[environment], "");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ended.words.contains(said), "{}", ended.words);
    }
}

#[test]
fn an_address_of_every_interface_is_fine_with_a_public_url() {
    let home = directory();
    let arguments = [
        "config",
        "--check",
        "--listen",
        "[::]:80",
        "--public-url",
        "https://time.example.test/",
    ];
    assert_eq!(carillon(home.path(), &arguments).code, 0);
}

#[test]
fn the_table_and_the_page_have_a_line_per_setting() {
    let home = directory();
    let table = carillon(home.path(), &["config"]).out;
    let page = carillon(home.path(), &["config", "--markdown"]).out;
    let settings = carillon(home.path(), &["config", "--json"]).json()["settings"].clone();
    for row in settings.as_array().expect("a list") {
        let name = row["name"].as_str().expect("text");
        assert!(
            table
                .lines()
                .any(|line| line.starts_with(&format!("{name} "))),
            "{name}"
        );
        assert!(
            page.lines()
                .any(|line| line.starts_with(&format!("| `{name}` |"))),
            "{name}"
        );
    }
}

#[test]
fn wrong_usage_ends_with_2_and_the_version_with_0() {
    let home = directory();
    for arguments in [&["sing"][..], &[], &["config", "--colour"], &["verify"]] {
        assert_eq!(carillon(home.path(), arguments).code, 2, "{arguments:?}");
    }
    let version = carillon(home.path(), &["version", "--json"]);
    assert_eq!(version.code, 0);
    assert_eq!(version.json()["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(carillon(home.path(), &["--help"]).code, 0);
}

#[test]
fn the_vectors_of_both_schemes_verify() {
    let home = directory();
    write(home.path(), "secret", "correct-horse\n");
    write(home.path(), "standard", "whsec_Y29ycmVjdC1ob3JzZQ==\n");
    write(home.path(), "body", "{\"a\":1}");
    let by_file = [
        "verify",
        "--secret-file",
        "secret",
        "--header",
        SIGNATURE,
        "body",
    ];
    let by_input = [
        "verify",
        "--json",
        "--secret-file",
        "standard",
        "--header",
        SIGNATURE,
        "-",
    ];
    let standard = [
        "verify",
        "--secret-file",
        "secret",
        "--header",
        "webhook-id: 0c6f3a52-7b1e-4d0a-9f4e-2f8f5d1c7e90",
        "--header",
        "webhook-timestamp: 1710837000",
        "--header",
        "webhook-signature: v1,ALBLHwwOI+9MTw+ZfT0tko6flfoB9bYUKDYYdLFMUtg=",
        "body",
    ];

    assert_eq!(
        carillon(home.path(), &by_file).out,
        "The signature matches: X-Noko-Signature.\n"
    );
    let ended = run(home.path(), &by_input, &[], "{\"a\":1}");
    assert_eq!(ended.json()["matches"], true);
    assert_eq!(carillon(home.path(), &standard).code, 0);
}

#[test]
fn a_signature_that_does_not_match_ends_with_6_and_the_reason() {
    let home = directory();
    write(home.path(), "secret", "correct-horse");
    for (header, body, code, said) in [
        (
            SIGNATURE,
            "{\"a\":2}",
            6,
            "another secret, or not the exact bytes",
        ),
        (
            SIGNATURE,
            "{\"a\":1}\n",
            6,
            "without it the signature matches",
        ),
        (
            "X-Noko-Signature: 6d22",
            "{\"a\":1}",
            6,
            "64 lower-case hexadecimal digits",
        ),
        (
            "webhook-signature: v1,AAAA",
            "{}",
            2,
            "needs webhook-id beside it",
        ),
        ("Host: time.example.test", "{}", 2, "There is no signature"),
        ("X-Noko-Signature", "{}", 2, "is not a header"),
    ] {
        let arguments = [
            "verify",
            "--secret-file",
            "secret",
            "--header",
            header,
            "--json",
        ];
        let ended = run(home.path(), &arguments, &[], body);
        assert_eq!(ended.code, code, "{header}");
        assert!(ended.words.contains(said), "{}", ended.words);
        let message = ended.json()["message"].clone();
        assert!(
            message
                .as_str()
                .is_some_and(|message| message.contains(said)),
            "{message}"
        );
    }
}

#[test]
fn a_key_is_made_once_for_its_owner_alone() {
    let home = directory();
    let path = home.path().join("master.key");

    let made = carillon(home.path(), &["key", "create", "master.key", "--json"]);
    let text = std::fs::read_to_string(&path).expect("the key is there");
    let again = carillon(home.path(), &["key", "create", "master.key"]);

    assert_eq!(made.code, 0, "{}", made.words);
    assert!(!made.out.contains(text.trim()) && !made.words.contains(text.trim()));
    assert_eq!(text.trim().len(), 64);
    let rights = std::fs::metadata(&path)
        .expect("the key is there")
        .permissions()
        .mode();
    assert_eq!(rights & 0o777, 0o600);
    assert_eq!(again.code, 1);
    assert!(again.words.contains("exists already"), "{}", again.words);
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), text);
}

#[test]
fn a_database_is_made_once_and_never_without_its_key() {
    let home = directory();
    let count = |ended: &Ended, key: &str| ended.json()[key].as_array().map(Vec::len);
    let dry = [
        "migrate",
        "--dry-run",
        "--json",
        "--database",
        "sqlite:time.db",
    ];
    let wet = ["migrate", "--json", "--database", "sqlite:time.db"];

    let before = carillon(home.path(), &dry);
    assert!(!home.path().join("time.db").exists());
    let made = carillon(home.path(), &wet);
    assert_eq!(made.code, 0, "{}", made.words);
    assert_eq!(count(&made, "applied"), count(&before, "pending"));
    assert_eq!(count(&carillon(home.path(), &dry), "pending"), Some(0));

    std::fs::remove_file(home.path().join("time.db.key")).expect("the key was made");
    let refused = carillon(home.path(), &wet);
    assert_eq!(refused.code, 1);
    assert!(
        refused.words.contains("time.db.key is missing"),
        "{}",
        refused.words
    );

    carillon(home.path(), &["key", "create", "time.db.key"]);
    let refused = carillon(home.path(), &wet);
    assert_eq!(refused.code, 1);
    assert!(
        refused.words.contains("master_key_file"),
        "{}",
        refused.words
    );
}

#[test]
fn the_description_of_the_api_is_openapi() {
    let home = directory();
    let arguments = ["openapi", "--public-url", "https://time.example.test"];
    let document = carillon(home.path(), &arguments).json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "https://time.example.test");
}

#[test]
fn quiet_leaves_only_data() {
    let home = directory();
    let ended = carillon(home.path(), &["key", "create", "quiet.key", "--quiet"]);
    assert_eq!(
        (ended.out.as_str(), ended.words.as_str()),
        ("quiet.key\n", "")
    );
}

#[test]
fn listen_without_a_token_or_a_server_says_so() {
    let home = directory();
    let token = [("CARILLON_TOKEN", "crp-something")];
    // Nothing listens on port 1 of a machine that runs tests.
    let away = ["listen", "--url", "http://127.0.0.1:1"];

    assert_eq!(carillon(home.path(), &["listen"]).code, 5);
    let ended = run(home.path(), &away, &token, "");
    assert_eq!(ended.code, 3);
    assert!(
        ended
            .words
            .starts_with("The server at http://127.0.0.1:1 is away"),
        "{}",
        ended.words
    );
    let unknown = ["listen", "--events", "entry.creatd"];
    assert_eq!(run(home.path(), &unknown, &token, "").code, 2);
}
