//! What the block `backend "azurerm"` may hold, as Terraform has it.

use crate::config::optional;
use std::collections::BTreeMap;
use trueup_schema::{Attribute, Block};
use trueup_value::{Name, Type};

const TEXTS: [&str; 24] = [
    "access_key",
    "ado_pipeline_service_connection_id",
    "client_certificate",
    "client_certificate_password",
    "client_certificate_path",
    "client_id",
    "client_id_file_path",
    "client_secret",
    "client_secret_file_path",
    "container_name",
    "endpoint",
    "environment",
    "key",
    "metadata_host",
    "msi_endpoint",
    "oidc_request_token",
    "oidc_request_url",
    "oidc_token",
    "oidc_token_file_path",
    "resource_group_name",
    "sas_token",
    "storage_account_name",
    "subscription_id",
    "tenant_id",
];

const FLAGS: [&str; 7] = [
    "lookup_blob_endpoint",
    "snapshot",
    "use_aks_workload_identity",
    "use_azuread_auth",
    "use_cli",
    "use_msi",
    "use_oidc",
];

const SECRETS: [&str; 7] = [
    "access_key",
    "client_certificate",
    "client_certificate_password",
    "client_secret",
    "oidc_request_token",
    "oidc_token",
    "sas_token",
];

const REQUIRED: [&str; 3] = ["container_name", "key", "storage_account_name"];

/// The block.
pub(crate) fn block() -> Block {
    let mut attributes: BTreeMap<Name, Attribute> = BTreeMap::new();
    for name in TEXTS {
        let required = REQUIRED.contains(&name);
        let sensitive = SECRETS.contains(&name);
        let attribute = Attribute { sensitive, required, optional: !required, ..optional(Type::String) };
        attributes.insert(name.into(), attribute);
    }
    for name in FLAGS {
        attributes.insert(name.into(), optional(Type::Bool));
    }
    Block { attributes, ..Block::default() }
}
