//! Everything a cloud offers, from its tables.

use crate::{DataSource, Meaning, Object, Resource, Rules, SchemaFile};
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_schema::{ProviderSchema, Schema};
use trueup_value::{Name, ObjectType, Type, Value};

/// One line of a cloud's table.
pub struct Offer<T: ?Sized + 'static> {
    /// The type as configurations name it: `aws_subnet`.
    pub kind: &'static str,
    /// The cloud's name for it, for messages: `EC2 Subnet`.
    pub noun: &'static str,
    /// Its schema file's text.
    pub schema: &'static str,
    /// What knows how to handle it.
    pub code: &'static T,
}

/// An offer with its schema read.
pub struct Entry<T: ?Sized + 'static> {
    /// The type as configurations name it.
    pub kind: Name,
    /// The cloud's name for it.
    pub noun: &'static str,
    /// What it may hold.
    pub schema: Arc<Schema>,
    /// The type of its objects.
    pub ty: Arc<ObjectType>,
    /// An object with nothing set and no block written.
    pub empty: Value,
    /// What the schema doesn't say.
    pub rules: Rules,
    /// What knows how to handle it.
    pub code: &'static T,
}

impl<S: Send + Sync> Entry<dyn Resource<S>> {
    /// Whether its plans break the protocol's consistency rules, as those of the Terraform provider's type do.
    pub fn is_legacy(&self) -> bool {
        self.code.is_legacy() || self.rules.go_beyond()
    }
}

/// Everything a cloud offers. Making one reads all its schema files, so it is made once and when first needed.
pub struct Catalog<S: 'static> {
    /// As the engine sees it.
    pub schema: ProviderSchema,
    /// The type of the provider block.
    pub config: Arc<ObjectType>,
    resources: BTreeMap<&'static str, Entry<dyn Resource<S>>>,
    data: BTreeMap<&'static str, Entry<dyn DataSource<S>>>,
}

impl<S> Catalog<S> {
    /// Reads a cloud's tables. `meanings` are what its schema files name beside `json`.
    ///
    /// # Panics
    ///
    /// When a schema file is broken: they are part of the program.
    pub fn new(
        provider: &str,
        resources: &[Offer<dyn Resource<S>>],
        data: &[Offer<dyn DataSource<S>>],
        meanings: &[Meaning],
    ) -> Catalog<S> {
        let provider =
            SchemaFile::parse(provider, meanings).unwrap_or_else(|e| panic!("provider block: {e}")).schema;
        let resources: BTreeMap<_, _> =
            resources.iter().map(|offer| (offer.kind, Entry::new(offer, meanings))).collect();
        let data: BTreeMap<_, _> =
            data.iter().map(|offer| (offer.kind, Entry::new(offer, meanings))).collect();
        let config = object_type(&provider);
        let schema = ProviderSchema {
            provider,
            resources: resources.values().map(|entry| (entry.kind.clone(), entry.schema.clone())).collect(),
            data_sources: data.values().map(|entry| (entry.kind.clone(), entry.schema.clone())).collect(),
            ephemeral: BTreeMap::new(),
        };
        Catalog { schema, config, resources, data }
    }

    /// A type of resource.
    pub fn resource(&self, kind: &str) -> Option<&Entry<dyn Resource<S>>> {
        self.resources.get(kind)
    }

    /// A type of data source.
    pub fn data(&self, kind: &str) -> Option<&Entry<dyn DataSource<S>>> {
        self.data.get(kind)
    }

    /// All types of resources.
    pub fn resources(&self) -> impl Iterator<Item = &Entry<dyn Resource<S>>> {
        self.resources.values()
    }
}

impl<T: ?Sized> Entry<T> {
    fn new(offer: &Offer<T>, meanings: &[Meaning]) -> Entry<T> {
        let file =
            SchemaFile::parse(offer.schema, meanings).unwrap_or_else(|e| panic!("{}: {e}", offer.kind));
        Entry {
            kind: offer.kind.into(),
            noun: offer.noun,
            ty: object_type(&file.schema),
            empty: file.schema.block.empty_value(),
            schema: Arc::new(file.schema),
            rules: file.rules,
            code: offer.code,
        }
    }

    /// The object that a value holds; None for null.
    pub fn object(&self, value: &Value) -> Option<Object> {
        Object::of(&self.ty, value)
    }

    /// An object with nothing set and no block written.
    pub fn blank(&self) -> Object {
        self.object(&self.empty).expect("an empty block is an object")
    }

    /// Null of its type.
    pub fn null(&self) -> Value {
        Value::null(Type::Object(self.ty.clone()))
    }
}

fn object_type(schema: &Schema) -> Arc<ObjectType> {
    match schema.block.value_type() {
        Type::Object(ty) => ty,
        other => unreachable!("a block's value is an object, not {other}"),
    }
}
