//! What a nested block and the object of a structural attribute have in common.

use crate::{Attribute, Block, Nesting, ObjectAttributes};
use std::collections::BTreeMap;
use trueup_value::{Kind, Name, Value};

/// One object inside a list, set or map, or standing alone.
#[derive(Clone, Copy)]
pub(crate) enum Item<'a> {
    /// A block.
    Block(&'a Block),
    /// An object of a structural attribute.
    Object(&'a ObjectAttributes),
}

impl<'a> Item<'a> {
    /// Its attributes.
    pub(crate) fn attributes(self) -> &'a BTreeMap<Name, Attribute> {
        match self {
            Item::Block(block) => &block.attributes,
            Item::Object(object) => &object.attributes,
        }
    }

    /// What is nested in it as blocks.
    pub(crate) fn blocks(self) -> impl Iterator<Item = (&'a Name, Nesting, Item<'a>)> {
        let blocks = match self {
            Item::Block(block) => Some(block.blocks.iter()),
            Item::Object(_) => None,
        };
        blocks.into_iter().flatten().map(|(name, nested)| (name, nested.nesting, Item::Block(&nested.block)))
    }

    /// Whether a computed attribute stands somewhere inside.
    pub(crate) fn has_computed(self) -> bool {
        match self {
            Item::Block(block) => block.has_computed(),
            Item::Object(object) => object.attributes.values().any(Attribute::has_computed),
        }
    }
}

/// The same container with every item replaced: an object is its own single item. Null and unknown stay.
/// `change` gets the item and where it stands: an index, a key, or (in a set) the element itself.
pub(crate) fn map_items(
    nesting: Nesting,
    whole: &Value,
    change: &mut dyn FnMut(&Place, &Value) -> Value,
) -> Value {
    let changed = match whole.kind() {
        Kind::Null(_) | Kind::Unknown(..) => return whole.clone(),
        _ if matches!(nesting, Nesting::Single | Nesting::Group) => return change(&Place::Itself, whole),
        Kind::List(list) => Value::list(list.ty.clone(), listed(&list.items, change)),
        Kind::Tuple(items) => Value::tuple(listed(items, change)),
        Kind::Set(set) => {
            let items: Vec<Value> = set.items.iter().map(|item| change(&Place::Member, item)).collect();
            Value::set(set.ty.clone(), items)
        }
        Kind::Map(map) => Value::map(map.0.clone(), keyed(&map.1, change)),
        Kind::Object(items) => Value::object(keyed(items, change)),
        _ => return whole.clone(),
    };
    changed.mark(whole.marks())
}

/// Visits every item of a container: an object is its own single item; null and unknown have none.
pub(crate) fn each_item(nesting: Nesting, whole: &Value, visit: &mut dyn FnMut(&Place, &Value)) {
    match whole.kind() {
        Kind::Null(_) | Kind::Unknown(..) => {}
        _ if matches!(nesting, Nesting::Single | Nesting::Group) => visit(&Place::Itself, whole),
        Kind::Set(set) => set.items.iter().for_each(|item| visit(&Place::Member, item)),
        Kind::Map(_) | Kind::Object(_) => {
            whole.as_mapping().into_iter().flatten().for_each(|(key, item)| visit(&Place::Key(key), item));
        }
        _ => whole
            .as_sequence()
            .into_iter()
            .flatten()
            .enumerate()
            .for_each(|(i, v)| visit(&Place::Index(i), v)),
    }
}

/// Whether every element has a match among the others. Sets are mostly in the same order, so the search starts at
/// the element's own place: linear where they are.
pub(crate) fn each_has_match(
    items: &[Value],
    others: &[Value],
    fits: &dyn Fn(&Value, &Value) -> bool,
) -> bool {
    items.iter().enumerate().all(|(index, item)| {
        let (before, after) = others.split_at(index.min(others.len()));
        after.iter().chain(before).any(|other| fits(item, other))
    })
}

/// Where an item stands in its container.
pub(crate) enum Place<'a> {
    /// There is no container.
    Itself,
    /// In a list or tuple.
    Index(usize),
    /// In a set.
    Member,
    /// In a map.
    Key(&'a Name),
}

fn listed(items: &[Value], change: &mut dyn FnMut(&Place, &Value) -> Value) -> Vec<Value> {
    items.iter().enumerate().map(|(i, item)| change(&Place::Index(i), item)).collect()
}

fn keyed(
    items: &BTreeMap<Name, Value>,
    change: &mut dyn FnMut(&Place, &Value) -> Value,
) -> BTreeMap<Name, Value> {
    items.iter().map(|(key, item)| (key.clone(), change(&Place::Key(key), item))).collect()
}
