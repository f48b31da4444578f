//! Which token a request presents (contract authentication.md §1).
//!
//! Never: deciding whether a token is good; that is `identity`.

use base::{Error, Result, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use super::query::Query;

/// Query parameters that carry credentials, in the order in which they decide.
const PARAMETERS: [&str; 3] = ["noko_token", "freckle_token", "access_token"];

/// A token and the set in which it is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// A personal access token.
    Personal(Secret<String>),
    /// An OAuth access token.
    Access(Secret<String>),
    /// Either: HTTP Basic does not say.
    Either(Secret<String>),
}

/// Reads the first credentials present; they decide, even if they are wrong.
///
/// `Unauthenticated` if there are none or they cannot be read. `query_tokens` tells whether query
/// parameters count.
pub(super) fn read(
    headers: &HeaderMap,
    query: &Query,
    query_tokens: QueryTokens,
) -> Result<Presented> {
    for name in ["x-nokotoken", "x-freckletoken"] {
        if let Some(value) = headers.get(name) {
            return token(value.to_str().ok()).map(Presented::Personal);
        }
    }
    if let Some(value) = headers.get(AUTHORIZATION) {
        return value
            .to_str()
            .map_err(|_| Error::Unauthenticated)
            .and_then(authorization);
    }
    let name = PARAMETERS
        .into_iter()
        .find(|name| query.first(name).is_some());
    match name.filter(|_| query_tokens == QueryTokens::Count) {
        Some("access_token") => token(query.first("access_token")).map(Presented::Access),
        Some(name) => token(query.first(name)).map(Presented::Personal),
        None => Err(Error::Unauthenticated),
    }
}

/// Whether query parameters may carry credentials: `api.query_tokens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryTokens {
    /// They count.
    Count,
    /// They are as good as absent.
    AreIgnored,
}

/// Whether the address itself holds a token, good or not: then no cache may keep the answer.
pub(super) fn are_in(query: &Query) -> bool {
    PARAMETERS
        .into_iter()
        .any(|name| query.first(name).is_some())
}

/// The user name and password of HTTP Basic; `None` for other schemes or bad coding.
pub fn basic(value: &str) -> Option<(String, Secret<String>)> {
    let (scheme, coded) = value.trim().split_once(' ')?;
    let coded = coded.trim();
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD
        .decode(coded)
        .or_else(|_| STANDARD_NO_PAD.decode(coded))
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (name, password) = text.split_once(':').unwrap_or((&text, ""));
    Some((name.to_owned(), Secret::new(password.to_owned())))
}

fn authorization(value: &str) -> Result<Presented> {
    if let Some((name, password)) = basic(value) {
        let known = matches!(
            password.reveal().as_str(),
            "" | "x-noko-token" | "x-oauth-basic"
        );
        let name = Some(name.as_str()).filter(|_| known);
        return token(name).map(Presented::Either);
    }
    let (scheme, text) = value.trim().split_once(' ').ok_or(Error::Unauthenticated)?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" => token(Some(text)).map(Presented::Access),
        _ => Err(Error::Unauthenticated),
    }
}

fn token(text: Option<&str>) -> Result<Secret<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|text| Secret::new(text.to_owned()))
        .ok_or(Error::Unauthenticated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(headers: &[(&'static str, &str)], query: &str, tokens: QueryTokens) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    (*name).parse().expect("a name"),
                    value.parse().expect("a value"),
                )
            })
            .collect();
        match read(&headers, &Query::parse(query), tokens) {
            Ok(Presented::Personal(token)) => format!("personal {}", token.reveal()),
            Ok(Presented::Access(token)) => format!("access {}", token.reveal()),
            Ok(Presented::Either(token)) => format!("either {}", token.reveal()),
            Err(_) => "none".to_owned(),
        }
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn the_first_credentials_present_decide() {
        let noko = ("X-NokoToken", "a");
        let freckle = ("x-frecKletoken", "b");
        let bearer = ("Authorization", "Bearer c");
        let query = "access_token=f&freckle_token=e&noko_token=d";
        let count = QueryTokens::Count;
        for (headers, query, found) in [
            (&[bearer, freckle, noko][..], query, "personal a"),
            (&[bearer, freckle], query, "personal b"),
            (&[bearer], query, "access c"),
            (&[], query, "personal d"),
            (&[], "access_token=f&freckle_token=e", "personal e"),
            (&[], "access_token=f&access_token=g", "access f"),
            (&[("X-NokoToken", " "), bearer], query, "none"),
            (&[("Authorization", "Digest x")], query, "none"),
            (&[], "noko_token=&access_token=f", "none"),
            (&[], "", "none"),
        ] {
            assert_eq!(shown(headers, query, count), found, "{headers:?} {query}");
        }
        assert_eq!(shown(&[], query, QueryTokens::AreIgnored), "none");
    }

    #[test]
    fn authorization_is_read_in_all_its_forms() {
        for (value, found) in [
            ("Bearer t".to_owned(), "access t"),
            ("bearer  t".to_owned(), "access t"),
            ("token t".to_owned(), "access t"),
            (basic("t:"), "either t"),
            (basic("t"), "either t"),
            (basic("t:x-noko-token"), "either t"),
            (basic("t:x-oauth-basic"), "either t"),
            (basic("t:secret"), "none"),
            (basic(":"), "none"),
            ("Basic ***".to_owned(), "none"),
            ("Bearer".to_owned(), "none"),
            ("t".to_owned(), "none"),
        ] {
            let headers = [("authorization", value.as_str())];
            assert_eq!(
                shown(&headers, "noko_token=q", QueryTokens::Count),
                found,
                "{value}"
            );
        }
    }
}
