//! `ignore_changes`: parts of the configuration that give way to the object as it is.

use trueup_resolve::program::IgnoreChanges;
use trueup_value::{Kind, PathStep, Value};

/// The configuration with what is to be ignored taken from the prior object. Nothing is ignored on create.
pub fn ignore_changes(config: &Value, prior: &Value, ignore: &IgnoreChanges) -> Value {
    if prior.is_null() || config.is_null() {
        return config.clone();
    }
    match ignore {
        IgnoreChanges::None => config.clone(),
        IgnoreChanges::All => prior.clone(),
        IgnoreChanges::Paths(paths) => {
            paths.iter().fold(config.clone(), |config, (path, _)| ignore_path(&config, prior, &path.0))
        }
    }
}

/// Takes the value at `path` from `prior`. A map element that only one side has is added or taken out, so that a
/// key is ignored by itself and not with its whole map.
fn ignore_path(config: &Value, prior: &Value, path: &[PathStep]) -> Value {
    let Some((step, rest)) = path.split_first() else { return prior.clone() };
    let (plain, marks) = config.clone().unmark();
    let (prior, _) = prior.clone().unmark();
    let replaced = match (step, plain.kind()) {
        (PathStep::Attribute(name), Kind::Object(attributes)) => {
            let (Some(ours), Some(theirs)) = (attributes.get(name), prior.get(name)) else {
                return config.clone();
            };
            let value = ignore_path(ours, theirs, rest);
            let others = attributes
                .iter()
                .map(|(n, v)| (n.clone(), if n == name { value.clone() } else { v.clone() }));
            Value::object(others.collect::<Vec<_>>())
        }
        (PathStep::Index(key), Kind::Map(_)) => ignore_element(&plain, &prior, key, rest),
        (PathStep::Index(key), Kind::Null(ty)) if key.as_str().is_some() => {
            let empty = ty.element().map(|element| Value::map::<trueup_value::Name>(element.clone(), []));
            let Some(empty) = empty else { return config.clone() };
            let merged = ignore_element(&empty, &prior, key, rest);
            if merged.as_mapping().is_some_and(|items| !items.is_empty()) { merged } else { plain }
        }
        (PathStep::Index(key), Kind::List(elements)) => {
            let index = key.as_number().and_then(trueup_value::Number::to_usize);
            let theirs = index.and_then(|i| prior.as_sequence()?.get(i).cloned());
            let (Some(index), Some(theirs)) = (index, theirs) else { return config.clone() };
            let items =
                elements.items.iter().enumerate().map(|(i, item)| {
                    if i == index { ignore_path(item, &theirs, rest) } else { item.clone() }
                });
            Value::list(elements.ty.clone(), items.collect::<Vec<_>>())
        }
        _ => return config.clone(),
    };
    replaced.mark(marks)
}

fn ignore_element(config: &Value, prior: &Value, key: &Value, rest: &[PathStep]) -> Value {
    let Kind::Map(map) = config.kind() else { return config.clone() };
    let Some(key) = key.as_str() else { return config.clone() };
    let mut items = map.1.clone();
    match prior.get(key) {
        Some(theirs) => {
            let value = match items.get(key) {
                Some(ours) => ignore_path(ours, theirs, rest),
                None => theirs.clone(),
            };
            items.insert(key.into(), value);
        }
        None => {
            items.remove(key);
        }
    }
    Value::map(map.0.clone(), items)
}
