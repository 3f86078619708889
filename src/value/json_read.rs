//! Reading JSON: straight into values, numbers exact, nesting bounded.

use crate::json::{DEPTH_MAX, JsonError};
use crate::json_type::read_type;
use crate::value::normalized;
use crate::{Kind, Name, Number, ObjectType, Type, Value, convert};
use std::collections::BTreeMap;

/// Reads a value of a type, as state files have it: any is an object of value and type; attributes must all be
/// there and no others. Error texts name the byte offset.
pub fn decode(text: &str, ty: &Type) -> Result<Value, JsonError> {
    let mut reader = Reader::new(text);
    let value = reader.typed(ty)?;
    reader.end()?;
    Ok(value)
}

/// Reads a value whose type follows from the text, as `jsondecode` does it: objects and tuples.
pub fn decode_implied(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader::new(text);
    let value = reader.implied()?;
    reader.end()?;
    Ok(value)
}

/// A place in JSON text.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0, depth: 0 }
    }

    pub(crate) fn fail<T>(&self, message: impl Into<String>) -> Result<T, JsonError> {
        Err(JsonError { offset: Some(self.at), message: message.into() })
    }

    /// The next byte that isn't a space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => self.fail(format!("expected {:?}", char::from(byte))),
            None => self.fail(format!("the text ends where {:?} was expected", char::from(byte))),
        }
    }

    pub(crate) fn open(&mut self, bracket: u8) -> Result<(), JsonError> {
        self.expect(bracket)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX { self.fail(format!("nested more than {DEPTH_MAX} deep")) } else { Ok(()) }
    }

    pub(crate) fn close(&mut self, bracket: u8) -> Result<(), JsonError> {
        self.expect(bracket)?;
        self.depth -= 1;
        Ok(())
    }

    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        if self.peek().is_none() { Ok(()) } else { self.fail("there is text after the end of the value") }
    }

    /// Calls `item` at every element of an array.
    pub(crate) fn array(
        &mut self,
        mut item: impl FnMut(&mut Reader<'a>) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'[')?;
        if self.peek() != Some(b']') {
            loop {
                item(self)?;
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.close(b']')
    }

    /// Calls `item` at the value of every member of an object.
    pub(crate) fn object(
        &mut self,
        mut item: impl FnMut(&mut Reader<'a>, Name) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'{')?;
        if self.peek() != Some(b'}') {
            loop {
                let name = self.string()?;
                self.expect(b':')?;
                item(self, name)?;
                if self.peek() != Some(b',') {
                    break;
                }
                self.at += 1;
            }
        }
        self.close(b'}')
    }

    /// A string in normal form C.
    pub(crate) fn string(&mut self) -> Result<Name, JsonError> {
        if self.peek() != Some(b'"') {
            return self.fail("expected a string");
        }
        self.at += 1;
        let bytes = self.text.as_bytes();
        let mut from = self.at;
        let mut decoded = String::new();
        loop {
            match bytes.get(self.at) {
                None => return self.fail("the text ends inside a string"),
                Some(b'"') => break,
                Some(b'\\') => {
                    decoded.push_str(&self.text[from..self.at]);
                    self.at += 1;
                    decoded.push(self.escape()?);
                    from = self.at;
                }
                Some(byte) if *byte < b' ' => {
                    return self.fail("a control character in a string must be escaped");
                }
                Some(_) => self.at += 1,
            }
        }
        let rest = &self.text[from..self.at];
        self.at += 1;
        if decoded.is_empty() {
            return Ok(normalized(rest.into()));
        }
        decoded.push_str(rest);
        Ok(normalized(decoded.into()))
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.text.as_bytes().get(self.at).copied();
        let plain = match byte {
            Some(b'"' | b'\\' | b'/') => byte.map(char::from),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            Some(b'b') => Some('\x08'),
            Some(b'f') => Some('\x0c'),
            Some(b'u') => None,
            _ => return self.fail("this escape doesn't exist in JSON"),
        };
        self.at += 1;
        if let Some(plain) = plain {
            return Ok(plain);
        }
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let scalar = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        // Half a surrogate pair stands for no character.
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                self.at += 4;
                Ok(value)
            }
            None => self.fail("\\u must be followed by four hexadecimal digits"),
        }
    }

    /// Takes a literal word if it is next.
    fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some() && self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    /// A number, as JSON writes them.
    fn number(&mut self) -> Result<Number, JsonError> {
        self.peek();
        let rest = &self.text.as_bytes()[self.at..];
        let length = number_length(rest);
        let text = length.and_then(|length| self.text.get(self.at..self.at + length));
        match text.map(|text| (text, Number::parse(text))) {
            Some((text, Some(number))) => {
                self.at += text.len();
                Ok(number)
            }
            Some((_, None)) => self.fail("the number's exponent is out of range"),
            None => self.fail("expected a value"),
        }
    }

    fn implied(&mut self) -> Result<Value, JsonError> {
        match self.peek() {
            None => self.fail("the text ends where a value was expected"),
            Some(b'"') => Ok(Value::of(Kind::String(self.string()?))),
            Some(b'[') => {
                let mut items = Vec::new();
                self.array(|reader| {
                    items.push(reader.implied()?);
                    Ok(())
                })?;
                Ok(Value::tuple(items))
            }
            Some(b'{') => {
                let mut attributes = BTreeMap::new();
                self.object(|reader, name| {
                    attributes.insert(name, reader.implied()?);
                    Ok(())
                })?;
                Ok(Value::object_of(attributes))
            }
            _ if self.word("null") => Ok(Value::null(Type::Dynamic)),
            _ if self.word("true") => Ok(Value::from(true)),
            _ if self.word("false") => Ok(Value::from(false)),
            _ => self.number().map(Value::from),
        }
    }

    fn typed(&mut self, ty: &Type) -> Result<Value, JsonError> {
        if self.word("null") {
            return Ok(Value::null(ty.without_optional()));
        }
        match ty {
            Type::Dynamic => self.dynamic(),
            Type::Bool | Type::Number | Type::String => self.primitive(ty),
            Type::List(element) => Ok(Value::list(element.without_optional(), self.elements(element)?)),
            Type::Set(element) => Ok(Value::set(element.without_optional(), self.elements(element)?)),
            Type::Map(element) => {
                let mut items = BTreeMap::new();
                self.object(|reader, name| {
                    items.insert(name, reader.typed(element)?);
                    Ok(())
                })?;
                Ok(Value::map(element.without_optional(), items))
            }
            Type::Tuple(types) => {
                let mut items = Vec::with_capacity(types.len());
                self.array(|reader| match types.get(items.len()) {
                    Some(ty) => {
                        items.push(reader.typed(ty)?);
                        Ok(())
                    }
                    None => reader.fail(format!("the tuple has only {} elements", types.len())),
                })?;
                if items.len() < types.len() {
                    return self.fail(format!("the tuple must have {} elements", types.len()));
                }
                Ok(Value::tuple(items))
            }
            Type::Object(object) => self.typed_object(object),
        }
    }

    fn elements(&mut self, element: &Type) -> Result<Vec<Value>, JsonError> {
        let mut items = Vec::new();
        self.array(|reader| {
            items.push(reader.typed(element)?);
            Ok(())
        })?;
        Ok(items)
    }

    fn typed_object(&mut self, object: &ObjectType) -> Result<Value, JsonError> {
        let mut attributes = BTreeMap::new();
        self.object(|reader, name| match object.attributes.get(&name) {
            Some(ty) => {
                attributes.insert(name, reader.typed(ty)?);
                Ok(())
            }
            None => reader.fail(format!("unsupported attribute {name:?}")),
        })?;
        for (name, ty) in &object.attributes {
            if attributes.contains_key(name) {
                continue;
            }
            if !object.optional.contains(name) {
                return self.fail(format!("required attribute {name:?} is missing"));
            }
            attributes.insert(name.clone(), Value::null(ty.without_optional()));
        }
        Ok(Value::object_of(attributes))
    }

    /// Strings, numbers and bools stand for each other where they convert.
    fn primitive(&mut self, ty: &Type) -> Result<Value, JsonError> {
        let start = self.at;
        if let Some(b'[' | b'{') = self.peek() {
            return self.fail(format!("{} required", ty.friendly_name()));
        }
        let value = self.implied()?;
        convert(&value, ty).map_err(|error| JsonError { offset: Some(start), message: error.to_string() })
    }

    /// `{"value": ..., "type": ...}` in either order.
    fn dynamic(&mut self) -> Result<Value, JsonError> {
        let (mut value_at, mut ty) = (None, None);
        let start = self.at;
        self.object(|reader, name| {
            match &*name {
                "value" => {
                    value_at = Some(reader.at);
                    reader.implied()?;
                }
                "type" => ty = Some(read_type(reader)?),
                _ => return reader.fail(format!("unexpected {name:?} beside value and type")),
            }
            Ok(())
        })?;
        let end = self.at;
        let (Some(value_at), Some(ty)) = (value_at, ty) else {
            self.at = start;
            return self.fail("a value of any type must be an object of \"value\" and \"type\"");
        };
        self.at = value_at;
        self.depth += 1;
        let value = self.typed(&ty)?;
        self.depth -= 1;
        self.at = end;
        Ok(value)
    }
}

/// The length of the number that the text begins with, by JSON's grammar.
fn number_length(text: &[u8]) -> Option<usize> {
    let digits =
        |from: usize| text.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && text[at] == b'0') {
        return None;
    }
    at += whole;
    if text.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}
