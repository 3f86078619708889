//! Writing values as `MessagePack`.

use crate::json::type_to_json;
use crate::msgpack::{EXTENSION_REFINED, MsgpackError, key};
use crate::{Kind, Name, Number, Refinement, Type, Value, safe_prefix};
use std::collections::BTreeMap;

/// The longest prefix that is written; readers limit the size of what is known about an unknown.
const PREFIX_BYTES_MAX: usize = 256;

/// The value as bytes to be read back with the same type. Marks are left out of it. The value must be of the
/// type, any standing for every type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, MsgpackError> {
    let mut out = Vec::new();
    write_value(value, ty, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, ty: &Type, out: &mut Vec<u8>) -> Result<(), MsgpackError> {
    if *ty == Type::Dynamic {
        let own = value.ty();
        if own != Type::Dynamic {
            write_length(out, 2, Header::ARRAY);
            let json = type_to_json(&own);
            write_length(out, json.len(), Header::BINARY);
            out.extend_from_slice(json.as_bytes());
            return write_value(value, &own, out);
        }
    }
    match (value.kind(), ty) {
        (Kind::Unknown(_, refinement), _) => write_unknown(refinement.as_deref(), ty, out),
        (Kind::Null(_), _) => out.push(0xc0),
        (Kind::Bool(value), Type::Bool) => out.push(if *value { 0xc3 } else { 0xc2 }),
        (Kind::Number(number), Type::Number) => write_number(number, out),
        (Kind::String(text), Type::String) => write_text(text, out),
        (Kind::List(elements), Type::List(ty)) | (Kind::Set(elements), Type::Set(ty)) => {
            write_length(out, elements.items.len(), Header::ARRAY);
            for item in &elements.items {
                write_value(item, ty, out)?;
            }
        }
        (Kind::Map(map), Type::Map(ty)) => {
            write_length(out, map.1.len(), Header::MAP);
            for (name, item) in &map.1 {
                write_text(name, out);
                write_value(item, ty, out)?;
            }
        }
        (Kind::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            write_length(out, items.len(), Header::ARRAY);
            for (item, ty) in items.iter().zip(types.iter()) {
                write_value(item, ty, out)?;
            }
        }
        (Kind::Object(attributes), Type::Object(object)) => {
            return write_object(attributes, &object.attributes, out);
        }
        _ => return Err(wrong_type(value, ty)),
    }
    Ok(())
}

fn wrong_type(value: &Value, ty: &Type) -> MsgpackError {
    let message = format!("can't write a {} where the type is {ty}", value.ty().friendly_name());
    MsgpackError { offset: None, message }
}

fn write_object(
    attributes: &BTreeMap<Name, Value>,
    types: &BTreeMap<Name, Type>,
    out: &mut Vec<u8>,
) -> Result<(), MsgpackError> {
    if !attributes.keys().eq(types.keys()) {
        let message = "can't write an object whose attributes aren't those of its type".into();
        return Err(MsgpackError { offset: None, message });
    }
    write_length(out, attributes.len(), Header::MAP);
    for ((name, item), ty) in attributes.iter().zip(types.values()) {
        write_text(name, out);
        write_value(item, ty, out)?;
    }
    Ok(())
}

/// The shortest of integer, double and decimal text that holds the number exactly.
fn write_number(number: &Number, out: &mut Vec<u8>) {
    if let Some(integer) = number.to_i64() {
        return write_integer(integer, out);
    }
    let float = number.to_f64();
    if Number::from_f64(float).as_ref() == Some(number) {
        out.push(0xcb);
        out.extend_from_slice(&float.to_be_bytes());
        return;
    }
    write_text(&number.to_string(), out);
}

fn write_integer(value: i64, out: &mut Vec<u8>) {
    let bytes = value.to_be_bytes();
    // How many of the last bytes are needed, and the tag for that many.
    let (tag, count) = match value {
        -32..=127 => (None, 1),
        128..=0xff => (Some(0xcc), 1),
        0x100..=0xffff => (Some(0xcd), 2),
        0x1_0000..=0xffff_ffff => (Some(0xce), 4),
        0x1_0000_0000.. => (Some(0xcf), 8),
        -0x80..=-33 => (Some(0xd0), 1),
        -0x8000..=-0x81 => (Some(0xd1), 2),
        -0x8000_0000..=-0x8001 => (Some(0xd2), 4),
        _ => (Some(0xd3), 8),
    };
    out.extend(tag);
    out.extend_from_slice(&bytes[8 - count..]);
}

/// The first bytes of things with a length: short form and its limit, then for 8, 16 and 32 bits.
#[derive(Clone, Copy)]
struct Header {
    short: u8,
    short_limit: usize,
    long: [Option<u8>; 3],
}

impl Header {
    const ARRAY: Header = Header { short: 0x90, short_limit: 16, long: [None, Some(0xdc), Some(0xdd)] };
    const MAP: Header = Header { short: 0x80, short_limit: 16, long: [None, Some(0xde), Some(0xdf)] };
    const TEXT: Header = Header { short: 0xa0, short_limit: 32, long: [Some(0xd9), Some(0xda), Some(0xdb)] };
    const BINARY: Header = Header { short: 0, short_limit: 0, long: [Some(0xc4), Some(0xc5), Some(0xc6)] };
}

fn write_length(out: &mut Vec<u8>, length: usize, header: Header) {
    if let Ok(short) = u8::try_from(length) {
        if length < header.short_limit {
            out.push(header.short | short);
            return;
        }
        if let Some(tag) = header.long[0] {
            out.extend([tag, short]);
            return;
        }
    }
    if let (Ok(middle), Some(tag)) = (u16::try_from(length), header.long[1]) {
        out.push(tag);
        out.extend_from_slice(&middle.to_be_bytes());
        return;
    }
    let long = u32::try_from(length).expect("nothing in memory here is longer than four gigabytes");
    out.extend(header.long[2]);
    out.extend_from_slice(&long.to_be_bytes());
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_length(out, text.len(), Header::TEXT);
    out.extend_from_slice(text.as_bytes());
}

fn write_unknown(refinement: Option<&Refinement>, ty: &Type, out: &mut Vec<u8>) {
    let known = refinement.filter(|_| *ty != Type::Dynamic).map(refinement_entries).unwrap_or_default();
    let Some(count) = u8::try_from(known.len()).ok().filter(|count| *count > 0) else {
        out.extend([0xd4, 0, 0]);
        return;
    };
    let mut body = vec![0x80 | count];
    body.extend(known.into_iter().flatten());
    let fixed = [(1, 0xd4), (2, 0xd5), (4, 0xd6), (8, 0xd7), (16, 0xd8)];
    match fixed.iter().find(|(length, _)| *length == body.len()) {
        Some((_, tag)) => out.push(*tag),
        None => {
            write_length(
                out,
                body.len(),
                Header { short: 0, short_limit: 0, long: [Some(0xc7), Some(0xc8), Some(0xc9)] },
            );
        }
    }
    out.push(EXTENSION_REFINED);
    out.extend(body);
}

/// Each entry with its key.
fn refinement_entries(known: &Refinement) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let mut entry = |key: i64, write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write_integer(key, &mut bytes);
        write(&mut bytes);
        entries.push(bytes);
    };
    let write_bound = |out: &mut Vec<u8>, (number, inclusive): &(Number, bool)| {
        write_length(out, 2, Header::ARRAY);
        write_number(number, out);
        out.push(if *inclusive { 0xc3 } else { 0xc2 });
    };
    let write_count =
        |out: &mut Vec<u8>, count: u64| write_integer(i64::try_from(count).unwrap_or(i64::MAX), out);
    if known.not_null {
        entry(key::NULLNESS, &|out| out.push(0xc2));
    }
    if let Some(prefix) = &known.prefix {
        entry(key::PREFIX, &|out| write_text(shortened(prefix), out));
    }
    if let Some(bound) = &known.number_min {
        entry(key::NUMBER_MIN, &|out| write_bound(out, bound));
    }
    if let Some(bound) = &known.number_max {
        entry(key::NUMBER_MAX, &|out| write_bound(out, bound));
    }
    if known.length_min > 0 {
        entry(key::LENGTH_MIN, &|out| write_count(out, known.length_min));
    }
    if let Some(max) = known.length_max {
        entry(key::LENGTH_MAX, &|out| write_count(out, max));
    }
    entries
}

fn shortened(prefix: &str) -> &str {
    if prefix.len() <= PREFIX_BYTES_MAX {
        return prefix;
    }
    let mut end = PREFIX_BYTES_MAX - 1;
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    safe_prefix(&prefix[..end])
}
