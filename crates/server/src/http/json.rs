//! Reads a request's body as a JSON object within limits (contract README §2, limit L19).
//!
//! Never: looking at `Content-Type`; knowing what the object means.

use std::fmt;

use base::limits::{ARRAY_ELEMENTS_MAX, JSON_DEPTH_MAX};
use base::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::error::{NOT_AN_OBJECT, NOT_JSON};

/// The object in the body; nothing or only whitespace is an empty one. `Malformed` otherwise.
pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    let mut text = serde_json::Deserializer::from_slice(body);
    let value = Within(JSON_DEPTH_MAX).deserialize(&mut text);
    let value = value.and_then(|value| text.end().map(|()| value));
    match value.map_err(|cause| Error::Malformed(sentence(&cause)))? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::Malformed(NOT_AN_OBJECT.to_owned())),
    }
}

/// Only our own limits are `Data`: every type of JSON is welcome to the reader below.
fn sentence(cause: &serde_json::Error) -> String {
    match cause.classify() {
        Category::Data => without_place(&cause.to_string()),
        Category::Syntax | Category::Eof | Category::Io => NOT_JSON.to_owned(),
    }
}

/// serde adds ` at line 1 column 2`, which nobody can look up in a body.
fn without_place(text: &str) -> String {
    let sentence = text.split(" at line ").next().unwrap_or(text);
    format!("{sentence}.")
}

/// Reads a value that may nest this many levels more.
#[derive(Clone, Copy)]
struct Within(usize);

impl Within {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let deeper = self.0.checked_sub(1).map(Self);
        deeper.ok_or_else(|| {
            E::custom(format!(
                "The body nests deeper than {JSON_DEPTH_MAX} levels"
            ))
        })
    }
}

impl<'de> DeserializeSeed<'de> for Within {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Value, D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(inner)? {
            if array.len() == ARRAY_ELEMENTS_MAX {
                let most = ARRAY_ELEMENTS_MAX;
                return Err(A::Error::custom(format!(
                    "An array holds more than {most} elements"
                )));
            }
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    /// Of a key that comes twice the last one counts.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            object.insert(key, members.next_value_seed(inner)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &[u8]) -> String {
        parse(body).map_or_else(|error| error.to_string(), |_| "read".to_owned())
    }

    #[test]
    fn whatever_is_no_object_is_refused_in_the_words_of_the_contract() {
        for (body, answer) in [
            (&b""[..], "read"),
            (b" \r\n", "read"),
            (b"{}", "read"),
            (b" {\"a\": [1, null, \"x\"]} ", "read"),
            (b"[]", NOT_AN_OBJECT),
            (b"null", NOT_AN_OBJECT),
            (b"\"text\"", NOT_AN_OBJECT),
            (b"name=Atlas&x=1", NOT_JSON),
            (b"{\"a\":1}x", NOT_JSON),
            (b"{\"a\":1", NOT_JSON),
            (b"{'a':1}", NOT_JSON),
            (b"{\"a\":\"\xff\"}", NOT_JSON),
            (b"{\"a\":\"\\ud800\"}", NOT_JSON),
            (b"\xef\xbb\xbf{}", NOT_JSON),
            (b"{\"a\":1e999}", NOT_JSON),
        ] {
            assert_eq!(refusal(body), answer, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        let object = parse(br#"{"a":1,"b":2,"a":3}"#).expect("an object");
        assert_eq!(object["a"], 3);
    }

    #[test]
    fn depth_and_length_have_limits() {
        let nested = |depth: usize| {
            format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
        };
        assert_eq!(refusal(&nested(JSON_DEPTH_MAX - 1)), "read");
        assert!(
            refusal(&nested(JSON_DEPTH_MAX)).starts_with("The body nests deeper than 32 levels")
        );
        assert!(refusal(&nested(100_000)).starts_with("The body nests deeper"));
        let array = |count: usize| format!("{{\"a\":[0{}]}}", ",0".repeat(count - 1)).into_bytes();
        assert_eq!(refusal(&array(ARRAY_ELEMENTS_MAX)), "read");
        assert!(
            refusal(&array(ARRAY_ELEMENTS_MAX + 1)).starts_with("An array holds more than 10000")
        );
    }
}
