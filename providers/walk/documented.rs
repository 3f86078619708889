//! What a cloud's catalog owes to its readers.

use trueup_schema::{Block, ProviderSchema};

/// Panics unless the provider's block and every attribute of every type have a description.
pub fn assert_documented(schema: &ProviderSchema) {
    let types = schema.resources.iter().chain(&schema.data_sources);
    let types = types.map(|(kind, schema)| (&**kind, &schema.block));
    for (kind, block) in types.chain([("provider", &schema.provider.block)]) {
        let undocumented = undocumented(block);
        assert!(undocumented.is_empty(), "{kind}: {undocumented:?}");
    }
}

fn undocumented(block: &Block) -> Vec<String> {
    let own = block.attributes.iter().filter(|(_, attribute)| attribute.description.is_empty());
    let own = own.map(|(name, _)| name.to_string());
    own.chain(block.blocks.values().flat_map(|nested| undocumented(&nested.block))).collect()
}
