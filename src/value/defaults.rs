//! Defaults of optional attributes: `optional(type, default)`.

use crate::{Kind, Marks, Name, Value};
use std::collections::BTreeMap;

/// The defaults inside a type constraint, as a tree along the constraint's own shape.
///
/// Applied before conversion, so the value may be an object where the constraint says map, or a tuple where it
/// says list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// Default by attribute name; each is already of the attribute's type.
    pub values: BTreeMap<Name, Value>,
    /// Defaults within attributes of an object type, by name.
    pub attributes: BTreeMap<Name, Defaults>,
    /// Defaults within elements of a tuple type, by position.
    pub positions: BTreeMap<usize, Defaults>,
    /// Defaults within every element of a list, set or map type.
    pub elements: Option<Box<Defaults>>,
}

impl Defaults {
    /// Whether there is no default anywhere inside.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
            && self.attributes.values().all(Defaults::is_empty)
            && self.positions.values().all(Defaults::is_empty)
            && self.elements.as_deref().is_none_or(Defaults::is_empty)
    }

    /// The value with defaults in place of attributes that are missing or null. Null and unknown values are left
    /// alone, and so is what doesn't fit the constraint: conversion says what is wrong with it. Collections come
    /// out as tuples or objects, whose elements may differ in type until they are converted.
    pub fn apply(&self, value: &Value) -> Value {
        if value.is_null() || !value.is_known() || self.is_empty() {
            return value.clone();
        }
        let applied = match (value.kind(), self.elements.as_deref()) {
            (Kind::List(_) | Kind::Set(_) | Kind::Tuple(_), Some(inner)) => {
                apply_sequence(value, |_| Some(inner))
            }
            (Kind::Map(_) | Kind::Object(_), Some(inner)) => apply_each(value, |_| Some(inner)),
            (Kind::Tuple(_), None) if !self.positions.is_empty() => {
                apply_sequence(value, |at| self.positions.get(&at))
            }
            (Kind::Map(_) | Kind::Object(_), None) => self.apply_object(value),
            _ => return value.clone(),
        };
        applied.mark(value.marks())
    }

    fn apply_object(&self, value: &Value) -> Value {
        let mut attributes = value.as_mapping().cloned().unwrap_or_default();
        for (name, default) in &self.values {
            let given = attributes.get(name);
            if given.is_none_or(Value::is_null) {
                let marks = given.map_or(Marks::NONE, Value::marks);
                attributes.insert(name.clone(), default.clone().mark(marks));
            }
        }
        for (name, inner) in &self.attributes {
            if let Some(item) = attributes.get_mut(name) {
                *item = inner.apply(item);
            }
        }
        Value::object(attributes)
    }
}

fn apply_sequence<'a>(value: &Value, inner: impl Fn(usize) -> Option<&'a Defaults>) -> Value {
    let items = value.as_sequence().unwrap_or_default();
    if items.is_empty() {
        return value.clone();
    }
    Value::tuple(items.iter().enumerate().map(|(at, item)| match inner(at) {
        Some(defaults) => defaults.apply(item),
        None => item.clone(),
    }))
}

fn apply_each<'a>(value: &Value, inner: impl Fn(&str) -> Option<&'a Defaults>) -> Value {
    let items = value.as_mapping().into_iter().flatten();
    if items.clone().next().is_none() {
        return value.clone();
    }
    Value::object(items.map(|(name, item)| {
        let changed = inner(name).map_or_else(|| item.clone(), |defaults| defaults.apply(item));
        (name.clone(), changed)
    }))
}
