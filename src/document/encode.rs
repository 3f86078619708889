//! Values as JSON: what is known of them, and which parts are unknown or sensitive.

use super::{Failure, Json};
use serde_json::value::RawValue;
use trueup_diag::Diagnostic;
use trueup_value::{Kind, Path, PathStep, Type, Value, json};

/// The value without what isn't known: left out of objects and maps, null in sequences. Marks are left out of it.
pub(crate) fn known(value: &Value) -> Result<Json, Failure> {
    let mut out = String::new();
    write_known(value, &mut out)?;
    Ok(raw(out))
}

fn write_known(value: &Value, out: &mut String) -> Result<(), Failure> {
    if let Some(items) = value.as_sequence() {
        out.push('[');
        for (at, item) in items.iter().enumerate() {
            separate(at, out);
            write_known(item, out)?;
        }
        out.push(']');
        return Ok(());
    }
    if let Some(items) = value.as_mapping() {
        out.push('{');
        for (at, (name, item)) in items.iter().filter(|(_, item)| item.is_known()).enumerate() {
            separate(at, out);
            out.push_str(&quoted(name));
            out.push(':');
            write_known(item, out)?;
        }
        out.push('}');
        return Ok(());
    }
    if !value.is_known() {
        out.push_str("null");
        return Ok(());
    }
    let text = json::encode(value).map_err(|error| {
        Diagnostic::error("Failed to marshal to json", format!("A value can't be written as JSON: {error}."))
            .hint("JSON has no infinity: see where a number is divided by zero")
    })?;
    out.push_str(&text);
    Ok(())
}

/// `true` where something isn't known, in the shape of the value.
pub(crate) fn unknown(value: &Value) -> Json {
    raw(flags(value, &|value| if value.is_known() { None } else { Some("true") }))
}

/// `true` where something is sensitive, in the shape of the value.
pub(crate) fn sensitive(value: &Value) -> Json {
    raw(flags(value, &|value| match value.kind() {
        _ if value.marks().is_sensitive() => Some("true"),
        Kind::Unknown(Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => Some("[]"),
        Kind::Unknown(Type::Map(_) | Type::Object(_), _) => Some("{}"),
        _ => None,
    }))
}

/// What `leaf` says of each part that it says something of; `false` elsewhere, which objects leave out.
fn flags(value: &Value, leaf: &dyn Fn(&Value) -> Option<&'static str>) -> String {
    if let Some(text) = leaf(value) {
        return text.to_owned();
    }
    if let Some(items) = value.as_sequence() {
        let items: Vec<String> = items.iter().map(|item| flags(item, leaf)).collect();
        return format!("[{}]", items.join(","));
    }
    let Some(items) = value.as_mapping() else { return "false".to_owned() };
    let items = items.iter().map(|(name, item)| (name, flags(item, leaf)));
    let shown: Vec<String> = items
        .filter(|(_, text)| text != "false")
        .map(|(name, text)| format!("{}:{text}", quoted(name)))
        .collect();
    format!("{{{}}}", shown.join(","))
}

/// A type.
pub(crate) fn of_type(ty: &Type) -> Json {
    raw(json::type_to_json(ty))
}

/// A path as names and indexes.
pub(crate) fn path(path: &Path) -> Result<Vec<Json>, Failure> {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => Ok(raw(quoted(name))),
        PathStep::Index(key) => known(key),
    };
    path.0.iter().map(step).collect()
}

/// Text that is JSON already.
pub(crate) fn raw(text: String) -> Json {
    RawValue::from_string(text).expect("only JSON is put together here")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string can be written")
}

fn separate(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}
