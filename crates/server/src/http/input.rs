//! The inputs of a change: a JSON body laid over the query parameters, read one by one.
//!
//! Words: *input*, as in the tables of the contract's endpoints.
//! Never: stopping at the first problem; deciding what a value means.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use base::id::Id;
use base::{Date, Error, Kind, Problem, Result, WallTime, limits};
use serde_json::{Map, Value};

use super::given::Given;
use super::lenient;
use super::query::Query;

/// Reads inputs and collects everything that is wrong with them, in the order of reading.
///
/// Each reader gives [`Given`]; the `required_` ones give the value itself, or its default after
/// they noted `missing_field`. Nothing read may be used before [`Inputs::finish`] said yes.
#[derive(Debug)]
pub struct Inputs<'c> {
    kind: Kind,
    body: &'c Map<String, Value>,
    query: &'c Query,
    aliases: Vec<(&'static str, &'static str)>,
    problems: Vec<Problem>,
}

impl<'c> Inputs<'c> {
    pub(super) fn new(kind: Kind, body: &'c Map<String, Value>, query: &'c Query) -> Self {
        Self {
            kind,
            body,
            query,
            aliases: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Also accepts the input under another name; its own name wins, and problems carry it.
    pub fn alias(&mut self, name: &'static str, other: &'static str) {
        self.aliases.push((name, other));
    }

    /// Adds a problem that the handler found itself.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds a problem with this code on an input.
    pub fn refuse(&mut self, name: impl Into<String>, code: &'static str) {
        self.problems.push(Problem::new(self.kind, name, code));
    }

    /// `Invalid` with all problems found, if there are any.
    pub fn finish(self) -> Result<()> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.problems))
        }
    }

    /// Whether the client said anything about the input, be it `null`.
    pub fn is_given(&self, name: &str) -> bool {
        self.scalar(name).is_some()
    }

    /// Text of at most `chars_max` characters, trimmed; it may be empty.
    pub fn text(&mut self, name: &str, chars_max: usize) -> Given<String> {
        self.read(name, |value| text(value, chars_max))
    }

    /// Text that must be there and not be empty.
    pub fn required_text(&mut self, name: &str, chars_max: usize) -> String {
        let text = self.required(name, |input| {
            input.text(name, chars_max).map(NotEmpty::from)
        });
        text.0
    }

    /// A whole number.
    pub fn integer(&mut self, name: &str) -> Given<i64> {
        self.read(name, lenient::integer)
    }

    /// A whole number within bounds.
    pub fn integer_in(&mut self, name: &str, bounds: RangeInclusive<i64>) -> Given<i64> {
        self.read(name, |value| {
            lenient::integer(value).filter(|number| bounds.contains(number))
        })
    }

    /// Money or a percentage, in hundredths.
    pub fn decimal(&mut self, name: &str) -> Given<i64> {
        self.read(name, lenient::decimal)
    }

    /// A truth.
    pub fn boolean(&mut self, name: &str) -> Given<bool> {
        self.read(name, lenient::boolean)
    }

    /// A calendar date.
    pub fn date(&mut self, name: &str) -> Given<Date> {
        self.read(name, |value| {
            value
                .as_str()
                .and_then(|text| base::time::parse_date(text.trim()))
        })
    }

    /// A moment, cut to whole seconds; a bare date is its midnight UTC.
    pub fn moment(&mut self, name: &str) -> Given<WallTime> {
        self.read(name, |value| {
            value.as_str().and_then(|text| WallTime::parse(text.trim()))
        })
    }

    /// An absolute `http` or `https` address of at most 2,048 characters, as it was given.
    pub fn url(&mut self, name: &str) -> Given<String> {
        self.read(name, |value| {
            text(value, limits::URL_CHARS_MAX).filter(|url| is_web_address(url))
        })
    }

    /// One word of a closed list.
    pub fn one_of(&mut self, name: &str, known: &[&'static str]) -> Given<&'static str> {
        self.read(name, |value| {
            let word = value.as_str()?.trim();
            known.iter().copied().find(|known| *known == word)
        })
    }

    /// The id of a thing; whether it exists is for the action to say.
    pub fn id<T>(&mut self, name: &str) -> Given<Id<T>> {
        self.integer(name).map(Id::new)
    }

    /// Ids: an array or a comma-separated string. A bad element is `name[i]`.
    pub fn ids<T>(&mut self, name: &str) -> Given<Vec<Id<T>>> {
        self.list(name, |value| lenient::integer(value).map(Id::new))
    }

    /// Strings of at most `chars_max` characters: an array or one comma-separated string. Empty
    /// ones are left out.
    pub fn texts(&mut self, name: &str, chars_max: usize) -> Given<Vec<String>> {
        let texts = self.list(name, |value| text(value, chars_max));
        texts.map(|texts| texts.into_iter().filter(|text| !text.is_empty()).collect())
    }

    /// The id of a thing that must be named.
    pub fn required_id<T>(&mut self, name: &str) -> Id<T> {
        Id::new(self.required(name, |input| input.integer(name)))
    }

    /// An address that must be there.
    pub fn required_url(&mut self, name: &str) -> String {
        let url = self.required(name, |input| input.url(name).map(NotEmpty::from));
        url.0
    }

    /// Ids of which there must be one: a missing or empty list is `missing_field` (contract §5).
    pub fn required_ids<T>(&mut self, name: &str) -> Vec<Id<T>> {
        let ids = self.required(name, |input| input.ids(name).map(NotEmpty::from));
        ids.0
    }

    /// Strings of which there must be one.
    pub fn required_texts(&mut self, name: &str, chars_max: usize) -> Vec<String> {
        let texts = self.required(name, |input| {
            input.texts(name, chars_max).map(NotEmpty::from)
        });
        texts.0
    }

    /// Whatever `read` reads, which must be there: `required("minutes", |i| i.integer("minutes"))`.
    /// The default stands in for a missing value, and [`Inputs::finish`] refuses it.
    pub fn required<T: Default + Present>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Given<T>,
    ) -> T {
        if self.is_blank(name) {
            self.refuse(name, "missing_field");
            return T::default();
        }
        let before = self.problems.len();
        let value = read(self).value().filter(Present::is_present);
        if value.is_none() && self.problems.len() == before {
            self.refuse(name, "missing_field");
        }
        value.unwrap_or_default()
    }

    /// The JSON value itself, for nested inputs.
    pub fn raw(&self, name: &str) -> Option<&'c Value> {
        self.names(name)
            .into_iter()
            .find_map(|name| self.body.get(name))
    }

    /// Whether the input is a text without anything in it: where one is required that is missing
    /// and not malformed, whatever its type (contract README §5).
    fn is_blank(&self, name: &str) -> bool {
        let given = self.scalar(name);
        given.is_some_and(|value| value.as_str().is_some_and(|text| text.trim().is_empty()))
    }

    fn read<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Option<T>) -> Given<T> {
        let value = match self.scalar(name) {
            None => return Given::Absent,
            Some(value) if value.is_null() => return Given::Null,
            Some(value) => read(&value),
        };
        if value.is_none() {
            self.refuse(name, "invalid");
        }
        value.map_or(Given::Absent, Given::Value)
    }

    fn list<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Given<Vec<T>> {
        let values = match self.elements(name) {
            Given::Value(Some(values)) => values,
            Given::Value(None) => {
                self.refuse(name, "invalid");
                return Given::Absent;
            }
            Given::Null => return Given::Null,
            Given::Absent => return Given::Absent,
        };
        let mut list = Vec::new();
        for (index, value) in values.iter().enumerate() {
            match read(value) {
                Some(element) => list.push(element),
                None => self.refuse(format!("{name}[{index}]"), "invalid"),
            }
        }
        Given::Value(list)
    }

    /// The elements of a list; `Value(None)` if it is none.
    fn elements(&self, name: &str) -> Given<Option<Vec<Value>>> {
        match self.raw(name) {
            Some(Value::Null) => return Given::Null,
            Some(Value::Array(values)) => return Given::Value(Some(values.clone())),
            Some(Value::String(text)) => return Given::Value(Some(split(text).collect())),
            // One id alone, as a number, is a list of one.
            Some(number @ Value::Number(_)) => return Given::Value(Some(vec![number.clone()])),
            Some(_) => return Given::Value(None),
            None => {}
        }
        let names = self.names(name);
        let given = names
            .into_iter()
            .find(|name| self.query.all(name).next().is_some());
        let split_all = |name| Some(self.query.all(name).flat_map(split).collect());
        given.map_or(Given::Absent, |name| Given::Value(split_all(name)))
    }

    /// The value of a scalar: the body wins over the query.
    fn scalar(&self, name: &str) -> Option<Cow<'c, Value>> {
        if let Some(value) = self.raw(name) {
            return Some(Cow::Borrowed(value));
        }
        let text = self
            .names(name)
            .into_iter()
            .find_map(|name| self.query.first(name))?;
        Some(Cow::Owned(Value::String(text.to_owned())))
    }

    /// The name itself and its aliases.
    fn names<'n>(&self, name: &'n str) -> Vec<&'n str> {
        let others = self
            .aliases
            .iter()
            .filter(|(own, _)| *own == name)
            .map(|(_, other)| *other);
        std::iter::once(name).chain(others).collect()
    }
}

/// Tells a value that is there from one that is as good as missing.
pub trait Present {
    /// Whether it counts as given.
    fn is_present(&self) -> bool;
}

macro_rules! always_present {
    ($($type:ty),*) => {
        $(impl Present for $type {
            fn is_present(&self) -> bool {
                true
            }
        })*
    };
}
always_present!(i64, bool, Date, WallTime, &'static str);

/// A text or list that counts as missing when it is empty.
#[derive(Debug, Default)]
struct NotEmpty<T>(T);

impl<T> From<T> for NotEmpty<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl Present for NotEmpty<String> {
    fn is_present(&self) -> bool {
        !self.0.is_empty()
    }
}

/// A list that must be given and may be empty, such as the projects of a group.
impl<T> Present for Vec<Id<T>> {
    fn is_present(&self) -> bool {
        true
    }
}

impl<T> Present for NotEmpty<Vec<T>> {
    fn is_present(&self) -> bool {
        !self.0.is_empty()
    }
}

fn text(value: &Value, chars_max: usize) -> Option<String> {
    let text = value.as_str()?.trim();
    let fits = lenient::is_storable(text) && text.chars().count() <= chars_max;
    fits.then(|| text.to_owned())
}

fn split(text: &str) -> impl Iterator<Item = Value> {
    lenient::words(text).map(|word| Value::String(word.to_owned()))
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests;
