//! The OpenAPI 3.1 document: a fold over the registry and the shape files (extensions §8).
//!
//! Never: saying anything that registry and shapes do not.

mod schema;

use hyper::Method;
use serde_json::{Map, Value, json};

use crate::http::{Answer, Area, Call, Doc, Handled, Policy, Resource, Route, Shape};
use crate::{Settings, operating, shapes};

/// The route of the document itself.
pub(crate) fn routes() -> Vec<Route> {
    let doc = Doc {
        summary: "Describes every route of this build.",
        answers: Shape::Other,
        extension: true,
        ..Doc::PLAIN
    };
    vec![Route::get("/openapi.json", Policy::Public, doc, show)]
}

async fn show(call: Call) -> Handled {
    Answer::ok(&document(call.app.resources, &call.app.settings))
}

/// The document of these resources, with all shapes as components.
pub fn document(resources: &[Resource], settings: &Settings) -> Value {
    let mut paths = Map::new();
    for resource in resources {
        add(&mut paths, resource.name, (resource.routes)());
    }
    add(
        &mut paths,
        "operating",
        operating::routes(settings).into_iter().chain(routes()),
    );
    let components = shapes::ALL.iter().filter_map(|(name, _)| {
        let shape = shapes::find(name)?;
        (shape["kind"] == "object").then(|| ((*name).to_owned(), schema::of_shape(&shape)))
    });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Carillon API", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": settings.public_url }],
        "paths": paths,
        "components": {
            "schemas": components.collect::<Map<_, _>>(),
            "securitySchemes": security_schemes(),
        },
    })
}

fn security_schemes() -> Value {
    json!({
        "personal_token": { "type": "apiKey", "in": "header", "name": "X-NokoToken" },
        "access_token": { "type": "http", "scheme": "bearer" },
        "basic": { "type": "http", "scheme": "basic" },
    })
}

fn add(paths: &mut Map<String, Value>, tag: &str, routes: impl IntoIterator<Item = Route>) {
    for route in routes {
        let path = paths.entry(route.template()).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation(tag, &route);
    }
}

fn operation(tag: &str, route: &Route) -> Value {
    let mut operation = json!({
        "tags": [tag],
        "summary": route.doc.summary,
        "parameters": parameters(route),
        "responses": responses(route),
        "security": security(route),
    });
    if !route.doc.inputs.is_empty() {
        let body = schema::of_inputs(route.doc.inputs);
        operation["requestBody"] = json!({ "content": { "application/json": { "schema": body } } });
    }
    if route.doc.extension {
        operation["x-carillon-extension"] = json!(true);
    }
    operation
}

fn security(route: &Route) -> Value {
    match route.policy {
        Policy::Public => json!([]),
        Policy::AnyUser | Policy::AtLeast(_) | Policy::WebhookRole => {
            json!([{ "personal_token": [] }, { "access_token": [] }, { "basic": [] }])
        }
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let words = route
        .path
        .split('/')
        .filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
    let in_path = words.map(|name| {
        let kind = if name.ends_with("id") && name != "payload_id" {
            "integer"
        } else {
            "text"
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema::of_input(kind) })
    });
    let paging: &[(&str, &str)] = match route.doc.answers {
        Shape::Many(_) if route.method == Method::GET => {
            &[("page", "integer"), ("per_page", "integer")]
        }
        _ => &[],
    };
    let in_query = route.doc.filters.iter().chain(paging).map(|(name, kind)| {
        // Lists are comma-separated in one value.
        json!({ "name": name, "in": "query", "explode": false, "schema": schema::of_input(kind) })
    });
    in_path.chain(in_query).collect()
}

fn responses(route: &Route) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let mut responses = match route.doc.answers {
        Shape::Nothing => json!({ "204": { "description": "Done." } }),
        Shape::Accepted => json!({ "202": { "description": "It will happen soon." } }),
        Shape::Other => json!({ "200": { "description": "As the summary says." } }),
        Shape::One(name) => json!({ "200": answer("The object.", &reference(name)) }),
        Shape::Created(name) => json!({ "201": answer("The new object.", &reference(name)) }),
        Shape::Many(name) => {
            let list = json!({ "type": "array", "items": reference(name) });
            if route.method == Method::POST {
                json!({ "201": answer("What was newly made, in the order of the inputs.", &list) })
            } else {
                json!({ "200": answer("One page of the list; `Link` leads to the others.", &list) })
            }
        }
    };
    if route.area == Area::Api && route.policy != Policy::Public {
        let problem = reference("error");
        responses["400"] = answer("The input or the state forbids it.", &problem);
        responses["401"] = answer("Credentials are missing, unknown or revoked.", &problem);
        responses["404"] = json!({ "description": "There is no such thing: one space." });
    }
    responses
}

fn answer(description: &str, schema: &Value) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": schema } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_document_leads_to_a_component() {
        fn check(value: &Value, schemas: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(Value::String(target)) = members.get("$ref") {
                        let name = target.trim_start_matches("#/components/schemas/");
                        assert!(schemas.get(name).is_some(), "{name} is no component");
                    }
                    members.values().for_each(|member| check(member, schemas));
                }
                Value::Array(elements) => elements.iter().for_each(|it| check(it, schemas)),
                _ => {}
            }
        }
        let document = document(crate::resources::RESOURCES, &Settings::default());
        check(&document, &document["components"]["schemas"]);
        assert!(document["paths"]["/v2/openapi.json"]["get"]["x-carillon-extension"] == true);
    }
}
