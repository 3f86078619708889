//! Saying why a type doesn't fit a constraint.

use crate::convert::can_convert;
use crate::{ObjectType, Type};

/// What is wrong with a value of type `got` where `want` is asked for: `number required`,
/// `attribute "a" is required`, `element 0: string required`.
pub fn mismatch(got: &Type, want: &Type) -> String {
    match (got, want) {
        (Type::Object(got), Type::Object(want)) => mismatch_objects(got, want),
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => {
            "all list elements must have the same type".into()
        }
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => {
            "all set elements must have the same type".into()
        }
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => {
            "all map elements must have the same type".into()
        }
        (Type::Tuple(items), Type::List(element) | Type::Set(element)) => {
            let bad = items.iter().position(|item| !can_convert(item, element, true));
            bad.map_or_else(
                || format!("all elements must be {}", required_name(element)),
                |at| format!("element {at}: {}", mismatch(&items[at], element)),
            )
        }
        (Type::Object(object), Type::Map(element)) => {
            let bad = object.attributes.iter().find(|(_, ty)| !can_convert(ty, element, true));
            bad.map_or_else(
                || format!("all elements must be {}", required_name(element)),
                |(name, ty)| format!("element {name:?}: {}", mismatch(ty, element)),
            )
        }
        (Type::List(got) | Type::Set(got), Type::List(want_element)) => {
            format!("incorrect list element type: {}", mismatch(got, want_element))
        }
        (Type::List(got) | Type::Set(got), Type::Set(want_element)) => {
            format!("incorrect set element type: {}", mismatch(got, want_element))
        }
        (Type::Map(got), Type::Map(want_element)) => {
            format!("incorrect map element type: {}", mismatch(got, want_element))
        }
        _ => format!("{} required", required_name(want)),
    }
}

/// The short name of what a constraint asks for.
fn required_name(want: &Type) -> String {
    match want {
        Type::Dynamic => "any type".into(),
        Type::List(t) => format!("list of {}", required_name(t)),
        Type::Set(t) => format!("set of {}", required_name(t)),
        Type::Map(t) => format!("map of {}", required_name(t)),
        _ => want.friendly_name(),
    }
}

/// Missing attributes first, then the first one that doesn't fit.
fn mismatch_objects(got: &ObjectType, want: &ObjectType) -> String {
    let missing: Vec<String> = want
        .attributes
        .keys()
        .filter(|name| !got.attributes.contains_key(*name) && !want.optional.contains(*name))
        .map(|name| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one} is required"),
        [one, two] => return format!("attributes {one} and {two} are required"),
        [most @ .., last] => return format!("attributes {}, and {last} are required", most.join(", ")),
    }
    let bad = want.attributes.iter().find_map(|(name, want)| {
        let got = got.attributes.get(name)?;
        (!can_convert(got, want, true)).then(|| format!("attribute {name:?}: {}", mismatch(got, want)))
    });
    bad.unwrap_or_else(|| "incorrect object attributes".into())
}
