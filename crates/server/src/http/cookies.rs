//! Cookies of pages: how they are read, written and named, and which addresses may be gone back to.
//!
//! Never: deciding what a cookie's value is worth.

use hyper::HeaderMap;
use hyper::header::COOKIE;

use crate::Settings;

/// The cookies that we set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Who is signed in.
    Session,
    /// Who asked for a form without being signed in: its token is bound to this.
    Form,
    /// A browser from which somebody signed in before (L23).
    Known,
    /// A sealed secret on its way to the one page that shows it.
    Once,
    /// `light` or `dark`.
    Theme,
}

impl Cookie {
    /// Its name; over TLS the prefix keeps other hosts of the domain from setting it (T20).
    fn name(self, settings: &Settings) -> &'static str {
        match (self, settings.is_https()) {
            (Self::Session, true) => "__Host-carillon",
            (Self::Session, false) => "carillon",
            (Self::Form, true) => "__Host-carillon_form",
            (Self::Form, false) => "carillon_form",
            (Self::Known, true) => "__Host-carillon_known",
            (Self::Known, false) => "carillon_known",
            (Self::Once, true) => "__Host-carillon_once",
            (Self::Once, false) => "carillon_once",
            (Self::Theme, true) => "__Host-carillon_theme",
            (Self::Theme, false) => "carillon_theme",
        }
    }

    /// Its value in a request; none if it is absent, empty or there twice.
    pub(crate) fn read(self, headers: &HeaderMap, settings: &Settings) -> Option<String> {
        let name = self.name(settings);
        let lines = headers.get_all(COOKIE).iter();
        let pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() => Some(value.to_owned()),
            _ => None,
        }
    }

    /// The line that sets it; without an age it ends with the browser.
    pub(crate) fn set(self, value: &str, age_seconds: Option<u64>, settings: &Settings) -> String {
        let name = self.name(settings);
        let age = age_seconds.map_or_else(String::new, |age| format!("; Max-Age={age}"));
        let secure = if settings.is_https() { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")
    }

    /// The line that removes it.
    pub(crate) fn clear(self, settings: &Settings) -> String {
        self.set("", Some(0), settings)
    }
}

/// The address if it is a path of ours: nothing that a browser could take for another host.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let rest = path.strip_prefix('/')?;
    let is_plain = path
        .chars()
        .all(|char| !char.is_control() && char != '\\' && char.is_ascii());
    let fits = is_plain && !rest.starts_with('/') && path.len() <= 2_048;
    fits.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_gone_back_to() {
        for (path, is_own) in [
            ("/timers", true),
            ("/integrations/webhooks?condition=failing", true),
            ("/", true),
            ("", false),
            ("timers", false),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("/\t/evil.example", false),
            ("https://evil.example", false),
            ("/a\r\nset-cookie: b", false),
        ] {
            assert_eq!(own_path(path).is_some(), is_own, "{path:?}");
        }
    }

    #[test]
    fn over_tls_cookies_are_secure_and_bound_to_the_host() {
        let mut settings = Settings::default();
        let plain = Cookie::Session.set("v", Some(9), &settings);
        assert_eq!(
            plain,
            "carillon=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=9"
        );
        settings.public_url = "https://time.example.test".to_owned();
        let secure = Cookie::Session.set("v", None, &settings);
        let expected = "__Host-carillon=v; Path=/; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(secure, expected);
    }

    #[test]
    fn a_cookie_that_is_there_twice_is_none() {
        let settings = Settings::default();
        let read = |line: &str| {
            let headers = [(COOKIE, line.parse().expect("a value"))]
                .into_iter()
                .collect();
            Cookie::Session.read(&headers, &settings)
        };
        assert_eq!(read("a=b; carillon=v; c=d").as_deref(), Some("v"));
        assert_eq!(read("carillon=v; carillon=w"), None);
        assert_eq!(read("carillon="), None);
        assert_eq!(read("xcarillon=v"), None);
    }
}
