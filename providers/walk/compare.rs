//! How objects differ, in words for people.

use std::collections::{BTreeMap, BTreeSet};
use trueup_value::Value;

/// Panics where two objects differ.
pub(crate) fn differences(kind: &str, what: &str, one: &Value, other: &Value) {
    let names: Vec<&str> = changed(one, other).into_iter().collect();
    assert!(names.is_empty(), "{kind}, {what}: {}", shown(&names, one, other));
}

/// The attributes in which two objects differ; all where one of them is gone.
pub(crate) fn changed<'a>(one: &'a Value, other: &Value) -> BTreeSet<&'a str> {
    let fields = one.as_mapping().expect("an object");
    let is_changed =
        |(name, value): (&'a trueup_value::Name, &Value)| (other.get(name) != Some(value)).then_some(&**name);
    fields.iter().filter_map(is_changed).collect()
}

/// Attributes with their values in both objects.
pub(crate) fn shown(names: &[&str], one: &Value, other: &Value) -> String {
    let pair = |name: &&str| format!("\n  {name}: {:?} / {:?}", one.get(name), other.get(name));
    names.iter().map(pair).collect()
}

/// Whether it says nothing: as clouds leave such values out.
pub(crate) fn is_empty(value: &Value) -> bool {
    value.is_null()
        || value.as_str() == Some("")
        || value.as_bool() == Some(false)
        || value.as_sequence().is_some_and(<[Value]>::is_empty)
        || value.as_mapping().is_some_and(BTreeMap::is_empty)
}
