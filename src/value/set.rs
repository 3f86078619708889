//! Sets: which elements are the same and in what order they stand.

use crate::{Elements, Kind, Marks, Type, Value, ops};
use std::cmp::Ordering;
use std::fmt::Write;
use std::sync::Arc;

impl Value {
    /// A set; every element must be of type `ty`. Elements that are equal become one, unknown ones stay; marks
    /// on elements or inside them become marks of the set, because they can't be told apart within it.
    pub fn set(ty: Type, items: impl IntoIterator<Item = Value>) -> Value {
        let mut marks = Marks::NONE;
        let items: Vec<Value> = items
            .into_iter()
            .map(|item| {
                marks |= item.deep_marks();
                item.without_marks()
            })
            .collect();
        let items = arranged(items);
        Value::of(Kind::Set(Arc::new(Elements { ty, items }))).mark(marks)
    }
}

/// Null after the rest, unknown before null; strings by bytes, numbers by size, false before true; what is made
/// of parts by the bytes of its key, worked out once for each.
fn arranged(mut items: Vec<Value>) -> Vec<Value> {
    let composite = |item: &Value| item.as_sequence().is_some() || item.as_mapping().is_some();
    if !items.iter().any(composite) {
        items.sort_by(compare_primitive);
        items.dedup_by(|item, before| is_same(before, item));
        return items;
    }
    let mut keyed: Vec<(u8, String, Value)> =
        items.into_iter().map(|item| (rank(&item), key_of(&item), item)).collect();
    keyed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut kept: Vec<(u8, String, Value)> = Vec::with_capacity(keyed.len());
    for (rank, key, item) in keyed {
        // Equal elements have equal keys, so they stand in one run.
        let mut run = kept.iter().rev().take_while(|before| before.0 == rank && before.1 == key);
        if !run.any(|before| is_same(&before.2, &item)) {
            kept.push((rank, key, item));
        }
    }
    kept.into_iter().map(|(_, _, item)| item).collect()
}

/// Whether both are certainly the same; what is unknown never is.
fn is_same(a: &Value, b: &Value) -> bool {
    ops::equals(a, b).as_bool() == Some(true)
}

fn rank(value: &Value) -> u8 {
    match value.kind() {
        Kind::Null(_) => 2,
        Kind::Unknown(..) => 1,
        _ => 0,
    }
}

fn compare_primitive(a: &Value, b: &Value) -> Ordering {
    match (a.kind(), b.kind()) {
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// The bytes that order composite elements.
fn key_of(value: &Value) -> String {
    let mut key = String::new();
    write_key(value, &mut key);
    key
}

fn write_key(value: &Value, key: &mut String) {
    let parts = |key: &mut String, brackets: (char, char)| {
        key.push(brackets.0);
        for item in value.as_sequence().unwrap_or_default() {
            write_key(item, key);
            key.push(';');
        }
        for (name, item) in value.as_mapping().into_iter().flatten() {
            if matches!(value.kind(), Kind::Map(_)) {
                write_quoted(name, key);
                key.push(':');
            }
            write_key(item, key);
            key.push(';');
        }
        key.push(brackets.1);
    };
    match value.kind() {
        Kind::Null(_) => key.push('~'),
        Kind::Unknown(..) => key.push('?'),
        Kind::Bool(true) => key.push('T'),
        Kind::Bool(false) => key.push('F'),
        Kind::Number(number) => key.push_str(&number.ten_digits()),
        Kind::String(text) => write_quoted(text, key),
        Kind::List(_) | Kind::Set(_) => parts(key, ('[', ']')),
        Kind::Map(_) => parts(key, ('{', '}')),
        Kind::Tuple(_) | Kind::Object(_) => parts(key, ('<', '>')),
    }
}

/// In double quotes with the usual escapes; what can't be seen as a hexadecimal escape.
fn write_quoted(text: &str, key: &mut String) {
    key.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => key.extend(['\\', c]),
            '\x07' => key.push_str("\\a"),
            '\x08' => key.push_str("\\b"),
            '\x0c' => key.push_str("\\f"),
            '\n' => key.push_str("\\n"),
            '\r' => key.push_str("\\r"),
            '\t' => key.push_str("\\t"),
            '\x0b' => key.push_str("\\v"),
            c if c < ' ' || c == '\x7f' => {
                let _ = write!(key, "\\x{:02x}", u32::from(c));
            }
            c => key.push(c),
        }
    }
    key.push('"');
}
