//! The JSON that `terraform providers schema -json` prints, format version 1.0.

use crate::{
    Attribute, AttributeType, Block, NestedBlock, Nesting, ObjectAttributes, ProviderSchema, Schema, Shape,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use trueup_value::{Name, json};

/// The version that is written; any `1.x` is read.
const FORMAT_VERSION: &str = "1.0";

/// Why a document is no schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError(String);

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the schema document can't be read: {}", self.0)
    }
}

impl std::error::Error for WireError {}

/// Reads a whole document: provider schemas by source address.
pub fn read_document(text: &str) -> Result<BTreeMap<String, ProviderSchema>, WireError> {
    let document: WireDocument = parse(text)?;
    if !document.format_version.starts_with("1.") {
        let message =
            format!("its format_version is {:?}, known is {FORMAT_VERSION:?}", document.format_version);
        return Err(WireError(message));
    }
    document.provider_schemas.into_iter().map(|(source, wire)| Ok((source, wire.read()?))).collect()
}

/// Reads the part of a document that is about one provider.
pub fn read_provider(text: &str) -> Result<ProviderSchema, WireError> {
    parse::<WireProvider>(text)?.read()
}

/// Reads one schema: `{"version": 0, "block": {...}}`.
pub fn read_schema(text: &str) -> Result<Schema, WireError> {
    parse::<WireSchema>(text)?.read()
}

/// Writes a whole document on one line, as the command prints it.
pub fn write_document(providers: &BTreeMap<String, &ProviderSchema>) -> String {
    let provider_schemas =
        providers.iter().map(|(source, p)| (source.clone(), WireProvider::of(p))).collect();
    encode(&WireDocument { format_version: FORMAT_VERSION.into(), provider_schemas })
}

/// Writes the part of a document that is about one provider.
pub fn write_provider(provider: &ProviderSchema) -> String {
    encode(&WireProvider::of(provider))
}

/// Writes one schema.
pub fn write_schema(schema: &Schema) -> String {
    encode(&WireSchema::of(schema))
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, WireError> {
    serde_json::from_str(text).map_err(|error| WireError(error.to_string()))
}

fn encode(wire: &impl Serialize) -> String {
    serde_json::to_string(wire).expect("schemas have string keys and nothing that JSON lacks")
}

#[derive(Serialize, Deserialize)]
struct WireDocument {
    format_version: String,
    #[serde(default)]
    provider_schemas: BTreeMap<String, WireProvider>,
}

#[derive(Serialize, Deserialize)]
struct WireProvider {
    #[serde(default)]
    provider: WireSchema,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    resource_schemas: BTreeMap<String, WireSchema>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    data_source_schemas: BTreeMap<String, WireSchema>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    ephemeral_resource_schemas: BTreeMap<String, WireSchema>,
}

#[derive(Default, Serialize, Deserialize)]
struct WireSchema {
    #[serde(default)]
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<WireBlock>,
}

#[derive(Default, Serialize, Deserialize)]
struct WireBlock {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, WireAttribute>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    block_types: BTreeMap<String, WireBlockType>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(default)]
    description_kind: WireDescriptionKind,
    #[serde(default, skip_serializing_if = "is_false")]
    deprecated: bool,
}

/// Which of the two isn't kept: descriptions are read by people only.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireDescriptionKind {
    #[default]
    Plain,
    Markdown,
}

#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the format's independent flags")]
struct WireAttribute {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nested_type: Option<WireNestedType>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(default)]
    description_kind: WireDescriptionKind,
    #[serde(default, skip_serializing_if = "is_false")]
    deprecated: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    required: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    optional: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    computed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    sensitive: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    write_only: bool,
}

#[derive(Serialize, Deserialize)]
struct WireNestedType {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, WireAttribute>,
    nesting_mode: WireNesting,
}

#[derive(Serialize, Deserialize)]
struct WireBlockType {
    nesting_mode: WireNesting,
    #[serde(default)]
    block: WireBlock,
    #[serde(default, skip_serializing_if = "is_zero")]
    min_items: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    max_items: u64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireNesting {
    Single,
    Group,
    List,
    Set,
    Map,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl WireProvider {
    fn read(self) -> Result<ProviderSchema, WireError> {
        Ok(ProviderSchema {
            provider: self.provider.read()?,
            resources: read_schemas(self.resource_schemas)?,
            data_sources: read_schemas(self.data_source_schemas)?,
            ephemeral: read_schemas(self.ephemeral_resource_schemas)?,
        })
    }

    fn of(provider: &ProviderSchema) -> WireProvider {
        let all = |schemas: &BTreeMap<Name, Arc<Schema>>| {
            schemas.iter().map(|(name, schema)| (name.to_string(), WireSchema::of(schema))).collect()
        };
        WireProvider {
            provider: WireSchema::of(&provider.provider),
            resource_schemas: all(&provider.resources),
            data_source_schemas: all(&provider.data_sources),
            ephemeral_resource_schemas: all(&provider.ephemeral),
        }
    }
}

fn read_schemas(wire: BTreeMap<String, WireSchema>) -> Result<BTreeMap<Name, Arc<Schema>>, WireError> {
    let read = |(name, schema): (String, WireSchema)| {
        let schema = schema.read().map_err(|error| error.inside(&name))?;
        Ok((name.into(), Arc::new(schema)))
    };
    wire.into_iter().map(read).collect()
}

impl WireError {
    fn inside(self, name: &str) -> WireError {
        WireError(format!("{name}: {}", self.0))
    }
}

impl WireSchema {
    fn read(self) -> Result<Schema, WireError> {
        Ok(Schema { version: self.version, block: self.block.unwrap_or_default().read()? })
    }

    /// A block with nothing in it is left out, as for a provider that takes no configuration.
    fn of(schema: &Schema) -> WireSchema {
        let block = (schema.block != Block::default()).then(|| WireBlock::of(&schema.block));
        WireSchema { version: schema.version, block }
    }
}

impl WireBlock {
    fn read(self) -> Result<Block, WireError> {
        let mut blocks = BTreeMap::new();
        for (name, wire) in self.block_types {
            let block = wire.block.read().map_err(|error| error.inside(&name))?;
            let nesting = wire.nesting_mode.read();
            let nested = NestedBlock { nesting, block, items_min: wire.min_items, items_max: wire.max_items };
            blocks.insert(name.into(), nested);
        }
        Ok(Block {
            attributes: read_attributes(self.attributes)?,
            blocks,
            description: self.description.into(),
            deprecated: self.deprecated,
            shape: Shape::default(),
        })
    }

    fn of(block: &Block) -> WireBlock {
        let nested = |nested: &NestedBlock| WireBlockType {
            nesting_mode: WireNesting::of(nested.nesting),
            block: WireBlock::of(&nested.block),
            min_items: nested.items_min,
            max_items: nested.items_max,
        };
        WireBlock {
            attributes: write_attributes(&block.attributes),
            block_types: block.blocks.iter().map(|(name, n)| (name.to_string(), nested(n))).collect(),
            description: block.description.to_string(),
            description_kind: WireDescriptionKind::Plain,
            deprecated: block.deprecated,
        }
    }
}

fn read_attributes(wire: BTreeMap<String, WireAttribute>) -> Result<BTreeMap<Name, Attribute>, WireError> {
    let read = |(name, attribute): (String, WireAttribute)| {
        let attribute = attribute.read().map_err(|error| error.inside(&name))?;
        Ok((name.into(), attribute))
    };
    wire.into_iter().map(read).collect()
}

fn write_attributes(attributes: &BTreeMap<Name, Attribute>) -> BTreeMap<String, WireAttribute> {
    attributes.iter().map(|(name, a)| (name.to_string(), WireAttribute::of(a))).collect()
}

impl WireAttribute {
    fn read(self) -> Result<Attribute, WireError> {
        let ty = match (self.ty, self.nested_type) {
            (_, Some(nested)) => AttributeType::Nested(ObjectAttributes {
                nesting: nested.nesting_mode.read(),
                attributes: read_attributes(nested.attributes)?,
            }),
            (Some(raw), None) => {
                let ty = json::type_from_json(raw.get());
                AttributeType::Plain(ty.map_err(|error| WireError(format!("its type: {error}")))?)
            }
            (None, None) => return Err(WireError("it has neither type nor nested_type".into())),
        };
        Ok(Attribute {
            ty,
            required: self.required,
            optional: self.optional,
            computed: self.computed,
            sensitive: self.sensitive,
            write_only: self.write_only,
            deprecated: self.deprecated,
            description: self.description.into(),
        })
    }

    fn of(attribute: &Attribute) -> WireAttribute {
        let (ty, nested_type) = match &attribute.ty {
            AttributeType::Plain(ty) => {
                let raw = RawValue::from_string(json::type_to_json(ty));
                (Some(raw.expect("a type's JSON is JSON")), None)
            }
            AttributeType::Nested(object) => {
                let attributes = write_attributes(&object.attributes);
                (None, Some(WireNestedType { attributes, nesting_mode: WireNesting::of(object.nesting) }))
            }
        };
        WireAttribute {
            ty,
            nested_type,
            description: attribute.description.to_string(),
            description_kind: WireDescriptionKind::Plain,
            deprecated: attribute.deprecated,
            required: attribute.required,
            optional: attribute.optional,
            computed: attribute.computed,
            sensitive: attribute.sensitive,
            write_only: attribute.write_only,
        }
    }
}

impl WireNesting {
    fn read(self) -> Nesting {
        match self {
            WireNesting::Single => Nesting::Single,
            WireNesting::Group => Nesting::Group,
            WireNesting::List => Nesting::List,
            WireNesting::Set => Nesting::Set,
            WireNesting::Map => Nesting::Map,
        }
    }

    fn of(nesting: Nesting) -> WireNesting {
        match nesting {
            Nesting::Single => WireNesting::Single,
            Nesting::Group => WireNesting::Group,
            Nesting::List => WireNesting::List,
            Nesting::Set => WireNesting::Set,
            Nesting::Map => WireNesting::Map,
        }
    }
}
