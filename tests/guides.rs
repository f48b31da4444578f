//! The integrators' guides, run: every snippet, example and request that they show.
//!
//! Words: block (fenced text of a guide), delivery (what a snippet is asked to judge).
//! Never: a snippet that is shown and not run; the network.

mod blocks;
mod deliveries;
mod hex_signature;
mod languages;
mod requests;
mod standard_signature;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use blocks::{Block, blocks, one};
use languages::{Language, Program};

const WEBHOOKS: &str = include_str!("../docs/webhooks.md");
const BROADCASTS: &str = include_str!("../docs/broadcasts.md");
const GUIDES: [&str; 2] = [WEBHOOKS, BROADCASTS];

fn judges_all_deliveries(language: &Language) {
    let folder = tempfile::tempdir().expect("the machine has room for a folder");
    for (mark, deliveries) in [
        ("verify", deliveries::hex()),
        ("verify-standard", deliveries::standard()),
    ] {
        let snippet = one(WEBHOOKS, &format!("{} {mark}", language.fence));
        let program = Program::prepare(language, &folder.path().join(mark), &snippet.text);
        for delivery in deliveries {
            let accepted = program.accepts(&delivery);
            let case = delivery.case;
            assert_eq!(
                accepted, delivery.genuine,
                "{} {mark}: {case}",
                language.fence
            );
        }
    }
}

#[test]
fn the_shell_snippets_tell_genuine_from_forged() {
    languages::run(Path::new("."), &["openssl", "version"]);
    judges_all_deliveries(&languages::SHELL);
}

#[test]
fn the_python_snippets_tell_genuine_from_forged() {
    judges_all_deliveries(&languages::PYTHON);
}

#[test]
fn the_ruby_snippets_tell_genuine_from_forged() {
    judges_all_deliveries(&languages::RUBY);
}

#[test]
fn the_javascript_snippets_tell_genuine_from_forged() {
    judges_all_deliveries(&languages::JAVASCRIPT);
}

#[test]
fn the_go_snippets_tell_genuine_from_forged() {
    judges_all_deliveries(&languages::GO);
}

#[test]
fn the_rust_snippets_tell_genuine_from_forged() {
    for delivery in deliveries::hex() {
        let accepted =
            hex_signature::is_genuine(delivery.secret, &delivery.body, &delivery.signature);
        assert_eq!(accepted, delivery.genuine, "{}", delivery.case);
    }

    for delivery in deliveries::standard() {
        let headers = standard_signature::Headers {
            id: delivery.id,
            timestamp: delivery.timestamp,
            signature: &delivery.signature,
        };
        let accepted =
            standard_signature::is_genuine(delivery.secret, &delivery.body, &headers, delivery.now);
        assert_eq!(accepted, delivery.genuine, "{}", delivery.case);
    }
}

#[test]
fn the_rust_snippets_are_the_code_that_is_tested() {
    let below_its_head = |file: &str| -> String {
        let lines = file
            .lines()
            .skip_while(|line| line.starts_with("//!") || line.is_empty());
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    for (info, file) in [
        ("rust verify", include_str!("guides/hex_signature.rs")),
        (
            "rust verify-standard",
            include_str!("guides/standard_signature.rs"),
        ),
    ] {
        assert_eq!(one(WEBHOOKS, info).text, below_its_head(file), "{info}");
    }
}

#[test]
fn the_commands_that_try_a_snippet_accept_the_test_values() {
    for (info, snippet) in [("sh try", "verify"), ("sh try-standard", "verify-standard")] {
        let folder = tempfile::tempdir().expect("the machine has room for a folder");
        let python = one(WEBHOOKS, &format!("python {snippet}")).text;
        fs::write(folder.path().join("verify.py"), python).expect("the folder is ours");

        let output = languages::shell(folder.path(), &one(WEBHOOKS, info).text, &[]);

        assert!(output.status.success(), "{info}: {output:?}");
    }
}

#[test]
fn the_secret_for_libraries_is_made_as_shown() {
    let folder = tempfile::tempdir().expect("the machine has room for a folder");
    let command = one(WEBHOOKS, "sh whsec").text;
    let printed = |secret: &str| {
        let output = languages::shell(folder.path(), &command, &[("SECRET", secret)]);
        String::from_utf8(output.stdout).expect("base64 is text")
    };

    assert_eq!(printed("correct-horse"), "whsec_Y29ycmVjdC1ob3JzZQ==\n");
    assert_eq!(
        printed(&"0f".repeat(32)).lines().count(),
        1,
        "a long secret stays on one line"
    );
}

#[test]
fn the_receiver_takes_each_payload_once_and_in_order() {
    let folder = tempfile::tempdir().expect("the machine has room for a folder");
    let receiver = one(WEBHOOKS, "python receiver").text;
    fs::write(folder.path().join("receiver.py"), receiver).expect("the folder is ours");
    fs::write(
        folder.path().join("story.py"),
        include_str!("guides/receiver_story.py"),
    )
    .expect("the folder is ours");

    let output = languages::run(folder.path(), &["python3", "story.py"]);

    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_deliveries_shown_are_genuine() {
    for guide in GUIDES {
        let block = one(guide, "http delivery").text;
        let (head, body) = block
            .split_once("\n\n")
            .expect("an empty line ends the head");
        let body = body.trim_end().as_bytes();
        let header = |name: &str| {
            let named = |line: &&str| line.split_once(": ").is_some_and(|(key, _)| key == name);
            let line = head
                .lines()
                .find(named)
                .expect("the delivery shows this header");
            line.split_once(": ").expect("the line was found by it").1
        };

        assert_eq!(header("content-length"), body.len().to_string());
        let signature = header("x-noko-signature");
        assert!(hex_signature::is_genuine("correct-horse", body, signature));
        let headers = standard_signature::Headers {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
        };
        let sent = headers.timestamp.parse().expect("Unix seconds");
        assert!(standard_signature::is_genuine(
            "correct-horse",
            body,
            &headers,
            sent
        ));
    }
}

#[test]
fn the_test_values_shown_are_those_that_are_tested() {
    for value in deliveries::SHOWN {
        assert!(WEBHOOKS.contains(&format!("| `{value}` |")), "{value}");
    }
}

#[test]
fn the_objects_shown_have_the_fields_of_their_shapes() {
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shapes");
    for block in GUIDES.into_iter().flat_map(blocks) {
        if block.language() != "json" {
            continue;
        }
        let shown: Value = serde_json::from_str(&block.text).expect("the block is JSON");
        let Some(shape) = block.info.strip_prefix("json shape=") else {
            continue;
        };
        let file = fs::read_to_string(shapes.join(format!("{shape}.json"))).expect("a shape");
        let file: Value = serde_json::from_str(&file).expect("a shape is JSON");
        assert_eq!(keys(&shown), keys(&file["example"]), "{shape}");
    }
}

fn keys(object: &Value) -> Vec<&String> {
    object
        .as_object()
        .expect("examples are objects")
        .keys()
        .collect()
}

#[test]
fn the_requests_shown_are_requests_of_the_api() {
    let mut shown = BTreeSet::new();
    for block in GUIDES.into_iter().flat_map(blocks) {
        if block.info == "sh api" {
            shown.extend(requests::of(&block.text));
        }
    }

    let routes: BTreeSet<String> = requests::ROUTES.into_iter().map(str::to_owned).collect();
    assert_eq!(shown, routes);
}

#[test]
fn every_event_of_the_catalogue_is_explained() {
    let catalogue = include_str!("../shapes/data/webhook_events.json");
    let catalogue: Value = serde_json::from_str(catalogue).expect("the catalogue is JSON");
    let categories = catalogue["categories"]
        .as_object()
        .expect("categories by name");
    let names = categories.values().filter_map(Value::as_array).flatten();
    let names: BTreeSet<&str> = names.filter_map(Value::as_str).collect();

    let (_, table) = WEBHOOKS
        .split_once("| Event | Sent when |")
        .expect("the table of events");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let explained: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();

    assert_eq!(explained.len(), 37, "each event has one row");
    assert_eq!(explained.into_iter().collect::<BTreeSet<_>>(), names);
}

#[test]
fn every_block_is_of_a_kind_that_is_tested() {
    let kinds = [
        "verify",
        "verify-standard",
        "receiver",
        "try",
        "try-standard",
        "whsec",
    ];
    for Block { info, .. } in GUIDES.into_iter().flat_map(blocks) {
        let (language, kind) = info.split_once(' ').unwrap_or((info, ""));
        let known = match language {
            "json" => kind.is_empty() || kind.starts_with("shape="),
            "http" => kind == "delivery",
            _ => kind == "api" || kinds.contains(&kind),
        };
        assert!(known, "```{info}");
    }
}

#[test]
fn every_link_leads_to_a_heading() {
    for guide in GUIDES {
        for target in guide
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let linked = match file {
                "" => guide,
                "webhooks.md" => WEBHOOKS,
                "broadcasts.md" => BROADCASTS,
                other => panic!("{other} is no guide"),
            };
            let found = anchor.is_empty() || blocks::anchors(linked).contains(&anchor.to_owned());
            assert!(found, "{target}");
        }
    }
}

#[test]
fn the_guides_keep_their_tone() {
    for guide in GUIDES {
        let prose = blocks::prose(guide).to_lowercase();
        for word in [
            "!",
            "please",
            "successfully",
            "sorry",
            "unfortunately",
            "simply",
        ] {
            assert!(!prose.contains(word), "{word}");
        }
    }
}
