//! Objects with typed access: what a resource's code reads from and writes to.

use crate::Tags;
use crate::notes::{self, IMPORTED, LEFT, Notes};
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_value::{Kind, Name, ObjectType, Type, Value};

/// Typed reading. Null, unknown and absent read as nothing; so do empty strings, which the cloud APIs treat as
/// not given.
pub trait Fields {
    /// The value of an attribute.
    fn field(&self, name: &str) -> Option<&Value>;

    /// A string that isn't empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A string that isn't empty, owned.
    fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A bool.
    fn flag(&self, name: &str) -> Option<bool> {
        self.field(name)?.as_bool()
    }

    /// A whole number.
    fn integer(&self, name: &str) -> Option<i64> {
        self.field(name)?.as_number()?.to_i64()
    }

    /// A whole number of 32 bits, as most cloud APIs have them.
    fn small(&self, name: &str) -> Option<i32> {
        self.integer(name)?.try_into().ok()
    }

    /// The strings of a list or set; empty where there are none.
    fn texts(&self, name: &str) -> Vec<String> {
        let items = self.field(name).and_then(Value::as_sequence).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The strings of a map; empty where there are none.
    fn map(&self, name: &str) -> Tags {
        let Some(items) = self.field(name).and_then(Value::as_mapping) else { return Tags::new() };
        items.iter().filter_map(|(key, v)| Some((key.to_string(), v.as_str()?.to_owned()))).collect()
    }

    /// The objects of a list or set of objects, or of nested blocks.
    fn items(&self, name: &str) -> &[Value] {
        self.field(name).and_then(Value::as_sequence).unwrap_or_default()
    }

    /// The one object of a block that occurs at most once.
    fn item(&self, name: &str) -> Option<&Value> {
        self.items(name).first().filter(|item| !item.is_null())
    }

    /// Whether it is known and set to something other than null.
    fn is_set(&self, name: &str) -> bool {
        self.field(name).is_some_and(|value| value.is_known() && !value.is_null())
    }

    /// Whether it isn't known yet.
    fn is_unknown(&self, name: &str) -> bool {
        self.field(name).is_some_and(|value| !value.is_wholly_known())
    }
}

impl Fields for Value {
    fn field(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

/// An object of a schema's type, being read or filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    ty: Arc<ObjectType>,
    values: BTreeMap<Name, Value>,
    notes: Notes,
}

impl Fields for Object {
    fn field(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}

impl Object {
    /// The object that a value of this type holds; None for null and unknown.
    pub fn of(ty: &Arc<ObjectType>, value: &Value) -> Option<Object> {
        let Kind::Object(values) = value.kind() else { return None };
        Some(Object { ty: ty.clone(), values: (**values).clone(), notes: Notes::new() })
    }

    /// An object of a type with nothing set.
    pub fn blank(ty: &Arc<ObjectType>) -> Object {
        let values = ty.attributes.iter().map(|(name, ty)| (name.clone(), Value::null(ty.clone())));
        Object { ty: ty.clone(), values: values.collect(), notes: Notes::new() }
    }

    /// As a value.
    pub fn value(&self) -> Value {
        Value::object(self.values.clone())
    }

    /// Its identifier, where it has one by now.
    pub fn id(&self) -> Option<&str> {
        self.text("id")
    }

    /// Its identifier, empty where it has none.
    pub fn id_or_empty(&self) -> &str {
        self.id().unwrap_or_default()
    }

    /// Takes the identifier that was found and says whether one was.
    pub fn identify(&mut self, id: Option<impl AsRef<str>>) -> bool {
        self.put_text("id", id);
        self.id().is_some()
    }

    /// The same with what is kept beside it.
    pub(crate) fn noted(mut self, private: &[u8]) -> Object {
        self.notes = notes::read(private);
        self
    }

    /// What is kept beside it.
    pub(crate) fn notes(&self) -> &Notes {
        &self.notes
    }

    /// A text that is kept beside it.
    pub fn note(&self, name: &str) -> Option<&str> {
        self.notes.get(name).map(String::as_str)
    }

    /// Keeps a text beside it, or none any more.
    pub fn put_note(&mut self, name: &str, text: Option<String>) {
        match text {
            Some(text) => drop(self.notes.insert(name.to_owned(), text)),
            None => drop(self.notes.remove(name)),
        }
    }

    /// Whether it was imported and is read for the first time: what it has was never written anywhere.
    pub fn is_imported(&self) -> bool {
        self.note(IMPORTED).is_some()
    }

    /// Whether the configuration that it was applied with leaves a costly attribute to the cloud.
    pub fn is_left(&self, name: &str) -> bool {
        self.note(LEFT).is_some_and(|left| left.split(' ').any(|of| of == name))
    }

    /// Whether an attribute of this name exists.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Whether an attribute differs from another object's.
    pub fn differs(&self, other: &Object, name: &str) -> bool {
        self.field(name) != other.field(name)
    }

    /// Whether one of the attributes differs from another object's.
    pub fn differs_in(&self, other: &Object, names: &[&str]) -> bool {
        names.iter().any(|name| self.differs(other, name))
    }

    /// Attribute names in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.values.keys()
    }

    /// The type of an attribute.
    pub fn type_of(&self, name: &str) -> &Type {
        self.ty.attributes.get(name).unwrap_or_else(|| panic!("the schema has no attribute {name:?}"))
    }

    /// Sets an attribute to a value of its type.
    pub fn put(&mut self, name: &str, value: Value) {
        let (key, ty) = self
            .ty
            .attributes
            .get_key_value(name)
            .unwrap_or_else(|| panic!("the schema has no attribute {name:?}"));
        debug_assert!(value.ty() == *ty, "{name} is of type {ty}, not {}", value.ty());
        self.values.insert(key.clone(), value);
    }

    /// Sets an attribute to null.
    pub fn put_null(&mut self, name: &str) {
        self.put(name, Value::null(self.type_of(name).clone()));
    }

    /// Sets an attribute to unknown.
    pub fn put_unknown(&mut self, name: &str) {
        self.put(name, Value::unknown(self.type_of(name).clone()));
    }

    /// Sets a string; None and the empty string are null.
    pub fn put_text(&mut self, name: &str, text: Option<impl AsRef<str>>) {
        let text = text.filter(|text| !text.as_ref().is_empty());
        self.put(name, text.map_or_else(|| Value::null(Type::String), |text| Value::from(text.as_ref())));
    }

    /// Sets a bool.
    pub fn put_flag(&mut self, name: &str, flag: Option<bool>) {
        self.put(name, flag.map_or_else(|| Value::null(Type::Bool), Value::from));
    }

    /// Sets a number.
    pub fn put_integer(&mut self, name: &str, number: Option<impl Into<i64>>) {
        let number = number.map(|number| Value::from(number.into()));
        self.put(name, number.unwrap_or_else(|| Value::null(Type::Number)));
    }

    /// Sets a list or set of strings.
    pub fn put_texts<T: AsRef<str>>(&mut self, name: &str, texts: impl IntoIterator<Item = T>) {
        let items = texts.into_iter().map(|text| Value::from(text.as_ref()));
        let value = match self.type_of(name) {
            Type::Set(_) => Value::set(Type::String, items),
            _ => Value::list(Type::String, items),
        };
        self.put(name, value);
    }

    /// Sets a map of strings.
    pub fn put_map(&mut self, name: &str, map: &Tags) {
        let items = map.iter().map(|(key, text)| (key.as_str(), Value::from(text.as_str())));
        self.put(name, Value::map(Type::String, items));
    }

    /// A blank object of the type of this list or set of objects, or of these nested blocks.
    pub fn blank_item(&self, name: &str) -> Object {
        match self.type_of(name).element() {
            Some(Type::Object(ty)) => Object::blank(ty),
            _ => panic!("{name:?} doesn't hold objects"),
        }
    }

    /// Sets a list or set of objects, or nested blocks.
    pub fn put_items(&mut self, name: &str, items: impl IntoIterator<Item = Object>) {
        let ty = self.type_of(name).clone();
        let element = ty.element().expect("objects stand in collections").clone();
        let items = items.into_iter().map(|item| item.value());
        let value = match ty {
            Type::Set(_) => Value::set(element, items),
            _ => Value::list(element, items),
        };
        self.put(name, value);
    }

    /// Takes over from another object of the type what isn't wholly known here.
    pub fn fill_unknowns(&mut self, other: &Object) {
        for (name, value) in &mut self.values {
            if let Some(known) = other.values.get(name).filter(|_| !value.is_wholly_known()) {
                *value = known.clone();
            }
        }
    }

    /// Replaces what is still unknown by what `empty`, an object of the same type, has there: null attributes and no
    /// blocks. What is known of an unfinished object can be stored then.
    pub fn settle_unknowns(&mut self, empty: &Value) {
        for (name, value) in &mut self.values {
            let nothing = empty.get(name).filter(|_| !value.is_known());
            *value = nothing.cloned().unwrap_or_else(|| without_unknowns(value));
        }
    }
}

/// The value with null where it is unknown.
fn without_unknowns(value: &Value) -> Value {
    if value.is_wholly_known() {
        return value.clone();
    }
    match value.kind() {
        Kind::List(list) => Value::list(list.ty.clone(), list.items.iter().map(without_unknowns)),
        Kind::Set(set) => Value::set(set.ty.clone(), set.items.iter().map(without_unknowns)),
        Kind::Map(map) => {
            Value::map(map.0.clone(), map.1.iter().map(|(key, v)| (key.clone(), without_unknowns(v))))
        }
        Kind::Object(object) => {
            Value::object(object.iter().map(|(key, v)| (key.clone(), without_unknowns(v))))
        }
        Kind::Tuple(items) => Value::tuple(items.iter().map(without_unknowns)),
        _ => Value::null(value.ty()),
    }
}
