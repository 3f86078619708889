//! What people read, as snapshots.

mod diagnostics;
mod drift;
mod graph;
mod plans;
mod reports;
mod resources;

use super::style::Style;
use std::sync::Arc;
use trueup_diff::{Action, Change};
use trueup_plan::ResourceChange;
use trueup_resolve::NodeId;
use trueup_resolve::program::ProviderBinding;
use trueup_schema::{Attribute, Block, NestedBlock, Nesting, ProviderSchema, Schema};
use trueup_value::{Type, Value};

/// As in a log.
const PLAIN: Style = Style { color: false, width: 78, reveal: false, marked: false };

/// A schema with something of everything.
fn schema() -> Block {
    let mut block = Block::default();
    let attributes = [
        ("id", Type::String),
        ("name", Type::String),
        ("count_wanted", Type::Number),
        ("policy", Type::String),
        ("script", Type::String),
        ("zones", Type::list(Type::String)),
        ("ports", Type::set(Type::Number)),
        ("tags", Type::map(Type::String)),
        ("password", Type::String),
        ("any", Type::Dynamic),
    ];
    for (name, ty) in attributes {
        let mut attribute = Attribute::new(ty);
        attribute.computed = name == "id";
        attribute.optional = name != "id";
        attribute.sensitive = name == "password";
        block.attributes.insert(name.into(), attribute);
    }
    for (name, nesting) in [
        ("rule", Nesting::List),
        ("volume", Nesting::Set),
        ("timeouts", Nesting::Single),
        ("listener", Nesting::Map),
    ] {
        let nested = NestedBlock { nesting, block: inner(), items_min: 0, items_max: 0 };
        block.blocks.insert(name.into(), nested);
    }
    block
}

fn inner() -> Block {
    let mut block = Block::default();
    for (name, ty) in [("port", Type::Number), ("note", Type::String)] {
        block.attributes.insert(name.into(), Attribute::new(ty));
    }
    block
}

/// An object of the schema: what isn't named is null, blocks are empty.
fn object(set: &[(&str, Value)]) -> Value {
    let block = schema();
    let attributes = block.attributes.iter().map(|(name, a)| (name.clone(), Value::null(a.value_type())));
    let blocks = block.blocks.iter().map(|(name, nested)| (name.clone(), nested.empty_value()));
    let mut all: std::collections::BTreeMap<_, _> = attributes.chain(blocks).collect();
    for (name, value) in set {
        assert!(all.insert((*name).into(), value.clone()).is_some(), "the schema has {name}");
    }
    Value::object(all.into_iter().map(|(name, value)| (name.to_string(), value)))
}

fn rule(port: i64, note: Option<&str>) -> Value {
    let note = note.map_or_else(|| Value::null(Type::String), Value::from);
    Value::object([("port", Value::from(port)), ("note", note)])
}

fn rules(rules: &[Value]) -> Value {
    Value::list(inner().value_type(), rules.iter().cloned())
}

fn nothing() -> Value {
    Value::null(schema().value_type())
}

fn change(addr: &str, action: Action, before: Value, after: Value) -> ResourceChange {
    let addr: trueup_addr::ResourceInstance = addr.parse().expect("an address");
    ResourceChange {
        addr,
        previous: None,
        deposed: None,
        provider: "provider[\"terraform.io/builtin/terraform\"]".parse().expect("an address"),
        binding: ProviderBinding {
            provider: trueup_addr::ProviderAddr::builtin(),
            node: NodeId::ROOT,
            alias: None,
            config: None,
            key: trueup_addr::InstanceKey::None,
        },
        schema_version: 0,
        change: Change { action, reason: None, before, after, replace_paths: Vec::new(), private: [].into() },
        marked: Vec::new(),
        dependencies: trueup_plan::Dependencies::default(),
        create_before_destroy: false,
        importing: None,
        generated: None,
    }
}

/// A provider with one type of resource and one of data source, both called `test_thing`.
struct Offered(ProviderSchema);

impl Offered {
    fn new() -> Offered {
        let schema = Arc::new(Schema { version: 0, block: schema() });
        let mut offered = ProviderSchema::default();
        offered.resources.insert("test_thing".into(), schema.clone());
        offered.data_sources.insert("test_thing".into(), schema);
        Offered(offered)
    }
}

impl trueup_engine::Schemas for Offered {
    fn schema(&self, _provider: &trueup_addr::ProviderAddr) -> Option<&ProviderSchema> {
        Some(&self.0)
    }
}
