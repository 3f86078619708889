//! What the block `backend "gcs"` may hold, as Terraform has it.

use crate::config::optional;
use std::collections::BTreeMap;
use trueup_schema::{Attribute, Block};
use trueup_value::{Name, Type};

const TEXTS: [&str; 8] = [
    "access_token",
    "bucket",
    "credentials",
    "encryption_key",
    "impersonate_service_account",
    "kms_encryption_key",
    "prefix",
    "storage_custom_endpoint",
];

const SECRETS: [&str; 3] = ["access_token", "credentials", "encryption_key"];

/// The block.
pub(crate) fn block() -> Block {
    let mut attributes: BTreeMap<Name, Attribute> = BTreeMap::new();
    for name in TEXTS {
        let required = name == "bucket";
        let sensitive = SECRETS.contains(&name);
        let attribute = Attribute { sensitive, required, optional: !required, ..optional(Type::String) };
        attributes.insert(name.into(), attribute);
    }
    let delegates = optional(Type::list(Type::String));
    attributes.insert("impersonate_service_account_delegates".into(), delegates);
    Block { attributes, ..Block::default() }
}
