//! Going through values: marks inside, paths, and rebuilding.

use crate::access::position;
use crate::{Elements, Kind, Marks, Path, PathStep, Value};
use std::convert::Infallible;
use std::sync::Arc;

impl Value {
    /// Without any mark, and where which marks were. Marks of a set's elements are the set's.
    pub fn unmark_deep(&self) -> (Value, Vec<(Path, Marks)>) {
        let mut found = Vec::new();
        if self.deep_marks().is_empty() {
            return (self.clone(), found);
        }
        self.walk(&mut |path, value| {
            if !value.marks().is_empty() {
                found.push((path.clone(), value.marks()));
            }
            true
        });
        (self.without_marks(), found)
    }

    /// Without any mark, on it or inside it.
    pub fn without_marks(&self) -> Value {
        if self.deep_marks().is_empty() {
            return self.clone();
        }
        let bare = self.transform(&mut |_, value| Ok::<Value, Infallible>(value.unmark().0));
        match bare {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// With these marks added where the paths lead. A path that leads nowhere marks the innermost value on its
    /// way that is there (an unknown one, say), so that no mark is lost.
    pub fn mark_paths(&self, marks: &[(Path, Marks)]) -> Value {
        marks.iter().fold(self.clone(), |value, (path, marks)| value.mark_at(&path.0, *marks))
    }

    fn mark_at(self, steps: &[PathStep], marks: Marks) -> Value {
        let Some((first, rest)) = steps.split_first() else {
            return self.mark(marks);
        };
        let inner = |item: &Value| item.clone().mark_at(rest, marks);
        let kind = match (self.kind(), first) {
            (Kind::Object(attributes), step) => {
                step.name().filter(|n| attributes.contains_key(*n)).map(|name| {
                    let mut attributes = attributes.clone();
                    if let Some(item) = Arc::make_mut(&mut attributes).get_mut(name) {
                        *item = inner(item);
                    }
                    Kind::Object(attributes)
                })
            }
            (Kind::Map(map), step) => step.name().filter(|n| map.1.contains_key(*n)).map(|name| {
                let mut map = map.clone();
                if let Some(item) = Arc::make_mut(&mut map).1.get_mut(name) {
                    *item = inner(item);
                }
                Kind::Map(map)
            }),
            (Kind::List(elements), step) => step.position(elements.items.len()).map(|at| {
                let mut elements = elements.clone();
                let items = &mut Arc::make_mut(&mut elements).items;
                items[at] = inner(&items[at]);
                Kind::List(elements)
            }),
            (Kind::Tuple(items), step) => step.position(items.len()).map(|at| {
                let mut items = items.clone();
                let slot = &mut Arc::make_mut(&mut items)[at];
                *slot = inner(slot);
                Kind::Tuple(items)
            }),
            _ => None,
        };
        match kind {
            Some(kind) => self.with_kind(kind),
            None => self.mark(marks),
        }
    }

    /// Rebuilds the value from the inside out: `change` gets every part with its parts already changed.
    /// Marks stay where they are unless `change` takes them off. The first error ends it.
    pub fn transform<E>(
        &self,
        change: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
    ) -> Result<Value, E> {
        self.transform_at(&mut Path::root(), change)
    }

    fn transform_at<E>(
        &self,
        path: &mut Path,
        change: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
    ) -> Result<Value, E> {
        let mut visit = |step: PathStep, item: &Value| {
            path.0.push(step);
            let changed = item.transform_at(path, change);
            path.0.pop();
            changed
        };
        let at = |i: usize| PathStep::Index(position(i));
        let rebuilt = match self.kind() {
            Kind::List(elements) => {
                let items = each(&elements.items, |i, item| visit(at(i), item))?;
                Value::list(element_type(&items, elements), items)
            }
            Kind::Set(elements) => {
                let items = each(&elements.items, |_, item| visit(PathStep::Index(item.clone()), item))?;
                Value::set(element_type(&items, elements), items)
            }
            Kind::Tuple(items) => Value::tuple(each(items, |i, item| visit(at(i), item))?),
            Kind::Map(map) => {
                let items = map.1.iter().map(|(name, item)| {
                    let key = PathStep::Index(Value::of(Kind::String(name.clone())));
                    Ok((name.clone(), visit(key, item)?))
                });
                let items = items.collect::<Result<Vec<_>, E>>()?;
                let ty = items.first().map_or_else(|| map.0.clone(), |(_, item)| item.ty());
                Value::map(ty, items)
            }
            Kind::Object(attributes) => {
                let items = attributes
                    .iter()
                    .map(|(name, item)| Ok((name.clone(), visit(PathStep::Attribute(name.clone()), item)?)));
                Value::object(items.collect::<Result<Vec<_>, E>>()?)
            }
            _ => return change(path, self.clone()),
        };
        change(path, rebuilt.mark(self.marks()))
    }

    /// Visits the value and everything inside it, from the outside in; `visit` says whether to go further in.
    pub fn walk(&self, visit: &mut impl FnMut(&Path, &Value) -> bool) {
        self.walk_at(&mut Path::root(), visit);
    }

    fn walk_at(&self, path: &mut Path, visit: &mut impl FnMut(&Path, &Value) -> bool) {
        if !visit(path, self) {
            return;
        }
        let is_set = matches!(self.kind(), Kind::Set(_));
        for (i, item) in self.as_sequence().unwrap_or_default().iter().enumerate() {
            path.0.push(PathStep::Index(if is_set { item.clone() } else { position(i) }));
            item.walk_at(path, visit);
            path.0.pop();
        }
        let is_map = matches!(self.kind(), Kind::Map(_));
        for (name, item) in self.as_mapping().into_iter().flatten() {
            path.0.push(if is_map {
                PathStep::Index(Value::of(Kind::String(name.clone())))
            } else {
                PathStep::Attribute(name.clone())
            });
            item.walk_at(path, visit);
            path.0.pop();
        }
    }

    /// What the path leads to, with the marks of everything on the way; none if it leads nowhere.
    pub fn at_path(&self, path: &Path) -> Option<Value> {
        path.0.iter().try_fold(self.clone(), |value, step| match (value.kind(), step) {
            (Kind::Set(elements), PathStep::Index(element)) => elements
                .items
                .iter()
                .find(|item| *item == element)
                .cloned()
                .map(|item| item.mark(value.marks())),
            (_, PathStep::Attribute(name)) => value.attribute(name).ok(),
            (_, PathStep::Index(key)) => value.index(key).ok(),
        })
    }
}

impl PathStep {
    /// The name of an attribute or key of a map.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            PathStep::Attribute(name) => Some(name),
            PathStep::Index(key) => key.as_str(),
        }
    }

    /// The position in a sequence of this length.
    fn position(&self, length: usize) -> Option<usize> {
        let PathStep::Index(key) = self else {
            return None;
        };
        key.as_number()?.to_usize().filter(|at| *at < length)
    }
}

fn each<E>(
    items: &[Value],
    mut visit: impl FnMut(usize, &Value) -> Result<Value, E>,
) -> Result<Vec<Value>, E> {
    items.iter().enumerate().map(|(i, item)| visit(i, item)).collect()
}

/// The type of changed elements; what it was if there are none.
fn element_type(items: &[Value], before: &Elements) -> crate::Type {
    items.first().map_or_else(|| before.ty.clone(), Value::ty)
}
