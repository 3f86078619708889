//! Reading values from `MessagePack`.

use crate::json::type_from_json;
use crate::msgpack::{DEPTH_MAX, EXTENSION_REFINED, MsgpackError, key};
use crate::value::normalized;
use crate::{Kind, Name, Number, ObjectType, Refinement, Type, Value, convert};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known about an unknown may not take more bytes than this.
const REFINEMENT_BYTES_MAX: usize = 1024;

/// Reads a value of a type from bytes. Every extension that isn't understood is an unknown value.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, MsgpackError> {
    let mut reader = Reader { bytes, at: 0, depth: 0 };
    let value = reader.value(ty)?;
    if reader.at < bytes.len() {
        return reader.fail("there are bytes after the end of the value");
    }
    Ok(value)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

/// The first byte of an item, taken apart.
enum Item {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(usize),
    Binary(usize),
    Array(usize),
    Map(usize),
    Extension(usize),
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, MsgpackError> {
        Err(MsgpackError { offset: Some(self.at), message: message.into() })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], MsgpackError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..count)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => self.fail("the bytes end inside a value"),
        }
    }

    /// An unsigned integer of up to eight bytes.
    fn unsigned(&mut self, count: usize) -> Result<u64, MsgpackError> {
        Ok(self.take(count)?.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }

    fn signed(&mut self, count: u32) -> Result<i64, MsgpackError> {
        let raw = self.unsigned(count as usize)?;
        let unused = 64 - 8 * count;
        Ok((raw << unused).cast_signed() >> unused)
    }

    fn length(&mut self, count: usize) -> Result<usize, MsgpackError> {
        let length = self.unsigned(count)?;
        usize::try_from(length).or_else(|_| self.fail("the length is out of range"))
    }

    fn item(&mut self) -> Result<Item, MsgpackError> {
        let tag = self.take(1)?[0];
        Ok(match tag {
            0x00..=0x7f => Item::Integer(i64::from(tag)),
            0x80..=0x8f => Item::Map(usize::from(tag & 0x0f)),
            0x90..=0x9f => Item::Array(usize::from(tag & 0x0f)),
            0xa0..=0xbf => Item::Text(usize::from(tag & 0x1f)),
            0xc0 => Item::Null,
            0xc2 => Item::Bool(false),
            0xc3 => Item::Bool(true),
            0xc4..=0xc6 => Item::Binary(self.length(1 << (tag - 0xc4))?),
            0xc7..=0xc9 => Item::Extension(self.length(1 << (tag - 0xc7))?),
            0xca => {
                let bits = u32::try_from(self.unsigned(4)?).unwrap_or(0);
                Item::Float(f64::from(f32::from_bits(bits)))
            }
            0xcb => Item::Float(f64::from_bits(self.unsigned(8)?)),
            0xcc..=0xcf => Item::Unsigned(self.unsigned(1 << (tag - 0xcc))?),
            0xd0..=0xd3 => Item::Integer(self.signed(1 << (tag - 0xd0))?),
            0xd4..=0xd8 => Item::Extension(1 << (tag - 0xd4)),
            0xd9..=0xdb => Item::Text(self.length(1 << (tag - 0xd9))?),
            0xdc..=0xdd => Item::Array(self.length(2 << (tag - 0xdc))?),
            0xde..=0xdf => Item::Map(self.length(2 << (tag - 0xde))?),
            0xe0..=0xff => Item::Integer(i64::from(tag.cast_signed())),
            0xc1 => return self.fail("byte 0xc1 has no meaning in MessagePack"),
        })
    }

    fn value(&mut self, ty: &Type) -> Result<Value, MsgpackError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.fail(format!("nested more than {DEPTH_MAX} deep"));
        }
        let item = self.item()?;
        let value = match (item, ty) {
            (Item::Extension(length), _) => self.unknown(length, ty)?,
            (Item::Null, _) => Value::null(ty.without_optional()),
            (Item::Array(2), Type::Dynamic) => {
                let own = self.own_type()?;
                self.value(&own)?
            }
            (Item::Array(count), Type::List(element)) => {
                Value::list(element.without_optional(), self.elements(count, element)?)
            }
            (Item::Array(count), Type::Set(element)) => {
                Value::set(element.without_optional(), self.elements(count, element)?)
            }
            (Item::Array(count), Type::Tuple(types)) if count == types.len() => {
                let items = types.iter().map(|ty| self.value(ty)).collect::<Result<Vec<_>, _>>()?;
                Value::tuple(items)
            }
            (Item::Map(count), Type::Map(element)) => {
                let mut items = BTreeMap::new();
                for _ in 0..count {
                    let name = self.text_item()?;
                    items.insert(name, self.value(element)?);
                }
                Value::map(element.without_optional(), items)
            }
            (Item::Map(count), Type::Object(object)) => self.object(count, object)?,
            (item, Type::Bool | Type::Number | Type::String) => self.primitive(&item, ty)?,
            _ => return self.fail(format!("{} is required here", ty.friendly_name())),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn elements(&mut self, count: usize, element: &Type) -> Result<Vec<Value>, MsgpackError> {
        // Each element takes a byte at least, so a length that lies can't make room for itself.
        let mut items = Vec::with_capacity(count.min(self.bytes.len() - self.at));
        for _ in 0..count {
            items.push(self.value(element)?);
        }
        Ok(items)
    }

    fn object(&mut self, count: usize, object: &ObjectType) -> Result<Value, MsgpackError> {
        let mut attributes = BTreeMap::new();
        for _ in 0..count {
            let name = self.text_item()?;
            let Some(ty) = object.attributes.get(&name) else {
                return self.fail(format!("unsupported attribute {name:?}"));
            };
            attributes.insert(name, self.value(ty)?);
        }
        match object.attributes.keys().find(|name| !attributes.contains_key(*name)) {
            Some(missing) => self.fail(format!("required attribute {missing:?} is missing")),
            None => Ok(Value::object(attributes)),
        }
    }

    fn text(&mut self, length: usize) -> Result<Name, MsgpackError> {
        match std::str::from_utf8(self.take(length)?) {
            Ok(text) => Ok(normalized(text.into())),
            Err(_) => self.fail("a string isn't valid UTF-8"),
        }
    }

    fn text_item(&mut self) -> Result<Name, MsgpackError> {
        match self.item()? {
            Item::Text(length) | Item::Binary(length) => self.text(length),
            _ => self.fail("expected a name"),
        }
    }

    fn own_type(&mut self) -> Result<Type, MsgpackError> {
        let start = self.at;
        let json = self.text_item()?;
        type_from_json(&json)
            .map_err(|error| MsgpackError { offset: Some(start), message: format!("in a type: {error}") })
    }

    fn primitive(&mut self, item: &Item, ty: &Type) -> Result<Value, MsgpackError> {
        let start = self.at;
        let value = match item {
            Item::Bool(value) => Value::from(*value),
            Item::Integer(value) => Value::from(*value),
            Item::Unsigned(value) => Value::from(Number::from_u64(*value)),
            Item::Float(value) => match Number::from_f64(*value) {
                Some(number) => Value::from(number),
                None => return self.fail("NaN isn't a number of the language"),
            },
            Item::Text(length) | Item::Binary(length) => Value::of(Kind::String(self.text(*length)?)),
            _ => return self.fail(format!("{} is required here", ty.friendly_name())),
        };
        convert(&value, ty).map_err(|error| MsgpackError { offset: Some(start), message: error.to_string() })
    }

    fn unknown(&mut self, length: usize, ty: &Type) -> Result<Value, MsgpackError> {
        let extension = self.take(1)?[0];
        let start = self.at;
        self.take(length)?;
        let end = self.at;
        if extension != EXTENSION_REFINED || length <= 1 || *ty == Type::Dynamic {
            return Ok(Value::unknown(ty.without_optional()));
        }
        if length > REFINEMENT_BYTES_MAX {
            return self.fail(format!(
                "what is known about an unknown value takes over {REFINEMENT_BYTES_MAX} bytes"
            ));
        }
        self.at = start;
        let known = self.refinement(ty)?;
        // Whatever a later version adds behind the map is skipped.
        self.at = end;
        Ok(known
            .map_or_else(|| Value::null(ty.without_optional()), |r| Value::refined(ty.without_optional(), r)))
    }

    /// What is known about an unknown; none if it is known to be null.
    fn refinement(&mut self, ty: &Type) -> Result<Option<Refinement>, MsgpackError> {
        let Item::Map(count) = self.item()? else {
            return self.fail("what is known about an unknown value must be a map");
        };
        let mut known = Refinement::default();
        let mut is_null = false;
        for _ in 0..count {
            match self.integer()? {
                key::NULLNESS => match self.item()? {
                    Item::Bool(null) => {
                        is_null = null;
                        known.not_null = !null;
                    }
                    _ => return self.fail("whether a value is null must be a bool"),
                },
                key::PREFIX if *ty == Type::String => known.prefix = Some(self.text_item()?),
                key::NUMBER_MIN if *ty == Type::Number => known.number_min = Some(self.bound()?),
                key::NUMBER_MAX if *ty == Type::Number => known.number_max = Some(self.bound()?),
                key::LENGTH_MIN if ty.is_collection() => known.length_min = self.count()?,
                key::LENGTH_MAX if ty.is_collection() => known.length_max = Some(self.count()?),
                key @ key::PREFIX..=key::LENGTH_MAX => {
                    return self.fail(format!("fact {key} can't be known about a {}", ty.friendly_name()));
                }
                // Facts of later versions only narrow things down further.
                _ => self.skip(0)?,
            }
        }
        Ok((!is_null).then_some(known))
    }

    fn integer(&mut self) -> Result<i64, MsgpackError> {
        match self.item()? {
            Item::Integer(value) => Ok(value),
            Item::Unsigned(value) => {
                i64::try_from(value).or_else(|_| self.fail("the number is out of range"))
            }
            _ => self.fail("expected a whole number"),
        }
    }

    fn count(&mut self) -> Result<u64, MsgpackError> {
        u64::try_from(self.integer()?).or_else(|_| self.fail("a length can't be negative"))
    }

    fn bound(&mut self) -> Result<(Number, bool), MsgpackError> {
        let pair = self.value(&Type::Tuple(Arc::new([Type::Number, Type::Bool])))?;
        match pair.as_sequence() {
            Some([number, inclusive]) => match (number.as_number(), inclusive.as_bool()) {
                (Some(number), Some(inclusive)) => Ok((number.clone(), inclusive)),
                _ => self.fail("a bound must be a number and a bool"),
            },
            _ => self.fail("a bound must be a number and a bool"),
        }
    }

    fn skip(&mut self, depth: usize) -> Result<(), MsgpackError> {
        if depth > DEPTH_MAX {
            return self.fail(format!("nested more than {DEPTH_MAX} deep"));
        }
        match self.item()? {
            Item::Text(length) | Item::Binary(length) => self.take(length).map(drop),
            Item::Extension(length) => self.take(length.saturating_add(1)).map(drop),
            Item::Array(count) => (0..count).try_for_each(|_| self.skip(depth + 1)),
            Item::Map(count) => (0..count.saturating_mul(2)).try_for_each(|_| self.skip(depth + 1)),
            _ => Ok(()),
        }
    }
}
