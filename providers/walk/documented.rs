//! What a cloud's catalog owes to its readers.

use trueup_schema::{Block, ProviderSchema};

/// Panics unless every attribute of every type has a description, and those of the provider block itself. What stands in
/// its nested blocks may go without: one of AWS names all services.
pub fn assert_documented(schema: &ProviderSchema) {
    for (kind, schema) in schema.resources.iter().chain(&schema.data_sources) {
        let undocumented = undocumented(&schema.block);
        assert!(undocumented.is_empty(), "{kind}: {undocumented:?}");
    }
    let own = schema.provider.block.attributes.iter();
    let undocumented: Vec<_> = own.filter(|(_, attribute)| attribute.description.is_empty()).collect();
    assert!(undocumented.is_empty(), "provider: {undocumented:?}");
}

fn undocumented(block: &Block) -> Vec<String> {
    let own = block.attributes.iter().filter(|(_, attribute)| attribute.description.is_empty());
    let own = own.map(|(name, _)| name.to_string());
    own.chain(block.blocks.values().flat_map(|nested| undocumented(&nested.block))).collect()
}
