//! Each rule against texts that keep it and texts that break it.

use super::functions::functions;
use super::licences::is_allowed;
use super::source::Source;
use super::{Complaint, Text, comments, rooms, sizes, statements, words};

const SLICE: &str = "crates/server/src/resources/timers";

/// Holds each text against the number of complaints that it should cause.
fn expect(check: fn(&Source) -> Vec<Complaint>, cases: &[(&str, &str, usize)]) {
    for (path, text, count) in cases {
        let found = check(&Source::read(path, text));
        let shown: Vec<String> = found.iter().map(Complaint::to_string).collect();
        assert_eq!(found.len(), *count, "{path}: {text:?} gives {shown:?}");
    }
}

#[test]
fn code_comments_and_strings_are_told_apart() {
    for (text, code, comment) in [
        ("let a = \"// no\"; // yes", "let a = \"\"; ", "// yes"),
        (r#"let a = "\"{"; b"#, "let a = \"\"; b", ""),
        ("let a = r#\"a \" { b\"#; c", "let a = r#\"\"; c", ""),
        ("let a = r\"\\\"; c", "let a = \"\"; c", ""),
        ("let a = '{'; fn f<'a>()", "let a = ' '; fn f<'a>()", ""),
        ("let a = '\\''; b('\"')", "let a = ' '; b(' ')", ""),
        ("a /* b /* c */ d */ e", "a  e", "/* b /* c */ d */"),
        ("let r = error\"", "let r = error\"\"", ""),
    ] {
        let source = Source::read("a.rs", text);
        let line = &source.lines[0];
        let code = code.replace("r#\"\"", "\"\"");
        assert_eq!(
            (line.code.as_str(), line.comment.as_str()),
            (code.as_str(), comment),
            "{text}"
        );
        assert_eq!(line.raw, text);
    }
}

#[test]
fn a_string_over_several_lines_stays_on_its_first() {
    let source = Source::read("a.rs", "let a = \"select\n  b\";\nlet c = 1;\n");

    assert_eq!(source.lines.len(), 3);
    assert_eq!(source.lines[2].code, "let c = 1;");
    assert_eq!(
        (source.literals[0].line, source.literals[0].text.as_str()),
        (0, "select\n  b")
    );
}

#[test]
fn functions_have_their_lines_and_their_depth() {
    for (text, name, lines, nesting) in [
        ("fn a() {\n}\n", "a", 2, 0),
        (
            "fn a(b: [u8; 2]) -> fn(u8) {\n if b { } else { c }\n}",
            "a",
            3,
            1,
        ),
        ("fn a() { for b in c { if d { loop { } } } }", "a", 1, 3),
        (
            "fn a() { match b { C if d => { e } _ => { if f { } } } }",
            "a",
            1,
            2,
        ),
        ("fn a() { b(|c| { d }); E { f } }", "a", 1, 0),
        ("fn a(\n b: u8,\n)\nwhere\n u8: C,\n{\n}", "a", 7, 0),
        ("fn a() { let b = async move { while c { } }; }", "a", 1, 1),
    ] {
        let found = functions(&Source::read("a.rs", text));
        let first = &found[0];
        let seen = (
            first.name.as_str(),
            first.last - first.first + 1,
            first.nesting,
        );
        assert_eq!((found.len(), seen), (1, (name, lines, nesting)), "{text}");
    }
}

#[test]
fn long_files_and_functions_and_deep_ones_are_found() {
    let body = |lines: usize| format!("fn a() {{\n{}}}\n", "b();\n".repeat(lines));
    expect(
        sizes::check,
        &[
            ("a.rs", &"//\n".repeat(400), 0),
            ("a.rs", &"//\n".repeat(401), 1),
            ("a.rs", &body(58), 0),
            ("a.rs", &body(59), 1),
            ("a.rs", "fn a() { if b { if c { if d { } } } }", 0),
            ("a.rs", "fn a() { if b { if c { if d { if e { } } } } }", 1),
        ],
    );
}

#[test]
fn files_and_public_items_explain_themselves() {
    let head = "//! A.\n//!\n//! Never: b.\n";
    let with = |text: &str| format!("{head}{text}");
    expect(
        comments::check,
        &[
            ("a.rs", head, 0),
            ("a.rs", "//! A.\n", 1),
            ("a.rs", "fn a() {}\n", 2),
            ("a/tests.rs", "//! A.\n", 0),
            ("a.rs", &with("pub fn b() {}"), 1),
            ("a.rs", &with("/// B.\npub fn b() {}"), 0),
            ("a.rs", &with("/// B.\n#[must_use]\npub const fn b() {}"), 0),
            (
                "a.rs",
                &with("/// B.\n#[derive(\n    C,\n)]\npub struct B;"),
                0,
            ),
            ("a.rs", &with("#[must_use]\npub struct B;"), 1),
            ("a.rs", &with("let a = b[0]\npub enum B {}"), 1),
            ("a.rs", &with("pub mod b;\npub use b::C;"), 0),
            ("a.rs", &with("pub mod b {}"), 1),
            ("a.rs", &with(concat!("// TO", "DO: later")), 1),
        ],
    );
}

#[test]
fn some_code_has_its_place_and_some_has_none() {
    expect(
        words::code,
        &[
            ("crates/base/src/a.rs", "let a = \"todo!\"; // dbg!", 0),
            ("crates/base/src/a.rs", "todo!()", 1),
            ("crates/base/src/a.rs", "#[ignore = \"slow\"]", 1),
            ("crates/base/src/a.rs", "unsafe { a }", 1),
            ("crates/zoo/src/a.rs", "unsafe { sleep(a) }", 0),
            ("crates/base/src/a.rs", "tokio::time::sleep(a).await", 1),
            ("crates/base/src/a.rs", "let asleep = is_asleep(a);", 0),
            ("crates/delivery/src/runner.rs", "sleep(a).await", 0),
            ("tests/stories/a.rs", "std::thread::sleep(a)", 1),
        ],
    );
}

#[test]
fn the_trademark_stands_only_in_the_protocol_and_in_comparisons() {
    let name = concat!("No", "ko");
    for (text, count) in [
        ("X-@-Signature, @-Webhooks, X-@Token, @Token", 0),
        ("compatible with the @ API", 0),
        ("compatible\n/// with the @ API v2", 0),
        ("like @", 1),
        ("@Client\n@", 2),
        ("invoiced_outside_of_noko", 0),
    ] {
        let found = words::names("a.md", &text.replace('@', name));
        assert_eq!(found.len(), count, "{text}");
    }
}

#[test]
fn the_rooms_of_a_slice_keep_to_themselves() {
    let cases = [
        ("rules.rs", "use store::Tx;", 2),
        ("rules.rs", "use base::Error; // store::", 0),
        ("rules/pause.rs", "fn a(clock: &Clock) {}", 1),
        ("actions.rs", "use store::Tx; use axum::Json;", 1),
        ("api.rs", "use axum::Json; let a = \"update a timer\";", 0),
        ("api.rs", "let a = \"update timers set a = 1\";", 1),
        ("actions.rs", "let a = \"select a from b\";", 1),
        ("tests.rs", "let a = \"select a from b\";", 0),
        ("table.rs", "fn a() { b(\"delete from c\") }", 0),
        ("table.rs", "fn a() { b(\"select a from b\") }", 1),
        (
            "table.rs",
            "fn a() { b(\"select a from b where {visible}\") }",
            0,
        ),
        (
            "table.rs",
            "fn a() { c(visible_to(d)); b(\"select a from b\") }",
            0,
        ),
        (
            "table.rs",
            "fn a() {\n // unscoped: the id is our own.\n b(\"select a from b\") }",
            0,
        ),
        ("table.rs", "const A: &str = \"select a from b\";", 1),
        (
            "table.rs",
            "// unscoped: for all.\nconst A: &str = \"select a from b\";",
            0,
        ),
    ];
    for (room, text, count) in cases {
        expect(rooms::check, &[(&format!("{SLICE}/{room}"), text, count)]);
    }
    expect(
        rooms::check,
        &[("crates/store/src/api.rs", "\"select a\"", 0)],
    );
}

#[test]
fn time_and_chance_do_not_come_from_sql() {
    expect(
        statements::check,
        &[
            ("crates/store/src/a.rs", "a(\"select now()\")", 1),
            (
                "crates/store/src/a.rs",
                "a(\"update b set c = random()\")",
                1,
            ),
            (
                "crates/store/src/a.rs",
                "a(\"select b from now_playing where c = $1\")",
                0,
            ),
            ("crates/store/src/a.rs", "a(\"update now\")", 0),
            ("crates/zoo/src/a.rs", "a(\"select now()\")", 0),
        ],
    );
    for (text, count) in [
        ("create table a (b); -- no trigger", 0),
        ("create table a (b);\ncreate trigger c", 1),
    ] {
        assert_eq!(statements::migration("a.sql", text).len(), count, "{text}");
    }
}

#[test]
fn folders_and_the_registry_are_the_same() {
    for (list, count) in [
        ("pub const RESOURCES: &[Resource] = &[timers::RESOURCE];", 0),
        (
            "pub static RESOURCES: &[&Resource] =\n    &[\n    &timers::RESOURCE,\n];",
            0,
        ),
        (
            "pub const RESOURCES: &[Resource] = &[timers::RESOURCE, tags::RESOURCE];",
            1,
        ),
        ("pub const RESOURCES: &[Resource] = &[tags::RESOURCE];", 2),
        ("pub const RESOURCES: &[Resource] = &[];", 1),
    ] {
        let file = |path: &str, text: &str| Text {
            path: format!("crates/server/src/resources/{path}"),
            text: text.to_owned(),
        };
        let found = rooms::registry(&[file("mod.rs", list), file("timers/mod.rs", "")]);
        assert_eq!(found.len(), count, "{list}");
    }
    assert_eq!(rooms::registry(&[]).len(), 1);
}

#[test]
fn licences_are_read_as_expressions() {
    for (expression, allowed) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("Unlicense/MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("GPL-3.0 OR MIT AND GPL-2.0", false),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("(MIT", false),
        ("MIT MIT", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression), allowed, "{expression}");
    }
}
