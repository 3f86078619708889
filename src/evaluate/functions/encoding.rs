//! Functions that encode values as text and decode them again.

use super::base64_text::{
    base64decode, base64encode, base64gunzip, base64gzip, textdecodebase64, textencodebase64,
};
use super::definition::{DECODED, STRING};
use super::yaml_read::yamldecode;
use super::yaml_write::yamlencode;
use super::{Call, Function, FunctionError, Outcome, Parameter, csv_text};
use std::collections::BTreeMap;
use trueup_value::{Kind, Name, Refinement, Type, Value, json};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[STR.marked()], STRING, base64decode, "Decodes Base64 to text."),
    Function::new("base64encode", &[STR], STRING, base64encode, "Encodes text in Base64."),
    Function::new(
        "base64gunzip",
        &[STR],
        STRING,
        base64gunzip,
        "Decodes Base64 and decompresses it with gzip to text.",
    ),
    Function::new(
        "base64gzip",
        &[STR],
        STRING,
        base64gzip,
        "Compresses text with gzip and encodes the result in Base64.",
    ),
    Function::new(
        "csvdecode",
        &[STR],
        DECODED,
        csvdecode,
        "Reads comma-separated values with a header line as a list of objects.",
    ),
    Function::new("jsondecode", &[STR], DECODED, jsondecode, "Reads JSON as a value."),
    Function::new(
        "jsonencode",
        &[Parameter::any("val").nullable().unknown().dynamic()],
        STRING,
        jsonencode,
        "Writes a value as JSON.",
    ),
    Function::new(
        "textdecodebase64",
        &[Parameter::string("source"), Parameter::string("encoding")],
        STRING,
        textdecodebase64,
        "Decodes Base64 and reads the bytes as characters of an encoding.",
    ),
    Function::new(
        "textencodebase64",
        &[Parameter::string("string"), Parameter::string("encoding")],
        STRING,
        textencodebase64,
        "Writes the characters of a string in an encoding and encodes the bytes in Base64.",
    ),
    Function::new("urldecode", &[STR], STRING, urldecode, "Decodes text that was encoded for a URL."),
    Function::new("urlencode", &[STR], STRING, urlencode, "Encodes text for the query of a URL."),
    Function::new("yamldecode", &[Parameter::string("src")], DECODED, yamldecode, "Reads YAML as a value."),
    Function::new(
        "yamlencode",
        &[Parameter::any("value").nullable().unknown().dynamic()],
        STRING,
        yamlencode,
        "Writes a value as YAML in block style.",
    )
    .maybe_null(),
];

const STR: Parameter = Parameter::string("str");

fn csvdecode(call: &Call<'_>) -> Outcome {
    let wrong = |reason: String| FunctionError::call(reason);
    let mut records = csv_text::parse(call.text(0)).map_err(|error| wrong(error.to_string()))?.into_iter();
    let header = records.next().ok_or_else(|| wrong("there is no header line".into()))?;
    let names: Vec<Name> = header.into_iter().filter_map(normalized).collect();
    let mut attributes: BTreeMap<Name, Type> = BTreeMap::new();
    for name in &names {
        if attributes.insert(name.clone(), Type::String).is_some() {
            return Err(wrong(format!("two columns have the name {}", call.shown_as(0, name))));
        }
    }
    let rows = records.map(|record| {
        let fields = names.iter().cloned().zip(record.into_iter().map(Value::string));
        Value::object(fields)
    });
    Ok(Value::list(Type::object(attributes), rows))
}

/// A name in the normal form that all text of the language has.
fn normalized(name: String) -> Option<Name> {
    match Value::string(name).into_kind() {
        Kind::String(name) => Some(name),
        _ => None,
    }
}

fn jsondecode(call: &Call<'_>) -> Outcome {
    json::decode_implied(call.text(0)).map_err(|error| FunctionError::call(error.to_string()))
}

fn jsonencode(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if !value.is_wholly_known() {
        // Even an unknown value shows its type in the first character.
        let prefix = match value.ty() {
            Type::String => "\"",
            Type::Object(_) | Type::Map(_) => "{",
            Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
            _ => return Ok(call.unknown()),
        };
        let sure = value.is_known() || value.is_definitely_not_null();
        return Ok(if sure {
            Value::refined(Type::String, Refinement { not_null: true, ..Refinement::prefix(prefix) })
        } else {
            call.unknown()
        });
    }
    json::encode(value).map(Value::string).map_err(|error| FunctionError::call(error.to_string()))
}

fn urlencode(call: &Call<'_>) -> Outcome {
    let mut out = String::new();
    for byte in call.text(0).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::string(out))
}

fn urldecode(call: &Call<'_>) -> Outcome {
    let text = call.text(0).as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits = text.get(at..at + 2).and_then(|digits| std::str::from_utf8(digits).ok());
                let decoded = digits
                    .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                out.push(decoded.ok_or_else(|| {
                    FunctionError::call(format!(
                        "the % at offset {} isn't followed by two hexadecimal digits",
                        at - 1
                    ))
                })?);
                at += 2;
            }
            _ => out.push(*byte),
        }
    }
    String::from_utf8(out).map(Value::string).map_err(|_| FunctionError::call("what was decoded isn't UTF-8"))
}
