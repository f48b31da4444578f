//! Values of rows as JSON and back.
//!
//! Never: guessing a type; numbers, text and bytes each have a form of their own.

use base::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::lines::broken;
use crate::row::Value;

/// A value as JSON. Lists are only ever parameters, never stored.
pub(super) fn to_json(value: &Value) -> Result<Json> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
        Value::Ints(_) | Value::Texts(_) => return Err(Error::internal("a column holds a list")),
    })
}

/// A value from JSON; `Malformed` for what no column holds.
pub(super) fn from_json(json: &Json) -> Result<Value> {
    let refuse = || broken("a row holds what no column can");
    Ok(match json {
        Json::Null => Value::Null,
        Json::Number(number) => Value::Int(number.as_i64().ok_or_else(refuse)?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(object) => {
            let text = object.get("bytes").and_then(Json::as_str);
            let bytes = STANDARD.decode(text.ok_or_else(refuse)?);
            Value::Bytes(bytes.map_err(|_| refuse())?)
        }
        Json::Bool(_) | Json::Array(_) => return Err(refuse()),
    })
}

/// About how many bytes a value takes.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Null | Value::Int(_) | Value::Ints(_) | Value::Texts(_) => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_it_was() {
        for value in [
            Value::Null,
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::Text(String::new()),
            Value::Text("{\"bytes\":\"AA==\"} \u{0}\n…".into()),
            Value::Bytes(vec![0, 255]),
        ] {
            let json = to_json(&value).expect("it is no list").to_string();
            let read = serde_json::from_str(&json).expect("JSON");
            assert_eq!(from_json(&read).expect("a value"), value);
        }
    }
}
