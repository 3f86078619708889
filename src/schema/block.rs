//! The shape of schemas, after the plugin protocol's `Schema` message (version 6).

use crate::shape::Shape;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::Mode;
use trueup_value::{Name, ObjectType, Type, Value};

/// Everything one provider offers.
#[derive(Clone, Debug, Default)]
pub struct ProviderSchema {
    /// The provider block.
    pub provider: Schema,
    /// Managed resources by type.
    pub resources: BTreeMap<Name, Arc<Schema>>,
    /// Data sources by type.
    pub data_sources: BTreeMap<Name, Arc<Schema>>,
    /// Ephemeral resources by type.
    pub ephemeral: BTreeMap<Name, Arc<Schema>>,
}

/// The schema of one block with its version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// Rises when stored objects need an upgrade.
    pub version: u64,
    /// What the block may hold.
    pub block: Block,
}

/// What a block may hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Arguments and computed attributes by name.
    pub attributes: BTreeMap<Name, Attribute>,
    /// Nested blocks by type.
    pub blocks: BTreeMap<Name, NestedBlock>,
    /// For documentation.
    pub description: Arc<str>,
    /// Using it is warned about.
    pub deprecated: bool,
    /// What follows from the fields above, worked out on first use: write `Shape::default()`, and change no field
    /// of a block whose type was asked for (a clone starts afresh).
    pub shape: Shape,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the protocol's independent flags")]
pub struct Attribute {
    /// Its type.
    pub ty: AttributeType,
    /// The configuration must set it.
    pub required: bool,
    /// The configuration may set it.
    pub optional: bool,
    /// The provider sets it where the configuration doesn't.
    pub computed: bool,
    /// Never shown.
    pub sensitive: bool,
    /// Given to the provider, never stored.
    pub write_only: bool,
    /// Using it is warned about.
    pub deprecated: bool,
    /// For documentation.
    pub description: Arc<str>,
}

/// The type of an attribute: a plain type, or attributes of its own (protocol 6).
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeType {
    /// A type.
    Plain(Type),
    /// Attributes with flags of their own.
    Nested(ObjectAttributes),
}

/// A structural attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectAttributes {
    /// Single, list, set or map of objects.
    pub nesting: Nesting,
    /// The attributes of each object.
    pub attributes: BTreeMap<Name, Attribute>,
}

/// How often something nested occurs and what its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one; its value is an object or null.
    Single,
    /// At most one; its value is an object, empty when it isn't written.
    Group,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects; blocks carry the key as a label.
    Map,
}

/// One type of nested block.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedBlock {
    /// How often, and what the value is.
    pub nesting: Nesting,
    /// What each may hold.
    pub block: Block,
    /// At least so many.
    pub items_min: u64,
    /// At most so many; 0 is no limit.
    pub items_max: u64,
}

impl Attribute {
    /// An attribute of a type with no flag set.
    pub fn new(ty: Type) -> Attribute {
        Attribute {
            ty: AttributeType::Plain(ty),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecated: false,
            description: "".into(),
        }
    }

    /// The type of its value.
    pub fn value_type(&self) -> Type {
        match &self.ty {
            AttributeType::Plain(ty) => ty.clone(),
            AttributeType::Nested(object) => object.value_type(),
        }
    }

    /// Whether only the provider sets it.
    pub fn is_read_only(&self) -> bool {
        self.computed && !self.optional && !self.required
    }
}

impl ObjectAttributes {
    /// The type of one object.
    pub fn object_type(&self) -> Type {
        Type::object(self.attributes.iter().map(|(name, a)| (name.clone(), a.value_type())))
    }

    /// The type of the whole.
    pub fn value_type(&self) -> Type {
        self.nesting.wrap(self.object_type())
    }

    fn constraint(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, a)| (name.clone(), a.constraint())).collect();
        let optional =
            self.attributes.iter().filter(|(_, a)| !a.required).map(|(name, _)| name.clone()).collect();
        self.nesting.wrap(Type::Object(Arc::new(ObjectType { attributes, optional })))
    }
}

impl Nesting {
    /// The type of a whole whose items have this type. List and map blocks with a dynamic type inside are
    /// tuples and objects; their type is dynamic here.
    pub fn wrap(self, item: Type) -> Type {
        match self {
            Nesting::Single | Nesting::Group => item,
            Nesting::List | Nesting::Map if item.has_dynamic() => Type::Dynamic,
            Nesting::List => Type::list(item),
            Nesting::Set => Type::set(item),
            Nesting::Map => Type::map(item),
        }
    }
}

impl NestedBlock {
    /// The type of its value.
    pub fn value_type(&self) -> Type {
        self.nesting.wrap(self.block.value_type())
    }

    /// The value when no block of this type is written.
    pub fn empty_value(&self) -> Value {
        let item = self.block.value_type();
        match self.nesting {
            Nesting::Single => Value::null(item),
            Nesting::Group => self.block.empty_value(),
            Nesting::List if item.has_dynamic() => Value::tuple([]),
            Nesting::Map if item.has_dynamic() => Value::object::<Name>([]),
            Nesting::List => Value::list(item, []),
            Nesting::Set => Value::set(item, []),
            Nesting::Map => Value::map::<Name>(item, []),
        }
    }
}

impl Block {
    /// The type of its value: always an object. Built once, shared after.
    pub fn value_type(&self) -> Type {
        self.shape.of(self).ty.clone()
    }

    /// The value when nothing is written: null attributes and no blocks. Built once, shared after.
    pub fn empty_value(&self) -> Value {
        self.shape.of(self).empty.clone()
    }

    /// Whether a sensitive attribute stands somewhere inside.
    pub fn has_sensitive(&self) -> bool {
        self.shape.of(self).sensitive
    }

    /// Whether a computed attribute stands somewhere inside.
    pub fn has_computed(&self) -> bool {
        self.shape.of(self).computed
    }

    /// Whether a write-only attribute stands somewhere inside.
    pub fn has_write_only(&self) -> bool {
        self.shape.of(self).write_only
    }
}

impl Attribute {
    /// Whether it, or an attribute inside it, is sensitive.
    pub fn has_sensitive(&self) -> bool {
        self.any(&|a| a.sensitive)
    }

    /// Whether it, or an attribute inside it, is computed.
    pub fn has_computed(&self) -> bool {
        self.any(&|a| a.computed)
    }

    /// Whether it, or an attribute inside it, is write-only.
    pub fn has_write_only(&self) -> bool {
        self.any(&|a| a.write_only)
    }

    /// The type its expression is converted to: attributes inside that may be left out are optional.
    pub fn constraint(&self) -> Type {
        match &self.ty {
            AttributeType::Plain(ty) => ty.clone(),
            AttributeType::Nested(object) => object.constraint(),
        }
    }

    fn any(&self, test: &dyn Fn(&Attribute) -> bool) -> bool {
        test(self)
            || matches!(&self.ty, AttributeType::Nested(o) if o.attributes.values().any(|a| a.any(test)))
    }
}

impl ProviderSchema {
    /// The schema of a resource type of this mode's kind.
    pub fn resource(&self, data: bool, kind: &str) -> Option<&Arc<Schema>> {
        if data { self.data_sources.get(kind) } else { self.resources.get(kind) }
    }

    /// The types of a mode.
    pub fn of_mode(&self, mode: Mode) -> &BTreeMap<Name, Arc<Schema>> {
        match mode {
            Mode::Managed => &self.resources,
            Mode::Data => &self.data_sources,
            Mode::Ephemeral => &self.ephemeral,
        }
    }
}
