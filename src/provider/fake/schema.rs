//! What the fake provider offers.

use crate::{IdentityAttribute, IdentitySchema};
use std::sync::{Arc, LazyLock};
use trueup_schema::{Attribute, Block, NestedBlock, Nesting, ProviderSchema, Schema};
use trueup_value::{Name, Type};

/// Built once: every provider of the process shares it.
pub(super) static SCHEMA: LazyLock<ProviderSchema> = LazyLock::new(|| ProviderSchema {
    provider: schema([("region", optional(Type::String))], []),
    resources: [("fake_thing", thing()), ("fake_slow", slow())].map(named).into(),
    data_sources: [("fake_lookup", lookup())].map(named).into(),
    ephemeral: [("fake_secret", secret())].map(named).into(),
});

/// What names a thing: its id, and its region where that matters.
pub(super) static THING_IDENTITY: LazyLock<IdentitySchema> = LazyLock::new(|| {
    let attribute = |required_for_import| IdentityAttribute { ty: Type::String, required_for_import };
    let attributes = [("id".into(), attribute(true)), ("region".into(), attribute(false))];
    IdentitySchema { version: 0, attributes: attributes.into() }
});

/// `secret` stands for what must not be shown, `zone` for what can't change in place, `label` for what the
/// provider chooses when the configuration doesn't, `revision` for what every update changes.
fn thing() -> Schema {
    let rule = schema([("port", required(Type::Number)), ("cidr", optional(Type::String))], []);
    let disk = schema(
        [("size", required(Type::Number)), ("kind", chosen(Type::String)), ("id", computed(Type::String))],
        [],
    );
    schema(
        [
            ("name", required(Type::String)),
            ("size", optional(Type::Number)),
            ("zone", optional(Type::String)),
            ("tags", optional(Type::map(Type::String))),
            ("secret", Attribute { sensitive: true, ..optional(Type::String) }),
            ("token", Attribute { write_only: true, ..optional(Type::String) }),
            ("parent_id", optional(Type::String)),
            ("label", chosen(Type::String)),
            ("id", computed(Type::String)),
            ("arn", computed(Type::String)),
            ("revision", computed(Type::Number)),
        ],
        [("rule", Nesting::Set, rule), ("disk", Nesting::List, disk)],
    )
}

/// `turns` is how often the runtime must come back to it before a change is done.
fn slow() -> Schema {
    schema(
        [
            ("name", required(Type::String)),
            ("turns", optional(Type::Number)),
            ("parent_id", optional(Type::String)),
            ("id", computed(Type::String)),
        ],
        [],
    )
}

/// A value that is there while it is open; it lives as long as it is renewed where `lives` says so.
fn secret() -> Schema {
    schema(
        [
            ("name", required(Type::String)),
            ("lives", optional(Type::Bool)),
            ("value", Attribute { sensitive: true, ..computed(Type::String) }),
        ],
        [],
    )
}

fn lookup() -> Schema {
    schema(
        [
            ("name", required(Type::String)),
            ("id", computed(Type::String)),
            ("arn", computed(Type::String)),
            ("size", computed(Type::Number)),
            ("tags", computed(Type::map(Type::String))),
        ],
        [],
    )
}

fn schema<const A: usize, const B: usize>(
    attributes: [(&str, Attribute); A],
    blocks: [(&str, Nesting, Schema); B],
) -> Schema {
    let nested =
        |nesting, schema: Schema| NestedBlock { nesting, block: schema.block, items_min: 0, items_max: 0 };
    let block = Block {
        attributes: attributes.map(|(name, a)| (name.into(), a)).into(),
        blocks: blocks.map(|(name, nesting, inner)| (name.into(), nested(nesting, inner))).into(),
        ..Block::default()
    };
    Schema { version: 0, block }
}

fn named((name, schema): (&str, Schema)) -> (Name, Arc<Schema>) {
    (name.into(), Arc::new(schema))
}

fn required(ty: Type) -> Attribute {
    Attribute { required: true, ..Attribute::new(ty) }
}

fn optional(ty: Type) -> Attribute {
    Attribute { optional: true, ..Attribute::new(ty) }
}

fn computed(ty: Type) -> Attribute {
    Attribute { computed: true, ..Attribute::new(ty) }
}

fn chosen(ty: Type) -> Attribute {
    Attribute { optional: true, ..computed(ty) }
}
