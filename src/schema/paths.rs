//! Where in a value something of the schema stands: sensitive, write-only, missing, deprecated.

use crate::item::{Item, map_items};
use crate::walk::walk_attributes;
use crate::{Attribute, AttributeType, Block, Nesting};
use trueup_value::{Kind, Name, Path, PathStep, Value};

/// The paths of everything the schema calls sensitive, null or not. Sets can't be looked into piecemeal: what is
/// sensitive in an element makes the whole set so.
pub fn sensitive_paths(schema: &Block, value: &Value) -> Vec<Path> {
    let mut paths: Vec<Path> = Vec::new();
    if !schema.has_sensitive() {
        return paths;
    }
    walk_attributes(schema, value, &mut |visit| {
        if visit.attribute.sensitive {
            let path = Path(visit.path[..visit.set.unwrap_or(visit.path.len())].to_vec());
            if paths.last() != Some(&path) {
                paths.push(path);
            }
        }
        !visit.attribute.sensitive
    });
    paths
}

/// The paths of required attributes that are null.
pub fn required_missing(schema: &Block, value: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    walk_attributes(schema, value, &mut |visit| {
        if visit.attribute.required && visit.value.is_null() {
            paths.push(Path(visit.path.to_vec()));
        }
        true
    });
    paths
}

/// The paths of read-only attributes that a configuration sets all the same.
pub fn read_only_set(schema: &Block, config: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    walk_attributes(schema, config, &mut |visit| {
        if visit.attribute.is_read_only() && !visit.value.is_null() {
            paths.push(Path(visit.path.to_vec()));
        }
        true
    });
    paths
}

/// The paths of deprecated attributes that a configuration sets.
pub fn deprecated_set(schema: &Block, config: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    walk_attributes(schema, config, &mut |visit| {
        if visit.attribute.deprecated && !visit.value.is_null() {
            paths.push(Path(visit.path.to_vec()));
        }
        true
    });
    paths
}

/// The paths of write-only attributes that aren't null.
pub fn write_only_set(schema: &Block, value: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    if schema.has_write_only() {
        walk_attributes(schema, value, &mut |visit| {
            if visit.attribute.write_only && !visit.value.is_null() {
                paths.push(Path(visit.path.to_vec()));
            }
            true
        });
    }
    paths
}

/// With every write-only attribute null, as plans and states hold it.
pub fn without_write_only(schema: &Block, value: &Value) -> Value {
    if schema.has_write_only() { strip(Item::Block(schema), value) } else { value.clone() }
}

fn strip(item: Item<'_>, value: &Value) -> Value {
    let Some(fields) = value.as_mapping() else { return value.clone() };
    let mut stripped = fields.clone();
    for (name, attribute) in item.attributes().iter().filter(|(_, a)| a.has_write_only()) {
        if let Some(slot) = stripped.get_mut(name) {
            *slot = strip_attribute(attribute, slot);
        }
    }
    for (name, nesting, inner) in item.blocks() {
        if let Some(slot) = stripped.get_mut(name) {
            *slot = map_items(nesting, slot, &mut |_, v| strip(inner, v));
        }
    }
    Value::object(stripped).mark(value.marks())
}

fn strip_attribute(attribute: &Attribute, value: &Value) -> Value {
    match &attribute.ty {
        _ if attribute.write_only => Value::null(attribute.value_type()),
        AttributeType::Nested(object) => {
            map_items(object.nesting, value, &mut |_, v| strip(Item::Object(object), v))
        }
        AttributeType::Plain(_) => value.clone(),
    }
}

/// Everything in a value that isn't known, from the outside in.
pub fn unknown_paths(value: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    if !value.is_wholly_known() {
        find_unknown(value, &mut Vec::new(), &mut paths);
    }
    paths
}

fn find_unknown(value: &Value, path: &mut Vec<PathStep>, found: &mut Vec<Path>) {
    let mut enter = |step: PathStep, inner: &Value, found: &mut Vec<Path>| {
        path.push(step);
        find_unknown(inner, path, found);
        path.pop();
    };
    match value.kind() {
        Kind::Unknown(..) => found.push(Path(path.clone())),
        Kind::Object(fields) => {
            fields.iter().for_each(|(name, v)| enter(PathStep::Attribute(name.clone()), v, found));
        }
        Kind::Map(map) => {
            map.1.iter().for_each(|(key, v)| enter(PathStep::Index(Value::string(key.clone())), v, found));
        }
        Kind::Set(set) => set.items.iter().for_each(|v| enter(PathStep::Index(v.clone()), v, found)),
        _ => {
            let items = value.as_sequence().unwrap_or_default();
            (0_i64..).zip(items).for_each(|(i, v)| enter(PathStep::Index(i.into()), v, found));
        }
    }
}

/// A nested block that is written too seldom or too often.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockCount {
    /// The path of the object that should hold the blocks.
    pub path: Path,
    /// The block type.
    pub block: Name,
    /// How many there are.
    pub count: u64,
    /// At least so many are needed.
    pub min: u64,
    /// At most so many are allowed; 0 is no limit.
    pub max: u64,
}

/// The nested blocks whose number is outside the schema's limits. Containers with unknowns inside aren't
/// judged: their number isn't final.
pub fn block_counts(schema: &Block, value: &Value) -> Vec<BlockCount> {
    let mut found = Vec::new();
    count_blocks(schema, value, &mut Vec::new(), &mut found);
    found
}

fn count_blocks(schema: &Block, value: &Value, path: &mut Vec<PathStep>, found: &mut Vec<BlockCount>) {
    let Some(fields) = value.as_mapping() else { return };
    for (name, nested) in &schema.blocks {
        let Some(whole) = fields.get(name) else { continue };
        let mut count = 0;
        path.push(PathStep::Attribute(name.clone()));
        crate::item::each_item(nested.nesting, whole, &mut |place, item| {
            count += 1;
            let depth = path.len();
            path.extend(crate::walk::step(place, item));
            count_blocks(&nested.block, item, path, found);
            path.truncate(depth);
        });
        path.pop();
        let (min, max) = (nested.items_min, nested.items_max);
        let outside = count < min || (max != 0 && count > max);
        if outside && nested.nesting != Nesting::Group && whole.is_wholly_known() {
            found.push(BlockCount { path: Path(path.clone()), block: name.clone(), count, min, max });
        }
    }
}
