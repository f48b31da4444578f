//! Forms: how they are read, how a forged one is told from ours, and what is said beside a field.
//!
//! Words: *form token*, a text in each form that only the page's own browser could be given.
//! Never: storage.

use base::secret::{digest, is_equal};
use base::{Error, Problem, Result};
use hyper::HeaderMap;
use hyper::header::ORIGIN;
use serde_json::{Map, Value};
use url::Url;

use crate::Settings;

/// The field of the token.
const FIELD: &str = "form_token";

/// Reads `name=value&…`; a name that comes several times is a list.
pub(super) fn parse(bytes: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => drop(fields.insert(name.into_owned(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    fields
}

/// The token of the forms that a cookie's owner gets; the cookie cannot be found from it.
pub(super) fn token(cookie: &str) -> String {
    let mut token = digest(&format!("carillon form {cookie}"));
    token.truncate(32);
    token
}

/// `Forbidden` unless the request comes from a page of ours (T20).
pub(super) fn check_origin(headers: &HeaderMap, settings: &Settings) -> Result<()> {
    let site = headers.get("sec-fetch-site");
    let is_ours = site.map_or_else(
        || has_own_origin(headers, settings),
        |site| matches!(site.as_bytes(), b"same-origin" | b"none"),
    );
    if is_ours {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "The form was sent from another site. Open {} and send it from there.",
        settings.public_url
    )))
}

fn has_own_origin(headers: &HeaderMap, settings: &Settings) -> bool {
    let own = Url::parse(&settings.public_url).map(|url| url.origin());
    let own = own.map(|origin| origin.ascii_serialization());
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    own.is_ok_and(|own| own != "null" && origin == Some(own.as_str()))
}

/// `Forbidden` unless the form carries the token of this cookie.
pub(super) fn check_token(fields: &Map<String, Value>, cookie: Option<&str>) -> Result<()> {
    let given = fields.get(FIELD).and_then(Value::as_str);
    let is_ours = given
        .zip(cookie)
        .is_some_and(|(given, cookie)| is_equal(given.as_bytes(), token(cookie).as_bytes()));
    if is_ours {
        return Ok(());
    }
    Err(Error::Forbidden(
        "The form is too old, or cookies are blocked. Go back, reload the page and send it again."
            .to_owned(),
    ))
}

/// What is wrong with the fields of a form that comes back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals(Vec<(String, String)>);

impl Refusals {
    /// What to say beside a field; list elements count as their list.
    pub(crate) fn on(&self, field: &str) -> Option<&str> {
        let named = self.0.iter().find(|(name, _)| name == field);
        named.map(|(_, sentence)| sentence.as_str())
    }

    /// All of them, for the summary on top.
    pub(crate) fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

/// What to say on the form; any other error goes on.
pub(crate) fn refusals(error: Error) -> Result<Refusals> {
    match error {
        Error::Invalid(problems) => Ok(Refusals(problems.iter().map(said).collect())),
        Error::Conflict { sentence, .. } | Error::Malformed(sentence) => {
            Ok(Refusals(vec![("base".to_owned(), sentence)]))
        }
        other => Err(other),
    }
}

fn said(problem: &Problem) -> (String, String) {
    let field = problem.field.split('[').next().unwrap_or_default();
    let sentence = problem.sentence.clone().unwrap_or_else(|| {
        match problem.code {
            "missing_field" => "Fill this in.",
            "already_exists" => "This exists already. Choose another one.",
            "does_not_exist" => "This does not exist any more.",
            _ => "This cannot be used here. Check it.",
        }
        .to_owned()
    });
    (field.to_owned(), sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_comes_several_times_is_a_list() {
        let fields = parse(b"name=a+b%26c&events=x&events=y&events=z");
        assert_eq!(fields["name"], "a b&c");
        assert_eq!(fields["events"], serde_json::json!(["x", "y", "z"]));
    }

    #[test]
    fn only_our_own_pages_may_post() {
        let settings = Settings::default();
        let own = settings.public_url.as_str();
        for (headers, is_ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", own)], false),
            (&[("origin", own)], true),
            (&[("origin", "null")], false),
            (&[("origin", "http://127.0.0.1:8081")], false),
            (&[("origin", "http://127.0.0.1:8080.evil.example")], false),
            (&[("origin", "https://127.0.0.1:8080")], false),
            (&[], false),
        ] {
            let pairs = headers.iter().map(|(name, value)| {
                let name = hyper::header::HeaderName::from_static(name);
                (name, value.parse().expect("a value"))
            });
            let checked = check_origin(&pairs.collect(), &settings);
            assert_eq!(checked.is_ok(), is_ours, "{headers:?}");
        }
    }

    #[test]
    fn a_token_fits_its_own_cookie_only() {
        let fields = parse(format!("form_token={}", token("mine")).as_bytes());
        assert!(check_token(&fields, Some("mine")).is_ok());
        assert!(check_token(&fields, Some("yours")).is_err());
        assert!(check_token(&fields, None).is_err());
        assert!(check_token(&parse(b"form_token="), Some("")).is_err());
    }
}
