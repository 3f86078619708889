//! Short texts for schemas and values, so that tests are data.

use crate::{Attribute, AttributeType, Block, NestedBlock, Nesting, ObjectAttributes};
use serde_json::Value as Json;
use trueup_value::{Type, Value};

/// Reads a block, one entry a line: `name type flags` for an attribute, `block NAME nesting {` ... `}` for a nested
/// block (with `min=N max=N` where limited), `attribute NAME nesting flags {` ... `}` for a structural attribute.
pub(crate) fn block(text: &str) -> Block {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    read_block(&mut lines)
}

fn read_block(lines: &mut dyn Iterator<Item = &str>) -> Block {
    let mut block = Block::default();
    while let Some(line) = lines.next() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["}"] => break,
            ["block", name, mode, .., "{"] => {
                let limit = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)).map_or(0, number);
                let (items_min, items_max) = (limit("min="), limit("max="));
                let inner = read_block(lines);
                let nested = NestedBlock { nesting: nesting(mode), block: inner, items_min, items_max };
                block.blocks.insert(name.into(), nested);
            }
            ["attribute", name, mode, .., "{"] => {
                let attributes = read_block(lines).attributes;
                let object = ObjectAttributes { nesting: nesting(mode), attributes };
                let attribute = Attribute { ty: AttributeType::Nested(object), ..Attribute::new(Type::Bool) };
                block.attributes.insert(name.into(), flagged(attribute, &words));
            }
            [name, ty, ..] => {
                block.attributes.insert(name.into(), flagged(Attribute::new(ty_of(ty)), &words));
            }
            _ => panic!("no schema: {line}"),
        }
    }
    block
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

fn flagged(mut attribute: Attribute, words: &[&str]) -> Attribute {
    let has = |flag: &str| words.contains(&flag);
    attribute.required = has("required");
    attribute.optional = has("optional");
    attribute.computed = has("computed");
    attribute.sensitive = has("sensitive");
    attribute.write_only = has("write_only");
    attribute.deprecated = has("deprecated");
    attribute
}

fn nesting(text: &str) -> Nesting {
    match text {
        "single" => Nesting::Single,
        "group" => Nesting::Group,
        "list" => Nesting::List,
        "set" => Nesting::Set,
        "map" => Nesting::Map,
        _ => panic!("no nesting: {text}"),
    }
}

fn ty_of(text: &str) -> Type {
    let inner = |prefix: &str| text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
    match text {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "dynamic" => Type::Dynamic,
        _ => match (inner("list("), inner("set("), inner("map(")) {
            (Some(element), ..) => Type::list(ty_of(element)),
            (_, Some(element), _) => Type::set(ty_of(element)),
            (.., Some(element)) => Type::map(ty_of(element)),
            _ => panic!("no type: {text}"),
        },
    }
}

/// Reads a value of the block's type: JSON where `"?"` is unknown and a missing attribute is null (a missing block
/// is empty).
pub(crate) fn object(schema: &Block, json: &str) -> Value {
    let json: Json = serde_json::from_str(json).expect(json);
    typed(&schema.value_type(), &schema.empty_value(), &json)
}

/// Reads a value of whatever type the JSON implies.
pub(crate) fn any(json: &str) -> Value {
    implied(&serde_json::from_str(json).expect(json))
}

fn typed(ty: &Type, missing: &Value, json: &Json) -> Value {
    let element = |json: &Json| typed(ty.element().expect("a collection"), &Value::null(Type::Dynamic), json);
    match (ty, json) {
        (_, Json::Null) => Value::null(ty.clone()),
        (_, Json::String(text)) if text == "?" => Value::unknown(ty.clone()),
        (Type::List(of), Json::Array(items)) => Value::list((**of).clone(), items.iter().map(element)),
        (Type::Set(of), Json::Array(items)) => Value::set((**of).clone(), items.iter().map(element)),
        (Type::Map(of), Json::Object(items)) => {
            Value::map((**of).clone(), items.iter().map(|(key, json)| (key.as_str(), element(json))))
        }
        (Type::Object(object), Json::Object(fields)) => {
            Value::object(object.attributes.iter().map(|(name, ty)| {
                let null = Value::null(ty.clone());
                let default = missing.get(name).unwrap_or(&null);
                (
                    name.clone(),
                    fields.get(&**name).map_or_else(|| default.clone(), |json| typed(ty, default, json)),
                )
            }))
        }
        _ => implied(json),
    }
}

fn implied(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(Type::Dynamic),
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => number.as_i64().expect("tests use small numbers").into(),
        Json::String(text) if text == "?" => Value::dynamic(),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Value::tuple(items.iter().map(implied)),
        Json::Object(fields) => {
            Value::object(fields.iter().map(|(name, json)| (name.as_str(), implied(json))))
        }
    }
}
