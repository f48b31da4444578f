//! Holds JSON answers and bodies against the shapes in `shapes/`.
//!
//! Words: *shape* = the fields of an object, in their order (`shapes/NAME.json`).
//! Never: leniency; an undeclared key, a wrong order and a `60.0` are faults like any other.

mod formats;
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// Every shape by its name.
static SHAPES: LazyLock<BTreeMap<String, Value>> = LazyLock::new(read_shapes);

/// Holds an object against a shape; `api` is the base of printed URLs, such as
/// `https://time.example.test/v2`. `Err` says where it differs and how.
pub(crate) fn check(shape: &str, value: &Value, api: &str) -> Result<(), String> {
    Checker { api }.shape(shape, value, shape)
}

/// Holds every element of a list against a shape.
pub(crate) fn check_list(shape: &str, value: &Value, api: &str) -> Result<(), String> {
    let elements = value
        .as_array()
        .ok_or_else(|| format!("{shape}: {value} is no list"))?;
    for (number, element) in elements.iter().enumerate() {
        Checker { api }.shape(shape, element, &format!("{shape}[{number}]"))?;
    }
    Ok(())
}

/// Holds an answer that is no JSON against its shape: the exact body and content type.
pub(crate) fn check_raw(shape: &str, content_type: Option<&str>, body: &str) -> Result<(), String> {
    let declared = declared(shape)?;
    let expected = (
        declared["content_type"].as_str(),
        declared["example"].as_str(),
    );
    if declared["kind"] != "raw" || expected != (content_type, Some(body)) {
        return Err(format!(
            "{shape}: {content_type:?} and {body:?} instead of {expected:?}"
        ));
    }
    Ok(())
}

fn read_shapes() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shapes");
    let files = std::fs::read_dir(folder).expect("the shapes lie beside the tests");
    let paths = files.map(|file| file.expect("the folder can be read").path());
    let shapes = paths.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    shapes
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a shape can be read");
            let shape: Value = serde_json::from_str(&text).expect("a shape is JSON");
            let name = path.file_stem().and_then(|stem| stem.to_str());
            (name.expect("a shape has a name").to_owned(), shape)
        })
        .collect()
}

fn declared(shape: &str) -> Result<&'static Value, String> {
    SHAPES
        .get(shape)
        .ok_or_else(|| format!("there is no shape {shape}"))
}

struct Checker<'a> {
    api: &'a str,
}

impl Checker<'_> {
    fn shape(&self, shape: &str, value: &Value, path: &str) -> Result<(), String> {
        let declared = declared(shape)?;
        let fields = declared["fields"].as_array().expect("a shape has fields");
        let object = value.as_object().filter(|_| declared["kind"] == "object");
        let object = object.ok_or_else(|| format!("{path}: {value} is no object of a shape"))?;
        check_keys(fields, object, path)?;
        for field in fields {
            let name = text(field, "name");
            if let Some(value) = object.get(name) {
                let path = format!("{path}.{name}");
                self.value(field, value, &path)?;
                self.template(field, value, object, &path)?;
                self.referred(field, value, object, &path)?;
            }
        }
        Ok(())
    }

    /// What a field or an element of an array may be by itself.
    fn value(&self, field: &Value, value: &Value, path: &str) -> Result<(), String> {
        if let Some(shape) = field["ref"].as_str().filter(|_| !value.is_null()) {
            return self.shape(shape, value, path);
        }
        if value.is_null() {
            let is_nullable = field["nullable"] == true;
            return hold(is_nullable, || format!("{path}: null is not allowed"));
        }
        let types = field["types"].as_array().expect("a field has types");
        let is_typed = types
            .iter()
            .filter_map(Value::as_str)
            .any(|kind| has_type(kind, value));
        hold(is_typed, || {
            format!("{path}: {value} is none of {}", field["types"])
        })?;
        let is_listed = field["enum"]
            .as_array()
            .is_none_or(|listed| listed.contains(value));
        hold(is_listed, || {
            format!("{path}: {value} is none of {}", field["enum"])
        })?;
        check_bounds(field, value, path)?;
        self.elements(field, value, path)
    }

    fn elements(&self, field: &Value, value: &Value, path: &str) -> Result<(), String> {
        let (Some(items), Some(elements)) = (field.get("items"), value.as_array()) else {
            return Ok(());
        };
        for (number, element) in elements.iter().enumerate() {
            self.value(items, element, &format!("{path}[{number}]"))?;
        }
        Ok(())
    }

    /// The exact value of a printed URL.
    fn template(
        &self,
        field: &Value,
        value: &Value,
        object: &Map<String, Value>,
        path: &str,
    ) -> Result<(), String> {
        let (Some(template), Some(url)) = (field["template"].as_str(), value.as_str()) else {
            return Ok(());
        };
        let expected = fill(template, self.api, object);
        hold(url == expected, || {
            format!("{path}: {url} instead of {expected}")
        })
    }

    /// An object whose shape another field names by the first segment of its value.
    fn referred(
        &self,
        field: &Value,
        value: &Value,
        object: &Map<String, Value>,
        path: &str,
    ) -> Result<(), String> {
        let Some(by) = field["ref_by"].as_str() else {
            return Ok(());
        };
        let name = object.get(by).and_then(Value::as_str).unwrap_or_default();
        self.shape(name.split('.').next().unwrap_or_default(), value, path)
    }
}

/// Every key is declared, every required one is there, and they stand in the shape's order.
fn check_keys(fields: &[Value], object: &Map<String, Value>, path: &str) -> Result<(), String> {
    let names: Vec<&str> = fields.iter().map(|field| text(field, "name")).collect();
    for key in object.keys() {
        hold(names.contains(&key.as_str()), || {
            format!("{path}.{key}: no such field")
        })?;
    }
    for field in fields {
        let is_there = object.contains_key(text(field, "name")) || field["required"] == false;
        hold(is_there, || {
            format!("{path}.{}: is missing", text(field, "name"))
        })?;
    }
    let expected = names.iter().filter(|name| object.contains_key(**name));
    let is_ordered = object.keys().eq(expected);
    hold(is_ordered, || {
        format!("{path}: the order of the keys is not {names:?}")
    })
}

fn check_bounds(field: &Value, value: &Value, path: &str) -> Result<(), String> {
    let minimum = |key: &str| field[key].as_f64();
    if let (Some(least), Some(number)) = (minimum("minimum"), value.as_f64()) {
        hold(number >= least, || {
            format!("{path}: {value} is below {least}")
        })?;
    }
    if let (Some(least), Some(text)) = (field["minimum_length"].as_u64(), value.as_str()) {
        let is_long = text.chars().count() as u64 >= least;
        hold(is_long, || {
            format!("{path}: {value} has less than {least} characters")
        })?;
    }
    if let (Some(least), Some(elements)) = (field["minimum_items"].as_u64(), value.as_array()) {
        let is_long = elements.len() as u64 >= least;
        hold(is_long, || format!("{path}: less than {least} elements"))?;
    }
    if let (Some(format), Some(text)) = (field["format"].as_str(), value.as_str()) {
        hold(formats::has_format(format, text), || {
            format!("{path}: {value} is no {format}")
        })?;
    }
    if let (Some(pattern), Some(text)) = (field["pattern"].as_str(), value.as_str()) {
        hold(formats::fits_pattern(pattern, text), || {
            format!("{path}: {value} against {pattern}")
        })?;
    }
    check_map(field, value, path)
}

/// Objects with free keys, and those that must be empty.
fn check_map(field: &Value, value: &Value, path: &str) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    hold(field["empty"] != true || object.is_empty(), || {
        format!("{path}: is not empty")
    })?;
    if field["map_of"] == "pair" {
        for (key, pair) in object {
            let is_pair = pair.as_array().is_some_and(|pair| pair.len() == 2);
            hold(is_pair, || format!("{path}.{key}: {pair} is no pair"))?;
        }
    }
    Ok(())
}

fn has_type(kind: &str, value: &Value) -> bool {
    match kind {
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        _ => false,
    }
}

/// `{api}` is the base; `{project.id}` is a field of the same object.
fn fill(template: &str, api: &str, object: &Map<String, Value>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("a template closes its braces");
        filled.push_str(before);
        filled.push_str(&if name == "api" {
            api.to_owned()
        } else {
            field_at(name, object)
        });
        rest = after;
    }
    filled + rest
}

fn field_at(path: &str, object: &Map<String, Value>) -> String {
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    match (object.get(first), rest) {
        (Some(Value::Object(inner)), Some(rest)) => field_at(rest, inner),
        (Some(Value::String(text)), None) => text.clone(),
        (Some(value), None) => value.to_string(),
        _ => format!("{{{path} is missing}}"),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn hold(is_held: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if is_held { Ok(()) } else { Err(fault()) }
}
