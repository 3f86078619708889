//! Values: their shapes, how to make them and how to look into them.

use crate::inside::{Holds, Inside};
use crate::{Marks, Number, Refinement, Type};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// An attribute name or map key; shared, never copied.
pub type Name = Arc<str>;

/// A value with its marks, and what was worked out about its inside when it was made, so that nobody has to walk
/// through a large collection to look at it.
#[derive(Clone, PartialEq)]
pub struct Value {
    kind: Kind,
    marks: Marks,
    holds: Holds,
    depth: u16,
    weight: u32,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// No value, of a type.
    Null(Type),
    /// A value not known yet, of a type, with what is known about it.
    Unknown(Type, Option<Arc<Refinement>>),
    /// A bool.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string in Unicode normal form C.
    String(Arc<str>),
    /// Elements of one type in order.
    List(Arc<Elements>),
    /// Distinct elements of one type in the order of the language.
    Set(Arc<Elements>),
    /// Elements of one type by key.
    Map(Arc<(Type, BTreeMap<Name, Value>)>),
    /// Elements of any types in order.
    Tuple(Arc<[Value]>),
    /// Attributes of any types by name.
    Object(Arc<BTreeMap<Name, Value>>),
}

/// The elements of a list or set with their type.
#[derive(Clone, Debug, PartialEq)]
pub struct Elements {
    /// The type of every element.
    pub ty: Type,
    /// The elements.
    pub items: Vec<Value>,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").field("kind", &self.kind).field("marks", &self.marks).finish_non_exhaustive()
    }
}

impl Value {
    /// A value of this kind without marks.
    pub(crate) fn of(kind: Kind) -> Value {
        let Inside { holds, depth, weight } = Inside::of(&kind);
        Value { kind, marks: Marks::NONE, holds, depth, weight }
    }

    /// Null of a type.
    pub fn null(ty: Type) -> Value {
        Value::of(Kind::Null(ty))
    }

    /// Unknown of a type, nothing else known about it.
    pub fn unknown(ty: Type) -> Value {
        Value::of(Kind::Unknown(ty, None))
    }

    /// Unknown, even in its type.
    pub fn dynamic() -> Value {
        Value::unknown(Type::Dynamic)
    }

    /// A string, brought into normal form C.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::of(Kind::String(normalized(text.into())))
    }

    /// A tuple.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Value::of(Kind::Tuple(items.into_iter().collect()))
    }

    /// An object.
    pub fn object<N: Into<Name>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Value {
        Value::object_of(attributes.into_iter().map(|(n, v)| (n.into(), v)).collect())
    }

    /// An object of attributes that are in order already, which spares sorting them.
    pub fn object_of(attributes: BTreeMap<Name, Value>) -> Value {
        Value::of(Kind::Object(Arc::new(attributes)))
    }

    /// A list; every element must be of type `ty` (or `ty` be dynamic and the list empty).
    pub fn list(ty: Type, items: impl IntoIterator<Item = Value>) -> Value {
        Value::of(Kind::List(Arc::new(Elements { ty, items: items.into_iter().collect() })))
    }

    /// A map; every element must be of type `ty`.
    pub fn map<N: Into<Name>>(ty: Type, items: impl IntoIterator<Item = (N, Value)>) -> Value {
        Value::map_of(ty, items.into_iter().map(|(n, v)| (n.into(), v)).collect())
    }

    /// A map of elements that are in order already, which spares sorting them; every one must be of type `ty`.
    pub fn map_of(ty: Type, items: BTreeMap<Name, Value>) -> Value {
        Value::of(Kind::Map(Arc::new((ty, items))))
    }

    /// What it is, marks aside.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What it is, marks aside, by value.
    pub fn into_kind(self) -> Kind {
        self.kind
    }

    /// The marks on the value itself, not those inside it.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// With these marks added.
    pub fn mark(mut self, marks: Marks) -> Value {
        self.marks |= marks;
        self
    }

    /// Without the marks on the value itself.
    pub fn unmark(self) -> (Value, Marks) {
        (Value { marks: Marks::NONE, ..self }, self.marks)
    }

    /// Its type.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) | Kind::Unknown(ty, _) => ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(elements) => Type::list(elements.ty.clone()),
            Kind::Set(elements) => Type::set(elements.ty.clone()),
            Kind::Map(map) => Type::map(map.0.clone()),
            Kind::Tuple(items) => Type::tuple(items.iter().map(Value::ty)),
            Kind::Object(attributes) => Type::object(attributes.iter().map(|(n, v)| (n.clone(), v.ty()))),
        }
    }

    /// As another kind with the same marks.
    pub(crate) fn with_kind(&self, kind: Kind) -> Value {
        Value::of(kind).mark(self.marks)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether the value itself is known; elements may be unknown.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Unknown(..))
    }

    /// Whether nothing inside is unknown.
    pub fn is_wholly_known(&self) -> bool {
        !self.holds.is_unknown()
    }

    /// The marks on the value and on everything inside it.
    pub fn deep_marks(&self) -> Marks {
        self.marks | self.holds.marks()
    }

    /// How much it is: one for each part, at any depth, and one for each 64 bytes of text. A part that stands in
    /// several places counts in each of them, though it is kept once; what is too much to count is `u32::MAX`.
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// How many collections are within one another at most; 0 for what has no parts.
    pub fn depth(&self) -> u16 {
        self.depth
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(s) => Some(s),
            _ => None,
        }
    }

    /// A known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(n) => Some(n),
            _ => None,
        }
    }

    /// The elements of a known list, set or tuple.
    pub fn as_sequence(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(elements) | Kind::Set(elements) => Some(&elements.items),
            Kind::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The elements of a known map or the attributes of a known object.
    pub fn as_mapping(&self) -> Option<&BTreeMap<Name, Value>> {
        match &self.kind {
            Kind::Map(map) => Some(&map.1),
            Kind::Object(attributes) => Some(attributes),
            _ => None,
        }
    }

    /// An attribute of a known object or element of a known map, its own marks only.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_mapping()?.get(name)
    }
}

/// In Unicode normal form C; text that is already, as nearly all is, isn't copied.
pub(crate) fn normalized(text: Arc<str>) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    text.nfc().collect::<String>().into()
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::string(text)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::of(Kind::Bool(b))
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::of(Kind::Number(n.into()))
    }
}

impl From<Number> for Value {
    fn from(n: Number) -> Value {
        Value::of(Kind::Number(n))
    }
}
