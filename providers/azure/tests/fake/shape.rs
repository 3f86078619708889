//! What documents may hold, written short, and holding bodies to it.
//!
//! Fields stand with blanks between them: `name` is a text, `name#` a whole number, `name%` any number, `name?` a flag, `name[]` texts, `name<>`
//! texts by key, `name{…}` an object, `name[{…}]` objects, `name=A|B` one of these words. `!` before a field says that it
//! is required, `~` that the API sets it and drops it from what it is given.

use serde_json::{Map, Value as Json};
use std::iter::Peekable;
use std::str::Chars;

/// What a value may be.
#[derive(Clone, Debug)]
enum Shape {
    Text,
    Number,
    Decimal,
    Flag,
    Words(Vec<String>),
    Texts,
    Map,
    Object(Vec<Field>),
    Objects(Vec<Field>),
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    is_required: bool,
    is_set_by_api: bool,
    shape: Shape,
}

/// The body with nothing in it that the API sets, and nothing null; or what is wrong with it.
pub(super) fn cleaned(shape: &str, body: &Json) -> Result<Json, String> {
    let fields = fields(&mut shape.chars().peekable());
    object(&fields, body, "")
}

fn fields(text: &mut Peekable<Chars<'_>>) -> Vec<Field> {
    let mut out = Vec::new();
    loop {
        while text.next_if(|c| c.is_whitespace()).is_some() {}
        match text.peek() {
            None => return out,
            Some('}') => {
                text.next();
                return out;
            }
            Some(_) => out.push(field(text)),
        }
    }
}

fn word(text: &mut Peekable<Chars<'_>>) -> String {
    std::iter::from_fn(|| text.next_if(|c| c.is_alphanumeric() || "_-*./".contains(*c))).collect()
}

fn field(text: &mut Peekable<Chars<'_>>) -> Field {
    let mut mark = |wanted: char| text.next_if_eq(&wanted).is_some();
    let (is_required, is_set_by_api) = (mark('!'), mark('~'));
    let name = word(text);
    let shape = match text.next_if(|c| "#%?[<{=".contains(*c)) {
        Some('#') => Shape::Number,
        Some('%') => Shape::Decimal,
        Some('?') => Shape::Flag,
        Some('{') => Shape::Object(fields(text)),
        Some('<') => {
            text.next();
            Shape::Map
        }
        Some('[') if text.next_if_eq(&'{').is_some() => {
            let inner = fields(text);
            text.next();
            Shape::Objects(inner)
        }
        Some('[') => {
            text.next();
            Shape::Texts
        }
        Some(_) => {
            let mut words = vec![word(text)];
            while text.next_if_eq(&'|').is_some() {
                words.push(word(text));
            }
            Shape::Words(words)
        }
        None => Shape::Text,
    };
    Field { name, is_required, is_set_by_api, shape }
}

fn object(fields: &[Field], body: &Json, path: &str) -> Result<Json, String> {
    let Json::Object(parts) = body else { return Err(format!("{path} is no object")) };
    let mut out = Map::new();
    for (name, part) in parts {
        let path = format!("{path}/{name}");
        let field = fields.iter().find(|field| field.name == *name);
        let field = field.ok_or_else(|| format!("could not find member {path}"))?;
        if !part.is_null() && !field.is_set_by_api {
            out.insert(name.clone(), value(&field.shape, part, &path)?);
        }
    }
    for field in fields.iter().filter(|field| field.is_required) {
        if !out.contains_key(&field.name) {
            return Err(format!("required property {path}/{} not found", field.name));
        }
    }
    Ok(Json::Object(out))
}

fn value(shape: &Shape, part: &Json, path: &str) -> Result<Json, String> {
    let is_right = match shape {
        Shape::Text => part.is_string(),
        Shape::Number => part.is_i64(),
        Shape::Decimal => part.is_number(),
        Shape::Flag => part.is_boolean(),
        Shape::Words(words) => {
            part.as_str().is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
        }
        Shape::Texts => part.as_array().is_some_and(|items| items.iter().all(Json::is_string)),
        Shape::Map => part.as_object().is_some_and(|parts| parts.values().all(Json::is_string)),
        Shape::Object(fields) => return object(fields, part, path),
        Shape::Objects(fields) => {
            let items = part.as_array().ok_or_else(|| format!("{path} is no array"))?;
            return items.iter().map(|item| object(fields, item, path)).collect();
        }
    };
    if is_right { Ok(part.clone()) } else { Err(format!("{path} can't be {part}")) }
}

#[test]
fn bodies_are_held_to_their_shape() {
    let shape = "~id !location properties{count# on? kind=A|B words[] parts[{!name}] ~state} tags<>";
    let check = |body: Json| cleaned(shape, &body);
    let good = serde_json::json!({"id": "x", "location": "l", "tags": {"a": "b"},
        "properties": {"count": 1, "on": null, "kind": "a", "words": ["w"], "parts": [{"name": "n"}], "state": "s"}});
    let left = serde_json::json!({"location": "l", "tags": {"a": "b"},
        "properties": {"count": 1, "kind": "a", "words": ["w"], "parts": [{"name": "n"}]}});
    assert_eq!(check(good), Ok(left));
    for (body, complaint) in [
        (serde_json::json!({}), "required property /location not found"),
        (serde_json::json!({"location": "l", "other": 1}), "could not find member /other"),
        (
            serde_json::json!({"location": "l", "properties": {"kind": "C"}}),
            "/properties/kind can't be \"C\"",
        ),
        (
            serde_json::json!({"location": "l", "properties": {"parts": [{}]}}),
            "required property /properties/parts/name not found",
        ),
        (
            serde_json::json!({"location": "l", "properties": {"count": "1"}}),
            "/properties/count can't be \"1\"",
        ),
    ] {
        assert_eq!(check(body), Err(complaint.to_owned()));
    }
}
