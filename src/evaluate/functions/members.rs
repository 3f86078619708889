//! Finding a value among many without comparing it to each.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use trueup_value::{Kind, Value, ops};

/// Values that are wholly known, by a fingerprint that equal values share.
#[derive(Default)]
pub(super) struct Members<'v> {
    by_fingerprint: BTreeMap<u64, Vec<&'v Value>>,
}

impl<'v> Members<'v> {
    /// All of some values.
    pub(super) fn of(values: &'v [Value]) -> Members<'v> {
        let mut members = Members::default();
        for value in values {
            members.insert(value);
        }
        members
    }

    /// Adds a value; whether no equal one was there.
    pub(super) fn insert(&mut self, value: &'v Value) -> bool {
        let bucket = self.by_fingerprint.entry(fingerprint(value)).or_default();
        let new = !bucket.iter().any(|member| is_same(member, value));
        if new {
            bucket.push(value);
        }
        new
    }

    /// Whether an equal value is there.
    pub(super) fn contains(&self, value: &Value) -> bool {
        let bucket = self.by_fingerprint.get(&fingerprint(value));
        bucket.is_some_and(|bucket| bucket.iter().any(|member| is_same(member, value)))
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    ops::equals(a, b).as_bool() == Some(true)
}

fn fingerprint(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    add(value, &mut hasher);
    hasher.finish()
}

fn add(value: &Value, hasher: &mut DefaultHasher) {
    match value.kind() {
        Kind::Bool(truth) => truth.hash(hasher),
        Kind::Number(number) => number.hash(hasher),
        Kind::String(text) => text.hash(hasher),
        _ => {
            for item in value.as_sequence().into_iter().flatten() {
                add(item, hasher);
            }
            for (name, item) in value.as_mapping().into_iter().flatten() {
                name.hash(hasher);
                add(item, hasher);
            }
        }
    }
}
