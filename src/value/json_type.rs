//! Types as JSON: `"string"`, `["list","string"]`, `["object",{"a":"string"},["a"]]`, `["tuple",[...]]`.

use crate::json::JsonError;
use crate::json_read::Reader;
use crate::json_write::write_string;
use crate::{Name, ObjectType, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A type as JSON; any is `"dynamic"`.
pub fn type_to_json(ty: &Type) -> String {
    let mut out = String::new();
    write_type(ty, &mut out);
    out
}

/// The type that JSON stands for.
pub fn type_from_json(text: &str) -> Result<Type, JsonError> {
    let mut reader = Reader::new(text);
    let ty = read_type(&mut reader)?;
    reader.end()?;
    Ok(ty)
}

pub(crate) fn write_type(ty: &Type, out: &mut String) {
    let mut collection = |kind: &str, element: &Type| {
        out.push_str("[\"");
        out.push_str(kind);
        out.push_str("\",");
        write_type(element, out);
        out.push(']');
    };
    match ty {
        Type::Bool => out.push_str("\"bool\""),
        Type::Number => out.push_str("\"number\""),
        Type::String => out.push_str("\"string\""),
        Type::Dynamic => out.push_str("\"dynamic\""),
        Type::List(element) => collection("list", element),
        Type::Set(element) => collection("set", element),
        Type::Map(element) => collection("map", element),
        Type::Tuple(items) => {
            out.push_str("[\"tuple\",[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_type(item, out);
            }
            out.push_str("]]");
        }
        Type::Object(object) => write_object(object, out),
    }
}

fn write_object(object: &ObjectType, out: &mut String) {
    out.push_str("[\"object\",{");
    for (at, (name, ty)) in object.attributes.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(name, true, out);
        out.push(':');
        write_type(ty, out);
    }
    out.push('}');
    if !object.optional.is_empty() {
        out.push_str(",[");
        for (at, name) in object.optional.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_string(name, true, out);
        }
        out.push(']');
    }
    out.push(']');
}

pub(crate) fn read_type(reader: &mut Reader<'_>) -> Result<Type, JsonError> {
    if reader.peek() == Some(b'"') {
        let name = reader.string()?;
        return match &*name {
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "dynamic" => Ok(Type::Dynamic),
            _ => reader.fail(format!("there is no type named {name:?}")),
        };
    }
    reader.open(b'[')?;
    let kind = reader.string()?;
    reader.expect(b',')?;
    let ty = match &*kind {
        "list" => Type::list(read_type(reader)?),
        "set" => Type::set(read_type(reader)?),
        "map" => Type::map(read_type(reader)?),
        "tuple" => {
            let mut items = Vec::new();
            reader.array(|reader| {
                items.push(read_type(reader)?);
                Ok(())
            })?;
            Type::tuple(items)
        }
        "object" => read_object(reader)?,
        _ => return reader.fail(format!("there is no kind of type named {kind:?}")),
    };
    reader.close(b']')?;
    Ok(ty)
}

fn read_object(reader: &mut Reader<'_>) -> Result<Type, JsonError> {
    let mut attributes: BTreeMap<Name, Type> = BTreeMap::new();
    reader.object(|reader, name| {
        attributes.insert(name, read_type(reader)?);
        Ok(())
    })?;
    let mut optional = BTreeSet::new();
    if reader.peek() == Some(b',') {
        reader.expect(b',')?;
        reader.array(|reader| {
            let name = reader.string()?;
            if !attributes.contains_key(&name) {
                return reader.fail(format!("the optional attribute {name:?} has no type"));
            }
            optional.insert(name);
            Ok(())
        })?;
    }
    Ok(Type::Object(Arc::new(ObjectType { attributes, optional })))
}
