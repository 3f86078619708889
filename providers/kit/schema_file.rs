//! Schemas kept as data: the shape that `providers schema -json` prints for one type, with keys of our own.
//!
//! Ours: `force_new` (attributes and blocks), `default`, `unset`, `meaning` and `configured` (attributes),
//! `computed_block` (blocks), and `page`, which only the documentation reads.

use crate::meaning::JSON;
use crate::{Meaning, Rule, Rules};
use serde_json::{Map, Value as Json};
use std::fmt;
use std::sync::Arc;
use trueup_schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use trueup_value::{Name, Number, Type, Value};

/// One schema with its rules.
#[derive(Clone, Debug, Default)]
pub struct SchemaFile {
    /// The schema.
    pub schema: Schema,
    /// What the schema doesn't say.
    pub rules: Rules,
}

/// Why a schema file can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFileError(String);

impl fmt::Display for SchemaFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a schema: {}", self.0)
    }
}

impl std::error::Error for SchemaFileError {}

type Outcome<T> = Result<T, SchemaFileError>;

impl SchemaFile {
    /// Reads the JSON text of one schema. `meanings` are those of the cloud, beside that of any JSON.
    pub fn parse(text: &str, meanings: &[Meaning]) -> Outcome<SchemaFile> {
        let json: Json = serde_json::from_str(text).map_err(|e| SchemaFileError(e.to_string()))?;
        let version = json.get("version").and_then(Json::as_u64).unwrap_or(0);
        let (block, rules) = block(json.get("block").unwrap_or(&Json::Null), meanings)?;
        Ok(SchemaFile { schema: Schema { version, block }, rules })
    }
}

fn block(json: &Json, meanings: &[Meaning]) -> Outcome<(Block, Rules)> {
    let mut out = Block { deprecated: is_true(json, "deprecated"), ..Block::default() };
    let mut rules = Rules::default();
    for (name, json) in members(json, "attributes") {
        let attribute = attribute(json).map_err(|e| e.inside(name))?;
        let told = |key| json.get(key).map(|text| literal(text, &attribute.value_type())).transpose();
        let default = told("default").map_err(|e| e.inside(name))?;
        let unset = told("unset").map_err(|e| e.inside(name))?;
        let meaning = meaning(json, meanings).map_err(|e| e.inside(name))?;
        let (force_new, is_configured) = (is_true(json, "force_new"), is_true(json, "configured"));
        rules.add(name, Rule { force_new, default, is_configured, meaning, unset, ..Rule::default() });
        out.attributes.insert(Name::from(name.as_str()), attribute);
    }
    for (name, json) in members(json, "block_types") {
        let (nested, inside) = nested(json, meanings).map_err(|e| e.inside(name))?;
        let rule = Rule {
            force_new: is_true(json, "force_new"),
            computed_block: is_true(json, "computed_block"),
            inside,
            ..Rule::default()
        };
        rules.add(name, rule);
        out.blocks.insert(Name::from(name.as_str()), nested);
    }
    Ok((out, rules))
}

fn nested(json: &Json, meanings: &[Meaning]) -> Outcome<(NestedBlock, Rules)> {
    let nesting = match json.get("nesting_mode").and_then(Json::as_str) {
        Some("single") => Nesting::Single,
        Some("group") => Nesting::Group,
        Some("list") => Nesting::List,
        Some("set") => Nesting::Set,
        Some("map") => Nesting::Map,
        other => return Err(SchemaFileError(format!("no nesting mode {other:?} exists"))),
    };
    let (block, rules) = block(json.get("block").unwrap_or(&Json::Null), meanings)?;
    let limit = |key| json.get(key).and_then(Json::as_u64).unwrap_or(0);
    Ok((NestedBlock { nesting, block, items_min: limit("min_items"), items_max: limit("max_items") }, rules))
}

fn meaning(json: &Json, meanings: &[Meaning]) -> Outcome<Option<Meaning>> {
    let Some(word) = json.get("meaning") else { return Ok(None) };
    let found = meanings.iter().chain([&JSON]).find(|meaning| word.as_str() == Some(meaning.name));
    found.copied().map(Some).ok_or_else(|| SchemaFileError(format!("no meaning {word} exists")))
}

fn attribute(json: &Json) -> Outcome<Attribute> {
    let description: Arc<str> = json.get("description").and_then(Json::as_str).unwrap_or_default().into();
    Ok(Attribute {
        required: is_true(json, "required"),
        optional: is_true(json, "optional"),
        computed: is_true(json, "computed"),
        sensitive: is_true(json, "sensitive"),
        write_only: is_true(json, "write_only"),
        deprecated: is_true(json, "deprecated"),
        description,
        ..Attribute::new(ty(json.get("type").unwrap_or(&Json::Null))?)
    })
}

fn ty(json: &Json) -> Outcome<Type> {
    let bad = || SchemaFileError(format!("{json} isn't a type"));
    match json {
        Json::String(word) => match word.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(bad()),
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(word), Json::Object(attributes)] if word == "object" => {
                let attributes = attributes.iter().map(|(name, json)| Ok((name.as_str(), ty(json)?)));
                Ok(Type::object(attributes.collect::<Outcome<Vec<_>>>()?))
            }
            [Json::String(word), element] => match word.as_str() {
                "list" => Ok(Type::list(ty(element)?)),
                "set" => Ok(Type::set(ty(element)?)),
                "map" => Ok(Type::map(ty(element)?)),
                _ => Err(bad()),
            },
            _ => Err(bad()),
        },
        _ => Err(bad()),
    }
}

fn literal(json: &Json, ty: &Type) -> Outcome<Value> {
    match (json, ty) {
        (Json::Bool(b), Type::Bool) => Ok(Value::from(*b)),
        (Json::String(text), Type::String) => Ok(Value::from(text.as_str())),
        (Json::Number(number), Type::Number) => match Number::parse(&number.to_string()) {
            Some(number) => Ok(Value::from(number)),
            None => Err(SchemaFileError(format!("the default {json} isn't a number"))),
        },
        _ => Err(SchemaFileError(format!("the default {json} isn't a {ty}"))),
    }
}

fn members<'a>(json: &'a Json, key: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    json.get(key).and_then(Json::as_object).into_iter().flat_map(Map::iter)
}

fn is_true(json: &Json, key: &str) -> bool {
    json.get(key).and_then(Json::as_bool).unwrap_or(false)
}

impl SchemaFileError {
    fn inside(self, name: &str) -> SchemaFileError {
        SchemaFileError(format!("{name}: {}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_file_gives_schema_and_rules() {
        let text = r#"{"version": 3, "block": {
            "attributes": {
                "cidr": {"type": "string", "required": true, "force_new": true},
                "on": {"type": "bool", "optional": true, "default": true},
                "tags": {"type": ["map", "string"], "optional": true, "computed": true}},
            "block_types": {"disk": {"nesting_mode": "set", "max_items": 2, "block": {"attributes": {
                "size": {"type": "number", "optional": true, "default": 8, "force_new": true}}}}}}}"#;
        let file = SchemaFile::parse(text, &[]).expect("a good schema");
        let block = &file.schema.block;
        assert_eq!(file.schema.version, 3);
        assert!(block.attributes["cidr"].required);
        assert_eq!(block.attributes["tags"].value_type(), Type::map(Type::String));
        assert_eq!((block.blocks["disk"].nesting, block.blocks["disk"].items_max), (Nesting::Set, 2));
        assert!(file.rules.is_force_new("cidr") && !file.rules.is_force_new("on"));
        let disk = file.rules.get("disk").expect("a rule for what is inside");
        assert!(disk.inside.is_force_new("size") && !disk.force_new);
        assert_eq!(file.rules.get("on").and_then(|rule| rule.default.clone()), Some(Value::from(true)));
    }

    #[test]
    fn a_bad_schema_file_says_where() {
        let cases = [
            (
                r#"{"block": {"attributes": {"a": {"type": "text"}}}}"#,
                "not a schema: a: \"text\" isn't a type",
            ),
            (
                r#"{"block": {"attributes": {"a": {"type": "bool", "default": 1}}}}"#,
                "not a schema: a: the default 1 isn't a bool",
            ),
            (
                r#"{"block": {"attributes": {"a": {"type": "string", "meaning": "poem"}}}}"#,
                "not a schema: a: no meaning \"poem\" exists",
            ),
        ];
        for (text, message) in cases {
            let parsed = SchemaFile::parse(text, &[]);
            assert_eq!(parsed.map(|_| ()).map_err(|e| e.to_string()), Err(message.into()));
        }
    }
}
