//! What all pages share: the frame around them, notices, confirm pages.
//!
//! Words: *section*, an entry of the navigation; *notice*, a line on top that says what was done.
//! Never: reading anything; who may see a page.

use askama::Template;

use super::answer::{Answer, Handled};
use super::assets;
use super::call::Call;
use super::cookies::Cookie;
use super::form;
use super::shown::Zone;

/// Where in the navigation a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Nowhere: sign-in.
    None,
    Timers,
    Entries,
    Projects,
    Webhooks,
    Broadcasts,
    Tokens,
    Verify,
}

impl Section {
    /// Whether the page lies in Integrations & Connected Apps.
    fn is_integration(self) -> bool {
        matches!(
            self,
            Self::Webhooks | Self::Broadcasts | Self::Tokens | Self::Verify
        )
    }
}

/// The frame of a page.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) section: Section,
    /// `light`, `dark`, or empty for the system's.
    pub(crate) theme: &'static str,
    pub(crate) css: &'static str,
    pub(crate) js: &'static str,
    pub(crate) bell: &'static str,
    pub(crate) person: Option<Person>,
    /// The token of every form on the page.
    pub(crate) form_token: String,
    /// Where the theme form comes back to.
    pub(crate) here: String,
    /// The address of the page with times in UTC, and back, with its word; none in UTC's own zone.
    pub(crate) zone_link: Option<(String, &'static str)>,
    /// From where times are looked at.
    pub(crate) zone: Zone,
    /// What was done, in a sentence.
    pub(crate) notice: Option<String>,
    /// What was not done, and why.
    pub(crate) problem: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) initials: String,
    pub(crate) account: String,
}

impl Layout {
    /// Whether the page lies there.
    pub(crate) fn is(&self, section: Section) -> bool {
        self.section == section
    }

    /// Whether the page lies in Integrations & Connected Apps.
    pub(crate) fn is_integration(&self) -> bool {
        self.section.is_integration()
    }

    /// Whether this theme is chosen.
    pub(crate) fn is_theme(&self, theme: &str) -> bool {
        self.theme == theme
    }

    /// The name of the zone in which times are shown.
    pub(crate) fn zone_name(&self) -> String {
        self.zone.name()
    }

    /// The same with a line that says why something was not done.
    #[must_use]
    pub(crate) fn refusing(mut self, sentence: Option<String>) -> Self {
        self.problem = sentence;
        self
    }
}

impl Call {
    /// The frame of this page.
    pub(crate) fn layout(&self, section: Section) -> Layout {
        let settings = &self.app.settings;
        let theme = match Cookie::Theme.read(&self.headers, settings).as_deref() {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "",
        };
        let is_utc = self.query.first("tz") == Some("utc");
        let offset = self.visitor.as_ref().map_or(0, |it| it.utc_offset);
        let cookie = match &self.visitor {
            Some(visitor) => Some(visitor.cookie.reveal().clone()),
            None => Cookie::Form.read(&self.headers, settings),
        };
        let zone_query = self
            .query
            .with("tz", if is_utc { None } else { Some("utc") });
        Layout {
            section,
            theme,
            css: assets::css(),
            js: assets::js(),
            bell: assets::bell(),
            person: self.visitor.as_ref().map(|visitor| Person {
                initials: initials(&visitor.name),
                name: visitor.name.clone(),
                account: visitor.account_name.clone(),
            }),
            form_token: cookie.as_deref().map(form::token).unwrap_or_default(),
            here: address(&self.path, &self.query.to_text()),
            zone_link: (offset != 0).then(|| {
                let word = if is_utc { "own zone" } else { "UTC" };
                (address(&self.path, &zone_query), word)
            }),
            zone: Zone {
                utc_offset: if is_utc { 0 } else { offset },
                now: self.app.clock.wall(),
            },
            notice: self.query.first("done").and_then(notice).map(str::to_owned),
            problem: None,
        }
    }
}

/// The path with its query, if it has one.
fn address(path: &str, query: &str) -> String {
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// What the word `done` in an address says: a closed list, so that a link cannot make us say
/// anything else.
fn notice(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => "Saved.",
        "created" => "Created.",
        "deleted" => "Deleted.",
        "enabled" => "Enabled. What waits goes out now.",
        "disabled" => "Disabled. What waits is kept.",
        "switched_on" => "Enabled.",
        "switched_off" => "Disabled. What was collected is dropped.",
        "pinged" => "A ping is on its way.",
        "retried" => "The payload is attempted now. Reload to see how it went.",
        "skipped" => "Skipped. The next payload goes out now.",
        "redelivered" => "Queued once more, as a payload of its own.",
        "revoked" => "Revoked. Programs that used the token get 401 from now on.",
        "logged" => "Logged as an entry.",
        "discarded" => "Discarded.",
        _ => return None,
    })
}

/// At most two letters that stand for a person.
fn initials(name: &str) -> String {
    let firsts = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    firsts.take(2).flat_map(char::to_uppercase).collect()
}

/// A page that asks before something that cannot be undone (U10).
#[derive(Template)]
#[template(path = "http/layout/confirm.html")]
pub(crate) struct Confirm {
    pub(crate) page: Layout,
    pub(crate) title: String,
    /// Where the way back leads, and its name.
    pub(crate) back: (String, String),
    /// What follows, in numbers.
    pub(crate) consequences: Vec<String>,
    /// Where the form posts to.
    pub(crate) action: String,
    pub(crate) button: &'static str,
    /// The label of a free text that is kept with it: its field is `reason`.
    pub(crate) reason: Option<&'static str>,
}

impl Confirm {
    /// 200 with the page.
    pub(crate) fn answer(&self) -> Handled {
        Answer::page(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_shown_by_initials() {
        for (name, shown) in [
            ("Ada Lovelace", "AL"),
            ("ada", "A"),
            ("", ""),
            ("ß x y", "SSX"),
        ] {
            assert_eq!(initials(name), shown);
        }
    }
}
