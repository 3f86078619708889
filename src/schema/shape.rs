//! What follows from a block's attributes and nested blocks, worked out once.

use crate::{Attribute, AttributeType, Block};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;
use trueup_value::{Name, Type, Value};

/// A place for what follows from a block's other fields. Never part of what a block is: any two are equal.
#[derive(Default)]
pub struct Shape(OnceLock<Facts>);

/// What follows from a block.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The type of the block's value.
    pub(crate) ty: Type,
    /// The value when nothing is written.
    pub(crate) empty: Value,
    /// What the expressions of structural attributes are converted to; plain ones have their type.
    pub(crate) constraints: BTreeMap<Name, Type>,
    /// A sensitive attribute stands somewhere inside.
    pub(crate) sensitive: bool,
    /// A computed attribute stands somewhere inside.
    pub(crate) computed: bool,
    /// A write-only attribute stands somewhere inside.
    pub(crate) write_only: bool,
}

impl Shape {
    /// The facts of the block that this is a field of.
    pub(crate) fn of(&self, block: &Block) -> &Facts {
        self.0.get_or_init(|| Facts::new(block))
    }
}

impl Facts {
    fn new(block: &Block) -> Facts {
        let attributes = || block.attributes.iter();
        let blocks = || block.blocks.iter();
        let nested = |(name, a): (&Name, &Attribute)| match &a.ty {
            AttributeType::Plain(_) => None,
            AttributeType::Nested(_) => Some((name.clone(), a.constraint())),
        };
        let types = attributes().map(|(n, a)| (n.clone(), a.value_type()));
        let empties = attributes().map(|(n, a)| (n.clone(), Value::null(a.value_type())));
        Facts {
            ty: Type::object(types.chain(blocks().map(|(n, b)| (n.clone(), b.value_type())))),
            empty: Value::object(empties.chain(blocks().map(|(n, b)| (n.clone(), b.empty_value())))),
            constraints: attributes().filter_map(nested).collect(),
            sensitive: attributes().any(|(_, a)| a.has_sensitive())
                || blocks().any(|(_, b)| b.block.has_sensitive()),
            computed: attributes().any(|(_, a)| a.has_computed())
                || blocks().any(|(_, b)| b.block.has_computed()),
            write_only: attributes().any(|(_, a)| a.has_write_only())
                || blocks().any(|(_, b)| b.block.has_write_only()),
        }
    }

    /// The type of one attribute or of all blocks of one type.
    pub(crate) fn type_of(&self, name: &str) -> &Type {
        let Type::Object(object) = &self.ty else { unreachable!("a block's value is an object") };
        object.attributes.get(name).expect("asked for a name that the block has")
    }

    /// The value of one attribute or block type that isn't written.
    pub(crate) fn empty_of(&self, name: &str) -> &Value {
        self.empty.get(name).expect("asked for a name that the block has")
    }
}

/// A clone is there to be changed: it starts without facts.
impl Clone for Shape {
    fn clone(&self) -> Shape {
        Shape::default()
    }
}

impl PartialEq for Shape {
    fn eq(&self, _: &Shape) -> bool {
        true
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shape")
    }
}
