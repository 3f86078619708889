//! Looking into values by index, attribute and element, as the language does it: marks and unknowns carry over.

use crate::{ConvertError, Kind, Name, Number, Refinement, Type, Value, convert};
use std::fmt;

/// Why an index or attribute isn't there.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexError {
    /// The value is null.
    NullValue,
    /// The key is null.
    NullKey,
    /// A value of this type has no indices or attributes.
    NotIndexable(Type),
    /// Elements of a set have no keys.
    Set,
    /// The key isn't what keys of this value are: a number or a string.
    KeyType(ConvertError),
    /// The index has a fractional part.
    Fraction,
    /// The index is below zero.
    Negative,
    /// The index is beyond the last element; how many elements there are.
    OutOfRange(usize),
    /// A map has no element with this key.
    NoSuchKey(Name),
    /// An object has no such attribute.
    NoSuchAttribute(Name),
    /// A number that isn't the name of an attribute was used on an object.
    NumberOnObject,
}

/// The reason, to follow "invalid index: ".
impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IndexError::NullValue => f.write_str("this value is null, so there is nothing inside it"),
            IndexError::NullKey => f.write_str("a null value can't be used as an index"),
            IndexError::NotIndexable(ty) => write!(f, "a {} has no elements", ty.friendly_name()),
            IndexError::Set => f.write_str(
                "elements of a set have no index or key; use a for expression, or convert to a list with tolist",
            ),
            IndexError::KeyType(error) => write!(f, "{error}"),
            IndexError::Fraction => f.write_str("an index must be a whole number"),
            IndexError::Negative => f.write_str("an index can't be negative"),
            IndexError::OutOfRange(0) => f.write_str("the collection has no elements"),
            IndexError::OutOfRange(length) => {
                write!(f, "the index must be less than the number of elements, which is {length}")
            }
            IndexError::NoSuchKey(key) => write!(f, "the map has no element with the key {key:?}"),
            IndexError::NoSuchAttribute(name) => write!(f, "the object has no attribute named {name:?}"),
            IndexError::NumberOnObject => f.write_str("attributes of an object have names, not numbers"),
        }
    }
}

impl std::error::Error for IndexError {}

impl Value {
    /// `self[key]`: an element of a list, tuple or map, or an attribute of an object.
    pub fn index(&self, key: &Value) -> Result<Value, IndexError> {
        if self.is_null() {
            return Err(IndexError::NullValue);
        }
        if key.is_null() {
            return Err(IndexError::NullKey);
        }
        let ty = self.ty_shallow();
        let found = match &ty {
            Shape::Dynamic => return Ok(Value::dynamic().mark(self.marks() | key.marks())),
            Shape::Sequence => self.index_sequence(key)?,
            Shape::Map => self.index_map(key)?,
            // The key that names an attribute isn't part of the result, so its marks aren't either.
            Shape::Object => return self.index_object(key),
            Shape::Set => return Err(IndexError::Set),
            Shape::Primitive => return Err(IndexError::NotIndexable(self.ty())),
        };
        Ok(found.mark(self.marks() | key.marks()))
    }

    /// `self.name`: an attribute of an object or an element of a map.
    pub fn attribute(&self, name: &str) -> Result<Value, IndexError> {
        if self.is_null() {
            return Err(IndexError::NullValue);
        }
        let missing = || match self.ty_shallow() {
            Shape::Object => IndexError::NoSuchAttribute(name.into()),
            Shape::Map => IndexError::NoSuchKey(name.into()),
            _ => IndexError::NotIndexable(self.ty()),
        };
        let found = match self.kind() {
            Kind::Unknown(Type::Dynamic, _) => Value::dynamic(),
            Kind::Unknown(Type::Map(element), _) => Value::unknown(Type::clone(element)),
            Kind::Unknown(Type::Object(object), _) => {
                Value::unknown(object.attributes.get(name).cloned().ok_or_else(missing)?)
            }
            _ => self.get(name).cloned().ok_or_else(missing)?,
        };
        Ok(found.mark(self.marks()))
    }

    fn index_sequence(&self, key: &Value) -> Result<Value, IndexError> {
        let key = convert(key, &Type::Number).map_err(IndexError::KeyType)?;
        let Some(index) = key.as_number() else {
            return Ok(match self.ty() {
                Type::List(element) => Value::unknown(Type::clone(&element)),
                _ => Value::dynamic(),
            });
        };
        if !index.is_zero() && index.is_negative() {
            return Err(IndexError::Negative);
        }
        if !index.is_integer() {
            return Err(IndexError::Fraction);
        }
        let position = index.to_usize().unwrap_or(usize::MAX);
        match self.kind() {
            Kind::Unknown(Type::List(element), _) => Ok(Value::unknown(Type::clone(element))),
            Kind::Unknown(Type::Tuple(items), _) => {
                items.get(position).cloned().map(Value::unknown).ok_or(IndexError::OutOfRange(items.len()))
            }
            _ => {
                let items = self.as_sequence().unwrap_or_default();
                items.get(position).cloned().ok_or(IndexError::OutOfRange(items.len()))
            }
        }
    }

    fn index_map(&self, key: &Value) -> Result<Value, IndexError> {
        let key = convert(key, &Type::String).map_err(IndexError::KeyType)?;
        match (self.kind(), key.as_str()) {
            (Kind::Map(map), Some(name)) => {
                map.1.get(name).cloned().ok_or_else(|| IndexError::NoSuchKey(name.into()))
            }
            (Kind::Map(map), None) => Ok(Value::unknown(map.0.clone())),
            (Kind::Unknown(Type::Map(element), _), _) => Ok(Value::unknown(Type::clone(element))),
            _ => Err(IndexError::NotIndexable(self.ty())),
        }
    }

    fn index_object(&self, key: &Value) -> Result<Value, IndexError> {
        let by_number = key.as_number().is_some();
        let key = convert(key, &Type::String).map_err(IndexError::KeyType)?;
        let Some(name) = key.as_str() else {
            return Ok(Value::dynamic().mark(self.marks() | key.marks()));
        };
        self.attribute(name).map_err(|error| match error {
            IndexError::NoSuchAttribute(_) if by_number => IndexError::NumberOnObject,
            other => other,
        })
    }

    /// How many elements there are: a number, unknown with bounds where that depends on what is unknown.
    /// Unknown without bounds for what has no length; null is that too.
    pub fn length(&self) -> Value {
        let value = match self.length_bounds() {
            Some((min, Some(max))) if min == max => Value::from(Number::from_u64(min)),
            Some((min, max)) => Value::refined(
                Type::Number,
                Refinement::number(Some(Number::from_u64(min)), max.map(Number::from_u64)),
            ),
            None => Value::unknown(Type::Number),
        };
        value.mark(self.marks())
    }

    /// Key and value of every element in the order of the language: index, key, attribute name, or for a set
    /// the element itself. Nothing for what has no elements or isn't known. Marks of the whole aren't added.
    pub fn iter_elements(&self) -> impl Iterator<Item = (Value, Value)> + '_ {
        let is_set = matches!(self.kind(), Kind::Set(_));
        let by_position = self.as_sequence().unwrap_or_default().iter().enumerate().map(move |(i, item)| {
            let key = if is_set { item.clone() } else { position(i) };
            (key, item.clone())
        });
        let by_name = self.as_mapping().into_iter().flatten();
        by_position.chain(by_name.map(|(name, item)| (Value::of(Kind::String(name.clone())), item.clone())))
    }

    /// Whether its type is a list, set or tuple. The type itself, which may be large, isn't made.
    pub fn is_sequence(&self) -> bool {
        matches!(self.ty_shallow(), Shape::Sequence | Shape::Set)
    }

    /// Whether its type is one that has elements or attributes. The type itself, which may be large, isn't made.
    pub fn is_compound(&self) -> bool {
        self.is_sequence() || matches!(self.ty_shallow(), Shape::Map | Shape::Object)
    }

    /// Whether even its type isn't known.
    pub fn is_untyped(&self) -> bool {
        self.ty_shallow() == Shape::Dynamic
    }

    /// The rough shape of its type, found without building the type.
    pub(crate) fn ty_shallow(&self) -> Shape {
        match self.kind() {
            Kind::Null(ty) | Kind::Unknown(ty, _) => Shape::of(ty),
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => Shape::Primitive,
            Kind::List(_) | Kind::Tuple(_) => Shape::Sequence,
            Kind::Set(_) => Shape::Set,
            Kind::Map(_) => Shape::Map,
            Kind::Object(_) => Shape::Object,
        }
    }
}

/// How a value is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Primitive,
    Sequence,
    Set,
    Map,
    Object,
    Dynamic,
}

impl Shape {
    fn of(ty: &Type) -> Shape {
        match ty {
            Type::Bool | Type::Number | Type::String => Shape::Primitive,
            Type::Dynamic => Shape::Dynamic,
            Type::List(_) | Type::Tuple(_) => Shape::Sequence,
            Type::Set(_) => Shape::Set,
            Type::Map(_) => Shape::Map,
            Type::Object(_) => Shape::Object,
        }
    }
}

/// The key of the element at a position.
pub(crate) fn position(at: usize) -> Value {
    Value::from(i64::try_from(at).unwrap_or(i64::MAX))
}
