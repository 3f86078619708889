//! Paths into values.

use crate::{Kind, Name, Value};
use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq)]
pub enum PathStep {
    /// An attribute of an object.
    Attribute(Name),
    /// An index of a list or tuple (number), a key of a map (string), or an element of a set (the element itself).
    Index(Value),
}

/// Steps from the outside in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Path(pub Vec<PathStep>);

impl Path {
    /// No step: the value itself.
    pub fn root() -> Path {
        Path::default()
    }

    /// One step further, to an attribute.
    pub fn attribute(&self, name: impl Into<Name>) -> Path {
        self.step(PathStep::Attribute(name.into()))
    }

    /// One step further, to an element.
    pub fn index(&self, key: impl Into<Value>) -> Path {
        self.step(PathStep::Index(key.into()))
    }

    /// One step further.
    pub fn step(&self, step: PathStep) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// Whether it is the value itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it leads to `inner` or to something around that.
    pub fn contains(&self, inner: &Path) -> bool {
        inner.0.starts_with(&self.0)
    }
}

/// As written in an expression: `.a[0]["key"]`; a step into a set is `[...]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Index(key) => match key.kind() {
                    Kind::Number(number) => write!(f, "[{number}]")?,
                    Kind::String(text) => write!(f, "[{text:?}]")?,
                    _ => f.write_str("[...]")?,
                },
            }
        }
        Ok(())
    }
}
