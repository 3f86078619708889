//! Merges of configuration and prior object.
//!
//! The rules are those of the provider protocol (`OpenTofu`'s `docs/resource-instance-change-lifecycle.md`,
//! "Proposed New State"): what the configuration sets wins; what only the provider sets, or what the
//! configuration leaves to it, stays as it was.

use crate::item::{Item, Place, each_item, map_items};
use crate::{Attribute, AttributeType, Block, Nesting};
use std::collections::BTreeMap;
use trueup_value::{Kind, Name, Value};

/// The configuration laid over the prior object, for a provider to plan from. Both have the schema's type
/// and no marks; `prior` is null on create, and computed attributes are then null in the result. A null
/// configuration (destroy) stays null.
pub fn proposed_new(schema: &Block, prior: &Value, config: &Value) -> Value {
    merge(Item::Block(schema), Some(prior), config)
}

fn merge(item: Item<'_>, prior: Option<&Value>, config: &Value) -> Value {
    // Without computed attributes the configuration says all there is to say.
    let Some(fields) = config.as_mapping().filter(|_| item.has_computed()) else { return config.clone() };
    let prior = prior.and_then(Value::as_mapping);
    let before = |name: &Name| prior.and_then(|p| p.get(name)).filter(|v| !v.is_null());
    let mut merged = fields.clone();
    for (name, attribute) in item.attributes().iter().filter(|(_, a)| a.has_computed()) {
        replace(&mut merged, name, |value| merge_attribute(attribute, before(name), value));
    }
    for (name, nesting, inner) in item.blocks().filter(|(_, _, inner)| inner.has_computed()) {
        replace(&mut merged, name, |value| merge_items((nesting, inner), before(name), value));
    }
    Value::object(merged).mark(config.marks())
}

fn replace(fields: &mut BTreeMap<Name, Value>, name: &Name, change: impl FnOnce(&Value) -> Value) {
    if let Some(value) = fields.get_mut(name) {
        *value = change(value);
    }
}

fn merge_attribute(attribute: &Attribute, prior: Option<&Value>, config: &Value) -> Value {
    match (prior, &attribute.ty) {
        (Some(prior), _) if config.is_null() && attribute.computed => {
            if attribute.optional && came_from_config(attribute, prior) {
                config.clone()
            } else {
                prior.clone()
            }
        }
        (_, AttributeType::Nested(object)) => {
            merge_items((object.nesting, Item::Object(object)), prior, config)
        }
        (_, AttributeType::Plain(_)) => config.clone(),
    }
}

fn merge_items((nesting, item): (Nesting, Item<'_>), prior: Option<&Value>, config: &Value) -> Value {
    let listed = prior.and_then(Value::as_sequence).unwrap_or_default();
    let keyed = prior.and_then(Value::as_mapping);
    let mut used = vec![false; if nesting == Nesting::Set { listed.len() } else { 0 }];
    map_items(nesting, config, &mut |place, config| {
        let before = match place {
            Place::Itself => prior,
            Place::Index(index) => listed.get(*index),
            Place::Key(key) => keyed.and_then(|k| k.get(*key)),
            Place::Member => match_member(item, listed, &mut used, config),
        };
        merge(item, before, config)
    })
}

/// The first member of the prior set, not taken yet, that this configured member could have become.
fn match_member<'a>(
    item: Item<'_>,
    prior: &'a [Value],
    used: &mut [bool],
    config: &Value,
) -> Option<&'a Value> {
    let found = (0..prior.len()).find(|i| !used[*i] && could_become(item, config, &prior[*i]))?;
    used[found] = true;
    Some(&prior[found])
}

/// Whether `prior` differs from `config` in nothing but what the provider may choose.
fn could_become(item: Item<'_>, config: &Value, prior: &Value) -> bool {
    if config == prior {
        return true;
    }
    let (Some(wanted), Some(had)) = (config.as_mapping(), prior.as_mapping()) else { return false };
    let pair = |name: &Name| wanted.get(name).zip(had.get(name));
    item.attributes().iter().all(|(name, attribute)| {
        pair(name).is_some_and(|(config, prior)| attribute_could_become(attribute, config, prior))
    }) && item.blocks().all(|(name, nesting, inner)| {
        pair(name).is_some_and(|(config, prior)| items_could_become((nesting, inner), config, prior))
    })
}

fn attribute_could_become(attribute: &Attribute, config: &Value, prior: &Value) -> bool {
    if config == prior || (attribute.computed && config.is_null()) {
        return true;
    }
    match &attribute.ty {
        AttributeType::Plain(_) => false,
        AttributeType::Nested(object) => {
            items_could_become((object.nesting, Item::Object(object)), config, prior)
        }
    }
}

fn items_could_become((nesting, item): (Nesting, Item<'_>), config: &Value, prior: &Value) -> bool {
    if config == prior {
        return true;
    }
    if matches!(nesting, Nesting::Single | Nesting::Group) {
        return could_become(item, config, prior);
    }
    match (config.kind(), prior.kind()) {
        (Kind::Set(wanted), Kind::Set(had)) => {
            let mut used = vec![false; had.items.len()];
            wanted.items.len() == had.items.len()
                && wanted.items.iter().all(|w| match_member(item, &had.items, &mut used, w).is_some())
        }
        (Kind::List(_) | Kind::Tuple(_), Kind::List(_) | Kind::Tuple(_)) => {
            let (wanted, had) =
                (config.as_sequence().unwrap_or_default(), prior.as_sequence().unwrap_or_default());
            wanted.len() == had.len() && wanted.iter().zip(had).all(|(w, h)| could_become(item, w, h))
        }
        _ => match (config.as_mapping(), prior.as_mapping()) {
            (Some(wanted), Some(had)) => {
                wanted.len() == had.len()
                    && wanted.iter().all(|(k, w)| had.get(k).is_some_and(|h| could_become(item, w, h)))
            }
            _ => false,
        },
    }
}

/// Whether a prior structural value holds something that only configuration can have set: then leaving the
/// attribute out now means that it shall go, not that the provider chooses.
fn came_from_config(attribute: &Attribute, prior: &Value) -> bool {
    let AttributeType::Nested(object) = &attribute.ty else { return false };
    let mut found = false;
    each_item(object.nesting, prior, &mut |_, item| {
        found |= object.attributes.iter().any(|(name, inner)| {
            item.get(name).is_some_and(|v| !v.is_null() && (!inner.computed || came_from_config(inner, v)))
        });
    });
    found
}

/// With every computed attribute that is null set to unknown: what a provider plans for a new object before
/// it knows better. `value` has the schema's type; null stays null.
pub fn unknown_computed(schema: &Block, value: &Value) -> Value {
    unknown_in(Item::Block(schema), value)
}

fn unknown_in(item: Item<'_>, value: &Value) -> Value {
    let Some(fields) = value.as_mapping().filter(|_| item.has_computed()) else { return value.clone() };
    let mut filled = fields.clone();
    for (name, attribute) in item.attributes().iter().filter(|(_, a)| a.has_computed()) {
        replace(&mut filled, name, |value| match &attribute.ty {
            _ if value.is_null() && attribute.computed => Value::unknown(attribute.value_type()),
            AttributeType::Plain(_) => value.clone(),
            AttributeType::Nested(object) => {
                map_items(object.nesting, value, &mut |_, v| unknown_in(Item::Object(object), v))
            }
        });
    }
    for (name, nesting, inner) in item.blocks().filter(|(_, _, inner)| inner.has_computed()) {
        replace(&mut filled, name, |value| map_items(nesting, value, &mut |_, v| unknown_in(inner, v)));
    }
    Value::object(filled).mark(value.marks())
}

#[cfg(test)]
mod tests {
    use super::{proposed_new, unknown_computed};
    use crate::notation::{block, object};

    const SCHEMA: &str = "
        name string required
        zone string optional
        label string optional computed
        id string computed
        tags map(string) optional
        attribute meta list optional {
            key string optional
            made number computed
        }
        attribute chosen single optional computed {
            size number optional
            auto string optional computed
        }
        block disk list {
            size number required
            id string computed
            block part set {
                at number optional
                id string computed
            }
        }
        block rule set {
            port number required
            kind string optional computed
            id string computed
        }
        block by_key map {
            a string optional
            id string computed
        }
        block one single {
            a string optional
            id string computed
        }
    ";

    fn check(prior: &str, config: &str, wanted: &str) {
        let schema = block(SCHEMA);
        let read = |json: &str| object(&schema, json);
        let proposed = proposed_new(&schema, &read(prior), &read(config));
        assert_eq!(proposed, read(wanted), "{config} over {prior}");
        assert_eq!(proposed_new(&schema, &proposed, &read(config)), proposed, "again: {config} over {prior}");
    }

    #[test]
    fn attributes() {
        check("null", r#"{"name": "a"}"#, r#"{"name": "a"}"#);
        check(
            r#"{"name": "a", "id": "i", "label": "l", "zone": "z", "tags": {"a": "b"}}"#,
            r#"{"name": "b"}"#,
            r#"{"name": "b", "id": "i", "label": "l"}"#,
        );
        check(r#"{"label": "l"}"#, r#"{"label": "m"}"#, r#"{"label": "m"}"#);
        check(r#"{"label": "l"}"#, r#"{"label": "?"}"#, r#"{"label": "?"}"#);
        check(r#"{"name": "a"}"#, "null", "null");
    }

    #[test]
    fn structural_attributes() {
        check(
            r#"{"meta": [{"key": "a", "made": 1}, {"key": "b", "made": 2}]}"#,
            r#"{"meta": [{"key": "x"}]}"#,
            r#"{"meta": [{"key": "x", "made": 1}]}"#,
        );
        check(r#"{"meta": [{"key": "a", "made": 1}]}"#, "{}", "{}");
        check(r#"{"meta": [{"key": "a", "made": 1}]}"#, r#"{"meta": "?"}"#, r#"{"meta": "?"}"#);
        check(r#"{"chosen": {"auto": "a"}}"#, "{}", r#"{"chosen": {"auto": "a"}}"#);
        // Only the configuration can have set the size, so leaving the attribute out removes it.
        check(r#"{"chosen": {"size": 1, "auto": "a"}}"#, "{}", "{}");
        check(
            r#"{"chosen": {"size": 1, "auto": "a"}}"#,
            r#"{"chosen": {"size": 2}}"#,
            r#"{"chosen": {"size": 2, "auto": "a"}}"#,
        );
    }

    #[test]
    fn blocks_match_by_index_and_key() {
        check(
            r#"{"disk": [{"size": 1, "id": "a"}, {"size": 2, "id": "b"}]}"#,
            r#"{"disk": [{"size": 2}]}"#,
            r#"{"disk": [{"size": 2, "id": "a"}]}"#,
        );
        check(
            r#"{"by_key": {"x": {"a": "1", "id": "i"}, "gone": {"id": "j"}}}"#,
            r#"{"by_key": {"x": {"a": "2"}, "new": {}}}"#,
            r#"{"by_key": {"x": {"a": "2", "id": "i"}, "new": {}}}"#,
        );
        check(r#"{"one": {"id": "i"}}"#, r#"{"one": {"a": "x"}}"#, r#"{"one": {"a": "x", "id": "i"}}"#);
        check(r#"{"one": {"id": "i"}}"#, "{}", "{}");
        check(
            r#"{"disk": [{"size": 1, "part": [{"at": 1, "id": "p"}]}]}"#,
            r#"{"disk": [{"size": 1, "part": [{"at": 1}, {"at": 2}]}]}"#,
            r#"{"disk": [{"size": 1, "part": [{"at": 1, "id": "p"}, {"at": 2}]}]}"#,
        );
    }

    #[test]
    fn set_blocks_match_by_what_is_configured() {
        let prior = r#"{"rule": [{"port": 1, "kind": "k", "id": "a"}, {"port": 2, "kind": "l", "id": "b"}]}"#;
        check(prior, r#"{"rule": [{"port": 2}]}"#, r#"{"rule": [{"port": 2, "kind": "l", "id": "b"}]}"#);
        check(prior, r#"{"rule": [{"port": 2, "kind": "x"}]}"#, r#"{"rule": [{"port": 2, "kind": "x"}]}"#);
        check(prior, r#"{"rule": [{"port": 3}]}"#, r#"{"rule": [{"port": 3}]}"#);
        check(prior, r#"{"rule": "?"}"#, r#"{"rule": "?"}"#);
    }

    #[test]
    fn new_objects_have_unknowns() {
        let schema = block(SCHEMA);
        let fill = |json: &str| unknown_computed(&schema, &object(&schema, json));
        assert_eq!(
            fill(r#"{"name": "a", "meta": [{}], "disk": [{"part": [{}]}], "rule": [{"kind": "k"}]}"#),
            object(
                &schema,
                r#"{"name": "a", "label": "?", "id": "?", "meta": [{"made": "?"}], "chosen": "?",
                    "disk": [{"id": "?", "part": [{"id": "?"}]}], "rule": [{"kind": "k", "id": "?"}]}"#
            )
        );
        assert!(fill("null").is_null());
        let kept = r#"{"label": "l", "id": "i", "chosen": {"auto": "x"}}"#;
        assert_eq!(fill(kept), object(&schema, kept));
    }
}
