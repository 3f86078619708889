//! Values made to conform to a schema.

use crate::shape::Facts;
use crate::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use std::collections::BTreeMap;
use std::fmt;
use trueup_value::{Kind, Name, Path, PathStep, Type, Value, convert};

/// Why a value can't conform to a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct CoerceError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there: the end of a sentence, such as `a number is required`.
    pub message: String,
}

impl fmt::Display for CoerceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.0.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for CoerceError {}

/// Makes an object have exactly the type of the schema's value: converts, sets what is missing to null, turns
/// nested blocks into lists, sets and maps of the right type. Marks and unknowns stay where they are. A missing
/// required attribute is no error here: see [`crate::required_missing`].
pub fn coerce(schema: &Block, value: &Value) -> Result<Value, Vec<CoerceError>> {
    let mut coercion = Coercion::default();
    let coerced = coercion.block(schema, value);
    if coercion.errors.is_empty() { Ok(coerced) } else { Err(coercion.errors) }
}

#[derive(Default)]
struct Coercion {
    path: Vec<PathStep>,
    errors: Vec<CoerceError>,
}

impl Coercion {
    fn block(&mut self, block: &Block, value: &Value) -> Value {
        let facts = block.shape.of(block);
        let coerced = match value.kind() {
            Kind::Null(_) => facts.empty.clone(),
            Kind::Unknown(..) => Value::unknown(facts.ty.clone()),
            Kind::Object(_) | Kind::Map(_) => {
                let fields = value.as_mapping().expect("a known object or map has fields");
                self.fields(block, facts, fields)
            }
            _ => self.refuse("an object is required", &facts.ty),
        };
        coerced.mark(value.marks())
    }

    fn fields(&mut self, block: &Block, facts: &Facts, fields: &BTreeMap<Name, Value>) -> Value {
        for name in
            fields.keys().filter(|n| !block.attributes.contains_key(*n) && !block.blocks.contains_key(*n))
        {
            self.error(format!("unsupported attribute {name:?}"));
        }
        let mut coerced = BTreeMap::new();
        for (name, empty) in facts.empty.as_mapping().expect("the empty value is an object") {
            let value = match fields.get(name) {
                None => empty.clone(),
                Some(value) => self.field(block, facts, (name, value)),
            };
            coerced.insert(name.clone(), value);
        }
        Value::object(coerced)
    }

    fn field(&mut self, block: &Block, facts: &Facts, (name, value): (&Name, &Value)) -> Value {
        self.path.push(PathStep::Attribute(name.clone()));
        let coerced = match block.blocks.get(name) {
            Some(nested) => self.nested(nested, facts, (name, value)),
            None => self.attribute(&block.attributes[name], facts, (name, value)),
        };
        self.path.pop();
        coerced
    }

    fn attribute(&mut self, attribute: &Attribute, facts: &Facts, (name, value): (&Name, &Value)) -> Value {
        let constraint = match &attribute.ty {
            AttributeType::Plain(ty) => ty,
            AttributeType::Nested(_) => &facts.constraints[name],
        };
        match convert(value, constraint) {
            Ok(converted) => converted,
            Err(error) => {
                let steps = self.path.iter().chain(&error.path.0).cloned().collect();
                self.errors.push(CoerceError { path: Path(steps), message: error.message });
                Value::unknown(facts.type_of(name).clone())
            }
        }
    }

    fn nested(&mut self, nested: &NestedBlock, facts: &Facts, (name, value): (&Name, &Value)) -> Value {
        let ty = facts.type_of(name);
        let coerced = match (value.kind(), nested.nesting) {
            (Kind::Null(_), _) => facts.empty_of(name).clone(),
            (Kind::Unknown(..), _) => Value::unknown(ty.clone()),
            (_, Nesting::Single | Nesting::Group) => return self.block(&nested.block, value),
            (_, Nesting::Map) => match value.as_mapping() {
                Some(items) => self.keyed(&nested.block, ty, items),
                None => self.refuse("must be a map", ty),
            },
            (_, Nesting::List) => match value.as_sequence() {
                Some(items) => self.listed(&nested.block, ty, items),
                None => self.refuse("must be a list", ty),
            },
            (_, Nesting::Set) => match value.as_sequence() {
                Some(items) => {
                    let items: Vec<Value> =
                        items.iter().map(|item| self.item(&nested.block, item, item)).collect();
                    Value::set(nested.block.value_type(), items)
                }
                None => self.refuse("must be a set", ty),
            },
        };
        coerced.mark(value.marks())
    }

    fn keyed(&mut self, block: &Block, ty: &Type, items: &BTreeMap<Name, Value>) -> Value {
        let mut coerced = BTreeMap::new();
        for (key, item) in items {
            coerced.insert(key.clone(), self.item(block, &Value::string(key.clone()), item));
        }
        if *ty == Type::Dynamic { Value::object(coerced) } else { Value::map(block.value_type(), coerced) }
    }

    fn listed(&mut self, block: &Block, ty: &Type, items: &[Value]) -> Value {
        let mut coerced = Vec::with_capacity(items.len());
        for (index, item) in (0_i64..).zip(items) {
            coerced.push(self.item(block, &index.into(), item));
        }
        if *ty == Type::Dynamic { Value::tuple(coerced) } else { Value::list(block.value_type(), coerced) }
    }

    fn item(&mut self, block: &Block, index: &Value, item: &Value) -> Value {
        self.path.push(PathStep::Index(index.clone()));
        let coerced = self.block(block, item);
        self.path.pop();
        coerced
    }

    /// The stand-in value keeps the walk going so that every error is found; it never reaches the caller.
    fn refuse(&mut self, message: &str, ty: &Type) -> Value {
        self.error(message.to_owned());
        Value::unknown(ty.clone())
    }

    fn error(&mut self, message: String) {
        self.errors.push(CoerceError { path: Path(self.path.clone()), message });
    }
}

#[cfg(test)]
mod tests {
    use super::coerce;
    use crate::notation::{any, block, object};

    const SCHEMA: &str = "
        name string required
        size number optional
        any dynamic optional
        tags map(string) optional
        attribute meta list optional {
            key string required
            note string optional
            made number computed
        }
        block rule set {
            port number required
            proto string optional
        }
        block disk list {
            size number optional
            block part list {
                at number optional
            }
        }
        block loose list {
            value dynamic optional
        }
        block one single {
            a string optional
        }
        block group group {
            a string optional
        }
        block by_key map {
            a string optional
        }
    ";

    /// `given` is any value, `wanted` the coerced object or the errors, each `path: message`.
    fn check(given: &str, wanted: Result<&str, &[&str]>) {
        let schema = block(SCHEMA);
        match (coerce(&schema, &any(given)), wanted) {
            (Ok(coerced), Ok(wanted)) => {
                assert_eq!(coerced, object(&schema, wanted), "{given}");
                assert_eq!(coerce(&schema, &coerced).as_ref(), Ok(&coerced), "coercing twice: {given}");
            }
            (Err(errors), Err(wanted)) => {
                let text = |e: &super::CoerceError| format!("{}: {}", e.path, e.message);
                assert_eq!(errors.iter().map(text).collect::<Vec<_>>(), wanted, "{given}");
            }
            (coerced, _) => panic!("{given} became {coerced:?}"),
        }
    }

    #[test]
    fn objects_get_the_schema_type() {
        check("null", Ok("{}"));
        check("{}", Ok("{}"));
        check(r#"{"name": 1, "size": "2"}"#, Ok(r#"{"name": "1", "size": 2}"#));
        check(r#"{"any": [1, "a"]}"#, Ok(r#"{"any": [1, "a"]}"#));
        check(r#"{"tags": {"a": 1}}"#, Ok(r#"{"tags": {"a": "1"}}"#));
        check(r#"{"name": "?"}"#, Ok(r#"{"name": "?"}"#));
        check(r#"{"meta": [{"key": "a"}]}"#, Ok(r#"{"meta": [{"key": "a", "note": null, "made": null}]}"#));
    }

    #[test]
    fn blocks_become_collections() {
        check(r#"{"rule": [{"port": "1"}, {"port": 1}]}"#, Ok(r#"{"rule": [{"port": 1}]}"#));
        check(
            r#"{"disk": [{"size": 1, "part": [{"at": 3}]}, {}]}"#,
            Ok(r#"{"disk": [{"size": 1, "part": [{"at": 3}]}, {"size": null, "part": []}]}"#),
        );
        check(r#"{"disk": null, "rule": "?"}"#, Ok(r#"{"disk": [], "rule": "?"}"#));
        check(
            r#"{"loose": [{"value": 1}, {"value": "a"}]}"#,
            Ok(r#"{"loose": [{"value": 1}, {"value": "a"}]}"#),
        );
        check(r#"{"one": {"a": 1}, "group": {}}"#, Ok(r#"{"one": {"a": "1"}, "group": {"a": null}}"#));
        check(r#"{"by_key": {"x": {"a": 1}}}"#, Ok(r#"{"by_key": {"x": {"a": "1"}}}"#));
    }

    #[test]
    fn every_error_is_found() {
        check("5", Err(&[": an object is required"]));
        check(
            r#"{"nope": 1, "size": "x", "disk": [{}, {"size": "y"}], "rule": 1}"#,
            Err(&[
                ": unsupported attribute \"nope\"",
                ".disk[1].size: a number is required",
                ".rule: must be a set",
                ".size: a number is required",
            ]),
        );
        check(r#"{"meta": [{}]}"#, Err(&[".meta: element 0: attribute \"key\" is required"]));
    }
}
