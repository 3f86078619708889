//! Objects, `for` and splats.

use super::bounds::WEIGHT_MAX;
use super::{Evaluator, Place};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use trueup_diag::Span;
use trueup_resolve::Expr;
use trueup_resolve::expr::For;
use trueup_value::{Kind, Marks, Name, Type, Value, convert};

/// What an object is made of.
#[derive(Default)]
struct Collected {
    /// Values by key.
    items: BTreeMap<Name, Value>,
    /// All values of each key, where they are grouped.
    groups: BTreeMap<Name, Vec<Value>>,
    marks: Marks,
    unknown: bool,
    /// Of all values so far.
    weight: u32,
}

impl Evaluator<'_> {
    pub(super) fn object(&mut self, items: &[(Expr, Expr)]) -> Value {
        let mut attributes: BTreeMap<Name, Value> = BTreeMap::new();
        let mut marks = Marks::NONE;
        let mut unknown = false;
        for (key_expr, value_expr) in items {
            let key = self.evaluate(key_expr);
            let value = self.evaluate(value_expr);
            marks |= key.marks();
            if key.is_null() {
                self.fail(
                    Place::within(value_expr.span, key_expr),
                    "Null value as key",
                    "Can't use a null value as a key.",
                );
                unknown = true;
                continue;
            }
            match convert(&key, &Type::String) {
                Ok(text) => match text.kind() {
                    Kind::String(name) => {
                        attributes.insert(name.clone(), value);
                    }
                    _ => unknown = true,
                },
                Err(error) => {
                    let detail = format!("Can't use this value as a key: {}.", error.message);
                    self.fail(key_expr, "Incorrect key type", detail);
                    unknown = true;
                }
            }
        }
        if unknown { Value::dynamic().mark(marks) } else { Value::object_of(attributes).mark(marks) }
    }

    /// What can be walked, without its marks; `None` when unknown or after a report.
    pub(super) fn iterate(&mut self, value: &Value, collection: &Expr) -> Option<Value> {
        if value.is_null() {
            self.fail(
                collection,
                "Iteration over null value",
                "A null value cannot be used as the collection in a 'for' expression.",
            );
            return None;
        }
        if value.is_untyped() {
            return None;
        }
        if !value.is_compound() {
            let detail = format!(
                "A value of type {} cannot be used as the collection in a 'for' expression.",
                value.ty().friendly_name()
            );
            self.fail(collection, "Iteration over non-iterable value", detail);
            return None;
        }
        if !value.is_known() {
            return None;
        }
        Some(value.clone().unmark().0)
    }

    pub(super) fn for_expr(&mut self, expr: &For, span: Span) -> Value {
        let collection = self.evaluate(&expr.collection);
        let mut marks = collection.marks();
        let Some(items) = self.iterate(&collection, &expr.collection) else {
            return Value::dynamic().mark(marks);
        };
        let mut list = Vec::new();
        let mut collected = Collected::default();
        let reported = self.diagnostics.len();
        for (key, item) in items.iter_elements() {
            if !self.work(1, span) || !self.goes_on(reported) {
                collected.unknown = true;
                break;
            }
            self.set_symbol(expr.key_slot, key);
            self.set_symbol(expr.value_slot, item);
            match self.included(expr, &mut marks) {
                Some(false) => continue,
                Some(true) => {}
                None => {
                    collected.unknown = true;
                    continue;
                }
            }
            match &expr.result_key {
                None => {
                    let item = self.evaluate(&expr.result);
                    collected.weight = collected.weight.saturating_add(item.weight());
                    list.push(item);
                }
                Some(key_expr) => self.collect(expr, key_expr, &mut collected),
            }
            if collected.weight > WEIGHT_MAX {
                self.too_large(span);
                collected.unknown = true;
                break;
            }
        }
        self.symbols.truncate(expr.key_slot as usize);
        marks |= collected.marks;
        if collected.unknown {
            return Value::dynamic().mark(marks);
        }
        if expr.result_key.is_none() {
            return Value::tuple(list).mark(marks);
        }
        let mut items = collected.items;
        items.extend(collected.groups.into_iter().map(|(key, values)| (key, Value::tuple(values))));
        Value::object_of(items).mark(marks)
    }

    /// Whether the `if` of a `for` takes the element; `None` when unknown or after a report.
    fn included(&mut self, expr: &For, marks: &mut Marks) -> Option<bool> {
        let Some(condition) = &expr.condition else { return Some(true) };
        let value = self.evaluate(condition);
        *marks |= value.marks();
        if value.is_null() {
            self.fail(condition, "Condition is null", "The value of the 'if' clause must not be null.");
            return None;
        }
        match convert(&value, &Type::Bool) {
            Ok(converted) => converted.as_bool(),
            Err(error) => {
                let detail = format!("The 'if' clause value is invalid: {}.", error.message);
                self.fail(condition, "Invalid 'for' condition", detail);
                None
            }
        }
    }

    fn collect(&mut self, expr: &For, key_expr: &Expr, collected: &mut Collected) {
        let key = self.evaluate(key_expr);
        collected.marks |= key.marks();
        if key.is_null() {
            let detail = "Key expression in 'for' expression must not produce a null value.";
            self.fail(key_expr, "Invalid object key", detail);
            collected.unknown = true;
            return;
        }
        let text = match convert(&key, &Type::String) {
            Ok(text) => text,
            Err(error) => {
                let detail = format!("The key expression produced an invalid result: {}.", error.message);
                self.fail(key_expr, "Invalid object key", detail);
                collected.unknown = true;
                return;
            }
        };
        let Kind::String(name) = text.kind() else {
            collected.unknown = true;
            return;
        };
        let value = self.evaluate(&expr.result);
        collected.weight = collected.weight.saturating_add(value.weight());
        if expr.group {
            collected.groups.entry(name.clone()).or_default().push(value);
            return;
        }
        match collected.items.entry(name.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(_) => {
                let detail = format!(
                    "Two different items produced the key \"{name}\" in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key."
                );
                self.fail(key_expr, "Duplicate object key", detail);
            }
        }
    }

    pub(super) fn splat(&mut self, on: &Expr, slot: u32, each: &Expr) -> Value {
        let source = self.evaluate(on);
        let marks = source.marks();
        let sequence = source.is_sequence();
        if source.is_null() {
            if sequence {
                let detail = "Splat expressions (with the * symbol) cannot be applied to null sequences.";
                return self.fail(on, "Splat of null value", detail);
            }
            return Value::tuple([]).mark(marks);
        }
        if source.is_untyped() {
            return Value::dynamic().mark(marks);
        }
        if !sequence {
            let certain = source.is_known() || source.refinement().is_some_and(|r| r.not_null);
            if !certain {
                // It may be null; otherwise the element must still be of a type that this can be done with.
                self.with_symbol(slot, Value::unknown(source.ty()), |e| e.evaluate(each));
                return Value::dynamic().mark(marks);
            }
            let item = self.with_symbol(slot, source.unmark().0, |e| e.evaluate(each));
            return Value::tuple([item]).mark(marks);
        }
        if !source.is_known() {
            return self.splat_unknown(&source.ty(), slot, each).mark(marks);
        }
        let items = source.as_sequence().unwrap_or_default();
        let reported = self.diagnostics.len();
        let mut values: Vec<Value> = Vec::with_capacity(items.len());
        for item in items {
            if !self.work(1, on.span) || !self.goes_on(reported) {
                return Value::dynamic().mark(marks);
            }
            values.push(self.with_symbol(slot, item.clone(), |e| e.evaluate(each)));
        }
        let made = match source.kind() {
            Kind::List(elements) | Kind::Set(elements) if values.is_empty() => {
                let element = Value::unknown(elements.ty.clone());
                let probe = self.with_symbol(slot, element, |e| e.evaluate(each));
                Value::list(probe.ty(), [])
            }
            Kind::List(_) | Kind::Set(_) => {
                let first = values[0].ty();
                let alike = values.iter().all(|v| v.ty() == first);
                if alike { Value::list(first, values) } else { Value::tuple(values) }
            }
            _ => Value::tuple(values),
        };
        made.mark(marks)
    }

    fn splat_unknown(&mut self, ty: &Type, slot: u32, each: &Expr) -> Value {
        match ty {
            Type::Tuple(types) => {
                let items: Vec<Value> = types
                    .iter()
                    .map(|ty| self.with_symbol(slot, Value::unknown(ty.clone()), |e| e.evaluate(each)))
                    .collect();
                Value::tuple(items)
            }
            ty => {
                let element = ty.element().cloned().unwrap_or(Type::Dynamic);
                let item = self.with_symbol(slot, Value::unknown(element), |e| e.evaluate(each));
                Value::unknown(Type::list(item.ty()))
            }
        }
    }
}
