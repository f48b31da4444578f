//! How values are read: generously, as clients write them (contract README §2).
//!
//! Never: collecting problems; `None` means that a value has a wrong type, format or range.

use serde_json::Value;

/// A JSON integer, a number without fraction, or a string of digits.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().and_then(whole_number)),
        Value::String(text) => integer_text(text.trim()),
        _ => None,
    }
}

/// Digits, with a sign or without.
pub(super) fn integer_text(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// A float that is a whole number, up to 2^53: beyond, floats skip numbers.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number below 2^53 fits"
)]
fn whole_number(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    exact.then_some(number as i64)
}

/// A JSON number or a numeric string, in hundredths; more decimals are rounded half away from
/// zero.
pub(super) fn decimal(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => decimal_text(&number.to_string()),
        Value::String(text) => decimal_text(text.trim()),
        _ => None,
    }
}

fn decimal_text(text: &str) -> Option<i64> {
    let first = text
        .strip_prefix(['-', '+'])
        .unwrap_or(text)
        .as_bytes()
        .first();
    let hundredths = text.parse::<f64>().ok()? * 100.0;
    // `inf` and `nan` are numbers to Rust, not to the contract.
    let numeric = first.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    // 0.145 * 100 is 14.499999999999998: the nearest millionth is taken first.
    let steady = (hundredths * 1e4).round() / 1e4;
    if numeric {
        whole_number(steady.round())
    } else {
        None
    }
}

/// `true`, `false`, 1 or 0, also as strings in any case.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => boolean_text(text.trim()),
        Value::Number(_) => match integer(value) {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// `true`, `false`, `1` or `0`, in any case.
pub(super) fn boolean_text(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The words of a comma-separated list, trimmed, without empty ones.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// Whether both databases can keep the text: PostgreSQL knows no NUL.
pub(super) fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// Whether all of them can be kept.
pub(super) fn is_storable_all(texts: &[String]) -> bool {
    texts.iter().all(|text| is_storable(text))
}
