//! Walks over the attributes of a value beside its schema.

use crate::item::{Item, Place, each_item};
use crate::{Attribute, AttributeType, Block, Nesting};
use trueup_value::{Name, Path, PathStep, Value};

/// One attribute found on a walk.
pub(crate) struct Visit<'a> {
    /// The attribute.
    pub(crate) attribute: &'a Attribute,
    /// Its value; may be null or unknown.
    pub(crate) value: &'a Value,
    /// Where it stands.
    pub(crate) path: &'a [PathStep],
    /// The length of the path of the outermost set that it stands in.
    pub(crate) set: Option<usize>,
}

/// Visits every attribute in every known object, from the outside in; goes into a structural attribute when
/// the visit answers true.
pub(crate) fn walk_attributes(schema: &Block, value: &Value, visit: &mut dyn FnMut(&Visit<'_>) -> bool) {
    Walk { path: Vec::new(), set: None, visit }.item(Item::Block(schema), value);
}

struct Walk<'a> {
    path: Vec<PathStep>,
    set: Option<usize>,
    visit: &'a mut dyn FnMut(&Visit<'_>) -> bool,
}

impl Walk<'_> {
    fn item(&mut self, item: Item<'_>, value: &Value) {
        let Some(fields) = value.as_mapping() else { return };
        for (name, attribute) in item.attributes() {
            let Some(value) = fields.get(name) else { continue };
            self.path.push(PathStep::Attribute(name.clone()));
            let deeper = (self.visit)(&Visit { attribute, value, path: &self.path, set: self.set });
            if let (true, AttributeType::Nested(object)) = (deeper, &attribute.ty) {
                self.items((object.nesting, Item::Object(object)), value);
            }
            self.path.pop();
        }
        for (name, nesting, inner) in item.blocks() {
            self.blocks(name, (nesting, inner), fields.get(name));
        }
    }

    fn blocks(&mut self, name: &Name, shape: (Nesting, Item<'_>), value: Option<&Value>) {
        let Some(value) = value else { return };
        self.path.push(PathStep::Attribute(name.clone()));
        self.items(shape, value);
        self.path.pop();
    }

    fn items(&mut self, (nesting, item): (Nesting, Item<'_>), value: &Value) {
        let outer = self.set;
        if nesting == Nesting::Set {
            self.set = outer.or(Some(self.path.len()));
        }
        each_item(nesting, value, &mut |place, element| {
            let depth = self.path.len();
            self.path.extend(step(place, element));
            self.item(item, element);
            self.path.truncate(depth);
        });
        self.set = outer;
    }
}

/// The step from a container to its item; none where there is no container.
pub(crate) fn step(place: &Place<'_>, element: &Value) -> Option<PathStep> {
    match place {
        Place::Itself => None,
        Place::Index(index) => {
            Some(PathStep::Index(i64::try_from(*index).expect("lists fit in memory").into()))
        }
        Place::Member => Some(PathStep::Index(element.clone())),
        Place::Key(key) => Some(PathStep::Index(Value::string((*key).clone()))),
    }
}

/// The attribute that a path leads to or into: steps past a plain attribute stay with it.
pub fn attribute_at<'a>(schema: &'a Block, path: &Path) -> Option<&'a Attribute> {
    let mut item = Item::Block(schema);
    for (index, step) in path.0.iter().enumerate() {
        let PathStep::Attribute(name) = step else { continue };
        if let Some(attribute) = item.attributes().get(name) {
            match &attribute.ty {
                AttributeType::Nested(object) if index + 1 < path.0.len() => item = Item::Object(object),
                _ => return Some(attribute),
            }
        } else {
            item = item.blocks().find(|(block, ..)| *block == name)?.2;
        }
    }
    None
}
