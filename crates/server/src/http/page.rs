//! Which page of a list is asked for, and the `Link` header that leads to the others.
//!
//! Never: knowing what is listed.

use base::limits;

use super::query::Query;

/// A part of a list; both numbers are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    number: i64,
    size: i64,
}

impl Page {
    /// What `page` and `per_page` say; zero, negative and other nonsense falls back to the
    /// default, more than 1,000 is cut (contract README §4).
    pub(super) fn read(query: &Query) -> Self {
        let asked = |name| {
            let text = query.first(name).map(str::trim).unwrap_or_default();
            number(text).filter(|number| *number >= 1)
        };
        Self {
            number: asked("page").unwrap_or(1),
            size: asked("per_page")
                .unwrap_or(limits::PER_PAGE_DEFAULT)
                .min(limits::PER_PAGE_MAX),
        }
    }

    /// Rows to leave out before the first: for `offset`.
    pub fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Rows at most: for `limit`.
    pub fn limit(self) -> i64 {
        self.size
    }

    /// The pages that `Link` names, in its order; empty when everything is on one page.
    fn others(self, total: i64) -> Vec<(&'static str, i64)> {
        let last = total.div_euclid(self.size) + i64::from(total.rem_euclid(self.size) > 0);
        if last == 0 || (last == 1 && self.number == 1) {
            return Vec::new();
        }
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(("first", 1));
        }
        if self.number < last {
            links.extend([("last", last), ("next", self.number + 1)]);
        }
        if self.number > 1 {
            links.push(("prev", (self.number - 1).min(last)));
        }
        links
    }
}

/// A plain number; one too large to be counted is as good as the largest.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| digits.parse().unwrap_or(i64::MAX))
}

/// The value of `Link` for a list of `total` things at `address`; none if one page holds it all.
pub(super) fn link(address: &str, query: &Query, page: Page, total: i64) -> Option<String> {
    let mut pairs: Vec<(&str, &str)> = query.pairs().filter(|(name, _)| *name != "page").collect();
    // A client that follows links and appends its parameters again must not make them longer
    // and longer: what was already said is left out.
    pairs.sort_by_key(|(name, _)| *name);
    let mut said = std::collections::HashSet::new();
    pairs.retain(|pair| said.insert(*pair));

    let address = address.replace(',', "%2C");
    let links = page
        .others(total)
        .into_iter()
        .map(|(name, number)| format!("<{address}?{}>; rel=\"{name}\"", with_page(&pairs, number)));
    Some(links.collect::<Vec<_>>().join(", ")).filter(|links| !links.is_empty())
}

/// The parameters, sorted by key, with `page` at its place.
fn with_page(pairs: &[(&str, &str)], number: i64) -> String {
    let place = pairs.partition_point(|(name, _)| *name < "page");
    let number = number.to_string();
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs[..place])
        .append_pair("page", &number)
        .extend_pairs(&pairs[place..])
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link_of(path: &str, query: &str, total: i64) -> Option<String> {
        let query = Query::parse(query);
        let address = format!("https://time.example.test{path}");
        link(&address, &query, Page::read(&query), total)
    }

    fn names(query: &str, total: i64) -> Vec<(&'static str, i64)> {
        Page::read(&Query::parse(query)).others(total)
    }

    #[test]
    fn the_example_of_the_contract_is_met_to_the_letter() {
        let link = link_of("/v2/users", "per_page=10&page=2", 41).expect("several pages");
        assert_eq!(
            link,
            "<https://time.example.test/v2/users?page=1&per_page=10>; rel=\"first\", \
             <https://time.example.test/v2/users?page=5&per_page=10>; rel=\"last\", \
             <https://time.example.test/v2/users?page=3&per_page=10>; rel=\"next\", \
             <https://time.example.test/v2/users?page=1&per_page=10>; rel=\"prev\""
        );
    }

    #[test]
    fn each_page_names_only_the_others_that_exist() {
        for (query, total, links) in [
            ("", 0, vec![]),
            ("", 30, vec![]),
            ("page=1", 31, vec![("last", 2), ("next", 2)]),
            ("page=2", 31, vec![("first", 1), ("prev", 1)]),
            (
                "page=2&per_page=10",
                30,
                vec![("first", 1), ("last", 3), ("next", 3), ("prev", 1)],
            ),
            ("page=9", 31, vec![("first", 1), ("prev", 2)]),
            ("page=9", 3, vec![("first", 1), ("prev", 1)]),
            ("page=9", 0, vec![]),
        ] {
            assert_eq!(names(query, total), links, "{query} of {total}");
        }
    }

    #[test]
    fn parameters_are_sorted_encoded_and_said_once() {
        let query = "to=2024-01-31T10:00:00Z&project_ids=1,2&page=1&description=a b&page=1\
                     &from=2024-01-01&project_ids=1,2&noko_token=t";
        let link = link_of("/v2/entries", query, 31).expect("two pages");
        assert_eq!(
            link.split(", ").next(),
            Some(
                "<https://time.example.test/v2/entries?description=a+b&from=2024-01-01\
                 &noko_token=t&page=2&project_ids=1%2C2&to=2024-01-31T10%3A00%3A00Z>; rel=\"last\""
            )
        );
        assert_eq!(link.matches(',').count(), 1);
    }

    #[test]
    fn nonsense_falls_back_to_the_default() {
        for (query, number, size) in [
            ("", 1, 30),
            ("page=0&per_page=0", 1, 30),
            ("page=-1&per_page=-5", 1, 30),
            ("page=x&per_page=1.5", 1, 30),
            ("page=3&per_page=1001", 3, 1000),
            ("page=2&page=1&per_page=7&per_page=8", 2, 7),
            ("page=9223372036854775807", i64::MAX, 30),
            ("page=99999999999999999999", i64::MAX, 30),
            ("per_page=99999999999999999999", 1, 1000),
        ] {
            assert_eq!(
                Page::read(&Query::parse(query)),
                Page { number, size },
                "{query}"
            );
        }
        assert_eq!(
            Page {
                number: i64::MAX,
                size: 30
            }
            .offset(),
            i64::MAX
        );
    }
}
