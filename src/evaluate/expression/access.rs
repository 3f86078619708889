//! Attributes and indexes.

use super::{Evaluator, Place};
use trueup_diag::Span;
use trueup_resolve::{Expr, ExprKind, Reference};
use trueup_value::{Kind, Marks, Type, Value, convert};

impl Evaluator<'_> {
    /// A chain of attributes and indexes, walked from its root without recursion.
    pub(super) fn access(&mut self, expr: &Expr) -> Value {
        let mut steps = Vec::new();
        let mut root = expr;
        while let ExprKind::Attribute { on, .. } | ExprKind::Index { on, .. } = &root.kind {
            steps.push(root);
            root = on;
        }
        let mut value = self.access_root(root, &mut steps);
        while let Some(step) = steps.pop() {
            value = self.step(&value, step, expr);
        }
        value
    }

    /// The root of a chain; takes the steps that the scope can answer more narrowly than "all of it".
    fn access_root(&mut self, root: &Expr, steps: &mut Vec<&Expr>) -> Value {
        let found = match root.kind {
            ExprKind::Reference(Reference::Resource(slot)) => self.resource_root(slot, steps),
            ExprKind::Reference(Reference::Module(slot)) => self.module_root(slot, steps),
            _ => None,
        };
        found.unwrap_or_else(|| self.evaluate(root))
    }

    fn resource_root(&mut self, slot: u32, steps: &mut Vec<&Expr>) -> Option<Value> {
        let ExprKind::Index { key, .. } = &steps.last()?.kind else { return None };
        let (key, _) = self.attempt(|e| e.evaluate(key));
        let value = self.scope.resource_instance(slot, &key)?;
        steps.pop();
        Some(value)
    }

    fn module_root(&mut self, slot: u32, steps: &mut Vec<&Expr>) -> Option<Value> {
        let mut taken = 1;
        let mut key = None;
        if let ExprKind::Index { key: expr, .. } = &steps.last()?.kind {
            key = Some(self.attempt(|e| e.evaluate(expr)).0);
            taken = 2;
        }
        let step = steps.len().checked_sub(taken)?;
        let ExprKind::Attribute { name, .. } = &steps[step].kind else { return None };
        let value = self.scope.module_output(slot, key.as_ref(), name)?;
        steps.truncate(step);
        Some(value)
    }

    fn step(&mut self, on: &Value, step: &Expr, whole: &Expr) -> Value {
        match &step.kind {
            ExprKind::Attribute { name, .. } => {
                let span = step_span(step);
                let place = if names_schema(step) { span.into() } else { Place::within(span, whole) };
                self.attribute(on, name, place)
            }
            ExprKind::Index { key, .. } => {
                let key_value = self.evaluate(key);
                self.index(on, &key_value, Place::within(step_span(step), whole))
            }
            _ => unreachable!("only attributes and indexes are steps"),
        }
    }

    /// `on.name`
    pub(crate) fn attribute(&mut self, on: &Value, name: &str, at: Place<'_>) -> Value {
        let marks = on.marks();
        match on.kind() {
            Kind::Null(_) => self.fail(
                at,
                "Attempt to get attribute from null value",
                "This value is null, so it does not have any attributes.",
            ),
            Kind::Object(attributes) => match attributes.get(name) {
                Some(value) => value.clone().mark(marks),
                None => self.fail(
                    at,
                    "Unsupported attribute",
                    format!("This object does not have an attribute named \"{name}\"."),
                ),
            },
            Kind::Map(map) => match map.1.get(name) {
                Some(value) => value.clone().mark(marks),
                None => self.fail(
                    at,
                    "Missing map element",
                    format!("This map does not have an element with the key \"{name}\"."),
                ),
            },
            Kind::Unknown(ty, _) => self.unknown_attribute(&ty.clone(), marks, name, at),
            _ => {
                let ty = on.ty();
                self.no_attribute(&ty, name, at)
            }
        }
    }

    fn unknown_attribute(&mut self, ty: &Type, marks: Marks, name: &str, at: Place<'_>) -> Value {
        match ty {
            Type::Dynamic => Value::dynamic().mark(marks),
            Type::Map(element) => Value::unknown((**element).clone()).mark(marks),
            Type::Object(object) => match object.attributes.get(name) {
                Some(ty) => Value::unknown(ty.clone()).mark(marks),
                None => self.fail(
                    at,
                    "Unsupported attribute",
                    format!("This object does not have an attribute named \"{name}\"."),
                ),
            },
            ty => self.no_attribute(ty, name, at),
        }
    }

    fn no_attribute(&mut self, ty: &Type, name: &str, at: Place<'_>) -> Value {
        let detail = match ty {
            Type::List(element) | Type::Set(element) if matches!(**element, Type::Object(_)) => format!(
                "This is a {}: it has no attribute \"{name}\" itself. Take it from one element by an index, or from all of them with [*].",
                ty.friendly_name()
            ),
            Type::Tuple(_) => format!(
                "This is a tuple: it has no attribute \"{name}\" itself. Take it from one element by an index, or from all of them with [*]."
            ),
            ty => format!(
                "Can't access attributes on a primitive-typed value ({}): it has no attribute \"{name}\".",
                ty.friendly_name()
            ),
        };
        self.fail(at, "Unsupported attribute", detail)
    }

    /// `on[key]`
    pub(crate) fn index(&mut self, on: &Value, key: &Value, at: Place<'_>) -> Value {
        if on.is_null() {
            return self.fail(
                at,
                "Attempt to index null value",
                "This value is null, so it does not have any indices.",
            );
        }
        if key.is_null() {
            return self.fail(at, "Invalid index", "Can't use a null value as an indexing key.");
        }
        // The type of a large tuple or object is large as well, so that of what is known isn't made.
        match on.kind() {
            Kind::Unknown(Type::Dynamic, _) => Value::dynamic().mark(on.marks() | key.marks()),
            Kind::List(_) | Kind::Tuple(_) | Kind::Unknown(Type::List(_) | Type::Tuple(_), _) => {
                self.index_sequence(on, key, at)
            }
            Kind::Map(_) | Kind::Unknown(Type::Map(_), _) => self.index_map(on, key, at),
            Kind::Object(_) | Kind::Unknown(Type::Object(_), _) => self.index_object(on, key, at),
            Kind::Set(_) | Kind::Unknown(Type::Set(_), _) => self.fail(
                at,
                "Invalid index",
                "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.",
            ),
            _ => self.fail(
                at,
                "Invalid index",
                format!("This value does not have any indices: it is a {}.", on.ty().friendly_name()),
            ),
        }
    }

    fn index_sequence(&mut self, on: &Value, key: &Value, at: Place<'_>) -> Value {
        let marks = on.marks() | key.marks();
        let Ok(number) = convert(key, &Type::Number) else {
            return self.fail(
                at,
                "Invalid index",
                "The given key does not identify an element in this collection value: a number is required.",
            );
        };
        let element = match on.kind() {
            Kind::List(elements) => elements.ty.clone(),
            Kind::Unknown(Type::List(element), _) => (**element).clone(),
            _ => Type::Dynamic,
        };
        let Some(number) = number.as_number().cloned() else {
            return Value::unknown(element).mark(marks);
        };
        if !number.is_integer() || number < 0.into() {
            let what =
                if number.is_integer() { "must be a positive number" } else { "must be a whole number" };
            return self.fail(
                at,
                "Invalid index",
                format!(
                    "The given key does not identify an element in this collection value: an index {what}."
                ),
            );
        }
        let position = number.to_usize();
        if let Kind::Unknown(Type::Tuple(types), _) = on.kind() {
            if let Some(ty) = position.and_then(|i| types.get(i)) {
                return Value::unknown(ty.clone()).mark(marks);
            }
        } else if !on.is_known() {
            return Value::unknown(element).mark(marks);
        }
        let items = on.as_sequence().unwrap_or_default();
        match position.and_then(|i| items.get(i)) {
            Some(item) => item.clone().mark(marks),
            None if items.is_empty() => self.fail(
                at,
                "Invalid index",
                "The given key does not identify an element in this collection value: the collection has no elements.",
            ),
            None => self.fail(
                at,
                "Invalid index",
                "The given key does not identify an element in this collection value: the given index is greater than or equal to the length of the collection.",
            ),
        }
    }

    fn index_map(&mut self, on: &Value, key: &Value, at: Place<'_>) -> Value {
        let marks = on.marks() | key.marks();
        let element = match on.kind() {
            Kind::Map(map) => map.0.clone(),
            Kind::Unknown(Type::Map(element), _) => (**element).clone(),
            _ => Type::Dynamic,
        };
        let Some(text) = self.text_key(key, at) else { return Value::dynamic() };
        let (Some(text), Some(items)) = (text.as_str(), on.as_mapping()) else {
            return Value::unknown(element).mark(marks);
        };
        match items.get(text) {
            Some(value) => value.clone().mark(marks),
            None => self.fail(
                at,
                "Invalid index",
                "The given key does not identify an element in this collection value.",
            ),
        }
    }

    /// An object's attributes are part of its type, so the key's marks don't reach the result.
    fn index_object(&mut self, on: &Value, key: &Value, at: Place<'_>) -> Value {
        let Some(text) = self.text_key(key, at) else { return Value::dynamic() };
        let Some(name) = text.as_str() else { return Value::dynamic().mark(on.marks()) };
        let found = match on.kind() {
            Kind::Object(attributes) => attributes.get(name).cloned(),
            Kind::Unknown(..) => Some(Value::dynamic()),
            _ => None,
        };
        match found {
            Some(value) => value.mark(on.marks()),
            None => self.fail(
                at,
                "Invalid index",
                "The given key does not identify an element in this collection value.",
            ),
        }
    }

    fn text_key(&mut self, key: &Value, at: Place<'_>) -> Option<Value> {
        let converted = convert(key, &Type::String);
        if converted.is_err() {
            self.fail(
                at,
                "Invalid index",
                "The given key does not identify an element in this collection value: string required.",
            );
        }
        converted.ok()
    }
}

/// The place of a step, from its dot or bracket on.
fn step_span(step: &Expr) -> Span {
    let (ExprKind::Attribute { on, .. } | ExprKind::Index { on, .. }) = &step.kind else { return step.span };
    if on.span.file == step.span.file && on.span.end < step.span.end {
        Span { start: on.span.end, ..step.span }
    } else {
        step.span
    }
}

/// Whether an attribute is the first behind a resource, which its schema has or has not whatever the object holds.
fn names_schema(step: &Expr) -> bool {
    let ExprKind::Attribute { on, .. } = &step.kind else { return false };
    let resource = match &on.kind {
        ExprKind::Index { on, .. } => on,
        _ => on,
    };
    matches!(resource.kind, ExprKind::Reference(Reference::Resource(_) | Reference::Itself))
}
