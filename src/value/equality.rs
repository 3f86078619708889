//! `==` and `!=`: nulls of any type are equal, values of different types never are, and unknowns leave it open
//! unless what is known about them rules it out.

use crate::ops::unknown_bool;
use crate::{Kind, Name, Refinement, Type, Value};
use std::collections::BTreeMap;

/// `a == b`, with the marks of everything inside both.
pub fn equals(a: &Value, b: &Value) -> Value {
    match verdict(a, b) {
        Some(equal) => Value::from(equal),
        None => unknown_bool(),
    }
    .mark(a.deep_marks() | b.deep_marks())
}

/// `a != b`, with the marks of everything inside both.
pub fn not_equals(a: &Value, b: &Value) -> Value {
    match verdict(a, b) {
        Some(equal) => Value::from(!equal),
        None => unknown_bool(),
    }
    .mark(a.deep_marks() | b.deep_marks())
}

/// Whether both are equal, if that is certain.
fn verdict(a: &Value, b: &Value) -> Option<bool> {
    if !are_composites(a, b) {
        return plain_verdict(a, b);
    }
    let (a_type, b_type) = (a.ty(), b.ty());
    // Nulls whose type is open are what they are; but what an unknown of open type becomes may fit or not.
    if a.has_open_unknown() || b.has_open_unknown() {
        return if conforms(&a_type, &b_type) || conforms(&b_type, &a_type) { None } else { Some(false) };
    }
    if a_type == b_type { parts_verdict(a, b) } else { Some(false) }
}

/// As [`verdict`] for values of one type without unknowns of open type, such as parts of values that are so.
fn typed_verdict(a: &Value, b: &Value) -> Option<bool> {
    if are_composites(a, b) { parts_verdict(a, b) } else { plain_verdict(a, b) }
}

/// Whether both are known and made of parts.
fn are_composites(a: &Value, b: &Value) -> bool {
    let is_composite = |value: &Value| value.as_sequence().is_some() || value.as_mapping().is_some();
    is_composite(a) && is_composite(b)
}

/// The verdict unless both are known composites.
fn plain_verdict(a: &Value, b: &Value) -> Option<bool> {
    match (a.kind(), b.kind()) {
        (Kind::Unknown(..), Kind::Unknown(..)) => None,
        (Kind::Unknown(ty, refinement), _) => unknown_verdict(ty, refinement.as_deref(), b),
        (_, Kind::Unknown(ty, refinement)) => unknown_verdict(ty, refinement.as_deref(), a),
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        // Known values of different kinds, or one of them null.
        _ => Some(false),
    }
}

/// Compares composites of one type.
fn parts_verdict(a: &Value, b: &Value) -> Option<bool> {
    match (a.kind(), b.kind()) {
        (Kind::List(a), Kind::List(b)) => in_order(&a.items, &b.items),
        (Kind::Tuple(a), Kind::Tuple(b)) => in_order(a, b),
        (Kind::Set(a), Kind::Set(b)) => as_sets(&a.items, &b.items),
        (Kind::Map(a), Kind::Map(b)) => by_name(&a.1, &b.1),
        (Kind::Object(a), Kind::Object(b)) => by_name(a, b),
        _ => Some(false),
    }
}

/// An unknown against a known value: only a contradiction settles it.
fn unknown_verdict(ty: &Type, refinement: Option<&Refinement>, known: &Value) -> Option<bool> {
    let not_null = refinement.is_some_and(|r| r.not_null);
    if known.is_null() {
        return not_null.then_some(false);
    }
    let known_type = known.ty();
    if !ty.has_dynamic() && !known_type.has_dynamic() && known_type != *ty {
        // A null of another type would be equal to null only, and this isn't null.
        return Some(false);
    }
    refinement.filter(|r| excludes(r, known)).map(|_| false)
}

/// Whether what is known rules this value out.
fn excludes(refinement: &Refinement, value: &Value) -> bool {
    match value.kind() {
        Kind::String(text) => refinement.prefix.as_ref().is_some_and(|prefix| !text.starts_with(&**prefix)),
        Kind::Number(number) => {
            let below = refinement
                .number_min
                .as_ref()
                .is_some_and(|(min, inclusive)| if *inclusive { number < min } else { number <= min });
            let above = refinement
                .number_max
                .as_ref()
                .is_some_and(|(max, inclusive)| if *inclusive { number > max } else { number >= max });
            below || above
        }
        _ => value.length_bounds().is_some_and(|(min, max)| {
            max.is_some_and(|max| max < refinement.length_min)
                || refinement.length_max.is_some_and(|limit| min > limit)
        }),
    }
}

/// In order, the first element that is open or differs decides.
fn in_order(a: &[Value], b: &[Value]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    for (a, b) in a.iter().zip(b) {
        match typed_verdict(a, b) {
            Some(true) => {}
            other => return other,
        }
    }
    Some(true)
}

/// By name there is no first, so a difference anywhere decides before what is open.
fn by_name(a: &BTreeMap<Name, Value>, b: &BTreeMap<Name, Value>) -> Option<bool> {
    if a.len() != b.len() || !a.keys().eq(b.keys()) {
        return Some(false);
    }
    let mut open = false;
    for (a, b) in a.values().zip(b.values()) {
        match typed_verdict(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => open = true,
        }
    }
    (!open).then_some(true)
}

/// Sets stand in order, so equal ones are equal element by element; an unknown element leaves it open.
fn as_sets(a: &[Value], b: &[Value]) -> Option<bool> {
    if !a.iter().chain(b).all(Value::is_wholly_known) {
        return None;
    }
    if a.len() != b.len() {
        return Some(false);
    }
    if in_order(a, b) == Some(true) {
        return Some(true);
    }
    // Numbers that differ beyond ten digits share a key within composites and may stand in another order.
    Some(a.iter().all(|item| b.iter().any(|other| typed_verdict(item, other) == Some(true))))
}

/// Whether a type could still become the other, any standing for itself.
pub(crate) fn conforms(ty: &Type, constraint: &Type) -> bool {
    match (ty, constraint) {
        (_, Type::Dynamic) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            conforms(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| conforms(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.keys().eq(b.attributes.keys())
                && a.attributes.values().zip(b.attributes.values()).all(|(a, b)| conforms(a, b))
        }
        _ => ty == constraint,
    }
}

impl Value {
    /// Whether some part is unknown in its type.
    fn has_open_unknown(&self) -> bool {
        if let Kind::Unknown(ty, _) = self.kind() {
            return ty.has_dynamic();
        }
        let parts = self.as_sequence().unwrap_or_default().iter();
        let named = self.as_mapping().into_iter().flat_map(|items| items.values());
        parts.chain(named).any(Value::has_open_unknown)
    }
}

impl Type {
    /// Whether a value of this type is one of `constraint`, where any stands for anything.
    pub fn conforms(&self, constraint: &Type) -> bool {
        conforms(self, constraint)
    }
}
