//! Made-up values: what the configuration leaves to the provider, filled in.

use std::collections::BTreeMap;
use trueup_addr::Name;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::Random;
use trueup_schema::{Attribute, AttributeType, Block, NestedBlock, Nesting, ObjectAttributes};
use trueup_value::{Kind, Type, Value, convert};

/// Characters of a made-up string.
const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// How many of them.
const LENGTH: usize = 8;

/// Fills in what is not known of objects.
pub(super) struct Filler<'a> {
    pub(super) random: &'a Random,
    /// What the object is, for messages.
    pub(super) kind: &'a str,
    pub(super) diagnostics: Diagnostics,
}

impl Filler<'_> {
    /// An object with everything that is unknown in it made up, with what is `given` where it says something.
    pub(super) fn block(&mut self, block: &Block, value: &Value, given: Option<&Value>) -> Value {
        if value.is_null() {
            return value.clone();
        }
        let mut out = self.attributes(&block.attributes, value, given);
        for (name, nested) in &block.blocks {
            let current = value.get(name).cloned().unwrap_or_else(|| nested.empty_value());
            out.insert(name.clone(), self.nested(nested, &current, given.and_then(|given| given.get(name))));
        }
        Value::object(out)
    }

    /// Blocks that are written get what is unknown in each of them; there are never more than that.
    fn nested(&mut self, nested: &NestedBlock, value: &Value, given: Option<&Value>) -> Value {
        self.items(nested.nesting, value, &nested.block.value_type(), &mut |filler, item| {
            filler.block(&nested.block, item, given)
        })
    }

    fn items(
        &mut self,
        nesting: Nesting,
        value: &Value,
        ty: &Type,
        each: &mut dyn FnMut(&mut Self, &Value) -> Value,
    ) -> Value {
        if value.is_null() || value.is_wholly_known() {
            return value.clone();
        }
        match nesting {
            Nesting::Single | Nesting::Group if value.is_known() => each(self, value),
            Nesting::List if value.is_known() => {
                let items = value.as_sequence().unwrap_or_default().to_vec();
                let items: Vec<Value> = items.iter().map(|item| each(self, item)).collect();
                same_shape(value, ty, items)
            }
            Nesting::Set if value.is_known() => {
                let items: Vec<Value> = value.iter_elements().map(|(_, item)| item).collect();
                let items: Vec<Value> = items.iter().map(|item| each(self, item)).collect();
                Value::set(ty.clone(), items)
            }
            Nesting::Map if value.is_known() => {
                let items: Vec<(Name, Value)> = value
                    .as_mapping()
                    .into_iter()
                    .flatten()
                    .map(|(key, item)| (key.clone(), item.clone()))
                    .collect();
                let items: Vec<(Name, Value)> =
                    items.into_iter().map(|(key, item)| (key, each(self, &item))).collect();
                match value.kind() {
                    Kind::Object(_) => Value::object(items),
                    _ => Value::map(ty.clone(), items),
                }
            }
            _ => made_of(&value.ty(), self.random),
        }
    }

    fn attributes(
        &mut self,
        attributes: &BTreeMap<Name, Attribute>,
        value: &Value,
        given: Option<&Value>,
    ) -> BTreeMap<Name, Value> {
        let mut out = BTreeMap::new();
        for (name, attribute) in attributes {
            let current = value.get(name).cloned().unwrap_or_else(|| Value::null(attribute.value_type()));
            let given = given.and_then(|given| given.get(name));
            let filled = match &attribute.ty {
                _ if current.is_wholly_known() => current,
                AttributeType::Nested(nested) if current.is_known() => self.object(nested, &current, given),
                AttributeType::Nested(nested) => self.made_object(nested, name, given),
                AttributeType::Plain(ty) => self.made(name, ty, given),
            };
            out.insert(name.clone(), filled);
        }
        out
    }

    fn object(&mut self, nested: &ObjectAttributes, value: &Value, given: Option<&Value>) -> Value {
        self.items(nested.nesting, value, &nested.object_type(), &mut |filler, item| {
            Value::object(filler.attributes(&nested.attributes, item, given))
        })
    }

    fn made_object(&mut self, nested: &ObjectAttributes, name: &str, given: Option<&Value>) -> Value {
        if !matches!(nested.nesting, Nesting::Single | Nesting::Group) {
            return self.made(name, &nested.value_type(), given);
        }
        let unknown =
            nested.attributes.iter().map(|(name, a)| (name.clone(), Value::unknown(a.value_type())));
        Value::object(self.attributes(&nested.attributes, &Value::object(unknown), given))
    }

    /// A value of a type: the given one, or one that is made up.
    fn made(&mut self, name: &str, ty: &Type, given: Option<&Value>) -> Value {
        let Some(given) = given else { return made_of(ty, self.random) };
        let completed = completed(given, ty, self.random);
        match convert(&completed, ty) {
            Ok(value) => value,
            Err(error) => {
                let detail = format!(
                    "The value that the test gives for the attribute \"{name}\" of {} doesn't fit its type, {}: {error}.",
                    self.kind,
                    ty.friendly_name()
                );
                self.diagnostics.push(Diagnostic::error("Failed to compute attribute", detail));
                made_of(ty, self.random)
            }
        }
    }
}

/// What is given of an object, with the rest of it made up.
fn completed(given: &Value, ty: &Type, random: &Random) -> Value {
    let (Type::Object(object), Kind::Object(have)) = (ty, given.kind()) else { return given.clone() };
    let all = object.attributes.iter().map(|(name, ty)| match have.get(name) {
        Some(value) => (name.clone(), completed(value, ty, random)),
        None => (name.clone(), made_of(ty, random)),
    });
    Value::object(all)
}

fn same_shape(value: &Value, ty: &Type, items: Vec<Value>) -> Value {
    match value.kind() {
        Kind::Tuple(_) => Value::tuple(items),
        _ => Value::list(ty.clone(), items),
    }
}

/// The value that stands for one of a type: eight random characters, 0, false, nothing in it.
fn made_of(ty: &Type, random: &Random) -> Value {
    match ty {
        Type::String => Value::string(letters(random)),
        Type::Number => Value::from(0),
        Type::Bool => Value::from(false),
        Type::List(element) => Value::list((**element).clone(), []),
        Type::Set(element) => Value::set((**element).clone(), []),
        Type::Map(element) => Value::map::<Name>((**element).clone(), []),
        Type::Tuple(items) => Value::tuple(items.iter().map(|ty| made_of(ty, random))),
        Type::Object(object) => {
            Value::object(object.attributes.iter().map(|(name, ty)| (name.clone(), made_of(ty, random))))
        }
        Type::Dynamic => Value::null(Type::Dynamic),
    }
}

fn letters(random: &Random) -> String {
    let mut bytes = [0; LENGTH];
    random(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}
