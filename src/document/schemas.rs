//! `providers schema -json`, format version 1.0.

use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::ProviderAddr;
use trueup_evaluate::Schemas;
use trueup_schema::wire::write_document;

/// What these providers offer, on one line; those that have no schema at hand are left out.
pub fn document(providers: &BTreeSet<ProviderAddr>, schemas: &dyn Schemas) -> String {
    let found = providers.iter().filter_map(|addr| Some((addr.to_string(), schemas.schema(addr)?)));
    write_document(&found.collect::<BTreeMap<_, _>>())
}
