//! The parameters of a request's address, and the filters of lists that are read from them.
//!
//! Never: `page` and `per_page`; those are `page.rs`.

use base::id::Id;
use base::{Date, Error, Kind, Problem, Result, WallTime};

use super::lenient;

/// The query string as pairs, in the order of the client.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads `key=value&key=value`; whatever is not well formed is taken as it stands.
    pub fn parse(text: &str) -> Self {
        Self {
            pairs: form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        }
    }

    /// The value of a scalar parameter: given twice, the first wins (contract README §4).
    pub fn first(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// All values of a list parameter: repeated keys and `name[]`, united.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        let named = move |key: &str| key.strip_suffix("[]").unwrap_or(key) == name;
        self.pairs()
            .filter(move |(key, _)| named(key))
            .map(|(_, value)| value)
    }

    /// The pairs as they stand in an address.
    pub fn to_text(&self) -> String {
        self.with("", None)
    }

    /// The same with another value for a name, or without it.
    pub fn with(&self, name: &str, value: Option<&str>) -> String {
        let others = self.pairs().filter(|(key, _)| *key != name);
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(others);
        if let Some(value) = value {
            text.append_pair(name, value);
        }
        text.finish()
    }

    /// Everything, in the order of the client.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Reads the filters of a list and collects what is wrong with them.
///
/// An empty value counts as absent; a malformed one is a problem `invalid` with the parameter's
/// name. Ends with [`Filters::finish`].
#[derive(Debug)]
pub struct Filters<'c> {
    query: &'c Query,
    kind: Kind,
    aliases: Vec<(&'static str, &'static str)>,
    problems: Vec<Problem>,
}

impl<'c> Filters<'c> {
    pub(super) fn new(query: &'c Query, kind: Kind) -> Self {
        Self {
            query,
            kind,
            aliases: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Also accepts the filter under another name; values of a list under both are united.
    pub fn alias(&mut self, name: &'static str, other: &'static str) {
        self.aliases.push((name, other));
    }

    /// Ids of things; empty when the filter is absent. Things that do not exist match nothing.
    pub fn ids<T>(&mut self, name: &'static str) -> Vec<Id<T>> {
        let words = self.texts(name);
        let ids: Option<Vec<_>> = words.iter().map(|word| Id::parse(word)).collect();
        ids.unwrap_or_else(|| self.refuse(name))
    }

    /// Free words; empty when the filter is absent.
    pub fn texts(&mut self, name: &'static str) -> Vec<String> {
        let words: Vec<String> = self
            .names(name)
            .flat_map(|name| self.query.all(name))
            .flat_map(lenient::words)
            .map(ToOwned::to_owned)
            .collect();
        if lenient::is_storable_all(&words) {
            words
        } else {
            self.refuse(name)
        }
    }

    /// Words of a closed list; empty when the filter is absent.
    pub fn words(&mut self, name: &'static str, known: &[&'static str]) -> Vec<&'static str> {
        let find = |word: &String| known.iter().copied().find(|known| known == word);
        let words: Option<Vec<_>> = self.texts(name).iter().map(find).collect();
        words.unwrap_or_else(|| self.refuse(name))
    }

    /// One word of a closed list.
    pub fn one_of(&mut self, name: &'static str, known: &[&'static str]) -> Option<&'static str> {
        self.scalar(name, |text| {
            known.iter().copied().find(|known| *known == text)
        })
    }

    /// A text to search for, as it was given; compare it with `base::text::fold`.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.scalar(name, |text| {
            lenient::is_storable(text).then(|| text.to_owned())
        })
    }

    /// `true`, `false`, `1` or `0`, in any case.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        self.scalar(name, lenient::boolean_text)
    }

    /// A whole number.
    pub fn integer(&mut self, name: &'static str) -> Option<i64> {
        self.scalar(name, lenient::integer_text)
    }

    /// A calendar date.
    pub fn date(&mut self, name: &'static str) -> Option<Date> {
        self.scalar(name, base::time::parse_date)
    }

    /// The first moment that an inclusive lower bound admits; a date begins at 00:00:00 UTC.
    pub fn moment_from(&mut self, name: &'static str) -> Option<WallTime> {
        self.scalar(name, WallTime::parse)
    }

    /// The last moment that an inclusive upper bound admits: the last microsecond of the second,
    /// or of the UTC day if it is a date.
    pub fn moment_to(&mut self, name: &'static str) -> Option<WallTime> {
        self.scalar(name, |text| {
            let day = base::time::parse_date(text).is_some();
            let seconds = if day { 86_400 } else { 1 };
            WallTime::parse(text).map(|start| WallTime(start.0 + seconds * 1_000_000 - 1))
        })
    }

    /// `Invalid` with all problems found, if there are any.
    pub fn finish(self) -> Result<()> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self.problems))
        }
    }

    fn scalar<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self
            .names(name)
            .find_map(|name| self.query.first(name))
            .map(str::trim)
            .filter(|text| !text.is_empty())?;
        read(text).or_else(|| self.refuse(name))
    }

    /// The name itself and its aliases.
    fn names(&self, name: &'static str) -> impl Iterator<Item = &'static str> {
        let others = self.aliases.iter().filter(move |(own, _)| *own == name);
        std::iter::once(name).chain(others.map(|(_, other)| *other))
    }

    fn refuse<T: Default>(&mut self, name: &'static str) -> T {
        self.problems.push(Problem::new(self.kind, name, "invalid"));
        T::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(outcome: Result<()>) -> Vec<String> {
        match outcome {
            Err(Error::Invalid(problems)) => problems
                .into_iter()
                .map(|problem| format!("{} {}", problem.field, problem.code))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn values_of_a_list_are_united_however_they_are_written() {
        for text in [
            "ids=1,2,3",
            "ids[]=1&ids[]=2&ids[]=3",
            "ids=1&ids=2,3",
            "ids%5B%5D=1&ids=2&ids=+3+,",
            "other=1,2&ids=3",
        ] {
            let query = Query::parse(text);
            let mut filters = Filters::new(&query, Kind::Entry);
            filters.alias("ids", "other");
            let mut ids: Vec<i64> = filters
                .ids::<base::id::Entry>("ids")
                .into_iter()
                .map(Id::number)
                .collect();
            ids.sort_unstable();
            assert_eq!(ids, [1, 2, 3], "{text}");
            assert!(filters.finish().is_ok());
        }
    }

    #[test]
    fn of_a_scalar_given_twice_the_first_counts_and_an_empty_one_is_absent() {
        let query = Query::parse("billable=TRUE&billable=false&from=&name=+Atlas+");
        let mut filters = Filters::new(&query, Kind::Entry);
        assert_eq!(filters.boolean("billable"), Some(true));
        assert_eq!(filters.date("from"), None);
        assert_eq!(filters.text("name").as_deref(), Some("Atlas"));
        assert_eq!(filters.text("absent"), None);
        assert!(filters.finish().is_ok());
    }

    #[test]
    fn a_date_bound_covers_the_whole_day_and_a_moment_its_whole_second() {
        let query = Query::parse("a=2024-03-18&b=2024-03-18&c=2024-03-18T10:00:00%2B02:00");
        let mut filters = Filters::new(&query, Kind::Entry);
        let start = WallTime::parse("2024-03-18").expect("a date");
        let eight = WallTime::parse("2024-03-18T08:00:00Z").expect("a moment");
        assert_eq!(filters.moment_from("a"), Some(start));
        assert_eq!(
            filters.moment_to("b"),
            Some(WallTime(start.0 + 86_400_000_000 - 1))
        );
        assert_eq!(filters.moment_to("c"), Some(WallTime(eight.0 + 999_999)));
    }

    #[test]
    fn malformed_filters_are_all_named_in_the_order_of_reading() {
        let query = Query::parse("ids=1,x&from=2024-02-30&state=odd&billable=yes&ids2=-1&t=%00");
        let mut filters = Filters::new(&query, Kind::Entry);
        let _ids = filters.ids::<base::id::Entry>("ids");
        let _from = filters.date("from");
        let _state = filters.one_of("state", &["running", "paused"]);
        let _words = filters.words("state", &["running"]);
        let _billable = filters.boolean("billable");
        let _negative = filters.ids::<base::id::Entry>("ids2");
        let _nul = filters.text("t");
        assert_eq!(
            problems(filters.finish()),
            ["ids", "from", "state", "state", "billable", "ids2", "t"]
                .map(|name| format!("{name} invalid"))
        );
    }
}
