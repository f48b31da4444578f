//! Shape files and input tables as JSON Schema (contract README §7).
//!
//! Never: a rule that is not in them.

use serde_json::{Map, Value, json};

/// The schema of an object's shape.
pub(super) fn of_shape(shape: &Value) -> Value {
    let fields = shape["fields"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let name = |field: &Value| field["name"].as_str().unwrap_or_default().to_owned();
    let properties: Map<_, _> = fields
        .iter()
        .map(|field| (name(field), of_field(field)))
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field["required"] == true)
        .map(name)
        .collect();
    json!({
        "type": "object",
        "description": shape["description"],
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "examples": [shape["example"]],
    })
}

/// The schema of an input or filter by its type words, such as `text, required`.
pub(super) fn of_input(words: &str) -> Value {
    match words.split(',').next().unwrap_or_default().trim() {
        "integer" => json!({ "type": "integer" }),
        "decimal" => json!({ "type": "number" }),
        "boolean" => json!({ "type": "boolean" }),
        "date" => json!({ "type": "string", "format": "date" }),
        "timestamp" => json!({ "type": "string", "format": "date-time" }),
        "url" => json!({ "type": "string", "format": "uri" }),
        "integers" => json!({ "type": "array", "items": { "type": "integer" } }),
        "texts" => json!({ "type": "array", "items": { "type": "string" } }),
        "object" => json!({ "type": "object" }),
        _ => json!({ "type": "string" }),
    }
}

/// The schema of a body with these inputs.
pub(super) fn of_inputs(inputs: &[(&str, &str)]) -> Value {
    let properties = inputs
        .iter()
        .map(|(name, words)| ((*name).to_owned(), of_input(words)));
    let required = inputs
        .iter()
        .filter(|(_, words)| words.contains("required"));
    json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "required": required.map(|(name, _)| *name).collect::<Vec<_>>(),
    })
}

fn of_field(field: &Value) -> Value {
    let is_nullable = field["nullable"] == true;
    if let Some(name) = field["ref"].as_str() {
        let target = reference(name);
        return if is_nullable {
            json!({ "anyOf": [target, { "type": "null" }] })
        } else {
            target
        };
    }
    let mut schema = Map::new();
    schema.insert("type".into(), types(field, is_nullable));
    if let Some(items) = field.get("items") {
        schema.insert("items".into(), of_items(items));
    }
    if field["map_of"] == "pair" {
        let pair = json!({ "type": "array", "minItems": 2, "maxItems": 2 });
        schema.insert("additionalProperties".into(), pair);
    }
    if field["empty"] == true {
        schema.insert("maxProperties".into(), json!(0));
    }
    for (ours, theirs) in [
        ("minimum", "minimum"),
        ("minimum_length", "minLength"),
        ("minimum_items", "minItems"),
        ("pattern", "pattern"),
        ("note", "description"),
    ] {
        if let Some(value) = field.get(ours) {
            schema.insert(theirs.into(), value.clone());
        }
    }
    add_enum(&mut schema, field, is_nullable);
    if let Some((key, value)) = field["format"].as_str().and_then(format) {
        schema.insert(key.into(), value.into());
    }
    Value::Object(schema)
}

fn of_items(items: &Value) -> Value {
    match items["ref"].as_str() {
        Some(name) => reference(name),
        None => of_field(items),
    }
}

fn types(field: &Value, is_nullable: bool) -> Value {
    let mut types = field["types"].as_array().cloned().unwrap_or_default();
    if is_nullable {
        types.push("null".into());
    }
    match types.as_slice() {
        [one] => one.clone(),
        _ => Value::Array(types),
    }
}

fn add_enum(schema: &mut Map<String, Value>, field: &Value, is_nullable: bool) {
    if let Some(values) = field["enum"].as_array() {
        let mut values = values.clone();
        if is_nullable && !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        schema.insert("enum".into(), Value::Array(values));
    }
}

fn format(ours: &str) -> Option<(&'static str, &'static str)> {
    match ours {
        "date" => Some(("format", "date")),
        "timestamp" => Some(("format", "date-time")),
        "url" => Some(("format", "uri")),
        "uuid" => Some(("format", "uuid")),
        "email" => Some(("format", "email")),
        "color" => Some(("pattern", "^#[0-9a-f]{6}$")),
        _ => None,
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
