//! Finding one type for several values, as conditionals and lists need it.

use crate::convert::can_convert;
use crate::{Name, Type};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The type that values of all these types can be converted to without loss: the most general one among them,
/// or for objects and tuples one made from their parts. None if there is none or no type is given.
///
/// [`Type::Dynamic`] comes out when a composite stands beside a value of yet unknown type: the common type, and so
/// the result, will only be known with that value.
pub fn unify(types: &[Type]) -> Option<Type> {
    unify_with(types, false)
}

/// As [`unify`], but conversions that may fail on the value itself count too. Conditionals do this.
pub fn unify_unsafe(types: &[Type]) -> Option<Type> {
    unify_with(types, true)
}

#[derive(Default)]
struct Count {
    map: usize,
    list: usize,
    set: usize,
    object: usize,
    tuple: usize,
    dynamic: usize,
}

impl Count {
    fn of(types: &[&Type]) -> Count {
        let mut count = Count::default();
        for ty in types {
            match ty {
                Type::Map(_) => count.map += 1,
                Type::List(_) => count.list += 1,
                Type::Set(_) => count.set += 1,
                Type::Object(_) => count.object += 1,
                Type::Tuple(_) => count.tuple += 1,
                Type::Dynamic => count.dynamic += 1,
                _ => {}
            }
        }
        count
    }
}

pub(crate) fn unify_with(types: &[Type], unsafe_too: bool) -> Option<Type> {
    // The same type many times, as in a long tuple, is looked at once.
    let mut seen = BTreeSet::new();
    let distinct: Vec<&Type> = types.iter().filter(|ty| seen.insert(*ty)).collect();
    unify_distinct(&distinct, unsafe_too)
}

fn unify_distinct(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    match types {
        [] => return None,
        [only] => return Some(Type::clone(only)),
        _ => {}
    }
    let count = Count::of(types);
    let open = count.dynamic > 0;
    let all = |n: usize| n > 0 && n + count.dynamic == types.len();
    if all(count.map) || all(count.list) || all(count.set) || all(count.object) || all(count.tuple) {
        return if open { Some(Type::Dynamic) } else { unify_alike(types, unsafe_too) };
    }
    if count.object > 0 && count.tuple > 0 {
        return None;
    }
    if count.map > 0 && count.map + count.object + count.dynamic == types.len() {
        let merged = unify_beside(types, unsafe_too, objects_as_map);
        if matches!(merged, Some(Type::Map(_))) {
            return merged;
        }
    }
    if count.list > 0 && count.list + count.tuple + count.dynamic == types.len() {
        let merged = unify_beside(types, unsafe_too, tuples_as_list);
        if matches!(merged, Some(Type::List(_))) {
            return merged;
        }
    }
    unify_by_preference(types, unsafe_too)
}

/// Types of one kind, none of them open.
fn unify_alike(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    let elements = || types.iter().filter_map(|ty| ty.element().cloned()).collect::<Vec<_>>();
    match types[0] {
        Type::Map(_) => unify_with(&elements(), unsafe_too).map(Type::map),
        Type::List(_) => unify_with(&elements(), unsafe_too).map(Type::list),
        Type::Set(_) => unify_with(&elements(), unsafe_too).map(Type::set),
        Type::Object(_) => unify_objects(types, unsafe_too),
        _ => unify_tuples(types, unsafe_too),
    }
}

/// Objects with the same names unify name by name, others to a map.
fn unify_objects(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    let objects: Vec<_> = types
        .iter()
        .filter_map(|ty| if let Type::Object(object) = ty { Some(object) } else { None })
        .collect();
    let first = objects.first()?;
    if !objects.iter().all(|object| object.attributes.keys().eq(first.attributes.keys())) {
        return objects_as_map(types, unsafe_too);
    }
    let mut attributes: Vec<(Name, Type)> = Vec::with_capacity(first.attributes.len());
    for name in first.attributes.keys() {
        let across: Vec<Type> = objects.iter().filter_map(|o| o.attributes.get(name).cloned()).collect();
        attributes.push((name.clone(), unify_with(&across, unsafe_too)?));
    }
    let unified = Type::object(attributes);
    if all_convert(types, &unified, unsafe_too) { Some(unified) } else { objects_as_map(types, unsafe_too) }
}

/// Tuples of one length unify place by place, others to a list.
fn unify_tuples(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    let tuples: Vec<_> =
        types.iter().filter_map(|ty| if let Type::Tuple(items) = ty { Some(items) } else { None }).collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|tuple| tuple.len() != length) {
        return tuples_as_list(types, unsafe_too);
    }
    let mut items = Vec::with_capacity(length);
    for at in 0..length {
        let across: Vec<Type> = tuples.iter().map(|tuple| tuple[at].clone()).collect();
        items.push(unify_with(&across, unsafe_too)?);
    }
    let unified = Type::tuple(items);
    if all_convert(types, &unified, unsafe_too) { Some(unified) } else { tuples_as_list(types, unsafe_too) }
}

fn objects_as_map(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    let attributes: Vec<Type> = types
        .iter()
        .filter_map(|ty| if let Type::Object(object) = ty { Some(object.attributes.values()) } else { None })
        .flatten()
        .cloned()
        .collect();
    let unified = Type::map(unify_with(&attributes, unsafe_too)?);
    let mut objects = types.iter().filter(|ty| matches!(ty, Type::Object(_)));
    objects.all(|ty| can_convert(ty, &unified, unsafe_too)).then_some(unified)
}

fn tuples_as_list(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    let items: Vec<Type> = types
        .iter()
        .filter_map(|ty| if let Type::Tuple(items) = ty { Some(items.iter()) } else { None })
        .flatten()
        .cloned()
        .collect();
    let unified = Type::list(unify_with(&items, unsafe_too)?);
    let mut tuples = types.iter().filter(|ty| matches!(ty, Type::Tuple(_)));
    tuples.all(|ty| can_convert(ty, &unified, unsafe_too)).then_some(unified)
}

/// Objects beside maps, or tuples beside lists: the structural ones become one collection type first.
fn unify_beside(
    types: &[&Type],
    unsafe_too: bool,
    collect: fn(&[&Type], bool) -> Option<Type>,
) -> Option<Type> {
    let collection = collect(types, unsafe_too)?;
    let structural = |ty: &Type| matches!(ty, Type::Object(_) | Type::Tuple(_));
    let replaced: Vec<Type> =
        types.iter().map(|ty| if structural(ty) { collection.clone() } else { Type::clone(ty) }).collect();
    unify_with(&replaced, unsafe_too)
}

fn all_convert(types: &[&Type], to: &Type, unsafe_too: bool) -> bool {
    types.iter().all(|ty| *ty == to || can_convert(ty, to, unsafe_too))
}

/// The first type, more general ones first, that all others convert to.
fn unify_by_preference(types: &[&Type], unsafe_too: bool) -> Option<Type> {
    let mut left: Vec<&Type> = types.to_vec();
    while !left.is_empty() {
        let unbeaten = |at: &usize| left.iter().all(|other| preference(other, left[*at]) != Ordering::Less);
        let at = (0..left.len()).find(unbeaten).unwrap_or(0);
        let candidate = left.remove(at);
        if all_convert(types, candidate, unsafe_too) {
            return Some(candidate.clone());
        }
    }
    None
}

/// Less: the first is the better common type. Equal: neither is, or they can't be compared.
fn preference(a: &Type, b: &Type) -> Ordering {
    match (a, b) {
        (Type::Dynamic, Type::Dynamic) => Ordering::Equal,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            preference(a, b)
        }
        (Type::Object(a), Type::Object(b)) if a.attributes.keys().eq(b.attributes.keys()) => {
            preference_across(a.attributes.values(), b.attributes.values())
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => preference_across(a.iter(), b.iter()),
        _ if takes_in(a, b) => Ordering::Less,
        _ if takes_in(b, a) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Whether values of the second type can all be written as values of the first, whose kind is another.
fn takes_in(general: &Type, special: &Type) -> bool {
    match (general, special) {
        (Type::Dynamic, _) => false,
        (_, Type::Dynamic)
        | (Type::String, Type::Bool | Type::Number)
        | (Type::List(_) | Type::Tuple(_), Type::Set(_))
        | (Type::List(_), Type::Tuple(_))
        | (Type::Map(_), Type::Object(_)) => true,
        _ => false,
    }
}

/// One is better only if it is in no part worse.
fn preference_across<'a>(a: impl Iterator<Item = &'a Type>, b: impl Iterator<Item = &'a Type>) -> Ordering {
    let mut found = Ordering::Equal;
    for (a, b) in a.zip(b) {
        match (found, preference(a, b)) {
            (_, Ordering::Equal) => {}
            (Ordering::Equal, part) => found = part,
            (before, part) if before == part => {}
            _ => return Ordering::Equal,
        }
    }
    found
}
