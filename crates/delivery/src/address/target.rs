//! A `payload_uri`, parsed once; what is stored is what will be called.
//!
//! Words: *host key* = what the caps per host count by.
//! Never: deciding whether an address may be called.

use std::net::IpAddr;

use base::limits;
use hyper::http::uri::PathAndQuery;
use url::{Host, Url};

/// The address of a receiver, free of everything that two parsers could read differently (T14).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    text: String,
    host: String,
    port: u16,
    path_and_query: PathAndQuery,
    literal: Option<IpAddr>,
    is_https: bool,
}

impl Target {
    /// Reads an absolute http or https URL of at most 2,048 characters; `Err` says what is wrong
    /// and what to do.
    ///
    /// Refused: user information, other schemes, white space, control characters, backslashes,
    /// a missing host, port 0, and any spelling of host or port that parsing would change, such
    /// as `http://2130706433/`. Names in other scripts become punycode; a fragment is dropped.
    pub fn parse(text: &str) -> Result<Self, String> {
        check_characters(text)?;
        let authority = authority_of(text)?;
        let mut url = Url::parse(text)
            .map_err(|problem| format!("{text} is not a URL: {problem}. Correct it."))?;
        url.set_fragment(None);

        let host = url.host().ok_or_else(missing_host)?;
        let (written_host, written_port) = split_port(authority);
        let literal = check_host(&host, written_host)?;
        let port = url.port_or_known_default().unwrap_or(0);
        check_port(written_port, port)?;
        let host = host.to_string();
        if url.as_str().len() > limits::URL_CHARS_MAX {
            return Err(too_long());
        }
        let path_and_query = PathAndQuery::try_from(&url[url::Position::BeforePath..])
            .map_err(|_| format!("The path of {text} cannot be sent. Percent-encode it."))?;
        let is_https = url.scheme() == "https";
        Ok(Self {
            text: url.into(),
            host,
            port,
            path_and_query,
            literal,
            is_https,
        })
    }

    /// The serialised form: what is stored, shown and called.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host in lower case, an IPv6 literal in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, that of the scheme if none was given.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the exchange is encrypted.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// The address, if the host is one instead of a name.
    pub fn literal_ip(&self) -> Option<IpAddr> {
        self.literal
    }

    /// Lower-case `host:port` without the dot that may end a name: the key of the caps per host.
    pub fn host_key(&self) -> String {
        format!("{}:{}", self.host.trim_end_matches('.'), self.port)
    }

    /// What a connection is good for: scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        let path = self.path_and_query.as_str().len();
        &self.text[..self.text.len() - path]
    }

    /// The value of the header `host`: without the port if it is the scheme's (RFC 9110 §7.2).
    pub(crate) fn host_header(&self) -> &str {
        let start = if self.is_https {
            "https://".len()
        } else {
            "http://".len()
        };
        &self.origin()[start..]
    }

    /// What stands in the request line.
    pub(crate) fn path_and_query(&self) -> &PathAndQuery {
        &self.path_and_query
    }
}

fn check_characters(text: &str) -> Result<(), String> {
    if text.chars().count() > limits::URL_CHARS_MAX {
        return Err(too_long());
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("A URL has no spaces or control characters. Remove them.".into());
    }
    if text.contains('\\') {
        return Err("A URL has no backslashes. Write / instead.".into());
    }
    Ok(())
}

/// The text between the scheme's slashes and the path.
fn authority_of(text: &str) -> Result<&str, String> {
    let (scheme, rest) = text
        .split_once("://")
        .ok_or("A URL begins with https:// or http://. Give it in full.")?;
    if !["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Err("Only https and http can be called. Begin the URL with https://.".into());
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "A URL with a user name or password is not taken. Put a token into the query, or \
             verify the signature."
                .into(),
        );
    }
    if authority.is_empty() || authority.starts_with(':') {
        return Err(missing_host());
    }
    Ok(authority)
}

/// Host and port as they were written; a colon within brackets is the address's.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[end..].find(':') {
        Some(colon) => (
            &authority[..end + colon],
            Some(&authority[end + colon + 1..]),
        ),
        None => (authority, None),
    }
}

/// Gives the address of a literal, and refuses a host that parsing has changed into another.
fn check_host(host: &Host<&str>, written: &str) -> Result<Option<IpAddr>, String> {
    let changed = || {
        format!("The host {written} can be read as {host}. Write it as {host}, if that is meant.")
    };
    match host {
        Host::Ipv4(ip) if ip.to_string() == written => Ok(Some(IpAddr::V4(*ip))),
        Host::Ipv4(_) => Err(changed()),
        Host::Ipv6(ip) => Ok(Some(IpAddr::V6(*ip))),
        Host::Domain(name) => {
            let is_kept = if written.is_ascii() {
                written.eq_ignore_ascii_case(name)
            } else {
                !written.contains('%')
            };
            let is_name = is_name(name);
            match (is_kept, is_name) {
                (true, true) => Ok(None),
                (false, _) => Err(changed()),
                (true, false) => Err(format!("{written} is not a host name. Correct it.")),
            }
        }
    }
}

/// Letters, digits, `-` and `_` in labels that are not empty; one dot may end it.
fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_plain);
    let labels = text.strip_suffix('.').unwrap_or(text);
    text.len() <= DOMAIN_BYTES_MAX && labels.split('.').all(is_label)
}

/// Characters of a host name in text form (RFC 1035 §2.3.4), with the dot at its end.
const DOMAIN_BYTES_MAX: usize = 254;

fn check_port(written: Option<&str>, port: u16) -> Result<(), String> {
    if port == 0 {
        return Err("Port 0 cannot be called. Give the port of your receiver.".into());
    }
    match written {
        Some(text) if text != port.to_string() => Err(format!(
            "The port \"{text}\" is not written plainly. Write :{port} or leave it out."
        )),
        Some(_) | None => Ok(()),
    }
}

fn missing_host() -> String {
    "The URL has no host. Write it as https://host/path.".into()
}

fn too_long() -> String {
    format!(
        "The URL is longer than {} characters. Shorten it.",
        limits::URL_CHARS_MAX
    )
}
