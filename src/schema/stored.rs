//! Objects as state files hold them.

use crate::item::Item;
use crate::{AttributeType, Block, CoerceError, Nesting};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use trueup_value::{Name, Path, PathStep, Type, Value, json};

/// Reads an object's stored JSON by the schema of today: attributes that the schema no longer has are dropped,
/// those that it has got since are null. Sets and maps with nested blocks come out as the schema says.
pub fn read_stored(schema: &Block, text: &str) -> Result<Value, Vec<CoerceError>> {
    let mut reader = Reader::default();
    let value = reader.item((Item::Block(schema), &schema.value_type()), text);
    if reader.errors.is_empty() { Ok(value) } else { Err(reader.errors) }
}

#[derive(Default)]
struct Reader {
    path: Vec<PathStep>,
    errors: Vec<CoerceError>,
}

impl Reader {
    fn item(&mut self, (item, ty): (Item<'_>, &Type), text: &str) -> Value {
        if text == "null" {
            return Value::null(ty.clone());
        }
        let Some(fields) = self.parse::<BTreeMap<String, Box<RawValue>>>(text, "an object") else {
            return Value::unknown(ty.clone());
        };
        let Type::Object(types) = ty else { unreachable!("an item is an object") };
        let text = |name: &Name| fields.get(&**name).map_or("null", |raw| raw.get());
        let mut read = BTreeMap::new();
        for (name, attribute) in item.attributes() {
            self.path.push(PathStep::Attribute(name.clone()));
            let value = match &attribute.ty {
                AttributeType::Plain(ty) => self.plain(ty, text(name)),
                AttributeType::Nested(object) => {
                    let items = (object.nesting, Item::Object(object));
                    self.items(items, &types.attributes[name], text(name))
                }
            };
            self.path.pop();
            read.insert(name.clone(), value);
        }
        for (name, nesting, inner) in item.blocks() {
            self.path.push(PathStep::Attribute(name.clone()));
            let value = self.items((nesting, inner), &types.attributes[name], text(name));
            self.path.pop();
            let empty =
                value.is_null().then(|| empty_blocks(nesting, inner, &types.attributes[name])).flatten();
            read.insert(name.clone(), empty.unwrap_or(value));
        }
        Value::object(read)
    }

    fn plain(&mut self, ty: &Type, text: &str) -> Value {
        json::decode(text, ty).unwrap_or_else(|error| {
            self.error(error.to_string());
            Value::unknown(ty.clone())
        })
    }

    fn items(&mut self, (nesting, item): (Nesting, Item<'_>), ty: &Type, text: &str) -> Value {
        if text == "null" {
            return Value::null(ty.clone());
        }
        // Types that vary by item carry their type along: {"value": ..., "type": ...}.
        if *ty == Type::Dynamic {
            return self.plain(ty, text);
        }
        match (nesting, ty) {
            (Nesting::List, Type::List(element)) => {
                Value::list((**element).clone(), self.sequence((item, element), text))
            }
            (Nesting::Set, Type::Set(element)) => {
                Value::set((**element).clone(), self.sequence((item, element), text))
            }
            (Nesting::Map, Type::Map(element)) => {
                let parsed =
                    self.parse::<BTreeMap<String, Box<RawValue>>>(text, "an object").unwrap_or_default();
                let mut read = BTreeMap::new();
                for (key, raw) in parsed {
                    let key: Name = key.into();
                    self.path.push(PathStep::Index(Value::string(key.clone())));
                    read.insert(key, self.item((item, element), raw.get()));
                    self.path.pop();
                }
                Value::map((**element).clone(), read)
            }
            _ => self.item((item, ty), text),
        }
    }

    fn sequence(&mut self, item: (Item<'_>, &Type), text: &str) -> Vec<Value> {
        let parsed = self.parse::<Vec<Box<RawValue>>>(text, "an array").unwrap_or_default();
        let mut read = Vec::with_capacity(parsed.len());
        for (index, raw) in (0_i64..).zip(parsed) {
            self.path.push(PathStep::Index(index.into()));
            read.push(self.item(item, raw.get()));
            self.path.pop();
        }
        read
    }

    fn parse<'a, T: serde::Deserialize<'a>>(&mut self, text: &'a str, wanted: &str) -> Option<T> {
        let parsed = serde_json::from_str(text);
        parsed.map_err(|error| self.error(format!("{wanted} is required ({error})"))).ok()
    }

    fn error(&mut self, message: String) {
        self.errors.push(CoerceError { path: Path(self.path.clone()), message });
    }
}

/// Blocks are never null but for a single one: older states may say so.
fn empty_blocks(nesting: Nesting, item: Item<'_>, ty: &Type) -> Option<Value> {
    match (nesting, ty) {
        (Nesting::Single, _) => None,
        (Nesting::Group, _) => match item {
            Item::Block(block) => Some(block.empty_value()),
            Item::Object(_) => None,
        },
        (Nesting::List, Type::List(element)) => Some(Value::list((**element).clone(), [])),
        (Nesting::Set, Type::Set(element)) => Some(Value::set((**element).clone(), [])),
        (Nesting::Map, Type::Map(element)) => Some(Value::map::<Name>((**element).clone(), [])),
        (Nesting::Map, _) => Some(Value::object::<Name>([])),
        _ => Some(Value::tuple([])),
    }
}

#[cfg(test)]
mod tests {
    use super::read_stored;
    use crate::notation::{block, object};

    const SCHEMA: &str = "
        name string optional
        any dynamic optional
        attribute meta map optional {
            key string optional
        }
        block disk list {
            size number optional
        }
        block rule set {
            port number optional
        }
        block loose list {
            value dynamic optional
        }
        block by_key map {
            a string optional
        }
    ";

    fn check(stored: &str, wanted: Result<&str, &[&str]>) {
        let schema = block(SCHEMA);
        match (read_stored(&schema, stored), wanted) {
            (Ok(read), Ok(wanted)) => assert_eq!(read, object(&schema, wanted), "{stored}"),
            (Err(errors), Err(wanted)) => {
                let places: Vec<String> = errors.iter().map(|e| e.path.to_string()).collect();
                assert_eq!(places, wanted, "{stored}: {errors:?}");
            }
            (read, _) => panic!("{stored} became {read:?}"),
        }
    }

    #[test]
    fn objects_follow_the_schema_of_today() {
        check("null", Ok("null"));
        check("{}", Ok("{}"));
        check(r#"{"name": "a", "gone": {"x": [1]}}"#, Ok(r#"{"name": "a"}"#));
        check(r#"{"any": {"value": [1], "type": ["tuple", ["number"]]}}"#, Ok(r#"{"any": [1]}"#));
        check(r#"{"any": null, "disk": null, "rule": null, "loose": null, "by_key": null}"#, Ok("{}"));
        check(r#"{"meta": {"a": {"key": "k", "gone": 1}}}"#, Ok(r#"{"meta": {"a": {"key": "k"}}}"#));
        check(r#"{"disk": [{"size": 1, "gone": 2}]}"#, Ok(r#"{"disk": [{"size": 1}]}"#));
        check(r#"{"rule": [{"port": 1}]}"#, Ok(r#"{"rule": [{"port": 1}]}"#));
        check(
            r#"{"loose": {"value": [{"value": 1}], "type": ["tuple", [["object", {"value": "number"}]]]}}"#,
            Ok(r#"{"loose": [{"value": 1}]}"#),
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        check("[]", Err(&[""]));
        check("{", Err(&[""]));
        check(r#"{"name": []}"#, Err(&[".name"]));
        check(r#"{"disk": [{"size": 1}, {"size": "x"}], "rule": {}}"#, Err(&[".disk[1].size", ".rule"]));
    }
}
