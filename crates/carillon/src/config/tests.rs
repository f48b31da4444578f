//! Where values come from, and what is said about bad ones.
//!
//! Never: the environment of the test run.

use super::*;

/// Settings as this file and these variables give them.
pub(super) fn given(file: &str, environment: &[(&str, &str)]) -> Result<Config> {
    with_flags(&ServerFlags::default(), file, environment)
}

fn with_flags(flags: &ServerFlags, file: &str, environment: &[(&str, &str)]) -> Result<Config> {
    let look_up = |name: &str| {
        let (_, value) = environment.iter().find(|(known, _)| *known == name)?;
        Some((*value).to_owned())
    };
    Config::gather(flags, &look_up, Some((Path::new("carillon.toml"), file)))
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let mut flags = ServerFlags::default();
    let file = "listen = '127.0.0.1:3'";
    let environment = [("CARILLON_LISTEN", "127.0.0.1:2")];
    let listen = |config: Result<Config>| config.expect("valid").listen().port();

    assert_eq!(listen(with_flags(&flags, "", &[])), 8080);
    assert_eq!(listen(with_flags(&flags, file, &[])), 3);
    assert_eq!(listen(with_flags(&flags, file, &environment)), 2);
    flags.listen = Some("127.0.0.1:1".into());
    assert_eq!(listen(with_flags(&flags, file, &environment)), 1);
}

#[test]
fn a_value_remembers_where_it_came_from() {
    let config = given(
        "[webhooks.retry]\nfactor = 3",
        &[("CARILLON_BROADCASTS_INTERVAL", "1s")],
    )
    .expect("valid");
    let origin = |name| {
        let held = config.held().iter().find(|held| held.setting.name == name);
        held.expect("in the table").origin.to_string()
    };
    assert_eq!(origin("webhooks.retry.factor"), "carillon.toml");
    assert_eq!(
        origin("broadcasts.interval"),
        "CARILLON_BROADCASTS_INTERVAL"
    );
    assert_eq!(origin("listen"), "default");
}

#[test]
fn toml_writes_numbers_lists_and_tables_in_its_own_way() {
    let file = "delivery.allow_networks = ['10.0.0.0/8', '::1']\n\
                [webhooks]\nattempts_max = 7\nretry.jitter = 0.5\nretry.initial = '200ms'";
    let settings = given(file, &[]).expect("valid").delivery(String::new());

    assert_eq!(settings.allow_networks.len(), 2);
    assert_eq!(settings.caps.attempts_max, 7);
    assert_eq!(settings.retry.initial.as_millis(), 200);
    assert!((settings.retry.jitter - 0.5).abs() < f64::EPSILON);
}

#[test]
fn every_problem_is_named_with_its_value_its_origin_and_the_remedy() {
    let file = "listn = 'x'\n[webhooks.retry]\ninitial = 'soon'";
    let failed = given(file, &[("CARILLON_LISTEN", "")]).expect_err("three problems");

    assert_eq!(
        failed.text(),
        "carillon.toml has listn, which is no setting. Did you mean listen?\n\
         listen (CARILLON_LISTEN) is empty: an address is written 127.0.0.1:8080 or [::1]:8080.\n\
         webhooks.retry.initial (carillon.toml) is \"soon\": a duration is written 200ms, 5s, 10m, \
         1h or 30d, from 1ms to 3650d."
    );
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_the_place() {
    let failed = given("listen = ", &[]).expect_err("no value").text();
    assert!(failed.starts_with("carillon.toml is not TOML:"), "{failed}");
}
